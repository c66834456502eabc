"""Addresses that callbacks are sent to."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_http_url(text: str) -> bool:
    """Whether the text is an http or https URL with a host that can be called (Vibes: callback-api)."""
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").strip(".")
        plain = text.isprintable() and " " not in text
        return plain and parts.scheme in ("http", "https") and bool(host) and parts.port != 0
    except ValueError:  # a bracket or a port that leads nowhere
        return False
