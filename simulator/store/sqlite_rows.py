"""The rows of recorded messages and of attempts, as they are written and as they are read back."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from simulator.runtime.ports import Batch, MessageRecord
from simulator.store import projections, sqlite_journal
from simulator.store.sqlite_journal import Ask, Row

COLUMNS = (
    "position, id, direction, mdn, code, text, state, at, segments, purpose, surface, carrier, "
    "campaign_id, list_ids, source, history"
)
"""Of a recorded message, in the order of its record; in place of its body the row that holds it."""

INSERT = "INSERT INTO committed VALUES (?, ?, ?, ?, ?, ?, ?)"
"""Of a row of the table of the journal, or of an attempt."""

_NAMES = tuple(field.name for field in msgspec.structs.fields(MessageRecord))


def with_attempts(rows: Iterable[Row], batches: Iterable[Batch]) -> list[Row]:
    """Rows of the journal's table, and the attempts of some batches, to be inserted together."""
    attempts = [
        (batch.account, None, None, None, None, item.delivery_id, msgspec.json.encode(item))
        for batch in batches
        for item in batch.attempts
    ]
    return [(*row, None, None) for row in rows] + attempts


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
