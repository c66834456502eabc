from __future__ import annotations

import asyncio
from functools import partial

import pytest

from tests.system.company import Company
from tests.system.conftest import MakeCompany
from tests.system.receiver import Receiver

ANN = "+13125550101"


async def test_an_account_starts_where_its_spec_says(make_company: MakeCompany) -> None:
    """A manual clock stands at its start, 2026-01-05T15:00:00Z where none is named."""
    plain = await make_company()
    named = await make_company(clock={"now": "2027-03-01T08:30:00-05:00"})
    assert (await plain.control("GET", "/clock")).json == {
        "now": "2026-01-05T15:00:00Z",
        "mode": "manual",
        "rate": 1,
        "next_timer": None,
    }
    assert (await named.control("GET", "/clock")).json["now"] == "2027-03-01T13:30:00Z"


@pytest.mark.parametrize(
    ("body", "now"),
    [
        ({"advance": "24h"}, "2026-01-06T15:00:00Z"),
        ({"advance": "PT90M"}, "2026-01-05T16:30:00Z"),
        ({"advance": "250ms"}, "2026-01-05T15:00:00.250Z"),
        ({"to": "2026-02-01T00:00:00Z"}, "2026-02-01T00:00:00Z"),
        ({"to": "2026-01-05T15:00:00Z"}, "2026-01-05T15:00:00Z"),
    ],
)
async def test_time_moves_by_a_duration_or_to_a_time(
    company: Company, body: object, now: str
) -> None:
    """POST clock answers with the new time and what happened on the way."""
    answer = await company.control("POST", "/clock", body)
    assert (answer.status, answer.json["now"], answer.json["fired"]) == (200, now, 0)


async def test_time_does_not_go_back(company: Company) -> None:
    """A time before now is 409, and the clock stays."""
    answer = await company.control("POST", "/clock", {"to": "2026-01-05T14:59:59Z"})
    assert answer.status == 409
    assert (await company.control("GET", "/clock")).json["now"] == "2026-01-05T15:00:00Z"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"advance": "1h", "settle": True},
        {"advance": "soon"},
        {"advance": "-1h"},
        {"to": "tomorrow"},
        {"mode": "frozen"},
        {"mode": "live", "rate": 0},
        {"advance": "1h", "probe": "ftp://x"},
    ],
)
async def test_a_wrong_clock_call_is_400(company: Company, body: object) -> None:
    """Nothing asked, too much asked, and values that are none."""
    before = await company.events()
    assert (await company.control("POST", "/clock", body)).status == 400
    assert await company.events() == before


async def test_the_answer_counts_timers_and_callbacks(company: Company, receiver: Receiver) -> None:
    """`fired` counts timers, `settled` the callbacks answered; next_timer is the one due first."""
    await company.send(ANN, receipts=f"{receiver.url}/r")
    clock = (await company.control("GET", "/clock")).json
    assert clock["next_timer"] == "2026-01-05T15:00:00.020Z"
    moved = await company.advance("1h")
    assert (moved["fired"], moved["settled"]) == (3, 3)


async def test_every_timer_is_seen_at_its_own_instant(company: Company, receiver: Receiver) -> None:
    """A receiver that asks the time while time moves sees the instant of its callback."""
    seen: list[str] = []

    async def look() -> None:
        seen.append((await company.control("GET", "/clock")).json["now"])

    receiver.first = look
    await company.send("+15005550005", receipts=f"{receiver.url}/r")
    await company.advance("1h")
    assert seen[0] == "2026-01-05T15:00:00.020Z"
    assert seen[2] == "2026-01-05T15:10:00Z"


async def test_settle_waits_without_moving_time(company: Company, receiver: Receiver) -> None:
    """settle answers once every callback of this instant is answered; the time is the same."""
    await company.register("person_added", f"{receiver.url}/p")
    await company.platform("POST", "mobiledb/persons", {"external_person_id": "ann"})
    settled = await company.settle()
    assert len(receiver.got) == 1
    assert settled["now"] == "2026-01-05T15:00:00Z"


async def test_a_probe_is_asked_before_time_moves_on(company: Company, receiver: Receiver) -> None:
    """The probe is called at the start and after an instant that told somebody; if it fails, 400."""
    await company.register("subscription_added", f"{receiver.url}/s")
    await company.join(ANN)
    await company.text(ANN, "Y")
    body = {"advance": "1h", "probe": f"{receiver.url}/idle"}
    assert (await company.control("POST", "/clock", body)).status == 200
    assert "/idle" in [got.path for got in receiver.got]
    receiver.answers.append(503)
    answer = await company.control("POST", "/clock", body)
    assert answer.status == 400
    assert "503" in answer.messages[0]


async def test_what_a_callback_makes_the_application_do_happens_before_time_moves(
    company: Company, receiver: Receiver
) -> None:
    """A message submitted while a callback is handled is accepted at that callback's instant."""

    receiver.first = partial(company.send, ANN, "Thanks")
    await company.register("subscription_added", f"{receiver.url}/s")
    await company.join("+15005550006")
    await company.advance("24h")
    joined = (await company.events("SubscriptionAdded"))[0]["at"]
    sent = next(item for item in await company.events("SubmitMt"))["at"]
    assert sent == joined


async def test_live_time_cannot_be_moved_and_manual_stands_where_live_stopped(
    make_company: MakeCompany,
) -> None:
    """While live, advance is 409; back in manual mode the clock can be moved again."""
    company = await make_company(clock={"mode": "live", "now": "2026-01-05T15:00:00Z", "rate": 1})
    shown = (await company.control("GET", "/clock")).json
    assert shown["mode"] == "live"
    assert (await company.control("POST", "/clock", {"advance": "1h"})).status == 409
    manual = await company.control("POST", "/clock", {"mode": "manual"})
    assert manual.json["mode"] == "manual"
    now = manual.json["now"]
    moved = await company.control("POST", "/clock", {"advance": "0s"})
    assert (moved.status, moved.json["now"]) == (200, now)


async def test_live_time_fires_timers_by_itself(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """At 100 000 times the wall a receipt comes without any clock call."""
    company = await make_company(clock={"mode": "live", "rate": 100_000})
    await company.send(ANN, receipts=f"{receiver.url}/r")
    async with asyncio.timeout(5):
        await receiver.arrived.wait()


async def test_time_beyond_the_calendar_is_refused(company: Company) -> None:
    """An advance past the year 9999 is 400, and the account goes on."""
    assert (await company.control("POST", "/clock", {"advance": "5000000d"})).status == 400
    assert (await company.control("GET", "/clock")).status == 200
    assert (await company.join(ANN)).status == 201


async def test_deleting_an_account_lets_a_waiting_clock_call_go(
    company: Company, receiver: Receiver
) -> None:
    """A clock call that waits for a callback is answered when its account is removed."""
    receiver.hangs = True
    await company.register("person_added", f"{receiver.url}/p")
    await company.platform("POST", "mobiledb/persons", {"external_person_id": "ann"})
    waiting = asyncio.create_task(company.control("POST", "/clock", {"settle": True}))
    await receiver.arrived.wait()
    assert (await company.control("DELETE")).status == 204
    async with asyncio.timeout(5):
        assert (await waiting).status >= 400
