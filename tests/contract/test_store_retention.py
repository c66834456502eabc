"""The first rows of a journal let go: what came of them goes too, and all else is as it was."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from simulator.domain.commands import OpenAccount, ReceiveMo, SubmitMt
from simulator.domain.instants import DAY, HOUR, Instant
from simulator.domain.messages import ReceiptWish
from simulator.domain.numbers import Mdn
from simulator.runtime.ports import Attempt, Entry, MessageQuery, MessageRecord, Store
from simulator.store import packed, sqlite_journal, texts
from simulator.store.memory import MemoryStore
from simulator.store.sqlite import SqliteStore
from tests.contract.rows import START, Author, attempt

ANN, BOB = Mdn("+13125550101"), Mdn("+13125550102")
CODE = "65047"
DAYS = 12
IMAGE = (10**6, b"an image")
WISH = ReceiptWish(option="ALL", url="http://127.0.0.1:9/receipts")
TABLES = ("message", "part", "trail", "text_block", "attempt", "journal")


@pytest.fixture(autouse=True)
def short_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few lines in a row of the file's table, few texts in a block: the bound is amid some."""
    monkeypatch.setattr(sqlite_journal, "MOST_LINES", 3)
    monkeypatch.setattr(texts, "BLOCK", 6)


def _live(author: Author, day: int) -> Attempt:
    """A long message with receipts, a short one, a question with its answer; finished by its end."""
    at = START + day * DAY
    long = f"day {day} " * 30
    author.do(SubmitMt(mdn=ANN, code=CODE, text=long, split=True, receipts=WISH), at)
    author.do(SubmitMt(mdn=BOB, code=CODE, text=f"bob {day}"), at + HOUR)
    author.do(ReceiveMo(mdn=ANN, code=CODE, text="HELP"), at + 2 * HOUR)
    author.run(at + 3 * HOUR)
    return msgspec.structs.replace(attempt(day), at=Instant(at + HOUR), delivery_id=f"d{day % 2}")


async def _written(store: Store, days: int = DAYS) -> Author:
    author = Author()
    await store.save_account(author.record)
    author.do(OpenAccount(account=author.world.account))
    for day in range(days):
        made = _live(author, day)
        await store.commit(author.batch(made))
    return author


async def _rows(store: Store) -> list[Entry]:
    rows = await store.entries("acme")
    return [msgspec.structs.replace(row, held=None) for row in rows]


async def _messages(store: Store) -> list[MessageRecord]:
    return await store.messages("acme", MessageQuery(limit=1_000))


def _bodies(records: list[MessageRecord]) -> list[dict[str, list[str]]]:
    return [msgspec.json.decode(item.body) for item in records]


