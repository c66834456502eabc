from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from simulator.app import build
from simulator.config import ServerSettings
from simulator.domain.instants import HOUR, Instant
from simulator.domain.numbers import Mdn
from simulator.domain.people import AddPerson
from simulator.domain.person import PersonPatch
from simulator.domain.sending import SubmitMt
from simulator.errors import EngineFailed
from simulator.runtime.ports import AccountRecord, Batch
from simulator.spec import read_account
from simulator.store.memory import MemoryStore
from tests.system.company import Company, call

ANN = "+13125550101"


class FullDisk(MemoryStore):
    """A store whose disk is full once `full` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.full = False

    async def commit(self, batch: Batch) -> None:
        """Keep the batch, or fail as a disk does."""
        if self.full:
            raise OSError("no space left on device")
        await super().commit(batch)


@pytest.fixture
def disk() -> FullDisk:
    return FullDisk()


@pytest.fixture
async def company(http: ClientSession, disk: FullDisk) -> AsyncIterator[Company]:
    """An account on a disk that can become full."""
    async with build(ServerSettings(port=0, accounts=()), store=disk) as system:
        url = await system.listen()
        made = await call(http, "POST", f"{url}/_sim/accounts", {})
        yield Company(http, url, made.json)


async def test_what_could_not_be_kept_is_not_acknowledged(company: Company, disk: FullDisk) -> None:
    """A join whose commit failed is 503, and so is every later call: nothing wrong is shown."""
    disk.full = True
    assert (await company.join(ANN)).status == 503
    disk.full = False
    assert (await company.platform("GET", "mobiledb/persons?mdn=%2B13125550101")).status == 503
    assert (await company.send(ANN)).status == 500
    assert (await company.control("GET", "/messages")).status == 503
    assert (await company.control("POST", "/clock", {"advance": "1h"})).status == 503
    assert (await company.control("GET", "/clock")).status == 200


async def test_connect_says_that_a_retry_may_help(company: Company, disk: FullDisk) -> None:
    """A stopped account is 1001 on Connect, retriable."""
    disk.full = True
    answer = await company.send(ANN)
    assert (answer.status, answer.xml.get("code"), answer.xml.get("retriable")) == (
        500,
        "1001",
        "true",
    )


async def test_other_accounts_go_on(company: Company, disk: FullDisk, http: ClientSession) -> None:
    """An account that stopped does not take another one with it, and can be removed."""
    disk.full = True
    await company.join(ANN)
    disk.full = False
    made = await call(http, "POST", f"{company.url}/_sim/accounts", {"company_key": "other"})
    other = Company(http, company.url, made.json)
    assert (await other.join(ANN)).status == 201
    assert (await company.control("DELETE")).status == 204


async def test_an_account_that_stopped_does_nothing_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A rule that breaks half-way ends it: no half of a command is kept, and live time moves nothing."""
    async with build(ServerSettings(port=0, accounts=())) as system:
        account, password = read_account({}, key="acme", now=system.accounts.wall.now())
        record = AccountRecord("acme", account.username, password)
        universe = await system.accounts.create(record, account)
        engine = universe.engine
        await engine.submit(SubmitMt(mdn=Mdn(ANN), code="65047", text="Hi"))
        await universe.set_clock("live", 1)
        rows = await universe.store.entries("acme")

        def broken(_event: object, _at: object) -> None:
            raise RuntimeError("a rule of ours broke")

        monkeypatch.setattr(universe.world, "apply", broken)
        patch = PersonPatch(external_person_id="1", custom_fields={})
        with pytest.raises(EngineFailed):
            await engine.submit(AddPerson(patch=patch))
        monkeypatch.undo()
        with pytest.raises(EngineFailed):
            await engine.fire(Instant(engine.now() + HOUR))
        engine._ring()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert await universe.store.entries("acme") == rows
