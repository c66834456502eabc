"""Faults of a client's calls: what the client gets, and whether anything was done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from tests.system import conformance
from tests.system.company import Company
from tests.system.raw import Reply, send

ANN, BOB = "+13125550101", "+13125550102"
SURFACES = ["platform", "connect"]
DONE = {"platform": "PersonAdded", "connect": "MtAccepted"}
SUCCESS = {"platform": 201, "connect": 200}
NOISE = bytes(range(128, 256)) * 2


@pytest.fixture(autouse=True)
def answers_may_be_no_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cut connection has no answer that could be held against its declaration."""
    checked: Callable[..., None] = conformance.check

    def check(method: str, path: str, status: int, content_type: str, body: bytes) -> None:
        if content_type == "application/json" or status != 500:
            checked(method, path, status, content_type, body)

    monkeypatch.setattr(conformance, "check", check)


async def _add(company: Company, effect: dict[str, Any], surface: str, **more: object) -> None:
    body = {"match": {"surface": surface}, "effect": effect, **more}
    answer = await company.control("POST", "/faults", body)
    assert answer.status == 201, answer.body


async def _ask(company: Company, surface: str, mdn: str = ANN) -> Reply:
    """A call that does something: a person by the Platform, a message by Connect."""
    if surface == "platform":
        path = f"/companies/{company.key}/mobiledb/persons"
        body = msgspec.json.encode({"mobile_phone": {"mdn": mdn}})
        return await send(company, "POST", path, body, "application/json")
    xml = f'<mtMessage><destination address="{mdn}"/><source address="65047"/><text>Hi</text></mtMessage>'
    return await send(company, "POST", "/MessageApi/mt/messages", xml.encode(), "text/xml")


async def _types(company: Company) -> list[str]:
    return [row["type"] for row in (await company.events())[2:]]


def _told(reply: Reply, surface: str) -> int:
    """The code of an answer in its surface's own form."""
    if surface == "platform":
        return int(msgspec.json.decode(reply.body)["errors"][0]["code"])
    return int(str(ElementTree.fromstring(reply.body).get("code")))


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("status", [400, 429, 499, 500, 503, 599])
async def test_status_answers_so_and_nothing_is_done(
    company: Company, surface: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The status that was asked for, in the surface's own form; the journal has the firing alone."""
    monkeypatch.setattr(conformance, "check", lambda *_: None)  # 499 is no status of the Platform
    await _add(company, {"status": status}, surface)
    reply = await _ask(company, surface)
    assert reply.status == status
    connects = 1001 if status >= 500 else 1000
    assert _told(reply, surface) == (status * 10 if surface == "platform" else connects)
    assert await _types(company) == ["AddFaults", "FaultAdded", "MeetCall", "FaultFired"]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        *((1000, 500), (1001, 500), (1002, 429), (1010, 401), (1011, 403), (1020, 400)),
        *((1022, 400), (1023, 413), (1024, 404), (1025, 406), (1026, 415), (1027, 422)),
        *((1028, 422), (1029, 403), (1030, 403), (1031, 422), (1032, 422), (1033, 422)),
        (1034, 405),
    ],
)
async def test_a_vendor_error_is_a_row_of_connects_table(
    company: Company, code: int, status: int
) -> None:
    """Every row with its status, told as Connect tells it, and nothing done."""
    await _add(company, {"vendor_error": code}, "connect")
    reply = await _ask(company, "connect")
    assert (reply.status, _told(reply, "connect")) == (status, code)
    assert "MtAccepted" not in await _types(company)


@pytest.mark.parametrize("surface", SURFACES)
async def test_throttle_is_over_the_limit(company: Company, surface: str) -> None:
    """429, as 4290 or 1002, and nothing done."""
    await _add(company, {"throttle": True}, surface)
    reply = await _ask(company, surface)
    assert reply.status == 429
    assert _told(reply, surface) == {"platform": 4290, "connect": 1002}[surface]
    assert await _types(company) == ["AddFaults", "FaultAdded", "MeetCall", "FaultFired"]


@pytest.mark.parametrize("surface", SURFACES)
async def test_a_full_store_keeps_nothing(company: Company, surface: str) -> None:
    """500, as 5000 or 1001; the firing is the only change."""
    await _add(company, {"store_full": True}, surface)
    reply = await _ask(company, surface)
    assert reply.status == 500
    assert _told(reply, surface) == {"platform": 5000, "connect": 1001}[surface]
    assert await _types(company) == ["AddFaults", "FaultAdded", "MeetCall", "FaultFired"]


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(("effect", "sent"), [("drop", b""), ("garbage", NOISE)])
async def test_a_cut_call_does_nothing(
    company: Company, surface: str, effect: str, sent: bytes
) -> None:
    """The connection ends with nothing, or with bytes that are no HTTP; nothing is done."""
    await _add(company, {effect: True}, surface)
    assert (await _ask(company, surface)).whole == sent
    assert await _types(company) == ["AddFaults", "FaultAdded", "MeetCall", "FaultFired"]


@pytest.mark.parametrize("surface", SURFACES)
async def test_a_lost_answer_is_done(company: Company, surface: str) -> None:
    """The connection ends with nothing, and it was done: once."""
    await _add(company, {"lose_answer": True}, surface)
    assert (await _ask(company, surface)).whole == b""
    assert len(await company.events(DONE[surface])) == 1


@pytest.mark.parametrize("surface", SURFACES)
async def test_half_an_answer_is_done(company: Company, surface: str) -> None:
    """The head promises twice what follows, and it was done."""
    await _add(company, {"half": True}, surface)
    reply = await _ask(company, surface)
    assert reply.status == SUCCESS[surface]
    (length,) = [line for line in reply.head.splitlines() if line.startswith("content-length")]
    promised = int(length.split(": ")[1])
    assert 0 < len(reply.body) == promised // 2
    assert len(await company.events(DONE[surface])) == 1


