"""The live feed of one account: wakes whoever waits for the next committed journal rows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from simulator.runtime.engine import Engine
from simulator.runtime.ports import Entry


class Feed:
    """Readers ask the store for what they have not seen, then wait here for more."""

    def __init__(self, engine: Engine) -> None:
        self.closed = False
        self._engine = engine
        self._news = asyncio.Event()
        engine.listeners.append(self._heard)

    async def wait(self, after: int) -> None:
        """Return once there are committed rows after `after`, or the feed is closed."""
        while self._engine.seq <= after and not self.closed:
            await self._news.wait()

    def close(self) -> None:
        """Let every reader go."""
        self.closed = True
        self._news.set()

    def _heard(self, entries: Sequence[Entry]) -> None:
        if entries:
            news, self._news = self._news, asyncio.Event()
            news.set()
