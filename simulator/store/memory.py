"""The journal in memory: keeps nothing beyond the process, and waits for nothing."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal
from zlib import compress, decompress

import msgspec

from simulator.domain.instants import Instant
from simulator.runtime.ports import (
    AccountRecord,
    Attempt,
    Batch,
    Entry,
    MessageQuery,
    MessageRecord,
)
from simulator.store import projections

BLOCK = 1_024
"""How many old bodies are packed together."""

LOOSE = 100 * BLOCK
"""How many of the newest bodies are left as they are; most runs have no more."""


class _Bodies:
    """Bodies of rows by place. The old ones are packed: a run of many people has millions."""

    def __init__(self) -> None:
        self._packed: list[bytes] = []
        self._loose: list[bytes] = []
        self._open: dict[int, list[bytes]] = {}

    def __len__(self) -> int:
        return len(self._packed) * BLOCK + len(self._loose)

    def extend(self, bodies: list[bytes]) -> None:
        self._loose += bodies
        while len(self._loose) >= LOOSE + BLOCK:
            block, self._loose = self._loose[:BLOCK], self._loose[BLOCK:]
            self._packed.append(compress(b"\n".join(block), level=1))

    def __getitem__(self, place: int) -> bytes:
        number, within = divmod(place, BLOCK)
        if number >= len(self._packed):
            return self._loose[place - len(self._packed) * BLOCK]
        block = self._open.get(number)
        if block is None:
            if len(self._open) >= KEPT_OPEN:
                del self._open[next(iter(self._open))]
            block = self._open[number] = decompress(self._packed[number]).split(b"\n")
        return block[within]


KEPT_OPEN = 16
"""How many packed blocks that were looked into stay open."""


class _Book:
    """What is kept of one account: its rows, and what is found by which of them.

    A message is the rows it is made of, put together when it is read.
    """

    def __init__(self) -> None:
        self.times = array("q")
        self.events = bytearray()
        self.types: list[str] = []
        self.bodies = _Bodies()
        self.messages: dict[str, array[int]] = {}
        self.by_mdn: dict[str, list[str]] = {}
        self.parts: dict[str, tuple[str, int]] = {}
        self.trails: dict[str, list[int]] = {}
        self.attempts: list[Attempt] = []

    def extend(self, entries: Sequence[Entry]) -> None:
        """More rows. `seq` counts from 1 without a gap, so it is an index too."""
        due = len(self.types) + 1
        if entries and entries[0].seq != due:
            raise ValueError(f"row {entries[0].seq} comes where {due} is due")
        self.times.extend([entry.at for entry in entries])
        self.events.extend([entry.kind == "event" for entry in entries])
        self.types += [entry.type for entry in entries]
        self.bodies.extend([entry.body for entry in entries])

    def row(self, seq: int) -> Entry:
        """The row of that number."""
        place = seq - 1
        kind: Literal["event", "command"] = "event" if self.events[place] else "command"
        at = Instant(self.times[place])
        return Entry(seq, at, kind, self.types[place], self.bodies[place])

    def begin(self, entry: Entry) -> None:
        """A message comes into being."""
        message = projections.message_of(entry)
        key = message.message_id
        self.messages[key] = array("q", (entry.seq,))
        self.by_mdn.setdefault(message.mdn, []).append(key)
        for number, part in enumerate(message.part_ids[1:], start=2):
            self.parts[part] = (key, number)

    def message(self, rows: array[int]) -> MessageRecord:
        """A message as it is now."""
        record = projections.recorded(self.row(rows[0]))
        for seq in rows[1:]:
            record = _moved(record, projections.moved(self.row(seq)))
        return record


class MemoryStore:
    """Implements `runtime.ports.Store` on plain lists."""

    at_once = True

    def __init__(self) -> None:
        self._records: dict[str, AccountRecord] = {}
        self._books: dict[str, _Book] = {}

    async def open(self) -> None:
        """Nothing to make ready."""

    async def close(self) -> None:
        """Nothing to let go of."""

    async def accounts(self) -> list[AccountRecord]:
        """Every account, in the order they were made."""
        return list(self._records.values())

    async def save_account(self, record: AccountRecord) -> None:
        """Keep the record; a new one opens an empty journal."""
        self._records[record.company_key] = record
        self._books.setdefault(record.company_key, _Book())

    async def delete_account(self, key: str) -> None:
        """Forget everything of the account."""
        self._records.pop(key, None)
        self._books.pop(key, None)

    async def clear_journal(self, key: str) -> None:
        """Begin an empty journal."""
        self._books[key] = _Book()

    async def commit(self, batch: Batch) -> None:
        """Append, and note what each row is to which message."""
        book = self._books[batch.account]
        book.attempts.extend(batch.attempts)
        book.extend(batch.entries)
        for entry in batch.entries:
            role = projections.ROLES.get(entry.type)
            if role == "moves":
                book.messages[projections.moved_id(entry)].append(entry.seq)
            elif role == "begins":
                book.begin(entry)
            elif role == "tells":
                told_of = projections.told_of(entry)
                if told_of is not None:
                    book.trails.setdefault(told_of, []).append(entry.seq)

    async def entries(
        self, account: str, after: int = 0, limit: int | None = None, types: Sequence[str] = ()
    ) -> list[Entry]:
        """Rows after `after`, in order."""
        book = self._books[account]
        wanted = frozenset(types)
        found = (
            seq
            for seq in range(after + 1, len(book.bodies) + 1)
            if not wanted or book.types[seq - 1] in wanted
        )
        return [book.row(seq) for seq in islice(found, limit)]

    async def messages(self, account: str, query: MessageQuery) -> list[MessageRecord]:
        """Recorded messages that meet the query, oldest first or newest first."""
        book = self._books[account]
        return list(islice(_met(book, query), query.limit))

    async def message(self, account: str, message_id: str) -> tuple[MessageRecord, int] | None:
        """A message, or the message a part belongs to."""
        book = self._books[account]
        original, part = book.parts.get(message_id, (message_id, 1))
        rows = book.messages.get(original)
        return (book.message(rows), part) if rows is not None else None

    async def trail(self, account: str, message_id: str) -> list[Entry]:
        """The rows that tell of a message beside its states, in order."""
        book = self._books[account]
        return [book.row(seq) for seq in book.trails.get(message_id, ())]

    async def attempts(
        self, account: str, delivery_ids: Sequence[str] | None = None
    ) -> list[Attempt]:
        """Every attempt, or those at the deliveries, in order."""
        made = self._books[account].attempts
        if delivery_ids is None:
            return list(made)
        wanted = frozenset(delivery_ids)
        return [item for item in made if item.delivery_id in wanted]


def _met(book: _Book, query: MessageQuery) -> Iterator[MessageRecord]:
    keys = book.messages if query.mdn is None else book.by_mdn.get(query.mdn, [])
    for key in reversed(keys) if query.newest_first else keys:
        rows = book.messages[key]
        if rows[0] > query.after and (query.below is None or rows[0] < query.below):
            record = book.message(rows)
            if _meets(record, query):
                yield record


def _moved(before: MessageRecord, move: projections.Move) -> MessageRecord:
    after = msgspec.structs.replace(
        before, state=move.state or before.state, history=(*before.history, move.step)
    )
    if move.mt is None:
        return after
    return msgspec.structs.replace(
        after, text=move.mt.text, segments=len(move.mt.part_ids), body=msgspec.json.encode(move.mt)
    )


def _meets(record: MessageRecord, query: MessageQuery) -> bool:
    return (
        (query.direction is None or record.direction == query.direction)
        and (query.state is None or record.state == query.state)
        and (query.code is None or record.code == query.code)
        and (query.purpose is None or record.purpose == query.purpose)
        and (query.since is None or record.at >= query.since)
        and (query.until is None or record.at < query.until)
        and (query.text is None or query.text.lower() in record.text.lower())
    )
