"""The log of a file is moved to it beside the commits that fill it.

SQLite would do that within a commit, and every call that comes meanwhile would wait: a tenth of a second
for each 64 MB. Here a connection with a thread of its own moves what there is while commits go on. Where
the log has grown long they are held up for what little came meanwhile: only when all of it is moved does
SQLite begin it anew.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress
from pathlib import Path

import aiosqlite

from simulator.store.sqlite_file import connected

EVERY_S = 2.0
"""Seconds from a commit to a move: what is committed within them is moved together."""

LONG = 32_000
"""So many pages of a log are long: 128 MB."""


class Log:
    """Moves the log of a file for as long as it is open. Who writes to the file has the lock."""

    def __init__(self, path: Path, lock: asyncio.Lock) -> None:
        self._path, self._lock = path, lock
        self._grew = asyncio.Event()
        self._connection: aiosqlite.Connection | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to look after it. Raises sqlite3.Error."""
        self._connection = await connected(self._path)
        self._task = asyncio.create_task(self._run(self._connection), name=f"log {self._path.name}")

    async def close(self) -> None:
        """Leave what is not moved to whoever closes the file."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._connection is not None:
            await self._connection.close()

    def grew(self) -> None:
        """Something was written, and is committed."""
        self._grew.set()

    async def _run(self, db: aiosqlite.Connection) -> None:
        while True:
            await self._grew.wait()
            await asyncio.sleep(EVERY_S)
            with suppress(sqlite3.Error):  # no room for it: it stays in the log
                left, pages = await _move(db)
                if pages > LONG:
                    async with self._lock:
                        left, _ = await _move(db)
                if not left:
                    self._grew.clear()


async def _move(db: aiosqlite.Connection) -> tuple[int, int]:
    """Move what is committed; how many pages of the log are left, and how many it has.

    Without the lock it must not begin where none are left: before 3.51.3 SQLite could lose a commit
    that begins the log anew at that very moment.
    """
    rows = await db.execute_fetchall("PRAGMA wal_checkpoint(PASSIVE)")
    _, pages, moved = next(iter(rows))
    return int(pages) - int(moved), int(pages)
