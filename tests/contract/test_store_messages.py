from __future__ import annotations

import msgspec
import pytest

from simulator.domain.commands import ReceiveMo, SubmitMt
from simulator.domain.instants import HOUR, Instant
from simulator.domain.messages import Mt
from simulator.domain.numbers import Mdn
from simulator.runtime.ports import HistoryStep, MessageQuery, MessageRecord, Store
from tests.contract.rows import START, Author

ANN, BOB = Mdn("+13125550101"), Mdn("+13125550102")
REFUSED = Mdn("+15005550002")
CODE = "65047"


@pytest.fixture
async def told(store: Store) -> Store:
    """A store that was told, in this order: MT to Ann, MO of Bob with its reply, MT to Bob."""
    author = Author()
    await store.save_account(author.record)
    author.do(SubmitMt(mdn=ANN, code=CODE, text="one"))
    author.do(ReceiveMo(mdn=BOB, code=CODE, text="HELP"))
    await store.commit(author.batch())
    author.run(START + HOUR)
    author.do(SubmitMt(mdn=BOB, code=CODE, text="two"), START + HOUR)
    await store.commit(author.batch())
    return store


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (MessageQuery(), [0, 1, 2, 3]),
        (MessageQuery(direction="mo"), [1]),
        (MessageQuery(direction="mt"), [0, 2, 3]),
        (MessageQuery(mdn=BOB), [1, 2, 3]),
        (MessageQuery(mdn="+13125550199"), []),
        (MessageQuery(state="delivered"), [0, 2]),
        (MessageQuery(state="received"), [1]),
        (MessageQuery(since=Instant(START + 1)), [3]),
        (MessageQuery(since=Instant(START + HOUR)), [3]),
        (MessageQuery(since=Instant(START + HOUR + 1)), []),
        (MessageQuery(limit=2), [0, 1]),
        (MessageQuery(mdn=BOB, direction="mt", state="accepted"), [3]),
        (MessageQuery(mdn=BOB, limit=1), [1]),
        (MessageQuery(code=CODE), [0, 1, 2, 3]),
        (MessageQuery(code="12345"), []),
        (MessageQuery(purpose="connect"), [0, 3]),
        (MessageQuery(purpose="help_reply"), [2]),
        (MessageQuery(purpose="nothing"), []),
        (MessageQuery(text="one"), [0]),
        (MessageQuery(text="o"), [0, 2, 3]),
        (MessageQuery(text="hElP", direction="mo"), [1]),
        (MessageQuery(text="TWO", mdn=BOB), [3]),
        (MessageQuery(text="one", mdn=BOB), []),
        (MessageQuery(until=Instant(START)), []),
        (MessageQuery(until=Instant(START + 1)), [0, 1, 2]),
        (MessageQuery(until=Instant(START + HOUR)), [0, 1, 2]),
        (MessageQuery(until=Instant(START + HOUR + 1)), [0, 1, 2, 3]),
        (MessageQuery(since=Instant(START + 1), until=Instant(START + HOUR)), []),
        (MessageQuery(newest_first=True), [3, 2, 1, 0]),
        (MessageQuery(newest_first=True, limit=2), [3, 2]),
        (MessageQuery(newest_first=True, text="o", limit=2), [3, 2]),
        (MessageQuery(newest_first=True, mdn=BOB, direction="mt"), [3, 2]),
    ],
)
async def test_messages_are_narrowed(told: Store, query: MessageQuery, found: list[int]) -> None:
    """Every member narrows, all together, oldest first."""
    every = await told.messages("acme", MessageQuery())
    assert await told.messages("acme", query) == [every[index] for index in found]


async def test_a_position_begins_the_next_page(told: Store) -> None:
    """after is the position of the last one seen, in every narrowing."""
    for mdn in (None, BOB):
        every = await told.messages("acme", MessageQuery(mdn=mdn))
        for index, record in enumerate(every):
            rest = await told.messages("acme", MessageQuery(mdn=mdn, after=record.position))
            assert rest == every[index + 1 :]


async def test_a_place_ends_the_page_before(told: Store) -> None:
    """below is the position of the last one seen where the newest come first."""
    for text in (None, "o"):
        every = await told.messages("acme", MessageQuery(newest_first=True, text=text))
        for index, record in enumerate(every):
            query = MessageQuery(newest_first=True, text=text, below=record.position)
            assert await told.messages("acme", query) == every[index + 1 :]


async def test_a_record_holds_the_message(told: Store) -> None:
    """Every column is that of the event, and the body decodes to the Mt."""
    record = (await told.messages("acme", MessageQuery()))[0]
    mt = msgspec.json.decode(record.body, type=Mt)
    assert record == MessageRecord(
        position=2,
        id=mt.message_id,
        direction="mt",
        mdn=ANN,
        code=CODE,
        text="one",
        state="delivered",
        at=START,
        segments=1,
        purpose="connect",
        surface="connect",
        carrier=mt.carrier,
        campaign_id=None,
        list_ids=(),
        body=msgspec.json.encode(mt),
        history=record.history,
    )


async def test_a_history_holds_every_state_with_its_instant_and_code(store: Store) -> None:
    """States across several commits are appended; a failure has its receipt code."""
    author = Author()
    await store.save_account(author.record)
    author.do(SubmitMt(mdn=REFUSED, code=CODE, text="x"))
    await store.commit(author.batch())
    while (timer := author.world.timers.next()) is not None:
        author.do(timer.command, timer.due)
        await store.commit(author.batch())
    record = (await store.messages("acme", MessageQuery()))[0]
    mt = msgspec.json.decode(record.body, type=Mt)
    assert record.state == "refused"
    assert record.history == (
        HistoryStep("accepted", START, None),
        HistoryStep("routed", Instant(START + mt.fate.steps[0].after), None),
        HistoryStep("refused", Instant(START + mt.fate.steps[1].after), 107),
    )


async def test_a_part_finds_its_message(store: Store) -> None:
    """Each part's id gives the message and the part's number; an unknown id gives None."""
    author = Author()
    await store.save_account(author.record)
    author.do(SubmitMt(mdn=ANN, code=CODE, text="x" * 320, split=True))
    await store.commit(author.batch())
    record = (await store.messages("acme", MessageQuery()))[0]
    assert record.segments == 3
    parts = msgspec.json.decode(record.body, type=Mt).part_ids
    for number, part in enumerate(parts, start=1):
        assert await store.message("acme", part) == (record, number)
    assert await store.message("acme", "nothing") is None


async def test_any_text_is_kept(store: Store) -> None:
    """NUL, quotes, emoji and right-to-left text come back as they were."""
    author = Author()
    await store.save_account(author.record)
    texts = ["a\x00b", "'\";--", "\U0001f600", "שלום", " ", "\r\n"]
    for text in texts:
        author.do(ReceiveMo(mdn=ANN, code=CODE, text=text))
    await store.commit(author.batch())
    found = await store.messages("acme", MessageQuery(direction="mo"))
    assert [record.text for record in found] == texts
