"""Reports of a run: each reads the stream of events, and writes when told to close."""

from __future__ import annotations

from typing import Protocol

from harness.events import RunEvent


class Reporter(Protocol):
    """Reads the events of a run. `close` comes once, after the last event or an interruption."""

    def handle(self, event: RunEvent) -> None:
        """Take in an event."""
        ...

    def close(self) -> None:
        """Write what is to be written."""
        ...
