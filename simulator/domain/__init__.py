"""The pure core: what Vibes, carriers and phones do. No I/O, no clock, no randomness of its own."""
