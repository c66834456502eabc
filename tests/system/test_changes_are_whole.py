"""What is done to a whole account is done to its end, though whoever asked for it leaves meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from simulator.app import build
from simulator.config import ServerSettings
from simulator.domain.commands import MoveClock
from simulator.domain.instants import DAY, Instant
from simulator.errors import EngineFailed
from simulator.runtime.accounts import Accounts
from simulator.runtime.ports import AccountRecord, Entry
from simulator.spec import read_account
from simulator.store.sqlite import SqliteStore

Change = Callable[[Accounts], Coroutine[Any, Any, object]]
T = TypeVar("T")

START = Instant(1_767_625_200_000_000)
LATER = Instant(START + DAY)


class _File(SqliteStore):
    """A file that says when a change of it has begun, and may have no room for it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.begun = asyncio.Event()
        self.full = False

    async def copy_journal(
        self, source: str, target: str, record: AccountRecord | None = None
    ) -> Entry:
        """Copy it."""
        return await self._told(super().copy_journal(source, target, record))

    async def clear_journal(self, key: str) -> None:
        """Clear it."""
        await self._told(super().clear_journal(key))

    async def save_account(self, record: AccountRecord) -> None:
        """Save it."""
        await self._told(super().save_account(record))

    async def delete_account(self, key: str) -> None:
        """Delete it."""
        await self._told(super().delete_account(key))

    async def _told(self, work: Coroutine[Any, Any, T]) -> T:
        self.begun.set()
        if self.full:
            work.close()
            raise EngineFailed("the disk is full")
        return await work


@pytest.fixture
def file(tmp_path: Path) -> _File:
    return _File(tmp_path / "smsim.db")


@pytest.fixture
async def accounts(file: _File) -> AsyncIterator[Accounts]:
    """`acme`, a day after its only snapshot, and `beta`."""
    async with build(ServerSettings(accounts=()), store=file) as system:
        for key in ("acme", "beta"):
            await _create(system.accounts, key)
        await system.accounts.take_snapshot("acme", "begun")
        await _move(system.accounts, "acme")
        file.begun.clear()
        yield system.accounts


async def _create(accounts: Accounts, key: str) -> None:
    account, password = read_account({"company_key": key}, key=key, now=START)
    await accounts.create(AccountRecord(key, key, password), account)


async def _move(accounts: Accounts, key: str) -> None:
    await accounts.get(key).engine.submit(MoveClock(), at=LATER)


def _now(accounts: Accounts, key: str) -> Instant | None:
    return accounts.get(key).engine.now() if key in accounts else None


@pytest.mark.parametrize(
    ("change", "key", "now"),
    [
        (lambda accounts: accounts.restore("acme", "1"), "acme", START),
        (lambda accounts: accounts.reset("acme"), "acme", START),
        (lambda accounts: accounts.delete("acme"), "acme", None),
        (lambda accounts: _create(accounts, "coda"), "coda", START),
        (
            lambda accounts: accounts.fork("acme", "1", AccountRecord("coda", "c", "c")),
            "coda",
            START,
        ),
    ],
    ids=["restore", "reset", "delete", "create", "fork"],
)
async def test_who_leaves_in_the_middle_leaves_nothing_half_done(
    accounts: Accounts, file: _File, change: Change, key: str, now: Instant | None
) -> None:
    """The change is made all the same, and another account goes on."""
    asked = asyncio.create_task(change(accounts))
    await file.begun.wait()
    asked.cancel()
    await asyncio.wait({asked})
    assert asked.cancelled()
    await _move(accounts, "beta")
    await accounts.set_hosts("beta", {})  # its turn is after the change
    assert (_now(accounts, key), _now(accounts, "beta")) == (now, LATER)


async def test_an_account_that_cannot_be_reset_stays_as_it_is(
    accounts: Accounts, file: _File
) -> None:
    """The fault is told, and the account is there."""
    file.full = True
    with pytest.raises(EngineFailed, match="the disk is full"):
        await accounts.reset("acme")
    assert _now(accounts, "acme") == LATER


async def test_aliases_and_snapshots_told_at_once_are_both_kept(
    accounts: Accounts, file: _File
) -> None:
    """Neither is lost to the other, whichever is written first."""
    hosts = {"app.test": "127.0.0.1:9000"}
    await asyncio.gather(accounts.drop_snapshot("acme", "1"), accounts.set_hosts("acme", hosts))
    [kept] = [item for item in await file.accounts() if item.company_key == "acme"]
    assert (kept.hosts, kept.snapshots) == (hosts, ())
    assert kept == accounts.get("acme").record


@pytest.mark.parametrize("what", ["restore", "reset"])
async def test_whoever_asks_meanwhile_is_told_to_ask_again(
    accounts: Accounts, file: _File, what: str
) -> None:
    """The account is known all the time, and does nothing until it is as it was then."""
    change = accounts.restore("acme", "1") if what == "restore" else accounts.reset("acme")
    asked = asyncio.create_task(change)
    await file.begun.wait()
    assert accounts.of_user("acme") is accounts.get("acme")
    with pytest.raises(EngineFailed, match='"acme" is put back or removed just now; ask again'):
        await accounts.get("acme").engine.committed()
    with pytest.raises(EngineFailed, match="ask again"):
        await _move(accounts, "acme")
    await asked
    assert _now(accounts, "acme") == START
