"""Addresses that callbacks are sent to."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_http_url(text: str) -> bool:
    """Whether the text is an http or https URL with a host that can be called (Vibes: callback-api)."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a bracket or a port that leads nowhere
        return False
