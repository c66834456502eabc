"""Which messages of a SQLite file a query asks for: found in short rows, then read.

Instants become positions, for time never goes back in a journal. Words are numbers (`sqlite_words`), looked
for in the index `message_words`, texts in blocks, a few at a time, so that commits go on meanwhile.
"""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

import msgspec

from simulator.runtime.ports import MessageQuery, MessageRecord
from simulator.store import sqlite_journal, sqlite_stretches, texts
from simulator.store.sqlite_journal import Ask, Row
from simulator.store.sqlite_rows import COLUMNS, records
from simulator.store.sqlite_texts import LAST

FEW = 500
"""So many messages are looked up one by one; of more the words are asked first."""

FIRST_BLOCKS = 4
"""How many blocks are read first; each time four times as many, up to MOST_BLOCKS."""

MOST_BLOCKS = 64


class _Terms(NamedTuple):
    """Conditions of SQL that hold together, and their values."""

    sql: str
    values: tuple[object, ...]


async def messages(ask: Ask, account: str, query: MessageQuery) -> list[MessageRecord]:
    """Recorded messages that meet the query, in its order."""
    words = await _in_numbers(ask, account, query)
    if words is None:
        return []
    query = await _in_positions(ask, account, query)
    if query.mdn is not None:
        found = await _on_phone(ask, account, query, words)
    elif query.text is None:
        found = await _by_words(ask, account, query, words)
    else:
        found = await _by_text(ask, account, query, words)
    return await records(ask, account, found)


async def _in_positions(ask: Ask, account: str, query: MessageQuery) -> MessageQuery:
    """The same query without instants."""
    after, below = query.after, query.below
    if query.since is not None:
        after = max(after, await sqlite_journal.first_at(ask, account, query.since) - 1)
    if query.until is not None:
        first = await sqlite_journal.first_at(ask, account, query.until)
        below = first if below is None else min(below, first)
    return msgspec.structs.replace(query, after=after, below=below, since=None, until=None)


async def _by_words(ask: Ask, account: str, query: MessageQuery, words: _Terms) -> list[Row]:
    terms, order = _bounds(account, query), _order(query)
    if words.sql:
        short = _and(terms, words)
        sql = f"SELECT position FROM message INDEXED BY message_words WHERE {short.sql}"
        found = await ask(f"{sql} {order} LIMIT ?", (*short.values, query.limit))
        return await _read(ask, account, query, words, [row[0] for row in found])
    sql = f"SELECT {COLUMNS} FROM message WHERE {terms.sql} {order} LIMIT ?"
    return await ask(sql, (*terms.values, query.limit))


async def _on_phone(ask: Ask, account: str, query: MessageQuery, words: _Terms) -> list[Row]:
    wanted, found = None if query.text is None else texts.folded(query.text), list[Row]()
    terms = _and(_bounds(account, query), _Terms("mdn = ?", (query.mdn,)), words)
    for some in await _stretches(ask, account, query):
        near = _and(terms, _Terms(f"{sqlite_stretches.OF} IN ({str(list(some))[1:-1]})", ()))
        which = f"FROM message INDEXED BY message_mdn WHERE {near.sql} {_order(query)}"
        if wanted is None:  # of many stretches those that are shown are known when all are sorted
            room = (*near.values, query.limit - len(found))
            places = await ask(f"SELECT position {which} LIMIT ?", room)
            found += await _read(ask, account, query, words, [row[0] for row in places])
        else:
            rows = await ask(f"SELECT {COLUMNS} {which}", near.values)
            found += [row for row in rows if wanted in texts.folded(row[5])]
        if len(found) >= query.limit:
            break
    return found[: query.limit]


async def _stretches(ask: Ask, account: str, query: MessageQuery) -> list[range]:
    """Where messages between the bounds may stand, nearest first."""
    lowest, highest = (await ask(sqlite_stretches.ENDS, (account,)))[0]
    if lowest is None:
        return []
    low = max(lowest, query.after >> sqlite_stretches.SHIFT)
    if query.below is not None:
        highest = min(highest, query.below >> sqlite_stretches.SHIFT)
    return sqlite_stretches.some_at_a_time(low, highest, newest=query.newest_first)


async def _by_text(ask: Ask, account: str, query: MessageQuery, words: _Terms) -> list[Row]:
    found: list[Row] = []
    first = await sqlite_journal.first(ask, account)  # a block may begin with some that were let go
    query = msgspec.structs.replace(query, after=max(query.after, first - 1))
    if words.sql:  # the nearest that has the words is a bound
        terms = _and(_bounds(account, query), words)
        sql = f"SELECT position FROM message INDEXED BY message_words WHERE {terms.sql}"
        nearest = await ask(f"{sql} {_order(query)} LIMIT 1", terms.values)
        if not nearest:
            return []
        query = _from(query, int(nearest[0][0]))
    async for positions in _holding(ask, account, query):
        room = query.limit - len(found)
        found += await _among(ask, account, query, words, positions, room)
        if len(found) >= query.limit:
            break
    return found


def _from(query: MessageQuery, position: int) -> MessageQuery:
    """The same query from a position on, which is among what it asks for."""
    if query.newest_first:
        return msgspec.structs.replace(query, below=position + 1)
    return msgspec.structs.replace(query, after=position - 1)


