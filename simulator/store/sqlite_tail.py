"""What a file's tables of messages have yet to be told.

The journal is written at once; what follows from it is kept here and written thousands of messages at a
time, and before anything is read. A message that comes to its end meanwhile is one row instead of one
and a rewriting for each step, and a page of an index is written once for many. The table `derived`
has the row of the journal that the others are up to: the rows after it are read again after a kill.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from simulator.domain.messages import Mt
from simulator.runtime.ports import Batch, HistoryStep, MessageRecord
from simulator.store import projections, sqlite_stretches
from simulator.store.sqlite_journal import Row
from simulator.store.sqlite_rows import COLUMNS
from simulator.store.sqlite_words import INSERT as INSERT_WORDING
from simulator.store.sqlite_words import Wordings, Words

FULL = 8_000
"""So many messages that began or moved on are written at once."""

_INSERT_MESSAGE = (
    f"INSERT INTO message (company_key, {COLUMNS}, wording) VALUES ({', '.join('?' * 18)})"
)
_INSERT_PART = "INSERT INTO part (company_key, position, number, id) VALUES (?, ?, ?, ?)"
_MOVE_MESSAGE = (
    "UPDATE message SET state = coalesce(?3, state), "
    "history = substr(history, 1, length(history) - 1) || ',' || substr(?4, 2) "
    f"WHERE company_key = ?1 AND position = {sqlite_stretches.MESSAGE}"
)
_REPLACE_MESSAGE = (
    "UPDATE message SET text = ?3, segments = ?4, source = ?5 "
    f"WHERE company_key = ?1 AND position = {sqlite_stretches.MESSAGE}"
)
_INSERT_TRAIL = "INSERT INTO trail VALUES (?, ?, ?)"
_INSERT_TRAIL_OF = (
    "INSERT INTO trail SELECT company_key, position, ?3 FROM message "
    f"WHERE company_key = ?1 AND position = {sqlite_stretches.MESSAGE}"
)
_REACHED = "INSERT OR REPLACE INTO derived (company_key, seq) VALUES (?, ?)"

_Key = tuple[str, str]
"""An account's key and a message's id."""


@dataclass(slots=True)
class _Begun:
    """A message that no table has yet, and where it stands."""

    record: MessageRecord
    source: int
    state: str
    steps: list[HistoryStep]


@dataclass(slots=True)
class _Moved:
    """How far a message came that a table has."""

    state: str | None = None
    steps: list[HistoryStep] = field(default_factory=list)
    mt: Mt | None = None
    source: int = 0


class Told(NamedTuple):
    """What the rows of a batch lead to, with their numbers; `trail` is what they tell of messages."""

    account: str
    reached: int
    begun: list[tuple[int, MessageRecord, tuple[str, ...]]]
    moved: list[tuple[int, projections.Move]]
    trail: list[tuple[int, str]]


def told(batch: Batch) -> Told:
    """Read a batch that has rows. Raises what a body raises that is none of ours."""
    found = Told(batch.account, batch.entries[-1].seq, [], [], [])
    for entry in batch.entries:
        role = projections.ROLES.get(entry.type)
        if role == "begins":
            parts = projections.message_of(entry).part_ids[1:]
            found.begun.append((entry.seq, projections.recorded(entry), parts))
        elif role == "moves":
            found.moved.append((entry.seq, projections.moved(entry)))
        elif role == "tells":
            message_id = projections.told_of(entry)
            if message_id is not None:
                found.trail.append((entry.seq, message_id))
    return found


class Tail:
    """What committed rows lead to, of all accounts, until it is written."""

    def __init__(self) -> None:
        self._begun: dict[_Key, _Begun] = {}
        self._moved: dict[_Key, _Moved] = {}
        self._parts: dict[_Key, tuple[str, int]] = {}
        self._trail: list[Row] = []
        self._trail_of: list[Row] = []
        self._reached: dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self._reached)

    @property
    def full(self) -> bool:
        """Whether it is worth being written."""
        trail = len(self._trail) + len(self._trail_of)
        return len(self._begun) + len(self._moved) >= FULL or trail >= FULL

    @property
    def accounts(self) -> list[str]:
        """Whose rows it has."""
        return list(self._reached)

    @property
    def come(self) -> Counter[str]:
        """How many messages began, by account."""
        return Counter(key for key, _ in self._begun)

    @property
    def replaced(self) -> list[tuple[str, Mt]]:
        """The messages of the tables that have another text, with their accounts."""
        return [(key[0], item.mt) for key, item in self._moved.items() if item.mt is not None]

    def message(self, account: str, message_id: str) -> tuple[MessageRecord, int] | None:
        """A message that no table has yet, by its id or a part's, with the part's number from 1."""
        original, number = self._parts.get((account, message_id), (message_id, 1))
        item = self._begun.get((account, original))
        if item is None:
            return None
        record = item.record
        steps = tuple(item.steps)
        return msgspec.structs.replace(record, state=item.state, history=steps), number

    def take(self, found: Told) -> None:
        """Add what a batch that is committed leads to."""
        key = found.account
        for seq, record, parts in found.begun:
            self._begun[key, record.id] = _Begun(record, seq, record.state, list(record.history))
            for number, part in enumerate(parts, start=2):
                self._parts[key, part] = (record.id, number)
        for seq, move in found.moved:
            self._move(key, seq, move)
        for seq, message_id in found.trail:
            item = self._begun.get((key, message_id))
            if item is None:
                self._trail_of.append((key, message_id, seq))
            else:
                self._trail.append((key, item.record.position, seq))
        self._reached[key] = found.reached

    def rows(self, wordings: Wordings) -> dict[str, list[Row]]:
        """The rows each statement is to write, statements in the order they must run."""
        words = list[Row]()
        begun = [self._row(key, item, wordings, words) for (key, _), item in self._begun.items()]
        parts = [
            (key, self._begun[key, message_id].record.position, number, part)
            for (key, part), (message_id, number) in self._parts.items()
        ]
        moved = [
            (*key, item.state, msgspec.json.encode(item.steps).decode())
            for key, item in self._moved.items()
        ]
        replaced = [
            (*key, item.mt.text, len(item.mt.part_ids), item.source)
            for key, item in self._moved.items()
            if item.mt is not None
        ]
        return {
            INSERT_WORDING: words,
            _INSERT_MESSAGE: begun,
            _INSERT_PART: parts,
            _MOVE_MESSAGE: moved,
            _REPLACE_MESSAGE: replaced,
            _INSERT_TRAIL: self._trail,
            _INSERT_TRAIL_OF: self._trail_of,
            _REACHED: list(self._reached.items()),
        }

    def _move(self, key: str, seq: int, move: projections.Move) -> None:
        found = self._begun.get((key, move.message_id))
        if found is None:
            item = self._moved.setdefault((key, move.message_id), _Moved())
            item.steps.append(move.step)
            item.state = move.state or item.state
            if move.mt is not None:
                item.mt, item.source = move.mt, seq
            return
        found.steps.append(move.step)
        found.state = move.state or found.state
        if move.mt is not None:
            found.record = projections.replaced(found.record, move.mt)
            found.source = seq

    @staticmethod
    def _row(key: str, item: _Begun, wordings: Wordings, words: list[Row]) -> Row:
        record = item.record
        (position, id_, direction, mdn, code, text, _, *values, list_ids, _, _) = (
            msgspec.structs.astuple(record)
        )
        lists = msgspec.json.encode(list_ids).decode()
        combination = Words(direction, code, record.purpose, record.campaign_id, lists)
        number, is_new = wordings.number(key, combination)
        if is_new:
            words.append((key, number, *combination))
        history = msgspec.json.encode(item.steps).decode()
        return (
            *(key, position, id_, direction, mdn, code, text, item.state),
            *(*values, lists, item.source, history, number),
        )
