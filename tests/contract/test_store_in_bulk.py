"""The tables of a file are written in bulk: nothing that is asked, and no kill, can tell."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch

import msgspec
import pytest

from simulator.domain.commands import ReceiveMo, SubmitMt
from simulator.domain.instants import HOUR, Instant
from simulator.domain.messages import Mt
from simulator.domain.numbers import Mdn
from simulator.domain.sending import Accepted, ReplaceMt
from simulator.errors import EngineFailed
from simulator.runtime.ports import Batch, Entry, MessageQuery, MessageRecord, Store
from simulator.store import sqlite, sqlite_tail, texts
from simulator.store.memory import MemoryStore
from simulator.store.sqlite import SqliteStore
from tests.contract.kills import at_its_kill, copied, opened
from tests.contract.rows import START, Author

ANN, BOB = Mdn("+13125550101"), Mdn("+15005550002")
CODE = "65047"


def _steps(author: Author) -> list[int]:
    """The instants of a day at which there is something to write: two messages, their ways, an answer."""
    author.do(SubmitMt(mdn=ANN, code=CODE, text="x" * 200, split=True))
    author.do(SubmitMt(mdn=BOB, code=CODE, text="two"))
    author.do(ReceiveMo(mdn=ANN, code=CODE, text="HELP"))
    return [START + minute * HOUR // 60 for minute in range(3)] + [START + 100 * HOUR]


async def _all(store: Store) -> list[MessageRecord]:
    return await store.messages("acme", MessageQuery())


def _second_part(record: MessageRecord) -> str:
    return msgspec.json.decode(record.body, type=Mt).part_ids[1]


def _told(path: Path) -> int:
    """How many messages the table has."""
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT count(*) FROM message").fetchone()[0])


def _some_steps_told(path: Path) -> bool:
    """Whether messages from before the row that the tables are up to have steps from after it."""
    both = "message JOIN derived USING (company_key)"
    sql = f"SELECT count(*) FROM {both} WHERE position <= seq AND told > seq"
    with closing(sqlite3.connect(path)) as db:
        return bool(db.execute(sql).fetchone()[0])


async def test_it_is_the_same_whether_it_is_read_at_each_step_or_at_the_end(
    tmp_path: Path,
) -> None:
    """A message that is written once with all its steps, and one that is written over again."""
    author = Author()
    often, late = [await opened(tmp_path / name, author) for name in ("often.db", "late.db")]
    for until in _steps(author):
        author.run(until)
        batch = author.batch()
        for store in (often, late):
            await store.commit(batch)
        await _all(often)
        for record in await _all(often):
            assert await late.message("acme", record.id) == (record, 1)
    found = await _all(often)
    parts = await late.message("acme", _second_part(found[0]))
    assert parts == (found[0], 2)
    assert await _all(late) == found
    assert {record.state for record in found} == {"delivered", "refused", "received"}
    assert await often.message("acme", _second_part(found[0])) == parts
    for store in (often, late):
        await store.close()


@pytest.mark.parametrize("read_before", [False, True])
async def test_what_a_kill_left_unwritten_is_derived_again(
    tmp_path: Path, *, read_before: bool
) -> None:
    """Once: a message that the table has already is moved on, not begun again."""
    author, path = Author(), tmp_path / "s.db"
    store = await opened(path, author)
    for until in _steps(author):
        author.run(until)
        await store.commit(author.batch())
        if read_before and until == START:
            await _all(store)
    killed = at_its_kill(path)
    found = await _all(store)
    await store.close()
    unread = tmp_path / "unread.db"
    copied(killed, unread)
    assert _told(unread) == (len(found) if read_before else 0)
    again = await opened(killed, author)
    assert await _all(again) == found
    await again.close()


async def test_so_many_are_written_though_nobody_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits in memory is bounded."""
    monkeypatch.setattr(sqlite_tail, "FULL", 3)
    author, path = Author(), tmp_path / "s.db"
    store = await opened(path, author)
    for number in range(8):
        author.do(SubmitMt(mdn=ANN, code=CODE, text=str(number)))
        await store.commit(author.batch())
    assert _told(at_its_kill(path)) == 6
    assert len(await _all(store)) == 8
    await store.close()


def _busy(author: Author) -> Iterator[Batch]:
    """Commits of a day in which messages begin while others are on their way."""
    for number in range(12):
        at = START + number * HOUR // 2000  # steps of a message fall between the next ones
        author.do(SubmitMt(mdn=ANN, code=CODE, text=f"{number} " * 90, split=True), at)
        author.run(at)
        yield author.batch()
    for minute in range(1, 4):
        author.do(ReceiveMo(mdn=ANN, code=CODE, text="HELP"), START + minute * HOUR)
        author.run(START + minute * HOUR)
        yield author.batch()


