"""What the store in memory keeps of one account: its rows, and what is found by which of them."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import chain, compress
from typing import Any, Literal

import msgspec

from simulator.domain.instants import Instant
from simulator.domain.messages import Mo, Mt
from simulator.runtime.ports import Attempt, Entry, MessageQuery, MessageRecord
from simulator.store import projections
from simulator.store.memory_search import Reader
from simulator.store.packed import Bodies

_KINDS: tuple[Literal["command", "event"], ...] = ("command", "event")
"""By whether a row is an event."""


class Book:
    """What is kept of one account: its rows, and what is found by which of them.

    A message is the rows it is made of, put together when it is read. The first rows may have been let
    go: `gone` of them, with messages and attempts; what is left keeps its numbers.
    """

    def __init__(self, gone: int = 0) -> None:
        self.gone = gone
        self.image: tuple[int, bytes] | None = None
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
        self.bodies.drop(gone)
        self.search = Reader(self.types, self.bodies, self.messages, gone)
        self._messages_gone = self._attempts_gone = 0

    @property
    def last(self) -> int:
        """The number of the last row."""
        return self.gone + len(self.types)

    def extend(self, entries: Sequence[Entry]) -> None:
        """More rows. `seq` counts from 1 without a gap, so it is an index too."""
        due = self.last + 1
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
        place = seq - 1 - self.gone
        kind: Literal["event", "command"] = "event" if self.events[place] else "command"
        at = Instant(self.times[place])
        return Entry(seq, at, kind, self.types[place], self.bodies[seq - 1])

    def rows(self, after: int, until: int, types: frozenset[str]) -> Iterable[Entry]:
        """The rows of a range, those of some types alone where any are named."""
        held = slice(after - self.gone, until - self.gone)
        named, times = self.types[held], self.times[held]
        kinds = map(_KINDS.__getitem__, self.events[held])
        bodies = self.bodies.between(after, until)
        places = range(after + 1, until + 1)
        columns: Iterable[Iterable[Any]] = (places, times, kinds, named, bodies)
        if types:
            wanted = [name in types for name in named]
            columns = (compress(column, wanted) for column in columns)
        return map(Entry, *columns)

    def attempted(self, attempts: Sequence[Attempt]) -> None:
        """Attempts at callbacks were made."""
        for item in attempts:
            place = self._attempts_gone + len(self.attempts)
            self.attempts_at.setdefault(item.delivery_id, []).append(place)
            self.attempts.append(item)

    def attempts_of(self, delivery_ids: Iterable[str]) -> list[Attempt]:
        """The attempts at some deliveries, in the order they were made."""
        places = (self.attempts_at.get(key, ()) for key in delivery_ids)
        gone = self._attempts_gone
        return [self.attempts[place - gone] for place in sorted(chain.from_iterable(places))]

    def newest_attempts(self, limit: int, below: int | None) -> list[tuple[int, Attempt]]:
        """Attempts with their places from 1, newest first, those below a place."""
        made, gone = self.attempts, self._attempts_gone
        last = gone + len(made)
        if below is not None:
            last = min(below - 1, last)
        return [
            (place, made[place - gone - 1]) for place in range(last, max(gone, last - limit), -1)
        ]

    def begin(self, entry: Entry) -> None:
        """A message comes into being."""
        message = projections.message_of(entry)
        key, rows = message.message_id, array("q", (entry.seq,))
        self.messages[key] = rows
        self.by_mdn.setdefault(message.mdn, array("I")).append(
            self._messages_gone + len(self.numbered)
        )
        self.numbered.append(rows)
        for number, part in enumerate(message.part_ids[1:], start=2):
            self.parts[part] = (key, number)

    def move(self, entry: Entry) -> None:
        """A message comes a step further, if it is still there."""
        rows = self.messages.get(projections.moved_id(entry))
        if rows is not None:
            rows.append(entry.seq)

    def of_phone(self, mdn: str) -> list[int]:
        """The messages of a phone, by their numbers."""
        return [number - self._messages_gone for number in self.by_mdn.get(mdn, ())]

    def within(self, query: MessageQuery) -> range:
        """The messages between the query's bounds, by their numbers."""
        low = bisect_right(self.numbered, query.after, key=position_of)
        high = len(self.numbered)
        if query.below is not None:
            high = bisect_left(self.numbered, query.below, key=position_of)
        if query.since is not None:
            low = max(low, self._first_at(query.since))
        if query.until is not None:
            high = min(high, self._first_at(query.until))
        return range(low, max(low, high))

    def _first_at(self, instant: int) -> int:
        """The first message at that instant or later: time never goes back in a journal."""
        return bisect_left(
            self.numbered, instant, key=lambda rows: self.times[rows[0] - 1 - self.gone]
        )

    def let_go(self, below: int) -> None:
        """Let the rows before `below` go, each with what came of it."""
        begun = 0
        for entry in self.rows(self.gone, below - 1, projections.LEADS_ON):
            if projections.ROLES[entry.type] == "begins":
                self._end(projections.message_of(entry))
                begun += 1
            elif (told_of := projections.told_of(entry)) is not None:
                self._drop_first(self.trails, told_of)
        until = self.times[below - 1 - self.gone]
        made = next(
            (n for n, item in enumerate(self.attempts) if item.at >= until), len(self.attempts)
        )
        for item in self.attempts[:made]:
            self._drop_first(self.attempts_at, item.delivery_id)
        going = below - 1 - self.gone
        del self.times[:going], self.events[:going], self.types[:going]
        del self.numbered[:begun], self.attempts[:made]
        self.bodies.drop(below - 1)
        self.gone += going
        self._messages_gone += begun
        self._attempts_gone += made
        self.search = Reader(self.types, self.bodies, self.messages, self.gone)

    def _end(self, message: Mt | Mo) -> None:
        """A message is let go of; it is the oldest, of its phone too."""
        del self.messages[message.message_id]
        self._drop_first(self.by_mdn, message.mdn)
        for part in message.part_ids[1:]:
            del self.parts[part]

    @staticmethod
    def _drop_first(places: dict[str, Any], key: str) -> None:
        places[key].pop(0)
        if not places[key]:
            del places[key]

    def message(self, rows: array[int]) -> MessageRecord:
        """A message as it is now."""
        record = projections.recorded(self.row(rows[0]))
        for seq in rows[1:]:
            record = _moved(record, projections.moved(self.row(seq)))
        return record


def position_of(rows: array[int]) -> int:
    """Where a message begins, of the rows it is made of."""
    return rows[0]


def _moved(before: MessageRecord, move: projections.Move) -> MessageRecord:
    after = msgspec.structs.replace(
        before, state=move.state or before.state, history=(*before.history, move.step)
    )
    return after if move.mt is None else projections.replaced(after, move.mt)
