"""The oldest rows of a file let go: each takes along what came of it; nothing else is looked through.

The table of the journal has many rows in one of its own; one that holds a row that stays, stays. Freed
pages are used again by what comes next.
"""

from __future__ import annotations

import msgspec

from simulator.store import projections, sqlite_journal
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
_DROP_MESSAGES = "DELETE FROM message WHERE company_key = ? AND position < ?"
_DROP_BLOCKS = "DELETE FROM text_block WHERE company_key = ? AND last < ?"
_DROP_PARTS = "DELETE FROM part WHERE company_key = ? AND id IN (SELECT value FROM json_each(?))"
_DROP_TRAIL = (
    "DELETE FROM trail WHERE company_key = ? AND (message_id, seq) IN "
    "(SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))"
)
_DROP_ATTEMPTS = (
    "DELETE FROM attempt WHERE company_key = ?1 AND position < coalesce(("
    "SELECT position FROM attempt WHERE company_key = ?1 "
    "AND json_extract(CAST(body AS TEXT), '$.at') >= ?2 ORDER BY position LIMIT 1"
    "), (SELECT max(position) + 1 FROM attempt))"
)
_DROP_ROWS = "DELETE FROM journal WHERE company_key = ? AND last < ?"


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
    going = await sqlite_journal.before(ask, account, below, tuple(projections.LEADS_ON))
    if going is None:
        return
    first, rows = going
    parts, trail = list[str](), list[tuple[str, int]]()
    for entry in rows:
        if projections.ROLES[entry.type] == "begins":
            parts += projections.message_of(entry).part_ids[1:]
        elif (told_of := projections.told_of(entry)) is not None:
            trail.append((told_of, entry.seq))
    stays = (await sqlite_journal.these(ask, account, [first]))[first]
    await ask(_DROP_PARTS, (account, msgspec.json.encode(parts).decode()))
    await ask(_DROP_TRAIL, (account, msgspec.json.encode(trail).decode()))
    await ask(_DROP_MESSAGES, (account, first))
    await ask(_DROP_BLOCKS, (account, first))
    await ask(_DROP_ATTEMPTS, (account, stays.at))
    await ask(_DROP_ROWS, (account, first))


async def copy_image(ask: Ask, source: str, target: str) -> None:
    """Copy the image of a journal that has no beginning any more: its world is known by that alone."""
    await ask("DELETE FROM image WHERE company_key = ?", (target,))
    if await sqlite_journal.first(ask, source) > 1:
        copy = "INSERT INTO image SELECT ?, seq, body FROM image WHERE company_key = ?"
        await ask(copy, (target, source))