async def _middle(store: Store) -> int:
    """A row amid the journal: that of a message."""
    records = await _messages(store)
    return records[len(records) // 2].position


async def test_what_came_of_the_rows_goes_with_them(store: Store) -> None:
    """Rows, messages by id and by part, trails, attempts: gone before the bound, the same after it."""
    await _written(store)
    rows, messages, below = await _rows(store), await _messages(store), await _middle(store)
    parts = {key: msgspec.json.decode(key.body)["part_ids"] for key in messages}
    trails = {item.id: await store.trail("acme", item.id) for item in messages}
    assert any(len(ids) > 1 for ids in parts.values())
    assert any(trails.values())
    await store.forget_before("acme", below, IMAGE)
    left = await _rows(store)
    begins = left[0].seq
    assert below - 3 < begins <= below
    assert left == [row for row in rows if row.seq >= begins]
    kept = [item for item in messages if item.position >= begins]
    assert 0 < len(kept) < len(messages)
    assert await _messages(store) == kept
    for item in messages:
        for number, part in enumerate(parts[item], start=1):
            found = await store.message("acme", part)
            assert found == ((item, number) if item in kept else None)
        if item in kept:
            assert await store.trail("acme", item.id) == trails[item.id]
    assert await store.image("acme") == IMAGE


async def test_searches_find_what_is_left(store: Store) -> None:
    """By number, word, text and time, whole pages of it, newest and oldest first."""
    await _written(store)
    queries = [
        MessageQuery(text="DAY", limit=3),
        MessageQuery(text="bob", newest_first=True, limit=3),
        MessageQuery(direction="mo"),
        MessageQuery(mdn=ANN, newest_first=True),
        MessageQuery(mdn=BOB, text="bob"),
        MessageQuery(since=Instant(START), until=Instant(START + 8 * DAY)),
        MessageQuery(since=Instant(START + 8 * DAY)),
        MessageQuery(state="delivered", code=CODE, limit=4),
    ]
    everything = [msgspec.structs.replace(query, limit=1_000) for query in queries]
    for query in queries:
        await store.messages("acme", query)
    before = [await store.messages("acme", query) for query in everything]
    await store.forget_before("acme", await _middle(store), IMAGE)
    begins = (await _rows(store))[0].seq
    for query, found in zip(queries, before, strict=True):
        left = [item for item in found if item.position >= begins]
        assert left
        assert await store.messages("acme", query) == left[: query.limit]


async def test_it_goes_on_and_goes_on_being_let_go(store: Store) -> None:
    """As long as one likes: new rows follow the old, and again the first of them go."""
    author, looked = await _written(store, 2), list[str]()
    for day in range(2, 3 * DAYS):
        made = _live(author, day)
        await store.commit(author.batch(made))
        rows = await _rows(store)
        messages = await _messages(store)
        bound = messages[-4].position
        await store.forget_before("acme", bound, (rows[-1].seq, b"image"))
        left = await _rows(store)
        assert left == [row for row in rows if row.seq >= left[0].seq]
        assert [row.seq for row in left] == list(range(left[0].seq, rows[-1].seq + 1))
        assert await _messages(store) == [row for row in messages if row.position >= left[0].seq]
        texted = [item for item in await _messages(store) if "bob" in item.text]
        assert await store.messages("acme", MessageQuery(text="bob", limit=1)) == texted[:1]
        found = await store.messages("acme", MessageQuery(text=f"bob {day}"))
        looked += [item.text for item in found]
    assert looked == [f"bob {day}" for day in range(2, 3 * DAYS)]


async def test_attempts_at_callbacks_go_by_their_time(store: Store) -> None:
    """The places of those that are left stay as they were."""
    await _written(store)
    placed = await store.newest_attempts("acme", DAYS)
    at_first = await store.attempts("acme", ["d0"])
    await store.forget_before("acme", await _middle(store), IMAGE)
    since = (await _rows(store))[0].at
    left = [(place, item) for place, item in placed if item.at >= since]
    assert 0 < len(left) < len(placed)
    assert await store.newest_attempts("acme", DAYS) == left
    assert await store.newest_attempts("acme", 2, left[1][0]) == left[2:4]
    assert await store.newest_attempts("acme", 2, left[-1][0]) == []
    assert await store.attempts("acme") == [item for _, item in reversed(left)]
    assert await store.attempts("acme", ["d0"]) == [item for item in at_first if item.at >= since]


async def test_how_many_are_beyond_the_newest(store: Store) -> None:
    """And where the newest of those is; nothing where there are no more than so many."""
    await _written(store)
    messages = await _messages(store)
    count = len(messages)
    assert await store.beyond("acme", count - 3) == (3, messages[2].position)
    assert await store.beyond("acme", count) == (0, 0)
    await store.forget_before("acme", messages[6].position, IMAGE)
    left = await _messages(store)
    assert await store.beyond("acme", len(left) - 1) == (1, left[0].position)


async def test_a_copy_has_what_is_left_and_the_image(store: Store) -> None:
    """The world of its rows cannot be made without; of a whole journal no image comes along."""
    author = await _written(store)
    await store.save_image("acme", 5, b"a shortcut")
    await store.copy_journal("acme", "whole")
    assert await store.image("whole") is None
    await store.forget_before("acme", await _middle(store), IMAGE)
    rows, messages = await _rows(store), await _messages(store)
    last = await store.copy_journal("acme", "acme/1")
    author.do(SubmitMt(mdn=BOB, code=CODE, text="After"), START + DAYS * DAY)
    await store.commit(author.batch())
    await store.copy_journal("acme/1", "acme")
    assert last.seq == rows[-1].seq
    assert await _rows(store) == rows
    assert await _messages(store) == messages
    assert await store.image("acme") == IMAGE
    await store.forget_before("acme", messages[-2].position)
    assert (await _messages(store))[-2:] == messages[-2:]
    assert await store.image("acme") == IMAGE


async def test_an_older_image_does_not_take_the_place_of_a_newer_one(store: Store) -> None:
    """And a journal that is emptied has none."""
    await _written(store, 1)
    await store.save_image("acme", 9, b"newer")
    await store.save_image("acme", 8, b"older")
    assert await store.image("acme") == (9, b"newer")
    await store.save_image("acme", 9, b"the same")
    assert await store.image("acme") == (9, b"the same")
    await store.clear_journal("acme")
    assert await store.image("acme") is None


async def test_packed_bodies_go_by_whole_blocks() -> None:
    """Places stay; a block is held as long as something in it is."""
    bodies = packed.Bodies(block=4, loose=4)
    every = [b"%d" % number for number in range(30)]
    bodies.extend(every[:20])
    for place in (2, 4, 9, 9, 19):
        bodies.drop(place)
        assert bodies.between(place, 20) == every[place:20]
        assert bodies[19] == every[19]
    bodies.extend(every[20:])
    assert len(bodies) == 30
    assert bodies.between(19, 30) == every[19:]
    assert [bodies[place] for place in range(19, 30)] == every[19:]


async def test_nothing_of_the_rows_is_left_in_the_file_and_it_grows_no_more(tmp_path: Path) -> None:
    """Over many rounds, each as large as the last: the pages that became free are used again."""
    store, path = SqliteStore(tmp_path / "s.db"), tmp_path / "s.db"
    await store.open()
    author, pages = await _written(store, 2), list[int]()
    for day in range(2, 250):
        made = _live(author, day)
        await store.commit(author.batch(made))
        if day % 10 == 0:
            bound = (await _messages(store))[-40].position if day > 20 else 0
            await store.forget_before("acme", bound, (author._written, b"image"))
            pages.append((await store._all("PRAGMA page_count"))[0][0])
    begins = (await _rows(store))[0].seq
    await store.close()
    assert max(pages[5:]) <= 1.1 * pages[4]
    with closing(sqlite3.connect(path)) as db:
        counts = {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}
        assert all(0 < count < 500 for count in counts.values()), counts
        for oldest in ("position) FROM message", "last) FROM text_block", "seq) FROM trail"):
            assert db.execute(f"SELECT min({oldest}").fetchone()[0] >= begins
        orphans = "SELECT count(*) FROM part WHERE position NOT IN (SELECT position FROM message)"
        assert db.execute(orphans).fetchone() == (0,)


async def test_nothing_of_the_rows_is_left_in_memory() -> None:
    """Nothing is found any more by what is gone."""
    store = MemoryStore()
    await _written(store)
    messages = await _messages(store)
    await store.forget_before("acme", messages[-4].position, IMAGE)
    book, left = store._books["acme"], {item.id for item in messages[-4:]}
    assert book.messages.keys() == left
    assert 0 < len(book.parts) == sum(len(item["part_ids"]) - 1 for item in _bodies(messages[-4:]))
    assert {told_of for told_of, rows in book.trails.items() if rows[0] < book.gone} == set()
    assert sum(map(len, book.by_mdn.values())) == len(book.numbered) == len(left)
    assert len(book.types) == len(book.times) == len(book.events) == book.last - book.gone
    assert len(book.bodies._loose) == len(book.types)
