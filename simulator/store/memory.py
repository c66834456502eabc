"""The journal in memory: keeps nothing beyond the process, and waits for nothing.

Only a search by words or a text may wait: for its own reading of rows, while others are served.
"""

from __future__ import annotations

import asyncio
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress, islice
from typing import Any, Literal

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
from simulator.store import projections, texts
from simulator.store.columns import WORDS
from simulator.store.memory_search import SLICE, Reader
from simulator.store.opening import opened
from simulator.store.packed import Bodies

_KINDS: tuple[Literal["command", "event"], ...] = ("command", "event")
"""By whether a row is an event."""


class _Book:
    """What is kept of one account: its rows, and what is found by which of them.

    A message is the rows it is made of, put together when it is read.
    """

    def __init__(self) -> None:
        self.times = array("q")
        self.events = bytearray()
        self.types: list[str] = []
        self.bodies = Bodies()
        self.messages: dict[str, array[int]] = {}
        self.numbered: list[array[int]] = []
        self.by_mdn: dict[str, array[int]] = {}
        self.parts: dict[str, tuple[str, int]] = {}
        self.trails: dict[str, list[int]] = {}
        self.attempts: list[Attempt] = []
        self.attempts_at: dict[str, list[int]] = {}
        self.search = Reader(self.types, self.bodies, self.messages)

    def extend(self, entries: Sequence[Entry]) -> None:
        """More rows. `seq` counts from 1 without a gap, so it is an index too."""
        due = len(self.types) + 1
        if entries and entries[0].seq != due:
            raise ValueError(f"row {entries[0].seq} comes where {due} is due")
        self.times.extend([entry.at for entry in entries])
        self.events.extend([entry.kind == "event" for entry in entries])
        self.types += [entry.type for entry in entries]
        self.bodies.extend([entry.body for entry in entries])

    def take(self, entries: Sequence[Entry]) -> None:
        """More rows, and what each is to which message."""
        self.extend(entries)
        for entry in entries:
            role = projections.ROLES.get(entry.type)
            if role == "moves":
                self.move(entry)
            elif role == "begins":
                self.begin(entry)
            elif role == "tells":
                told_of = projections.told_of(entry)
                if told_of is not None:
                    self.trails.setdefault(told_of, []).append(entry.seq)

    def row(self, seq: int) -> Entry:
        """The row of that number."""
        place = seq - 1
        kind: Literal["event", "command"] = "event" if self.events[place] else "command"
        at = Instant(self.times[place])
        return Entry(seq, at, kind, self.types[place], self.bodies[place])

    def rows(self, after: int, until: int, types: frozenset[str]) -> Iterable[Entry]:
        """The rows of a range, those of some types alone where any are named."""
        named = self.types[after:until]
        kinds = map(_KINDS.__getitem__, self.events[after:until])
        bodies = self.bodies.between(after, until)
        places = range(after + 1, until + 1)
        columns: Iterable[Iterable[Any]] = (places, self.times[after:until], kinds, named, bodies)
        if types:
            wanted = [name in types for name in named]
            columns = (compress(column, wanted) for column in columns)
        return map(Entry, *columns)

    def attempted(self, attempts: Sequence[Attempt]) -> None:
        """Attempts at callbacks were made."""
        for item in attempts:
            self.attempts_at.setdefault(item.delivery_id, []).append(len(self.attempts))
            self.attempts.append(item)

    def begin(self, entry: Entry) -> None:
        """A message comes into being."""
        message = projections.message_of(entry)
        key, rows = message.message_id, array("q", (entry.seq,))
        self.messages[key] = rows
        self.by_mdn.setdefault(message.mdn, array("I")).append(len(self.numbered))
        self.numbered.append(rows)
        for number, part in enumerate(message.part_ids[1:], start=2):
            self.parts[part] = (key, number)

    def move(self, entry: Entry) -> None:
        """A message comes a step further."""
        self.messages[projections.moved_id(entry)].append(entry.seq)

    def within(self, query: MessageQuery) -> range:
        """The messages between the query's bounds, by their numbers."""
        low = bisect_right(self.numbered, query.after, key=_position)
        high = len(self.numbered)
        if query.below is not None:
            high = bisect_left(self.numbered, query.below, key=_position)
        if query.since is not None:
            low = max(low, self._first_at(query.since))
        if query.until is not None:
            high = min(high, self._first_at(query.until))
        return range(low, max(low, high))

    def _first_at(self, instant: int) -> int:
        """The first message at that instant or later: time never goes back in a journal."""
        return bisect_left(self.numbered, instant, key=lambda rows: self.times[rows[0] - 1])

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
        self._reading: dict[str, asyncio.Task[None]] = {}

    async def open(self) -> None:
        """Nothing to make ready."""

    async def close(self) -> None:
        """Read for no search any more."""
        for task in self._reading.values():
            task.cancel()
        await asyncio.gather(*self._reading.values(), return_exceptions=True)

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
        self._stop_reading(key)

    async def clear_journal(self, key: str) -> None:
        """Begin an empty journal."""
        self._books[key] = _Book()
        self._stop_reading(key)

    async def copy_journal(
        self, source: str, target: str, record: AccountRecord | None = None
    ) -> Entry:
        """A book of its own, read from the rows there are now; others are served meanwhile."""
        old, book = self._books[source], _Book()
        rows, made = len(old.types), list(old.attempts)
        for start in range(0, rows, SLICE):
            entries = [old.row(number) for number in range(start + 1, min(start + SLICE, rows) + 1)]
            if record is not None and (account := record.account) is not None:
                entries = [opened(entry, account) for entry in entries]
            book.take(entries)
            await asyncio.sleep(0)
        book.attempted(made)
        if record is not None:
            self._records[target] = record
        self._books[target] = book
        self._stop_reading(target)
        return book.row(rows)

    async def image(self, _account: str) -> tuple[int, bytes] | None:
        """Nothing here outlives the process."""
        return None

    async def save_image(self, _account: str, _seq: int, _image: bytes) -> None:
        """Nor is anything kept for that."""

    async def commit(self, batch: Batch) -> None:
        """Append, and note what each row is to which message."""
        book = self._books[batch.account]
        book.attempted(batch.attempts)
        book.take(batch.entries)

    async def entries(
        self, account: str, after: int = 0, limit: int | None = None, types: Sequence[str] = ()
    ) -> list[Entry]:
        """Rows after `after`, in order."""
        book, wanted, found = self._books[account], frozenset(types), list[Entry]()
        last = len(book.types)
        room = last if limit is None else limit
        while after < last and len(found) < room:
            until = min(after + SLICE, last)
            rows = book.rows(after, until, wanted)
            found += islice(rows, room - len(found))
            after = until
        return found

    async def messages(self, account: str, query: MessageQuery) -> list[MessageRecord]:
        """Recorded messages that meet the query, oldest first or newest first."""
        book = self._books[account]
        if query.mdn is None and any(getattr(query, name) is not None for name in (*WORDS, "text")):
            await _read(book)
            book.search.read()
        elif query.mdn is None and query.newest_first:
            self._foresee(account, book)
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
        book = self._books[account]
        if delivery_ids is None:
            return list(book.attempts)
        places = (book.attempts_at.get(key, ()) for key in dict.fromkeys(delivery_ids))
        return [book.attempts[place] for place in sorted(chain.from_iterable(places))]

    async def newest_attempts(
        self, account: str, limit: int, below: int | None = None
    ) -> list[tuple[int, Attempt]]:
        """Attempts with their places, newest first, those below a place."""
        made = self._books[account].attempts
        last = len(made) if below is None else min(below - 1, len(made))
        return [(place, made[place - 1]) for place in range(last, max(0, last - limit), -1)]

    def _foresee(self, account: str, book: _Book) -> None:
        """Somebody looks at the newest messages and may search next: read for that now."""
        if book.search.behind > SLICE and (
            account not in self._reading or self._reading[account].done()
        ):
            self._reading[account] = asyncio.create_task(_read(book))

    def _stop_reading(self, account: str) -> None:
        task = self._reading.pop(account, None)
        if task is not None:
            task.cancel()


