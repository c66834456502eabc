"""What a file's tables of messages have yet to be told.

The journal is written at once; what follows from it is kept here until there are thousands of messages, and
written then, or before anything is read. A message that comes to its end meanwhile is one row instead
of one and a rewriting for each step. Of a full tail a few rows are written after each commit, so that no
call waits for thousands: first the messages that began, then the steps of others, then the rest. The next
tail fills meanwhile. The table `derived` has the row of the journal that the others are up to, and is
written last: the rows after it are read again after a kill. What was written already is written over, and a
message has the row that its steps are up to, so that it takes none of them twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

import msgspec

from simulator.domain.messages import Mt
from simulator.runtime.ports import Batch, Entry, HistoryStep, MessageRecord
from simulator.store import projections, sqlite_attempts, sqlite_stretches
from simulator.store.sqlite_journal import Row
from simulator.store.sqlite_rows import COLUMNS, inserting
from simulator.store.sqlite_words import Wordings, Words

FULL = 8_000
"""When so many messages began or moved on, it is time to write them."""

FEW = 128
"""So many messages, or other rows, are written at once."""

_INSERT_MESSAGE = (
    f"INSERT OR REPLACE INTO message (company_key, {COLUMNS}, wording, told) "
    f"VALUES ({', '.join('?' * 19)})"
)
_INSERT_PART = "INSERT OR REPLACE INTO part (company_key, position, number, id) VALUES (?, ?, ?, ?)"
_MOVE_MESSAGE = (
    "UPDATE message SET state = coalesce(?3, state), told = ?5, "
    "history = substr(history, 1, length(history) - 1) || ',' || substr(?4, 2) "
    f"WHERE company_key = ?1 AND position = {sqlite_stretches.MESSAGE} AND told < ?5"
)
_REPLACE_MESSAGE = (
    "UPDATE message SET text = ?3, segments = ?4, source = ?5 "
    f"WHERE company_key = ?1 AND position = {sqlite_stretches.MESSAGE}"
)
_INSERT_TRAIL = "INSERT OR IGNORE INTO trail VALUES (?, ?, ?)"
_INSERT_TRAIL_OF = (
    "INSERT OR IGNORE INTO trail SELECT company_key, position, ?3 FROM message "
    f"WHERE company_key = ?1 AND position = {sqlite_stretches.MESSAGE}"
)
_INSERT_ATTEMPT = "INSERT OR REPLACE INTO attempt VALUES (?, ?, ?)"
REACHED = "INSERT OR REPLACE INTO derived (company_key, seq) VALUES (?, ?)"

_Key = tuple[str, str]
"""An account's key and a message's id."""

Replaced = tuple[str, str, str]
"""A message that has another text: its account's key, its id and the text."""


class _Begun(msgspec.Struct, gc=False):
    """A message that no table has yet, and where it stands."""

    record: MessageRecord
    source: int
    told: int
    state: str
    steps: tuple[HistoryStep, ...]


class _Moved(msgspec.Struct, gc=False):
    """How far a message came that a table has."""

    state: str | None = None
    steps: tuple[HistoryStep, ...] = ()
    mt: Mt | None = None
    source: int = 0
    told: int = 0


class Known(NamedTuple):
    """A message, and the number, from 1, of the part by whose id it was asked for."""

    record: MessageRecord
    number: int


class Some(NamedTuple):
    """Messages that began, to be written together, and the new combinations of words that they have."""

    words: list[Row]
    messages: list[Row]

    @property
    def come(self) -> Counter[str]:
        """How many there are, by account."""
        return Counter(row[0] for row in self.messages)

    @property
    def statement(self) -> tuple[str, list[object]]:
        """Inserts the messages, or writes over those that are there, all or none; with its values."""
        values = [value for row in self.messages for value in row]
        return inserting(_INSERT_MESSAGE, len(self.messages)), values


class More(NamedTuple):
    """Rows beside the messages that began, to be written together; whose steps they have, and texts."""

    rows: dict[str, Sequence[Row]]
    moved: Sequence[_Key] = ()
    replaced: Sequence[Replaced] = ()


class Told(NamedTuple):
    """What a batch leads to, with the numbers of its rows; `trail` is what they tell of messages."""

    account: str
    reached: int
    begun: list[tuple[int, MessageRecord, tuple[str, ...]]]
    moved: list[tuple[int, projections.Move]]
    trail: list[tuple[int, str]]
    attempts: list[tuple[int, str]]

    @property
    def rows(self) -> int:
        """How many rows it will have in the tables, at most."""
        parts = sum(len(more) for _, _, more in self.begun)
        return len(self.begun) + parts + len(self.moved) + len(self.trail) + len(self.attempts)

    def beyond(self, told: Mapping[str, int]) -> Told:
        """Without the steps up to a row that each of some messages has in the table."""
        anew = {record.id for _, record, _ in self.begun}
        return self._replace(
            moved=[
                (seq, move)
                for seq, move in self.moved
                if move.message_id in anew or seq > told.get(move.message_id, 0)
            ]
        )


