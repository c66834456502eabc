"""What is written to the tables of a SQLite file, and how their rows are read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from simulator.domain.instants import Instant
from simulator.runtime.ports import Batch, Entry, MessageRecord
from simulator.store import projections

Row = tuple[Any, ...]

_COLUMNS = (
    "position, id, direction, mdn, code, text, state, at, segments, purpose, surface, carrier, "
    "campaign_id, list_ids, {body}, history"
)
WRITTEN = _COLUMNS.format(body="source")
"""Of a recorded message, in the order of its record; in place of its body the row it stands in."""

READ = _COLUMNS.format(
    body="(SELECT body FROM journal WHERE company_key = message.company_key AND seq = source)"
)
"""The same, with that row of the journal."""

INSERT_JOURNAL = "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)"
INSERT_ATTEMPT = "INSERT INTO attempt (company_key, delivery_id, body) VALUES (?, ?, ?)"


def committed(batches: Sequence[Batch]) -> dict[str, list[Row]]:
    """The rows that are written in the transaction of the batches, by statement."""
    return {
        INSERT_JOURNAL: [
            (batch.account, entry.seq, entry.at, entry.kind, entry.type, entry.body)
            for batch in batches
            for entry in batch.entries
        ],
        INSERT_ATTEMPT: [
            (batch.account, item.delivery_id, msgspec.json.encode(item))
            for batch in batches
            for item in batch.attempts
        ],
    }


def entry_of(row: Row) -> Entry:
    """A row of the journal."""
    seq, at, kind, name, body = row
    return Entry(seq, Instant(at), kind, name, body)


def message_of(row: Row) -> MessageRecord:
    """A recorded message."""
    names = (field.name for field in msgspec.structs.fields(MessageRecord))
    values = dict(zip(names, row, strict=True))
    values["list_ids"] = msgspec.json.decode(values["list_ids"])
    values["body"] = projections.held_in(values["body"])
    values["history"] = msgspec.json.decode(row[-1])
    return msgspec.convert(values, MessageRecord)
