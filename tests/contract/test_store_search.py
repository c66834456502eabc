"""A search among more messages than stand in a block: what is found is what a reader would find."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.domain.commands import ReceiveMo, SubmitMt
from simulator.domain.instants import HOUR, Instant
from simulator.domain.messages import Mt, MtAccepted, MtReplaced
from simulator.domain.numbers import Mdn
from simulator.errors import EngineFailed
from simulator.runtime.ports import Batch, Entry, MessageQuery, MessageRecord, Store
from simulator.store import sqlite_tail
from simulator.store.memory import MemoryStore
from simulator.store.memory_search import SLICE, Reader
from simulator.store.sqlite import SqliteStore
from simulator.store.texts import BLOCK
from tests.contract.rows import START, Author
from tests.load import inbox_rows

ANN = Mdn("+13125550101")
REFUSED = Mdn("+15005550002")
MANY = 2 * BLOCK + 100
PIECES = ("%", "_", "\\", "'", '"', "100% off", "a_b", "C:\\x", "ß", "STRASSE", "Σ", "ς", "Ж", "İ")
WORDS = st.lists(st.sampled_from((*PIECES, "sale", "SALE", "\x00", " ")), min_size=1, max_size=3)
TEXTS = st.lists(WORDS.map("".join), min_size=1, max_size=12)


def _mts(texts: list[str]) -> Batch:
    author = Author()
    for number, text in enumerate(texts):
        mdn = Mdn(f"+1312555{number % 3:04d}")
        author.do(SubmitMt(mdn=mdn, code="65047", text=text), START + number)
    return author.batch()


def _found(record: MessageRecord, query: MessageQuery) -> bool:
    """The query read word for word."""
    return (
        query.after < record.position
        and (query.below is None or record.position < query.below)
        and query.direction in (None, record.direction)
        and query.mdn in (None, record.mdn)
        and query.state in (None, record.state)
        and query.code in (None, record.code)
        and query.purpose in (None, record.purpose)
        and query.campaign_id in (None, record.campaign_id)
        and (query.list_id is None or query.list_id in record.list_ids)
        and (query.text is None or query.text.casefold() in record.text.casefold())
        and (query.since is None or record.at >= query.since)
        and (query.until is None or record.at < query.until)
    )


QUERIES = st.builds(
    MessageQuery,
    direction=st.sampled_from([None, None, "mt", "mo"]),
    mdn=st.sampled_from([None, None, None, inbox_rows.mdn_of(1), "+13125550001"]),
    state=st.sampled_from([None, None, "delivered", "undeliverable", "received", "accepted"]),
    code=st.sampled_from([None, None, "65047", "12345"]),
    purpose=st.sampled_from([None, None, "connect", "welcome"]),
    campaign_id=st.sampled_from([None, None, None, "JoinVip01", "7", "nobody"]),
    list_id=st.sampled_from([None, None, None, "1001", "1002", 'a "b"', "b", "100"]),
    text=st.sampled_from([None, None, "ORDER", "élodie", "gift-1", "9", "Y", "nobody"]),
    since=st.sampled_from([None, None, Instant(START + MANY // 2 * inbox_rows.APART)]),
    until=st.sampled_from([None, None, Instant(START + MANY // 3 * inbox_rows.APART)]),
    after=st.integers(0, 2 * MANY),
    below=st.none() | st.integers(0, 3 * MANY),
    newest_first=st.booleans(),
    limit=st.sampled_from([1, 7, 100, 10_000]),
)


@pytest.fixture
async def many(store: Store) -> tuple[Store, list[MessageRecord]]:
    """Two blocks and a hundred messages."""
    await store.save_account(Author().record)
    for batch in inbox_rows.batches("acme", MANY, short=True):
        await store.commit(batch)
    return store, await store.messages("acme", MessageQuery(limit=MANY))


async def test_every_query_finds_what_a_reader_finds(
    many: tuple[Store, list[MessageRecord]],
) -> None:
    """Any words together, in either order, cut at the limit."""
    store, every = many
    asked: list[MessageQuery] = []

    @settings(max_examples=150)
    @given(QUERIES)
    def draw(query: MessageQuery) -> None:
        asked.append(query)

    draw()
    assert len(every) == MANY
    for query in asked:
        wanted = [record for record in every if _found(record, query)]
        ordered = wanted[::-1] if query.newest_first else wanted
        assert await store.messages("acme", query) == ordered[: query.limit], query


async def test_a_search_after_another_knows_what_came_between(store: Store) -> None:
    """More messages, other states of those that were searched before, and texts of later ones."""
    author = Author()
    await store.save_account(author.record)
    for number in range(3):
        for place in range(600):
            mdn = REFUSED if place % 3 == 0 else Mdn("+13125550101")
            author.do(SubmitMt(mdn=mdn, code="65047", text=f"text {number}"), START + number * HOUR)
        await store.commit(author.batch())
        await _finds_what_there_is(store, number)
        author.run(START + number * HOUR + HOUR - 1)
        await store.commit(author.batch())
        await _finds_what_there_is(store, number)


async def _finds_what_there_is(store: Store, number: int) -> None:
    every = await store.messages("acme", MessageQuery(limit=10_000))
    assert len(every) == 600 * (number + 1)
    for state in ("accepted", "delivered", "refused"):
        for text in (None, f"text {number}", "text 0"):
            query = MessageQuery(state=state, text=text, limit=10_000)
            found = await store.messages("acme", query)
            assert found == [record for record in every if _found(record, query)], query


async def test_a_run_that_nobody_searches_reads_no_row_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Commits, pages and phones fill no columns; the newest messages do, in the background."""
    sizes: list[int] = []
    read = Reader.read

    def counted(reader: Reader) -> None:
        sizes.append(reader.behind)
        read(reader)

    monkeypatch.setattr(Reader, "read", counted)
    store = MemoryStore()
    await store.save_account(Author().record)
    for batch in inbox_rows.batches("acme", MANY, short=True):
        await store.commit(batch)
    phone = MessageQuery(mdn=inbox_rows.mdn_of(1), text="order", newest_first=True)
    for query in (MessageQuery(), MessageQuery(since=Instant(START)), phone):
        await store.messages("acme", query)
    await store.message("acme", "m1")
    await asyncio.sleep(0)
    assert sizes == []
    await store.messages("acme", MessageQuery(newest_first=True))
    assert sizes == []
    await asyncio.sleep(0)
    assert len(sizes) == 1
    await store.messages("acme", MessageQuery(text="order"))
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) == -(-sizes[0] // SLICE)
    await store.close()


async def test_others_are_served_while_a_first_search_reads() -> None:
    """And what is committed meanwhile is found too, or the journal that was emptied is not."""
    store = MemoryStore()
    await store.save_account(Author().record)
    first, second = inbox_rows.batches("acme", MANY, short=True)
    await store.commit(first)
    query = MessageQuery(text="gift", limit=10_000)
    search = asyncio.create_task(store.messages("acme", query))
    await asyncio.sleep(0)
    assert not search.done()
    await store.commit(second)
    every = await store.messages("acme", MessageQuery(limit=10_000))
    assert len(every) == MANY
    assert await search == [record for record in every if _found(record, query)]
    await store.messages("acme", MessageQuery(newest_first=True))
    await store.clear_journal("acme")
    assert await store.messages("acme", query) == []
    await store.close()


async def test_both_stores_find_any_text_alike(tmp_path: Path) -> None:
    """%, _, a backslash, quotes, NUL and letters of any script and case are only themselves."""
    asked: list[tuple[list[str], str]] = []

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(TEXTS, WORDS.map("".join))
    def draw(texts: list[str], wanted: str) -> None:
        asked.append((texts, wanted))

    draw()
    memory, file = MemoryStore(), SqliteStore(tmp_path / "s.db")
    await file.open()
    for store in (memory, file):
        await store.save_account(Author().record)
    for texts, wanted in asked:
        expected = [text for text in texts if wanted.casefold() in text.casefold()]
        for store in (memory, file):
            await store.clear_journal("acme")
            await store.commit(_mts(texts))
            found = await store.messages("acme", MessageQuery(text=wanted))
            assert [record.text for record in found] == expected, wanted
    await file.close()


@pytest.mark.parametrize("place", [0, BLOCK - 1, BLOCK, MANY - 1])
async def test_a_text_that_was_replaced_is_found_and_the_old_one_is_not(
    store: Store, place: int
) -> None:
    """In a block that is closed and in what stands in none."""
    await store.save_account(Author().record)
    batch = _mts([f"text {number} here" for number in range(MANY)])
    await store.commit(batch)
    mts = [entry.value.mt for entry in batch.entries if isinstance(entry.value, MtAccepted)]
    mt = msgspec.structs.replace(mts[place], text="another")
    event = MtReplaced(mt=mt)
    seq = batch.entries[-1].seq + 1
    row = Entry(
        seq, Instant(START + MANY), "event", "MtReplaced", msgspec.json.encode(event), event
    )
    await store.commit(Batch("acme", [row], []))
    found = await store.messages("acme", MessageQuery(text="ANOTHER"))
    assert [msgspec.json.decode(record.body, type=Mt) for record in found] == [mt]
    assert await store.messages("acme", MessageQuery(text=f"text {place} here")) == []
    rest = await store.messages("acme", MessageQuery(text="here", limit=10_000))
    assert len(rest) == MANY - 1


async def test_a_file_goes_on_where_it_was(tmp_path: Path) -> None:
    """What stands in no block is counted anew by the next process; an emptied journal has no blocks."""
    wanted, found = MessageQuery(text="gift", limit=10_000), []
    for _ in range(2):
        for batch in inbox_rows.batches("acme", MANY, short=True):
            store = SqliteStore(tmp_path / "s.db")
            await store.open()
            await store.save_account(Author().record)
            await store.commit(batch)
            found.append(len(await store.messages("acme", wanted)))
            await store.close()
        store = SqliteStore(tmp_path / "s.db")
        await store.open()
        await store.clear_journal("acme")
        assert await store.messages("acme", wanted) == []
        await store.close()
    gifts = [item for item in range(MANY) if item % 4 == 2 and item % inbox_rows.EVERY_MO]
    first = sum(item < inbox_rows.BATCH for item in gifts)
    assert found == 2 * [first, len(gifts)]


async def test_words_are_found_over_a_restart_and_a_failed_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Combinations of words that a file has already, and new ones, have each one number."""
    path, author = tmp_path / "w.db", Author()

    async def written(text: str) -> None:
        author.do(SubmitMt(mdn=ANN, code="65047", text=text))
        author.do(ReceiveMo(mdn=ANN, code="65047", text=text))
        store = SqliteStore(path)
        await store.open()
        await store.save_account(author.record)
        torn = Batch("acme", [*author.rows, author.rows[-1]])
        with pytest.raises(ValueError, match="of a journal are"):
            await store.commit(torn)
        await store.commit(author.batch())
        with monkeypatch.context() as broken:
            broken.setattr(sqlite_tail, "_INSERT_MESSAGE", "INSERT INTO nowhere VALUES (?)")
            with pytest.raises(EngineFailed, match=r"w\.db could not be changed"):
                await store.messages("acme", MessageQuery())
        assert len(await store.messages("acme", MessageQuery(text=text))) == 2
        await store.close()

    await written("one")
    await written("two")
    store = SqliteStore(path)
    await store.open()
    found = await store.messages("acme", MessageQuery(direction="mo"))
    assert [item.text for item in found] == ["one", "two"]
    assert len(await store.messages("acme", MessageQuery(purpose="connect"))) == 2
    await store.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM wording").fetchone() == (3,)
