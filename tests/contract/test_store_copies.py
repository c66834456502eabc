"""A journal copied under another key: rows, messages, trails, searches and attempts come along."""

from __future__ import annotations

import msgspec

from simulator.domain.commands import OpenAccount, ReceiveMo, SubmitMt
from simulator.domain.events import AccountOpened
from simulator.domain.instants import HOUR
from simulator.domain.numbers import Mdn
from simulator.runtime.ports import AccountRecord, MessageQuery, Store
from tests.contract.rows import START, Author, attempt

ANN = Mdn("+13125550101")
BOB = Mdn("+13125550102")


async def _written(store: Store) -> Author:
    author = Author()
    await store.save_account(author.record)
    author.do(OpenAccount(account=author.world.account))
    author.do(SubmitMt(mdn=ANN, code="65047", text="Sale " * 60, split=True))
    author.do(ReceiveMo(mdn=BOB, code="65047", text="VIP"))
    author.run(START + HOUR)
    await store.commit(author.batch(attempt(2), attempt(1)))
    return author


async def _seen(store: Store, key: str) -> list[object]:
    """All that can be read of an account, but its key."""
    rows = await store.entries(key)
    messages = await store.messages(key, MessageQuery())
    return [
        [(row.seq, row.at, row.kind, row.type, row.body) for row in rows],
        messages,
        await store.messages(key, MessageQuery(text="sale")),
        await store.messages(key, MessageQuery(direction="mo")),
        [await store.message(key, item.id) for item in messages],
        [[row.seq for row in await store.trail(key, item.id)] for item in messages],
        await store.attempts(key),
        [item for _place, item in await store.newest_attempts(key, 5)],
    ]


async def test_a_copy_is_what_the_other_was(store: Store) -> None:
    """It stays so while the other goes on, and the other stays while the copy does."""
    author = await _written(store)
    was = await _seen(store, "acme")
    last = await store.copy_journal("acme", "acme/1")
    assert (last.seq, last.type) == (was[0][-1][0], was[0][-1][3])  # type: ignore[index]
    assert await _seen(store, "acme/1") == was
    author.do(SubmitMt(mdn=BOB, code="65047", text="More"), START + HOUR)
    await store.commit(author.batch(attempt(3)))
    assert await _seen(store, "acme/1") == was
    assert len(await store.messages("acme", MessageQuery())) == len(was[1]) + 1  # type: ignore[arg-type]


async def test_copied_over_a_longer_one_nothing_of_that_is_left(store: Store) -> None:
    """Going back: what came after the copy is gone, and what is committed next goes on from there."""
    author = await _written(store)
    was = await _seen(store, "acme")
    await store.copy_journal("acme", "acme/1")
    author.do(SubmitMt(mdn=BOB, code="65047", text="More sale"), START + HOUR)
    await store.commit(author.batch(attempt(3)))
    await store.copy_journal("acme/1", "acme")
    assert await _seen(store, "acme") == was
    again = Author()
    again.world, again._written = author.world, was[0][-1][0]  # type: ignore[index]
    again.do(SubmitMt(mdn=ANN, code="65047", text="Again sale"), START + HOUR)
    await store.commit(again.batch())
    assert (await store.messages("acme", MessageQuery(text="again")))[0].mdn == ANN
    assert await store.messages("acme", MessageQuery(text="more sale")) == []


async def test_a_copy_can_be_another_account(store: Store) -> None:
    """Its first rows open that account; all the others are the same, and both can be deleted alone."""
    author = await _written(store)
    was = await _seen(store, "acme")
    account = msgspec.structs.replace(author.world.account, company_key="beta", username="b")
    record = AccountRecord("beta", "b", "p", account=account)
    await store.copy_journal("acme", "beta", record)
    assert (await store.accounts())[1] == record
    rows = await store.entries("beta")
    opened = [row.value for row in rows if isinstance(row.value, AccountOpened)]
    assert [item.account for item in opened] == [account]
    assert isinstance(rows[0].value, OpenAccount)
    assert rows[0].value.account == account
    assert [row.body for row in rows[2:]] == [row[4] for row in was[0][2:]]  # type: ignore[index]
    await store.delete_account("acme")
    assert len(await store.messages("beta", MessageQuery())) == len(was[1])  # type: ignore[arg-type]
