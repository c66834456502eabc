"""The works that are measured: a module each, whose `measure` returns results."""
