"""How callbacks leave: over HTTP."""
