"""A simulator that really listens, companies in it, and a receiver for its callbacks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import ClientSession, ClientTimeout, DummyCookieJar

from simulator.app import Simulator, build
from simulator.config import ServerSettings
from tests.system.company import Company, call
from tests.system.receiver import Receiver

MakeCompany = Callable[..., Awaitable[Company]]


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    limit = ClientTimeout(total=10)  # a hang is a failure, never a wait of minutes
    async with ClientSession(cookie_jar=DummyCookieJar(), timeout=limit) as session:
        yield session


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with build(ServerSettings(port=0, accounts=())) as system:
        yield system


@pytest.fixture
async def url(simulator: Simulator) -> str:
    return await simulator.listen()


@pytest.fixture
def make_company(http: ClientSession, url: str) -> MakeCompany:
    """Makes an account from a spec; without `company_key` the simulator names it."""

    async def make(**spec: object) -> Company:
        answer = await call(http, "POST", f"{url}/_sim/accounts", spec)
        assert answer.status == 201, answer.body
        return Company(http, url, answer.json)

    return make


@pytest.fixture
async def company(make_company: MakeCompany) -> Company:
    """The account of an empty spec: code 65047, lists 1001 and 1002, their two campaigns."""
    return await make_company(company_key="acme", password="s3cret")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    server = Receiver()
    await server.start()
    yield server
    await server.stop()