def whole_steps(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Rows without the last command, whose events may not all be there; all, where it is the only one.

    What tells of a message may stand before the message, among the events of one command.
    """
    last = max((n for n, entry in enumerate(entries) if entry.kind == "command"), default=0)
    return entries[:last] or entries


def told(batch: Batch) -> Told:
    """Read a batch that has rows. Raises what a body raises that is none of ours."""
    attempts = [(seq, item.delivery_id) for seq, item in sqlite_attempts.placed(batch)]
    found = Told(batch.account, batch.entries[-1].seq, [], [], [], attempts)
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
    """What committed rows lead to, of all accounts, until it is written.

    `written` of the messages that began are in the table already, where it is being written.
    """

    def __init__(self) -> None:
        self.written = 0
        self._begun: dict[_Key, _Begun] = {}
        self._moved: dict[_Key, _Moved] = {}
        self._retold: dict[_Key, str] = {}
        self._parts: dict[_Key, tuple[str, int]] = {}
        self._more: dict[str, list[Row]] = {
            _INSERT_PART: [],
            _INSERT_TRAIL: [],
            _INSERT_TRAIL_OF: [],
            _INSERT_ATTEMPT: [],
        }
        self._reached: dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self._reached)

    @property
    def full(self) -> bool:
        """Whether it is worth being written."""
        more = max(map(len, self._more.values()))
        return len(self._begun) + len(self._moved) >= FULL or more >= FULL

    @property
    def accounts(self) -> list[str]:
        """Whose rows it has."""
        return list(self._reached)

    @property
    def reached(self) -> list[Row]:
        """The row of each journal that the tables are up to when all is written."""
        return list(self._reached.items())

    @property
    def replaced(self) -> list[Replaced]:
        """The messages that began here and have another text since.

        One may stand in a block with the first already, where it was written before a kill.
        """
        return [(*key, text) for key, text in self._retold.items()]

    def message(self, account: str, message_id: str) -> Known | None:
        """A message that began here, by its id or a part's, as it stands."""
        original, number = self._parts.get((account, message_id), (message_id, 1))
        item = self._begun.get((account, original))
        if item is None:
            return None
        record = msgspec.structs.replace(item.record, state=item.state, history=item.steps)
        return Known(record, number)

    def on(self, account: str, known: Known) -> Known:
        """A message that began before, with the steps it came on here."""
        record, item = known.record, self._moved.get((account, known.record.id))
        if item is None:
            return known
        history = (*record.history, *item.steps)
        record = msgspec.structs.replace(record, state=item.state or record.state, history=history)
        return known._replace(
            record=record if item.mt is None else projections.replaced(record, item.mt)
        )

    def take(self, found: Told) -> None:
        """Add what a batch that is committed leads to."""
        key = found.account
        for seq, record, parts in found.begun:
            self._begun[key, record.id] = _Begun(record, seq, seq, record.state, record.history)
            for number, part in enumerate(parts, start=2):
                self._parts[key, part] = (record.id, number)
                self._more[_INSERT_PART].append((key, record.position, number, part))
        for seq, move in found.moved:
            self._move(key, seq, move)
        for seq, message_id in found.trail:
            item = self._begun.get((key, message_id))
            if item is None:
                self._more[_INSERT_TRAIL_OF].append((key, message_id, seq))
            else:
                self._more[_INSERT_TRAIL].append((key, item.record.position, seq))
        self._more[_INSERT_ATTEMPT] += [(key, *item) for item in found.attempts]
        self._reached[key] = found.reached

    def by_account(self) -> None:
        """Let what an account has be written one after the other, into few pages of each table."""
        if len(self._reached) > 1:
            self._begun = dict(sorted(self._begun.items(), key=lambda item: item[0][0]))
            self._moved = dict(sorted(self._moved.items(), key=lambda item: item[0][0]))
            for rows in self._more.values():
                rows.sort(key=itemgetter(0))

    def some(self, start: int, wordings: Wordings) -> Some | None:
        """The next few of the messages that began, after so many; None where there are no more.

        Where they are fewer their number is a power of two: each statement that differs is kept by SQLite.
        """
        left = len(self._begun) - start
        if left <= 0:
            return None
        words, many = list[Row](), min(FEW, 1 << (left.bit_length() - 1))
        few = islice(self._begun.items(), start, start + many)
        return Some(words, [self._row(key, item, wordings, words) for (key, _), item in few])

    def more(self) -> More | None:
        """The next few rows beside the messages that began; None where there are no more."""
        few = list(islice(self._moved.items(), FEW))
        if few:
            moved = [
                (*key, item.state, msgspec.json.encode(item.steps).decode(), item.told)
                for key, item in few
            ]
            replaced = [
                (*key, item.mt.text, len(item.mt.part_ids), item.source)
                for key, item in few
                if item.mt is not None
            ]
            rows: dict[str, Sequence[Row]] = {_MOVE_MESSAGE: moved, _REPLACE_MESSAGE: replaced}
            texts = [(*key, item.mt.text) for key, item in few if item.mt is not None]
            return More(rows, [key for key, _ in few], texts)
        for statement, rows_left in self._more.items():
            if rows_left:
                return More({statement: rows_left[:FEW]})
        return None

    def wrote(self, more: More) -> None:
        """These rows are in the tables now."""
        for key in more.moved:
            del self._moved[key]
        if not more.moved:
            for statement, rows in more.rows.items():
                del self._more[statement][: len(rows)]

    def _move(self, key: str, seq: int, move: projections.Move) -> None:
        found = self._begun.get((key, move.message_id))
        if found is None:
            item = self._moved.setdefault((key, move.message_id), _Moved())
            item.steps += (move.step,)
            item.state, item.told = move.state or item.state, seq
            if move.mt is not None:
                item.mt, item.source = move.mt, seq
            return
        found.steps += (move.step,)
        found.state, found.told = move.state or found.state, seq
        if move.mt is not None:
            self._retold[key, move.message_id] = move.mt.text
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
            *(*values, lists, item.source, history, number, item.told),
        )
