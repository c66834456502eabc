"""A journal's file whose transactions can be held open, so that whatever comes meanwhile queues."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from simulator.runtime.engine import Engine
from simulator.runtime.ports import Batch
from simulator.store.sqlite import SqliteStore


class HeldFile(SqliteStore):
    """Commits at once until it is held; `full` lets what was held fail as on a full disk."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.full = False
        self._free = asyncio.Event()
        self._free.set()
        self._held: set[str] = set()

    def hold(self) -> None:
        """Let no commit end."""
        self._held.clear()
        self._free.clear()

    def let_go(self) -> None:
        """Let every commit end."""
        self._free.set()

    async def holds(self, account: str) -> None:
        """Wait until a batch of the account is held."""
        await _until(lambda: account in self._held)

    async def commit(self, batch: Batch) -> None:
        """Keep the batch, once that may be."""
        self._held.add(batch.account)
        await self._free.wait()
        if self.full:
            raise OSError("no space left on device")
        await super().commit(batch)


async def queued(engine: Engine, count: int) -> None:
    """Wait until so many commands wait behind the batch that is held."""
    await _until(lambda: engine.queued == count)


async def _until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(8):
        while True:
            if done():
                return
            await asyncio.sleep(0)
