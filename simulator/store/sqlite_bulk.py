"""The tables of messages of a SQLite file, and how they come up to its journal: in bulk, and in slices.

One tail fills with what commits lead to. When it is full it is written a few messages after each commit,
while another one fills; whoever reads the tables has both written first. Whoever calls has the file to
himself, and runs no transaction; what cannot be written raises sqlite3.Error, and is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

import aiosqlite

from simulator.store import sqlite_words
from simulator.store.sqlite_file import transaction
from simulator.store.sqlite_journal import Row
from simulator.store.sqlite_tail import FEW, REACHED, Known, Tail, Told
from simulator.store.sqlite_texts import TextBlocks
from simulator.store.sqlite_words import Wordings


class Tables:
    """What is written of messages, and what is yet to be."""

    def __init__(self) -> None:
        self._texts = TextBlocks()
        self._wordings = Wordings()
        self._older: Tail | None = None
        self._tail = Tail()

    @property
    def behind(self) -> bool:
        """Whether anything is yet to be written."""
        return bool(self._tail) or self._older is not None

    def forget(self) -> None:
        """What is known of the file may not be so any more."""
        self._texts.forget()
        self._wordings.forget()

    def take(self, found: Iterable[Told]) -> int:
        """Add what batches that are committed lead to; how many rows it will have."""
        come = 0
        for item in found:
            self._tail.take(item)
            come += item.rows
        return come

    def begun(self, account: str, message_id: str) -> Known | None:
        """A message that no table need be asked for, as it stands."""
        found = None
        for tail in self._tails:  # it begins in one of them, and may move on in the next
            found = tail.message(account, message_id) if found is None else tail.on(account, found)
        return found

    def on(self, account: str, known: Known) -> Known:
        """A message of the table, with the steps that the table is yet to be told."""
        for tail in self._tails:
            known = tail.on(account, known)
        return known

    async def make_room(self, db: aiosqlite.Connection) -> None:
        """Begin to write a tail that is full; first what is left of the last one, if anything is."""
        if self._tail.full:
            await self._finish_older(db)
            self._tail.by_account()
            self._older, self._tail = self._tail, Tail()

    async def go_on(self, db: aiosqlite.Connection, come: int) -> None:
        """Write some of a full tail: half as much again as came. What fails is tried again later."""
        with suppress(Exception):  # at last `make_room` tells of it, for the commit that waits
            for _ in range(1 + 3 * come // (2 * FEW)):
                if self._older is not None and not await self._write_few(db, self._older):
                    self._older = None

    async def bring_up(self, db: aiosqlite.Connection) -> None:
        """Write all there is."""
        await self._finish_older(db)
        if self._tail:
            self._older, self._tail = self._tail, Tail()
            await self._finish_older(db)

    @property
    def _tails(self) -> tuple[Tail, ...]:
        """The older one first."""
        return (self._tail,) if self._older is None else (self._older, self._tail)

    async def _finish_older(self, db: aiosqlite.Connection) -> None:
        while self._older is not None:
            if not await self._write_few(db, self._older):
                self._older = None

    async def _write_few(self, db: aiosqlite.Connection, tail: Tail) -> bool:
        """Write a few rows of a tail: whether there were any. The last are those that it is written."""
        try:
            if wrote := await self._write_some(db, tail, tail.written):
                tail.written += wrote
            elif (more := tail.more()) is not None:
                async with transaction(db):
                    await _run(db, more.rows)
                    await self._texts.retold(db, more.replaced)
                tail.wrote(more)
            else:
                async with transaction(db):
                    await self._texts.retold(db, tail.replaced)
                    await _run(db, {REACHED: tail.reached})
                return False
        except BaseException:
            self.forget()
            raise
        return True

    async def _write_some(self, db: aiosqlite.Connection, tail: Tail, start: int) -> int:
        """Write the next few messages of a tail, after so many; how many those were."""
        await self._wordings.read(db, tail.accounts)
        some = tail.some(start, self._wordings)
        if some is None:
            return 0
        await _run(db, {sqlite_words.INSERT: some.words})
        await db.execute(*some.statement)
        await self._texts.follow(db, some.come)
        return len(some.messages)


async def _run(db: aiosqlite.Connection, written: Mapping[str, Sequence[Row]]) -> None:
    for statement, rows in written.items():
        if rows:
            await db.executemany(statement, rows)