async def test_half_of_an_answer_without_a_body_is_half_its_head(company: Company) -> None:
    """204 has no body to cut: its head is cut, so that no client takes it for whole."""
    await company.subscribe(ANN)
    person = (await company.platform("GET", "mobiledb/persons?mdn=%2B13125550101")).json[0]
    await _add(company, {"half": True}, "platform")
    path = f"mobiledb/persons/{person['person_key']}/subscriptions/1001"
    reply = await send(company, "DELETE", f"/companies/{company.key}/{path}", b"", "text/plain")
    assert reply.whole.startswith(b"HTTP/1.1 204")
    assert b"\r\n\r\n" not in reply.whole
    assert len(await company.events("SubscriptionRemoved")) == 1


async def _until(company: Company, kind: str) -> None:
    async with asyncio.timeout(5):
        while not await company.events(kind):
            pass


@pytest.mark.parametrize("surface", SURFACES)
async def test_a_delayed_call_waits_before_it_is_done(company: Company, surface: str) -> None:
    """Struck at once, done after the wait, and answered as ever."""
    await _add(company, {"delay": "400ms"}, surface)
    begun = monotonic()
    asked = asyncio.create_task(_ask(company, surface))
    await _until(company, "FaultFired")
    assert await company.events(DONE[surface]) == []
    assert (await asked).status == SUCCESS[surface]
    assert monotonic() - begun >= 0.4
    assert len(await company.events(DONE[surface])) == 1


@pytest.mark.parametrize("surface", SURFACES)
async def test_a_slow_store_does_it_and_answers_later(company: Company, surface: str) -> None:
    """It is in the journal while the client still waits."""
    await _add(company, {"store_slow": "400ms"}, surface)
    begun = monotonic()
    asked = asyncio.create_task(_ask(company, surface))
    await _until(company, DONE[surface])
    assert not asked.done()
    assert (await asked).status == SUCCESS[surface]
    assert monotonic() - begun >= 0.4


async def test_of_two_delays_the_longer_is_waited(company: Company) -> None:
    """Rules that strike together each have their wait."""
    await _add(company, {"delay": "300ms"}, "platform", id="long")
    await _add(company, {"delay": "1ms"}, "platform", id="short")
    begun = monotonic()
    assert (await _ask(company, "platform")).status == 201
    assert monotonic() - begun >= 0.3
    fired = [row["data"]["fault_id"] for row in await company.events("FaultFired")]
    assert fired == ["long", "short"]


async def test_a_fault_says_whom_it_hit(company: Company) -> None:
    """FaultFired has the rule, its effect and the occasion: operation, number, code, carrier."""
    for surface in SURFACES:
        await _add(company, {"throttle": True}, surface, id=surface)
    await _ask(company, "platform")
    await _ask(company, "connect", BOB)
    platform, connect = [row["data"] for row in await company.events("FaultFired")]
    assert (platform["fault_id"], platform["effect"]) == ("platform", "throttle")
    assert platform["occasion"]["operation"] == "POST mobiledb/persons"
    assert platform["occasion"]["mdn"] == ANN
    assert connect["occasion"]["operation"] == "submit"
    assert (connect["occasion"]["mdn"], connect["occasion"]["code"]) == (BOB, "65047")


async def test_a_rule_that_narrows_nothing_strikes_every_call(company: Company) -> None:
    """Reads, bad bodies and calls about nothing are struck as well; strangers never are."""
    await _add(company, {"throttle": True}, "platform")
    answers = [
        (await company.platform("GET", "sourcecodes")).status,
        (await company.platform("POST", "mobiledb/persons", b"{")).status,
        (await company.platform("GET", "mobiledb/persons?mdn=nonsense")).status,
        (await company.platform("DELETE", "config/callbacks/nothing")).status,
        (await company.platform("GET", "campaigns/acquisition")).status,
    ]
    assert answers == [429] * 5
    before = len(await company.events("FaultFired"))
    assert (await company.platform("GET", "sourcecodes", auth="Basic eDp5")).status == 401
    assert len(await company.events("FaultFired")) == before == 5


async def test_a_connect_rule_that_narrows_nothing_strikes_every_call(company: Company) -> None:
    """A bundle, a look-up and a message that is not there are struck too."""
    await _add(company, {"vendor_error": 1001}, "connect")
    answers = [
        await company.connect("GET", "mdns/3125550101"),
        await company.connect("GET", "mt/messages/nothing"),
        await company.connect("GET", "mt/messages/nothing/parts"),
        await company.connect("GET", "mt/messages/nothing/responses"),
        await company.connect("POST", "mt/messageBundles", b"<x"),
        await company.connect("POST", "mt/messages", b"{}", content_type="text/plain"),
    ]
    assert [answer.status for answer in answers] == [500] * 6
    met = [row["data"]["occasion"]["operation"] for row in await company.events("FaultFired")]
    assert met == ["look_up", "get", "parts", "responses", "submit_bundle", "submit"]


async def test_the_simulator_goes_on_after_a_cut(company: Company, caplog: Any) -> None:
    """Twenty cut connections are no failure of ours, and the next call is answered."""
    await _add(company, {"garbage": True}, "connect", budget=10)
    await _add(company, {"drop": True}, "platform", budget=10)
    await asyncio.gather(*(_ask(company, surface) for surface in SURFACES * 10))
    assert [record.getMessage() for record in caplog.records] == []
    assert (await _ask(company, "platform")).status == 201
    assert (await _ask(company, "connect")).status == 200
