"""Attempts at callbacks in a SQLite file: beside the rows of the journal that their commit has.

So they cost a commit little more than their octets: rows and indexes of their own would change as many
pages as all else it writes. They are lines of JSON, `[position, attempt]` each, where the position is a row
of the journal in the same row of the table. The table `attempt` has the position of each by its
delivery, and follows as the messages do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import msgspec

from simulator.runtime.ports import Attempt, Batch
from simulator.store import sqlite_stretches
from simulator.store.sqlite_journal import AT_ONCE, Ask, Row

Placed = tuple[int, Attempt]
"""An attempt and its position in its account."""

_ENCODER = msgspec.json.Encoder()
_LINES = msgspec.json.Decoder(Placed)

_HOLDING = (
    "SELECT attempts FROM journal WHERE company_key = ?1 AND last IN (SELECT ("
    "SELECT last FROM journal AS held WHERE held.company_key = ?1 AND held.last >= value "
    "ORDER BY last LIMIT 1) FROM json_each(?2)) AND attempts IS NOT NULL ORDER BY last"
)
_BETWEEN = (
    "SELECT attempts FROM journal WHERE company_key = ? AND last > ? AND last <= ? "
    "AND attempts IS NOT NULL ORDER BY last"
)
_EVERY = "SELECT position FROM attempt WHERE company_key = ? ORDER BY position"
_NEWEST = (
    "SELECT position FROM attempt WHERE company_key = ? AND position < ? "
    "ORDER BY position DESC LIMIT ?"
)
_BEYOND_ALL = 2**63 - 1


def placed(batch: Batch) -> Iterator[Placed]:
    """The attempts of a batch, each at one of its rows. Raises ValueError where it has fewer rows."""
    if len(batch.attempts) > len(batch.entries):
        raise ValueError("attempts at callbacks are committed with the commands they came by")
    return zip((entry.seq for entry in batch.entries), batch.attempts, strict=False)


def beside(rows: Iterable[Row], batch: Batch) -> Iterator[Row]:
    """The rows of the table for a batch, each with the attempts at its rows of the journal."""
    attempts = placed(batch)
    for account, first, last, until, lines, _ in rows:
        some = list(islice(attempts, last - first + 1))
        yield (account, first, last, until, lines, _ENCODER.encode_lines(some) if some else None)


async def between(ask: Ask, account: str, after: int, until: int) -> list[tuple[int, str]]:
    """The positions and deliveries of attempts that came with the rows after one and up to one."""
    rows = await ask(_BETWEEN, (account, after, until))
    return [(place, item.delivery_id) for row in rows for place, item in _held(row[0])]


async def placed_at(ask: Ask, account: str, delivery_ids: Sequence[str]) -> list[Placed]:
    """The attempts at some deliveries, in the order they were made."""
    asked = msgspec.json.encode(delivery_ids).decode()
    return await _these(ask, account, await ask(sqlite_stretches.ATTEMPTS, (account, asked)))


async def every(ask: Ask, account: str) -> list[Placed]:
    """All attempts, in the order they were made."""
    return await _these(ask, account, await ask(_EVERY, (account,)))


async def newest(ask: Ask, account: str, limit: int, below: int | None) -> list[Placed]:
    """So many attempts, newest first, those below a position."""
    asked = (account, _BEYOND_ALL if below is None else below, limit)
    return (await _these(ask, account, await ask(_NEWEST, asked)))[::-1]


async def _these(ask: Ask, account: str, rows: Sequence[Row]) -> list[Placed]:
    """Attempts by rows of their positions, those that are still there, in the order they were made."""
    positions, found = sorted(row[0] for row in rows), list[Placed]()
    for start in range(0, len(positions), AT_ONCE):
        some = positions[start : start + AT_ONCE]
        wanted = frozenset(some)
        for row in await ask(_HOLDING, (account, msgspec.json.encode(some).decode())):
            found += [item for item in _held(row[0]) if item[0] in wanted]
    return found


def _held(lines: bytes) -> list[Placed]:
    return _LINES.decode_lines(lines)
