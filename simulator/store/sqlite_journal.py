"""The journal in a SQLite file: one row of the table for what an account had in a commit, as lines.

A line is `[at, kind, type, body]`; the number of the first stands beside them. A row of the table for each
row of the journal would cost three times as much, and a commit would have to be given the
processor as often as it has rows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any, Literal

import msgspec

from simulator.domain.instants import Instant
from simulator.errors import EngineFailed
from simulator.runtime.ports import Entry

Row = tuple[Any, ...]

Ask = Callable[[str, Iterable[object]], Awaitable[list[Row]]]
"""Runs a statement, with its values, and gives all rows."""

COLUMNS = "first, last, until, lines, attempts"
INSERT = f"INSERT INTO journal (company_key, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"

MOST_LINES = 128
"""Of one row: to find one of them, all are read."""

MOST_OCTETS = 128 * 1024
"""Of one row that has more than one line."""

AT_ONCE = 128
"""Rows of the table, or lines from anywhere, that are read at once."""

_Line = tuple[int, Literal["command", "event"], str, msgspec.Raw]
_LINES = msgspec.json.Decoder(_Line)
_ENCODER = msgspec.json.Encoder()

_AFTER = "SELECT first, last, lines FROM journal WHERE company_key = ? AND last > ? ORDER BY last LIMIT ?"
_HOLDING = (
    "SELECT first, last, lines FROM journal WHERE company_key = ?1 AND last IN (SELECT ("
    "SELECT last FROM journal AS held WHERE held.company_key = ?1 AND held.last >= value "
    "ORDER BY last LIMIT 1) FROM json_each(?2)) ORDER BY last"
)
_FIRST = "WHERE company_key = ? AND first <= 2"
_WHOLE = "SELECT first FROM journal WHERE company_key = ? AND last >= ? ORDER BY last LIMIT 1"
_BEGINS = "SELECT first FROM journal WHERE company_key = ? ORDER BY last LIMIT 1"
_LAST = "SELECT coalesce(max(last), 0) FROM journal WHERE company_key = ?"
_AT = (
    "SELECT first, last, until FROM journal WHERE company_key = ? AND last >= ? "
    "ORDER BY last LIMIT 1"
)


def rows_of(account: str, entries: Sequence[Entry]) -> Iterator[Row]:
    """The rows of the table for rows that follow one another, without attempts.

    Raises ValueError where they do not follow one another.
    """
    for start in range(0, len(entries), MOST_LINES):
        some = entries[start : start + MOST_LINES]
        first, last = some[0].seq, some[-1].seq
        if last - first + 1 != len(some):
            raise ValueError(f"rows {first} to {last} of a journal are {len(some)}")
        lines = _ENCODER.encode_lines(
            [(item.at, item.kind, item.type, msgspec.Raw(item.body)) for item in some]
        )
        if len(lines) <= MOST_OCTETS or len(some) == 1:
            yield (account, first, last, some[-1].at, lines, None)
        else:
            middle = len(some) // 2
            yield from rows_of(account, some[:middle])
            yield from rows_of(account, some[middle:])


async def entries(
    ask: Ask, account: str, after: int = 0, limit: int | None = None, types: Sequence[str] = ()
) -> list[Entry]:
    """Rows of a journal after one, in order, so many at most and of these types if any are named."""
    found, many = list[Entry](), 2
    while limit is None or len(found) < limit:
        rows = await ask(_AFTER, (account, after, many))
        for row in rows:
            found += _held(row, types, after)
            after = row[1]
        if len(rows) < many:
            break
        many = min(4 * many, AT_ONCE)
    return found if limit is None else found[:limit]


async def whole(ask: Ask, account: str, seq: int) -> int:
    """The first row that stands with this one in a row of the table."""
    return int((await ask(_WHOLE, (account, seq)))[0][0])


async def these(ask: Ask, account: str, numbers: Iterable[int]) -> dict[int, Entry]:
    """Rows of a journal by their numbers; those that it has."""
    asked, found = sorted(set(numbers)), dict[int, Entry]()
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        places = iter(some)
        seq = next(places, None)
        for row in await ask(_HOLDING, (account, msgspec.json.encode(some).decode())):
            first, up_to, _ = row
            lines = _lines(row)
            while seq is not None and seq <= up_to:
                if seq >= first:
                    found[seq] = _entry(seq, lines[seq - first])
                seq = next(places, None)
    return found


async def reopen(ask: Ask, account: str, by: Callable[[Entry], Entry]) -> None:
    """Let the first two rows of a journal, which open it, be what `by` makes of them."""
    sql = f"SELECT first, last, lines, attempts FROM journal {_FIRST} ORDER BY last"
    rows = await ask(sql, (account,))
    await ask(f"DELETE FROM journal {_FIRST}", (account,))
    for *held, attempts in rows:
        *some, last_one = rows_of(account, [by(entry) for entry in _held(tuple(held))])
        for row in (*some, (*last_one[:-1], attempts)):
            await ask(INSERT, row)


async def first(ask: Ask, account: str) -> int:
    """The number of the first row that is there; 1 where there is none."""
    rows = await ask(_BEGINS, (account,))
    return int(rows[0][0]) if rows else 1


async def last(ask: Ask, account: str) -> int:
    """The number of the last row; 0 where there is none."""
    return int((await ask(_LAST, (account,)))[0][0])


async def first_at(ask: Ask, account: str, instant: int) -> int:
    """The first row at that instant or later; one past the end where there is none."""
    end = await last(ask, account) + 1
    low, high, holds = 1, end, 0
    while low < high:
        middle = (low + high) // 2
        rows = await ask(_AT, (account, middle))
        if not rows:  # the journal was cleared meanwhile
            return end
        begins, up_to, until = rows[0]
        if until < instant:
            low = up_to + 1
            continue
        high = holds = begins
        if begins > middle:  # nothing is before it any more
            break
    if not holds:
        return end
    for row in await ask(_AFTER, (account, holds - 1, 1)):
        for seq, line in enumerate(_lines(row), row[0]):
            if _LINES.decode(line)[0] >= instant:
                return seq
    return end


def _held(row: Row, types: Sequence[str] = (), after: int = 0) -> Iterator[Entry]:
    """The rows of a journal in a row of the table, after one, of these types if any are named."""
    marks = [f',"{name}",'.encode() for name in types]
    for seq, line in enumerate(_lines(row), row[0]):
        if seq <= after or (marks and not any(mark in line for mark in marks)):
            continue
        entry = _entry(seq, line)
        if not types or entry.type in types:
            yield entry


def _lines(row: Row) -> list[bytes]:
    """The lines of a row of the table: its first number, its last, its text."""
    first, up_to, text = row
    lines: list[bytes] = text.split(b"\n")
    if lines.pop() or len(lines) != up_to - first + 1:
        raise EngineFailed(f"rows {first} to {up_to} of a journal in the file are broken")
    return lines


def _entry(seq: int, line: bytes) -> Entry:
    at, kind, name, body = _LINES.decode(line)
    return Entry(seq, Instant(at), kind, name, bytes(body))
