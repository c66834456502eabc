"""The rows of commits and of recorded messages, as they are written and as they are read back."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from simulator.runtime.ports import Batch, MessageRecord
from simulator.store import projections, sqlite_attempts, sqlite_journal
from simulator.store.sqlite_journal import Ask, Row

COLUMNS = (
    "position, id, direction, mdn, code, text, state, at, segments, purpose, surface, carrier, "
    "campaign_id, list_ids, source, history"
)
"""Of a recorded message, in the order of its record; in place of its body the row that holds it."""

_NAMES = tuple(field.name for field in msgspec.structs.fields(MessageRecord))


def committed(batches: Iterable[Batch]) -> list[Row]:
    """The rows of the table of the journal for some batches. Raises ValueError, for one that cannot be."""
    found = list[Row]()
    for batch in batches:
        rows = sqlite_journal.rows_of(batch.account, batch.entries)
        found += sqlite_attempts.beside(rows, batch) if batch.attempts else rows
    return found


def inserting(statement: str, rows: int) -> str:
    """The statement that inserts so many rows at once, all or none."""
    head, _, marks = statement.partition(" VALUES ")
    return f"{head} VALUES {', '.join([marks] * rows)}"


async def records(ask: Ask, account: str, rows: list[Row]) -> list[MessageRecord]:
    """Recorded messages, each with its body from the journal; one let go of meanwhile is left out."""
    sources = [row[-2] for row in rows]
    held = await sqlite_journal.these(ask, account, sources)
    return [
        _record(row, projections.held_in(held[row[-2]].body)) for row in rows if row[-2] in held
    ]


def _record(row: Row, body: bytes) -> MessageRecord:
    values = dict(zip(_NAMES, row, strict=True))
    values["list_ids"] = msgspec.json.decode(values["list_ids"])
    values["body"] = body
    values["history"] = msgspec.json.decode(row[-1])
    return msgspec.convert(values, MessageRecord)
