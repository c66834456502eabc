"""What makes the pure core run: clocks, the engine of an account, its outbox, the ports it needs."""