@pytest.mark.usefixtures("few_at_a_time")
async def test_messages_are_known_while_a_full_tail_is_written(tmp_path: Path) -> None:
    """By id and part, after every commit, wherever they and their steps are, and after a kill."""
    author = Author()
    whole, busy = MemoryStore(), await opened(tmp_path / "busy.db", author)
    await whole.open()
    await whole.save_account(author.record)
    behind, half = set[bool](), set[bool]()
    for batch in _busy(author):
        for store in (whole, busy):
            await store.commit(batch)
        every = await whole.messages("acme", MessageQuery())
        for record in every:
            for part in msgspec.json.decode(record.body).get("part_ids", [record.id]):
                assert await busy.message("acme", part) == await whole.message("acme", part)
        killed = at_its_kill(tmp_path / "busy.db")
        behind.add(0 < _told(killed) < len(every))
        half.add(_some_steps_told(killed))
        again = await opened(killed, author)
        assert await _all(again) == every
        await again.close()
    assert behind == half == {False, True}
    assert await busy.message("acme", "nobody") is None
    assert await _all(busy) == await _all(whole)
    await busy.close()


@pytest.mark.usefixtures("few_at_a_time")
async def test_a_text_that_was_replaced_is_found_after_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though it was written, and in a block of texts, before it was replaced; the old one is not."""
    monkeypatch.setattr(texts, "BLOCK", 2)
    monkeypatch.setattr(sqlite_tail, "FULL", 6)
    author, path = Author(), tmp_path / "s.db"
    store = await opened(path, author)
    for number in range(7):
        reply = author.do(SubmitMt(mdn=ANN, code=CODE, text=f"cat {number}"))
        if number == 0:
            assert isinstance(reply, Accepted)
            first = reply.mt.message_id
        await store.commit(author.batch())
    author.do(ReplaceMt(message_id=first, text="zebra"))
    await store.commit(author.batch())
    copy = at_its_kill(path)
    assert 2 <= _told(copy) < 6
    killed = await opened(copy, author)
    for one in (killed, store):
        await _zebra_is_found(one, 6)
        await one.close()


@pytest.mark.usefixtures("few_at_a_time")
async def test_a_text_that_is_replaced_late_is_found_after_any_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a message that stood in a block long before, while the tail that has the change is written."""
    monkeypatch.setattr(texts, "BLOCK", 2)
    author, path = Author(), tmp_path / "s.db"
    store = await opened(path, author)
    reply = author.do(SubmitMt(mdn=ANN, code=CODE, text="cat 0"))
    assert isinstance(reply, Accepted)
    for number in range(1, 18):
        if number == 8:
            author.do(ReplaceMt(message_id=reply.mt.message_id, text="zebra"))
        author.do(SubmitMt(mdn=ANN, code=CODE, text=f"cat {number}"))
        await store.commit(author.batch())
        if number >= 8:
            killed = await opened(at_its_kill(path), author)
            await _zebra_is_found(killed, number)
            await killed.close()
    await store.close()


async def _zebra_is_found(store: SqliteStore, cats: int) -> None:
    for text, found in (("zebra", 1), ("cat 0", 0), ("cat", cats)):
        assert len(await store.messages("acme", MessageQuery(text=text))) == found


async def test_what_is_derived_again_is_cut_between_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few rows are read at once: a command and its events are taken together."""
    author, path = Author(), tmp_path / "s.db"
    store = await opened(path, author)
    for batch in _busy(author):
        await store.commit(batch)
    killed = at_its_kill(path)
    every = await _all(store)
    await store.close()
    taken = list[str]()
    take = sqlite_tail.told

    def noted(batch: Batch) -> sqlite_tail.Told:
        taken.append(batch.entries[0].kind)
        return take(batch)

    monkeypatch.setattr(sqlite, "FULL", 7)
    monkeypatch.setattr(sqlite, "told", noted)
    again = await opened(killed, author)
    assert await _all(again) == every
    assert len(taken) > 10
    assert set(taken) == {"command"}
    await again.close()


def test_a_single_command_is_taken_though_it_is_cut() -> None:
    """It would never be taken else."""
    kinds: list[Literal["command", "event"]] = ["command", "event", "event", "command", "event"]
    rows = [Entry(n, Instant(START), kind, "MtMoved", b"{}") for n, kind in enumerate(kinds, 1)]
    assert [row.seq for row in sqlite_tail.whole_steps(rows)] == [1, 2, 3]
    assert [row.seq for row in sqlite_tail.whole_steps(rows[:3])] == [1, 2, 3]


@pytest.mark.usefixtures("few_at_a_time")
@pytest.mark.parametrize("reads", [False, True])
async def test_what_cannot_be_written_meanwhile_is_written_later(
    tmp_path: Path, *, reads: bool
) -> None:
    """No commit fails for it until there would be too much; then nothing is lost."""
    author = Author()
    store = await opened(tmp_path / "s.db", author)
    full = patch.object(
        store._tables._texts, "follow", side_effect=sqlite3.OperationalError("disk full")
    )
    with full:
        for number in range(7):
            author.do(SubmitMt(mdn=ANN, code=CODE, text=str(number)))
            if number < 6:
                await store.commit(author.batch())
        if reads:
            with pytest.raises(EngineFailed, match="disk full"):
                await _all(store)
        else:
            with pytest.raises(sqlite3.OperationalError, match="disk full"):
                await store.commit(author.batch())
    assert [item.text for item in await _all(store)] == [str(number) for number in range(6)]
    await store.close()


@pytest.mark.usefixtures("few_at_a_time")
async def test_messages_of_an_account_are_written_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though accounts took turns, so that few pages change; each account's in its order, for its blocks."""
    monkeypatch.setattr(sqlite_tail, "FULL", 8)
    monkeypatch.setattr(texts, "BLOCK", 1)
    path, authors = tmp_path / "s.db", [Author("one"), Author("two")]
    store = await opened(path, authors[0])
    await store.save_account(authors[1].record)
    for number in range(9):
        author = authors[number % 2]
        author.do(SubmitMt(mdn=ANN, code=CODE, text=str(number)))
        await store.commit(author.batch())
    await store.accounts()  # asked in turn with the writing after a commit
    copy = at_its_kill(path)
    with closing(sqlite3.connect(copy)) as db:
        found = db.execute("SELECT company_key, text FROM message ORDER BY company_key, position")
        assert found.fetchall() == [("one", "0"), ("one", "2")]
    again = await opened(copy, authors[0])
    for one in (again, store):
        for number, author in enumerate(authors):
            texts_found = [item.text for item in await one.messages(author.key, MessageQuery())]
            assert texts_found == [str(place) for place in range(number, 9, 2)]
            for text in texts_found:
                assert len(await one.messages(author.key, MessageQuery(text=text))) == 1
        await one.close()


