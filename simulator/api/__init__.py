"""Inbound HTTP: Vibes' two surfaces and our own. A handler decodes, submits and encodes."""
