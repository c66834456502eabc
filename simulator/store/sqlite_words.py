"""The words of messages in a SQLite file: each combination that there is, once, with a number.

Messages are many and combinations few, so a search finds the numbers first, and then compares numbers. What
no message has is known at once. A state changes and is no part of a combination.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import aiosqlite


class Words(NamedTuple):
    """What a message is told apart by and keeps; `list_ids` as JSON."""

    direction: str
    code: str
    purpose: str
    campaign_id: str | None
    list_ids: str


COLUMNS = ", ".join(Words._fields)
INSERT = (
    f"INSERT OR REPLACE INTO wording (company_key, number, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"
)


class Wordings:
    """The combinations of the accounts that are written to."""

    def __init__(self) -> None:
        self._known: dict[str, dict[Words, int]] = {}

    def forget(self) -> None:
        """Read them again: what was known may not be in the file."""
        self._known.clear()

    async def read(self, db: aiosqlite.Connection, accounts: Iterable[str]) -> None:
        """Know those of the accounts."""
        for key in set(accounts) - self._known.keys():
            sql = f"SELECT number, {COLUMNS} FROM wording WHERE company_key = ?"
            rows = await db.execute_fetchall(sql, (key,))
            self._known[key] = {Words(*row[1:]): row[0] for row in rows}

    def number(self, account: str, words: Words) -> tuple[int, bool]:
        """The number of a combination, and whether it is a new one."""
        known = self._known[account]
        number = known.get(words)
        if number is not None:
            return number, False
        known[words] = len(known) + 1
        return len(known), True
