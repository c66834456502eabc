"""Messages far from one another in a file: found by id, part and phone as if they stood together."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from simulator.domain.commands import SubmitMt
from simulator.domain.instants import HOUR
from simulator.domain.messages import Mt, ReceiptWish
from simulator.domain.numbers import Mdn
from simulator.runtime.ports import MessageQuery, MessageRecord, Store
from simulator.store import sqlite_stretches, sqlite_tail, sqlite_texts
from simulator.store.memory import MemoryStore
from simulator.store.sqlite import SqliteStore
from simulator.store.sqlite_stretches import SHIFT, some_at_a_time
from tests.contract.rows import START, Author, attempt

ANN, BOB = Mdn("+13125550101"), Mdn("+13125550102")
CODE = "65047"
WISH = ReceiptWish(option="ALL", url="http://127.0.0.1:9/receipts")
SCHEMA = files("simulator.store").joinpath("schema.sql").read_text()
STRETCHES = (0, 0, 1, 2, 7, 8, 30, 90)
"""In which of them a message to each of the two phones begins."""


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[tuple[Store, Store]]:
    """The same messages in a file, in those stretches, and in memory, without anything between."""
    far, near = SqliteStore(tmp_path / "far.db"), MemoryStore()
    apart = Author()
    for store, author in ((far, apart), (near, Author())):
        await store.open()
        await store.save_account(author.record)
        for number, stretch in enumerate(STRETCHES):
            if author is apart:
                author._written = max(author._written, stretch << SHIFT)
            for mdn in (ANN, BOB):
                text = f"{'odd' if number % 2 else 'even'} {number} {'x' * 200}"
                author.do(
                    SubmitMt(mdn=mdn, code=CODE, text=text, split=True, receipts=WISH),
                    START + number * HOUR,
                )
            if store is far:
                await store.commit(author.batch())
                await store.messages("acme", MessageQuery())  # writes it; what comes moves it
        if author is apart:
            author._written = 100 << SHIFT
        author.run(START + 100 * HOUR)
        await store.commit(author.batch())
    yield far, near
    await far.close()
    await near.close()


def _told(found: list[MessageRecord]) -> list[MessageRecord]:
    """Without the place in the journal, which is what differs."""
    return [msgspec.structs.replace(item, position=0) for item in found]


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("limit", [1, 3, 100])
@pytest.mark.parametrize("text", [None, "odd", "x 5", "nothing of it"])
async def test_a_phone_is_found_in_order(
    stores: tuple[Store, Store], *, newest_first: bool, limit: int, text: str | None
) -> None:
    """From either end, so many, with a text and without, between any two of its messages."""
    far, near = stores
    places = [
        [item.position for item in await store.messages("acme", MessageQuery(mdn=ANN))]
        for store in stores
    ]
    assert [place >> SHIFT for place in places[0]] == list(STRETCHES)
    bounds = [(None, None), (0, None), (3, None), (None, 2), (None, 5), (2, 6), (6, 7), (7, None)]
    for after, below in bounds:
        found = [
            await store.messages(
                "acme",
                MessageQuery(
                    mdn=ANN,
                    text=text,
                    after=0 if after is None else where[after],
                    below=None if below is None else where[below],
                    newest_first=newest_first,
                    limit=limit,
                ),
            )
            for store, where in zip((far, near), places, strict=True)
        ]
        assert _told(found[0]) == _told(found[1])
    assert await far.messages("acme", MessageQuery(mdn=Mdn("+13125550199"))) == []


async def test_each_is_found_by_its_id_and_its_parts(
    stores: tuple[Store, Store],
) -> None:
    """As it ended, with what is told of it; an id that is none is in no stretch."""
    far, near = stores
    every = await near.messages("acme", MessageQuery())
    assert len(every) == 2 * len(STRETCHES)
    for record in every:
        assert record.state == "delivered"
        ids = msgspec.json.decode(record.body, type=Mt).part_ids
        assert len(ids) == 2
        for number, part in enumerate(ids, start=1):
            found = await far.message("acme", part)
            assert found is not None
            assert (_told([found[0]]), found[1]) == (_told([record]), number)
        here, there = [await store.trail("acme", record.id) for store in (far, near)]
        assert there
        assert [(row.type, row.body) for row in here] == [(row.type, row.body) for row in there]
    assert await far.message("acme", "nobody") is None
    assert await far.trail("acme", "nobody") == []
    assert await far.message("nobody", every[0].id) is None


async def test_attempts_of_many_stretches_come_in_order(tmp_path: Path) -> None:
    """Those at a delivery, told apart from those at others between them."""
    store = SqliteStore(tmp_path / "s.db")
    await store.open()
    author = Author()
    await store.save_account(author.record)
    other = msgspec.structs.replace(attempt(0), delivery_id="d2")
    for first in range(3):
        mine = [attempt(first), *[other] * (1 << SHIFT)]
        await store.commit(author.attempted(*mine))
    found = await store.attempts("acme", ["d1", "d3"])
    assert [item.attempt for item in found] == [0, 1, 2]
    assert len(await store.attempts("acme", ["d1", "d2"])) == 3 * (1 << SHIFT) + 3
    await store.close()


@pytest.mark.parametrize("newest", [False, True])
@pytest.mark.parametrize(
    ("low", "high", "sizes"),
    [
        (0, 0, [1]),
        (3, 4, [1, 1]),
        (0, 90, [1, 4, 16, 64, 6]),
        (7, 200, [1, 4, 16, 64, 64, 45]),
        (5, 4, []),
    ],
)
def test_every_stretch_is_asked_once_and_the_nearest_first(
    low: int, high: int, sizes: list[int], *, newest: bool
) -> None:
    """The first alone, then more and more at a time."""
    asked = some_at_a_time(low, high, newest=newest)
    every = [number for some in asked for number in (reversed(some) if newest else some)]
    assert every == (list(range(high, low - 1, -1)) if newest else list(range(low, high + 1)))
    assert [len(some) for some in asked] == sizes


def _plan(statement: str) -> list[str]:
    """How SQLite goes about a statement in an empty file."""
    marks = max(number for number in range(9) if f"?{number}" in statement)
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(SCHEMA)
        rows = db.execute(f"EXPLAIN QUERY PLAN {statement}", ("x",) * marks)
        return [row[3] for row in rows]


@pytest.mark.parametrize(
    ("statement", "index", "word"),
    [
        (sqlite_stretches.MESSAGE[1:-1], "message_id", "id"),
        (sqlite_stretches.PART, "part_id", "id"),
        (sqlite_stretches.TOLD, "message_id", "id"),
        (sqlite_stretches.ATTEMPTS, "attempt_delivery", "delivery_id"),
        (sqlite_tail._MOVE_MESSAGE, "message_id", "id"),
        (sqlite_tail._REPLACE_MESSAGE, "message_id", "id"),
        (sqlite_texts._BLOCK_OF, "message_id", "id"),
        (sqlite_tail._INSERT_TRAIL_OF, "message_id", "id"),
    ],
)
def test_an_id_is_looked_up_and_not_searched_for(statement: str, index: str, word: str) -> None:
    """No statement goes through a table, or through a stretch."""
    plan = _plan(statement)
    assert any(f"INDEX {index} (company_key=? AND <expr>=? AND {word}=?)" in step for step in plan)
    scans = [step for step in plan if step.startswith("SCAN")]
    assert all("stretch" in step or "json_each" in step for step in scans), plan
    assert _ends(plan), plan


def _ends(plan: list[str]) -> bool:
    """Whether what is asked of a whole account is its first or last, in an index of that order."""
    whole = [step for step in plan if step.endswith("(company_key=?)")]
    return all("message_words" in step or "PRIMARY KEY" in step for step in whole)


def test_the_first_and_last_stretch_are_known_without_looking_through_them() -> None:
    """By an index that goes by positions."""
    plan = _plan(sqlite_stretches.ENDS)
    assert len([step for step in plan if step.startswith("SEARCH")]) == 2
    assert _ends(plan), plan
