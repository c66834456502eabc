"""Blocks of texts in a SQLite file, made as messages are written to it."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping

import aiosqlite

from simulator.store import sqlite_stretches, texts

LAST = "SELECT coalesce(max(last), 0) FROM text_block WHERE company_key = ?"
"""The last message of an account that stands in a block."""

_LOOSE = (
    "SELECT position, text FROM message WHERE company_key = ? AND position > ? ORDER BY position"
)
_COUNT = "SELECT count(*) FROM message WHERE company_key = ? AND position > ?"
_INSERT = "INSERT INTO text_block VALUES (?, ?, ?, ?, ?)"
_BLOCK_OF = (
    "SELECT first, positions, texts, position FROM text_block JOIN message USING (company_key) "
    f"WHERE company_key = ?1 AND position = {sqlite_stretches.MESSAGE} "
    "AND position BETWEEN first AND last"
)
_REPLACE = "UPDATE text_block SET texts = ? WHERE company_key = ? AND first = ?"


class TextBlocks:
    """Counts the messages of each account that stand in no block yet."""

    def __init__(self) -> None:
        self._loose: dict[str, int] = {}

    def forget(self) -> None:
        """Count anew: the file is not what it was thought to be."""
        self._loose.clear()

    async def retold(
        self, db: aiosqlite.Connection, replaced: Iterable[tuple[str, str, str]]
    ) -> None:
        """Some messages of the table have another text: account, id and text of each."""
        for account, message_id, text in replaced:
            await _retell(db, account, message_id, text)

    async def follow(self, db: aiosqlite.Connection, come: Mapping[str, int]) -> None:
        """So many messages of each account were written to the table."""
        for account, count in come.items():
            if account not in self._loose:
                self._loose[account] = await _number(db, _COUNT, account, await last(db, account))
            else:
                self._loose[account] += count
            if self._loose[account] >= texts.BLOCK:
                self._loose[account] = await _pack(db, account)


async def last(db: aiosqlite.Connection, account: str) -> int:
    """The position of the last message that stands in a block."""
    return await _number(db, LAST, account)


async def _pack(db: aiosqlite.Connection, account: str) -> int:
    """Make blocks of what stands in none; how many messages are left over."""
    async with db.execute(_LOOSE, (account, await last(db, account))) as cursor:
        while True:
            rows = list(await cursor.fetchmany(texts.BLOCK))
            if len(rows) < texts.BLOCK:
                return len(rows)
            positions = array("q", [row[0] for row in rows])
            block = texts.block(row[1] for row in rows)
            found = (account, positions[0], positions[-1], positions.tobytes(), block)
            await db.execute_insert(_INSERT, found)


async def _retell(db: aiosqlite.Connection, account: str, message_id: str, text: str) -> None:
    """A message has another text: so it has in its block, if it stands in one."""
    rows = list(await db.execute_fetchall(_BLOCK_OF, (account, message_id)))
    if rows:
        first, places, block, position = rows[0]
        place = array("q", places).index(position)
        changed = texts.replaced(block, place, text)
        await db.execute(_REPLACE, (changed, account, first))


async def _number(db: aiosqlite.Connection, sql: str, *values: object) -> int:
    rows = list(await db.execute_fetchall(sql, values))
    return int(rows[0][0])
