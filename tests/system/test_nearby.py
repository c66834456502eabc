"""Requests without a socket: the same answers, faults and broken connections as through one."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from harness.environment import start
from harness.wires import HttpWire, NearWire, Wire
from simulator.nearby import Nearby

BASIC = {"Authorization": "Basic ZGVtbzpkZW1v"}
V2 = {**BASIC, "X-API-Version": "2"}
JSON = {"Content-Type": "application/json"}
SPEC = {"company_key": "demo", "username": "demo", "password": "demo", "seed": 1}

REQUESTS: tuple[tuple[str, str, dict[str, str], bytes | None], ...] = (
    ("GET", "/_sim/health", {}, None),
    ("GET", "/companies/demo/mobiledb/persons?mdn=%2B13125550101", V2, None),
    ("GET", "/companies/demo/mobiledb/persons", {}, None),
    ("DELETE", "/companies/demo/mobiledb/persons", BASIC, None),
    ("POST", "/companies/demo/mobiledb/persons", {**BASIC, **JSON}, b'{"external_person_id":"7"}'),
    ("POST", "/companies/demo/mobiledb/persons", {**BASIC, **JSON}, b'{"external_person_id":7'),
    ("POST", "/companies/demo/mobiledb/persons", {**BASIC, **JSON}, b"x" * 1_100_000),
    ("POST", "/MessageApi/mt/messages", {**BASIC, "Content-Type": "text/xml"}, b"<a/>"),
    ("GET", "/nothing/%C3%A9?q=%20", {}, None),
)


async def _told(wire: Wire, url: str) -> list[tuple[int, object]]:
    answers: list[tuple[int, object]] = []
    for method, path, headers, body in REQUESTS:
        target = URL(f"{url}{path}", encoded=True)
        status, answer = await wire.exchange(method, target, headers, body)
        answers.append((status, answer))
    return answers


async def test_answers_are_those_of_a_socket() -> None:
    """Status and body, octet for octet, of requests good and bad, small and too large."""
    found: list[list[tuple[int, object]]] = []
    for near in (True, False):
        async with start() as environment:
            account = await environment.account(SPEC)
            simulator = environment.simulator
            assert simulator is not None
            wire: Wire = NearWire(simulator.nearby) if near else HttpWire()
            found.append(await _told(wire, account.url))
            await wire.close()
    assert found[0] == found[1]
    assert [status for status, _ in found[0]] == [200, 200, 401, 405, 201, 400, 413, 400, 404]


@pytest.mark.parametrize("effect", ["drop", "half", "garbage", "lose_answer"])
async def test_a_connection_that_breaks_is_an_answer_lost(effect: str) -> None:
    """As over a socket: no answer, or half of one, is no answer; the next request has one."""
    async with start() as environment:
        account = await environment.account(SPEC)
        await account.add_fault(
            {"match": {"surface": "connect"}, "effect": {effect: True}, "budget": 1}
        )
        simulator = environment.simulator
        assert simulator is not None
        wire, url = NearWire(simulator.nearby), URL(f"{account.url}/MessageApi/mdns/13125550101")
        with pytest.raises(aiohttp.ClientError):
            await wire.exchange("GET", url, BASIC, None)
        assert (await wire.exchange("GET", url, BASIC, None))[0] == 200


MANY = 6


class Slow:
    """A server that answers a request once it is let, and tells which it got."""

    def __init__(self) -> None:
        self.came: list[str] = []
        self.busy, self.let = asyncio.Event(), asyncio.Event()
        app = web.Application()
        app.router.add_route("*", "/{name}", self._answer)
        self.runner = web.AppRunner(app)

    async def __aenter__(self) -> Nearby:
        await self.runner.setup()
        assert self.runner.server is not None
        return Nearby(self.runner.server)

    async def __aexit__(self, *_exc: object) -> None:
        await self.runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.came.append(name)
        if len(self.came) == MANY:
            self.busy.set()
        if name == "broken":
            raise KeyError(name)
        if name != "quick":
            await self.let.wait()
        return web.json_response({"name": name, "said": (await request.read()).decode()})


async def test_requests_side_by_side_get_their_own_answers() -> None:
    """Each on a connection of its own; who gives up leaves the others alone."""
    slow = Slow()
    async with slow as near:
        asked = [
            asyncio.create_task(near.exchange("POST", URL(f"/n{i}"), {"Host": "x"}, b"%d" % i))
            for i in range(MANY - 1)
        ]
        given_up = asyncio.create_task(near.exchange("GET", URL("/left"), {"Host": "x"}, None))
        await slow.busy.wait()
        given_up.cancel()
        quick = await near.exchange("GET", URL("/quick"), {"Host": "x"}, None)
        slow.let.set()
        answers = [json.loads((await task).body) for task in asked]
    assert json.loads(quick.body)["name"] == "quick"
    assert answers == [{"name": f"n{i}", "said": str(i)} for i in range(MANY - 1)]


async def test_a_handler_that_fails_is_an_answer_of_500() -> None:
    """Each time it fails; the next request is as good as ever."""
    async with Slow() as near:
        for _ in range(3):
            assert (await near.exchange("GET", URL("/broken"), {"Host": "x"}, None)).status == 500
        assert (await near.exchange("GET", URL("/quick"), {"Host": "x"}, None)).status == 200


async def test_a_line_break_in_a_header_is_refused() -> None:
    """Nothing is smuggled into the head of a request."""
    async with Slow() as near:
        with pytest.raises(ValueError, match="line break"):
            await near.exchange("GET", URL("/quick"), {"Host": "x", "A": "b\r\nC: d"}, None)
