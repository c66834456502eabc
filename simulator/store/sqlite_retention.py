"""The oldest rows of a file let go, with what came of the messages that begin there.

The table of the journal has many rows in one of its own; one that holds a row that stays, stays. Freed
pages are used again by what comes next.
"""

from __future__ import annotations

from simulator.store import sqlite_journal
from simulator.store.sqlite_journal import Ask

SAVE_IMAGE = (
    "INSERT INTO image (company_key, seq, body) VALUES (?, ?, ?) ON CONFLICT (company_key) "
    "DO UPDATE SET seq = excluded.seq, body = excluded.body WHERE excluded.seq >= seq"
)

_COUNT = "SELECT count(*) FROM message INDEXED BY message_words WHERE company_key = ?"
_NEWEST = (
    "SELECT position FROM message INDEXED BY message_words WHERE company_key = ? "
    "ORDER BY position DESC LIMIT 1 OFFSET ?"
)
_DROP = (
    "DELETE FROM message WHERE company_key = ? AND position < ?",
    "DELETE FROM part WHERE company_key = ? AND position < ?",
    "DELETE FROM trail WHERE company_key = ? AND position < ?",
    "DELETE FROM attempt WHERE company_key = ? AND position < ?",
    "DELETE FROM text_block WHERE company_key = ? AND last < ?",
    "DELETE FROM journal WHERE company_key = ? AND last < ?",
)


async def beyond(ask: Ask, account: str, count: int) -> tuple[int, int]:
    """How many messages there are beyond the newest `count`, and the row of the newest of those."""
    over = int((await ask(_COUNT, (account,)))[0][0]) - count
    if over <= 0:
        return 0, 0
    found = await ask(_NEWEST, (account, count))
    return over, int(found[0][0])


async def let_go(
    ask: Ask, account: str, below: int, image: tuple[int, bytes] | None = None
) -> None:
    """Let the rows before `below` go, as far as their rows of the table do; keep the image first."""
    if image is not None:
        await ask(SAVE_IMAGE, (account, *image))
    first = await sqlite_journal.whole(ask, account, below)
    for statement in _DROP:
        await ask(statement, (account, first))


async def copy_image(ask: Ask, source: str, target: str) -> None:
    """Copy the image of a journal that has no beginning any more: its world is known by that alone."""
    await ask("DELETE FROM image WHERE company_key = ?", (target,))
    if await sqlite_journal.first(ask, source) > 1:
        copy = "INSERT INTO image SELECT ?, seq, body FROM image WHERE company_key = ?"
        await ask(copy, (target, source))