async def test_a_copy_and_an_emptied_journal_know_what_was_not_written_yet(tmp_path: Path) -> None:
    """A copy has every message; an emptied journal begins with none of those before."""
    author = Author()
    store = await opened(tmp_path / "s.db", author)
    _steps(author)
    await store.commit(author.batch())
    await store.copy_journal("acme", "kept")
    assert len(await store.messages("kept", MessageQuery())) == 4
    author.run(START + HOUR)
    await store.commit(author.batch())
    await store.clear_journal("acme")
    assert await _all(store) == []
    assert [item.state for item in await store.messages("kept", MessageQuery(direction="mt"))] == [
        "accepted"
    ] * 3
    await store.close()


async def _left(store: SqliteStore, waits_for: str) -> None:
    """A reader that leaves while the file does this statement for it."""
    reached = asyncio.Event()
    execute = store._db.execute

    async def told(sql: str, *values: Any) -> Any:
        if sql == waits_for:
            reached.set()
        return await execute(sql, *values)

    with patch.object(store._db, "execute", told):
        reader = asyncio.create_task(_all(store))
        await reached.wait()
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader


@pytest.mark.parametrize("statement", ["BEGIN", "COMMIT"])
async def test_a_reader_that_leaves_half_way_harms_nothing(tmp_path: Path, statement: str) -> None:
    """What is acknowledged after it is in the file, and others read on."""
    author, path = Author(), tmp_path / "s.db"
    store = await opened(path, author)
    author.do(SubmitMt(mdn=ANN, code=CODE, text="one"))
    await store.commit(author.batch())
    await _left(store, statement)
    author.do(SubmitMt(mdn=ANN, code=CODE, text="two"))
    await store.commit(author.batch())
    killed = await opened(at_its_kill(path), author)
    assert [item.text for item in await _all(killed)] == ["one", "two"]
    assert [item.text for item in await _all(store)] == ["one", "two"]
    for one in (killed, store):
        await one.close()


async def test_a_batch_that_nobody_could_read_is_not_written(tmp_path: Path) -> None:
    """Its account is told, and others go on."""
    bad, good = Author("bad"), Author("good")
    store = await opened(tmp_path / "s.db", bad)
    await store.save_account(good.record)
    row = Entry(1, Instant(START), "event", "MtMoved", b'{"type":"MtMoved"}')
    with pytest.raises(msgspec.ValidationError):
        await store.commit(Batch("bad", [row]))
    good.do(SubmitMt(mdn=ANN, code=CODE, text="one"))
    await store.commit(good.batch())
    assert await store.entries("bad") == []
    assert len(await store.messages("good", MessageQuery())) == 1
    await store.close()


async def test_a_file_that_cannot_be_read_is_let_go_of(tmp_path: Path) -> None:
    """A broken row ends the start with its reason, and the next who opens the file is told it too."""
    author, path = Author(), tmp_path / "s.db"
    store = await opened(path, author)
    author.do(SubmitMt(mdn=ANN, code=CODE, text="one"))
    await store.commit(author.batch())
    killed = at_its_kill(path)
    await store.close()
    with closing(sqlite3.connect(killed)) as db, db:
        db.execute("UPDATE journal SET lines = CAST('x' AS BLOB)")
    for _ in range(2):
        with pytest.raises(EngineFailed, match=r"rows 1 to \d of a journal in the file are broken"):
            await SqliteStore(killed).open()
