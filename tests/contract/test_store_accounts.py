from __future__ import annotations

from simulator.domain.commands import SubmitMt
from simulator.domain.numbers import Mdn
from simulator.runtime.ports import AccountRecord, MessageQuery, Store
from tests.contract.rows import Author, attempt

ANN = Mdn("+13125550101")


async def test_an_empty_store_has_no_accounts(store: Store) -> None:
    """Nothing is there before something is saved."""
    assert await store.accounts() == []


async def test_accounts_keep_the_order_they_were_made_in(store: Store) -> None:
    """Saving again replaces in place; an account made anew comes last."""
    for key in ("b", "a", "c"):
        await store.save_account(AccountRecord(key, key, "p"))
    changed = AccountRecord("b", "b", "p", {"app.test": "127.0.0.1:1"})
    await store.save_account(changed)
    assert [record.company_key for record in await store.accounts()] == ["b", "a", "c"]
    assert (await store.accounts())[0] == changed
    await store.delete_account("a")
    await store.save_account(AccountRecord("a", "a", "p"))
    assert [record.company_key for record in await store.accounts()] == ["b", "c", "a"]


async def test_a_deleted_account_leaves_nothing(store: Store) -> None:
    """Made again under the same key it has no rows, no messages and no attempts."""
    author = Author()
    await store.save_account(author.record)
    author.do(SubmitMt(mdn=ANN, code="65047", text="x" * 200, split=True))
    part = author.rows[1].value.mt.part_ids[1]  # type: ignore[union-attr]
    await store.commit(author.batch(attempt(1)))
    assert await store.message("acme", part) is not None
    await store.delete_account("acme")
    assert await store.accounts() == []
    await store.save_account(author.record)
    assert await store.entries("acme") == []
    assert await store.messages("acme", MessageQuery()) == []
    assert await store.message("acme", part) is None
    assert await store.attempts("acme") == []


async def test_deleting_an_unknown_account_is_nothing(store: Store) -> None:
    """A key that is not there may be deleted."""
    await store.delete_account("nobody")
    assert await store.accounts() == []


async def test_accounts_do_not_see_each_other(store: Store) -> None:
    """Rows, messages and attempts belong to one account, even with the same ids in two."""
    one, two = Author("one"), Author("two")
    for author in (one, two):
        await store.save_account(author.record)
    one.do(SubmitMt(mdn=ANN, code="65047", text="for one"))
    await store.commit(one.batch(attempt(1)))
    assert await store.entries("two") == []
    assert await store.messages("two", MessageQuery()) == []
    assert await store.attempts("two") == []
    two.do(SubmitMt(mdn=ANN, code="65047", text="for two"))
    await store.commit(two.batch())
    await store.delete_account("one")
    assert [item.text for item in await store.messages("two", MessageQuery())] == ["for two"]
