"""What is written to the tables of a SQLite file, and how their rows are read back."""

from __future__ import annotations

from typing import Any

import msgspec

from simulator.domain.instants import Instant
from simulator.runtime.ports import Batch, Entry, MessageRecord
from simulator.store import projections, sqlite_words
from simulator.store.sqlite_words import Wordings, Words

Row = tuple[Any, ...]

COLUMNS = (
    "position, id, direction, mdn, code, text, state, at, segments, purpose, surface, carrier, "
    "campaign_id, list_ids, body, history"
)
"""Of a recorded message, in the order of its record."""

_INSERT_MESSAGE = (
    f"INSERT INTO message (company_key, {COLUMNS}, wording) VALUES ({', '.join('?' * 18)})"
)
_INSERT_PART = "INSERT INTO part VALUES (?, ?, ?, ?)"
_MOVE_MESSAGE = (
    "UPDATE message SET state = coalesce(?, state), "
    "history = json_insert(history, '$[#]', json(?)) WHERE company_key = ? AND id = ?"
)
_REPLACE_MESSAGE = (
    "UPDATE message SET text = ?, segments = ?, body = ? WHERE company_key = ? AND id = ?"
)
_INSERT_TRAIL = "INSERT INTO trail VALUES (?, ?, ?)"
_INSERT_ATTEMPT = "INSERT INTO attempt (company_key, delivery_id, body) VALUES (?, ?, ?)"


def projected(batches: list[Batch], wordings: Wordings) -> dict[str, list[Row]]:
    """The rows each statement is to write, statements in the order they must run."""
    rows: dict[str, list[Row]] = {
        _INSERT_MESSAGE: [],
        sqlite_words.INSERT: [],
        _INSERT_PART: [],
        _MOVE_MESSAGE: [],
        _REPLACE_MESSAGE: [],
        _INSERT_TRAIL: [],
        _INSERT_ATTEMPT: [],
    }
    for batch in batches:
        key = batch.account
        for entry in batch.entries:
            role = projections.ROLES.get(entry.type)
            if role == "begins":
                record = projections.recorded(entry)
                history = msgspec.json.encode(record.history).decode()
                *values, list_ids, body, _ = msgspec.structs.astuple(record)
                lists = msgspec.json.encode(list_ids).decode()
                words = Words(
                    record.direction, record.code, record.purpose, record.campaign_id, lists
                )
                number, is_new = wordings.number(key, words)
                if is_new:
                    rows[sqlite_words.INSERT].append((key, number, *words))
                rows[_INSERT_MESSAGE].append((key, *values, lists, body, history, number))
                parts = projections.message_of(entry).part_ids[1:]
                for number, part in enumerate(parts, start=2):
                    rows[_INSERT_PART].append((key, part, record.id, number))
            elif role == "moves":
                move = projections.moved(entry)
                step = msgspec.json.encode(move.step).decode()
                rows[_MOVE_MESSAGE].append((move.state, step, key, move.message_id))
                if move.mt is not None:
                    body = msgspec.json.encode(move.mt)
                    text, count = move.mt.text, len(move.mt.part_ids)
                    rows[_REPLACE_MESSAGE].append((text, count, body, key, move.message_id))
            elif role == "tells":
                told_of = projections.told_of(entry)
                if told_of is not None:
                    rows[_INSERT_TRAIL].append((key, told_of, entry.seq))
        rows[_INSERT_ATTEMPT] += [
            (key, item.delivery_id, msgspec.json.encode(item)) for item in batch.attempts
        ]
    return rows


def entry_of(row: Row) -> Entry:
    """A row of the journal."""
    seq, at, kind, name, body = row
    return Entry(seq, Instant(at), kind, name, body)


def message_of(row: Row) -> MessageRecord:
    """A recorded message."""
    names = (field.name for field in msgspec.structs.fields(MessageRecord))
    values = dict(zip(names, row, strict=True))
    values["list_ids"] = msgspec.json.decode(values["list_ids"])
    values["history"] = msgspec.json.decode(row[-1])
    return msgspec.convert(values, MessageRecord)
