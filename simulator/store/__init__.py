"""Journals: in memory, and in a SQLite file. Both keep the same contract, `runtime.ports.Store`."""