async def _read(book: _Book) -> None:
    """Read rows for a search, while others are served, until a slice is left at most."""
    while book.search.behind > SLICE:
        book.search.read()
        await asyncio.sleep(0)


def _position(rows: array[int]) -> int:
    return rows[0]


def _met(book: _Book, query: MessageQuery) -> Iterator[MessageRecord]:
    within = book.within(query)
    if query.mdn is None:
        numbers = book.search.columns.found(query, within)
    else:
        of_phone = book.by_mdn.get(query.mdn, array("I"))
        ordered = reversed(of_phone) if query.newest_first else of_phone
        numbers = iter([number for number in ordered if number in within])
    for number in numbers:
        record = book.message(book.numbered[number])
        if _meets(record, query):
            yield record


def _moved(before: MessageRecord, move: projections.Move) -> MessageRecord:
    after = msgspec.structs.replace(
        before, state=move.state or before.state, history=(*before.history, move.step)
    )
    return after if move.mt is None else projections.replaced(after, move.mt)


def _meets(record: MessageRecord, query: MessageQuery) -> bool:
    return (
        (query.direction is None or record.direction == query.direction)
        and (query.state is None or record.state == query.state)
        and (query.code is None or record.code == query.code)
        and (query.purpose is None or record.purpose == query.purpose)
        and (query.campaign_id is None or record.campaign_id == query.campaign_id)
        and (query.list_id is None or query.list_id in record.list_ids)
        and (query.text is None or texts.folded(query.text) in texts.folded(record.text))
    )