async def _holding(ask: Ask, account: str, query: MessageQuery) -> AsyncIterator[list[int]]:
    """Positions of the messages that hold the text, in the query's order, some at a time."""
    rows = await ask(LAST, (account,))
    last = int(rows[0][0])
    if query.newest_first:
        yield await _loose(ask, account, query, last)
    count, passed = FIRST_BLOCKS, query.below if query.newest_first else query.after
    while True:
        blocks = await _blocks(ask, account, query, last, passed, count)
        if not blocks:
            break
        yield [item for block in blocks for item in _in_block(block, query)]
        passed = blocks[-1][0] if query.newest_first else blocks[-1][1]
        count = min(4 * count, MOST_BLOCKS)
    if not query.newest_first:
        yield await _loose(ask, account, query, last)


async def _blocks(
    ask: Ask, account: str, query: MessageQuery, last: int, passed: int | None, count: int
) -> list[Row]:
    """The next blocks that may have messages between the bounds, beyond what is passed."""
    terms = _Terms("company_key = ? AND last <= ? AND last > ?", (account, last, query.after))
    if query.below is not None:
        terms = _and(terms, _Terms("first < ?", (query.below,)))
    if query.newest_first and passed is not None:
        terms = _and(terms, _Terms("first < ?", (passed,)))
    elif passed is not None:
        terms = _and(terms, _Terms("last > ?", (passed,)))
    way = "DESC" if query.newest_first else "ASC"
    sql = f"SELECT first, last, positions, texts FROM text_block WHERE {terms.sql}"
    return await ask(f"{sql} ORDER BY first {way} LIMIT ?", (*terms.values, count))


def _in_block(block: Row, query: MessageQuery) -> list[int]:
    assert query.text is not None
    places = texts.holding(block[3], texts.folded(query.text))
    if not places:
        return []
    every = array("q", block[2])
    return _ordered([every[place] for place in places], query)


async def _loose(ask: Ask, account: str, query: MessageQuery, last: int) -> list[int]:
    """Of the messages that stand in no block yet."""
    assert query.text is not None
    sql = "SELECT position, text FROM message WHERE company_key = ? AND position > ?"
    rows = await ask(f"{sql} ORDER BY position", (account, max(last, query.after)))
    wanted = texts.folded(query.text)
    return _ordered([row[0] for row in rows if wanted in texts.folded(row[1])], query)


def _ordered(positions: list[int], query: MessageQuery) -> list[int]:
    """Positions that go up: those between the bounds, in the query's order."""
    below = query.below
    kept = [item for item in positions if item > query.after and (below is None or item < below)]
    return kept[::-1] if query.newest_first else kept


async def _among(
    ask: Ask,
    account: str,
    query: MessageQuery,
    words: _Terms,
    positions: Sequence[int],
    room: int,
) -> list[Row]:
    """Those of the positions that have the query's words too, so many at most."""
    if not words.sql:
        return await _read(ask, account, query, words, positions[:room])
    if len(positions) > FEW:
        ends = min(positions), max(positions)
        between = _Terms("company_key = ? AND position BETWEEN ? AND ?", (account, *ends))
        terms = _and(between, words)
        sql = f"SELECT position FROM message INDEXED BY message_words WHERE {terms.sql}"
        met = {row[0] for row in await ask(sql, terms.values)}
        positions = [item for item in positions if item in met][:room]
    return (await _read(ask, account, query, words, positions))[:room]


async def _read(
    ask: Ask, account: str, query: MessageQuery, words: _Terms, positions: Sequence[int]
) -> list[Row]:
    """The messages at those positions that have the query's words, in its order."""
    found: list[Row] = []
    for start in range(0, len(positions), FEW):
        part = positions[start : start + FEW]
        marks = ", ".join("?" * len(part))
        these = _Terms(f"company_key = ? AND position IN ({marks})", (account, *part))
        terms = _and(these, words)
        sql = f"SELECT {COLUMNS} FROM message WHERE {terms.sql} {_order(query)}"
        found += await ask(sql, terms.values)
    return found


def _bounds(account: str, query: MessageQuery) -> _Terms:
    terms = _Terms("company_key = ? AND position > ?", (account, query.after))
    return terms if query.below is None else _and(terms, _Terms("position < ?", (query.below,)))


async def _in_numbers(ask: Ask, account: str, query: MessageQuery) -> _Terms | None:
    """The members that have few values, as numbers; None where no message has them together.

    Empty SQL where none is asked for.
    """
    names = ("direction", "code", "purpose", "campaign_id")
    asked = [(name, getattr(query, name)) for name in names if getattr(query, name) is not None]
    words = [_Terms(f"{name} = ?", (value,)) for name, value in asked]
    if query.list_id is not None:  # quotation marks of JSON stand round an id and nowhere in one
        quoted = msgspec.json.encode(query.list_id).decode()
        words.append(_Terms("instr(list_ids, ?) > 0", (quoted,)))
    terms = [_Terms("state = ?", (query.state,))] if query.state is not None else []
    if words:
        having = _and(_Terms("company_key = ?", (account,)), *words)
        rows = await ask(f"SELECT number FROM wording WHERE {having.sql}", having.values)
        if not rows:
            return None
        terms.append(_Terms(f"wording IN ({', '.join(str(row[0]) for row in rows)})", ()))
    return _and(*terms)


def _and(*terms: _Terms) -> _Terms:
    some = [item for item in terms if item.sql]
    sql = " AND ".join(item.sql for item in some)
    return _Terms(sql, tuple(value for item in some for value in item.values))


def _order(query: MessageQuery) -> str:
    return f"ORDER BY position {'DESC' if query.newest_first else 'ASC'}"
