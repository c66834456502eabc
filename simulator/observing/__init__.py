"""What is counted and logged of a simulator: it listens, and nothing that happens depends on it."""
