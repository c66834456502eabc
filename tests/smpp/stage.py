"""A simulator that listens for HTTP and SMPP, accounts in it, and clients of their binds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession, ClientTimeout, DummyCookieJar

from simulator.app import Simulator, build
from simulator.config import ServerSettings
from tests.smpp.peer import Peer, until
from tests.system.company import Company, call
from tests.system.receiver import Receiver


class Account(Company):
    """An account with its SMPP port and the clients that were let in there."""

    def __init__(self, http: ClientSession, url: str, made: dict[str, Any], port: int) -> None:
        super().__init__(http, url, made)
        self.port = port
        self.peers: list[Peer] = []

    async def open(self, **how: Any) -> Peer:
        """A connection that said nothing yet."""
        peer = await Peer.connect(self.port, **how)
        self.peers.append(peer)
        return peer

    async def bind(self, kind: str = "transceiver", **how: Any) -> Peer:
        """A client that is bound."""
        peer = await self.open(**how)
        answer = await peer.bind(kind, self.made["username"], self.made["password"])
        assert answer.status == 0, hex(answer.status)
        return peer

    async def binds(self) -> list[str]:
        """The types of the sessions that are bound, as the control API tells."""
        answer = await self.control("GET", "/binds")
        return [item["type"] for item in answer.json["items"]]

    async def bound(self, *kinds: str) -> None:
        """Wait until those sessions are bound, and no other."""

        async def are() -> bool:
            return sorted(await self.binds()) == sorted(kinds)

        await until(are)

    async def message(self, message_id: str) -> Any:
        """All that is known of a message."""
        answer = await self.control("GET", f"/messages/{message_id}")
        assert answer.status == 200, answer.body
        return answer.json

    async def attempts(self) -> list[tuple[int, int | None, str | None]]:
        """Every attempt to tell something: its number, its status, its error."""
        items = (await self.control("GET", "/callbacks/deliveries")).json["items"]
        told = [(item["attempt"], item["response"]) for item in items]
        return [(number, response["status"], response["error"]) for number, response in told]

    async def faulty(self, **rule: object) -> None:
        """Add a fault rule."""
        answer = await self.control("POST", "/faults", rule)
        assert answer.status == 201, answer.body


MakeAccount = Callable[..., Awaitable[Account]]


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    limit = ClientTimeout(total=20)  # a hang is a failure, never a wait of minutes
    async with ClientSession(cookie_jar=DummyCookieJar(), timeout=limit) as session:
        yield session


@pytest.fixture
def smpp_settings() -> dict[str, Any]:
    """What a test file has otherwise in the server's settings."""
    return {}


@pytest.fixture
async def simulator(smpp_settings: dict[str, Any]) -> AsyncIterator[Simulator]:
    settings = ServerSettings(**{"port": 0, "smpp_port": 0, "accounts": (), **smpp_settings})
    async with build(settings) as system:
        yield system


@pytest.fixture
async def url(simulator: Simulator) -> str:
    return await simulator.listen()


@pytest.fixture
async def port(simulator: Simulator) -> int:
    """The port of SMPP."""
    found = urlsplit(await simulator.listen_smpp() or "").port
    assert found is not None
    return found


@pytest.fixture
async def make_account(http: ClientSession, url: str, port: int) -> AsyncIterator[MakeAccount]:
    """Makes an account; `smpp` is its `connect.smpp`. Its clients are let go at the end."""
    made: list[Account] = []

    async def make(smpp: dict[str, object] | None = None, **spec: Any) -> Account:
        connect = {**spec.pop("connect", {}), "smpp": smpp or {}}
        spec = {"connect": connect, "password": "s3cret", **spec}
        answer = await call(http, "POST", f"{url}/_sim/accounts", spec)
        assert answer.status == 201, answer.body
        made.append(Account(http, url, answer.json, port))
        return made[-1]

    yield make
    for account in made:
        for peer in account.peers:
            await peer.close()


@pytest.fixture
async def account(make_account: MakeAccount) -> Account:
    """Code 65047, carriers that take a millisecond each, everything else by default."""
    return await make_account(carriers={"default": "instant"})


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    server = Receiver()
    await server.start()
    yield server
    await server.stop()
