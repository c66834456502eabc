"""When a carrier takes messages: its throttle, a lane for each code, and its maintenance windows."""

from __future__ import annotations

from typing import Any

from tests.system.company import Company
from tests.system.conftest import MakeCompany

ANN, BOB = "+13125550101", "+13125550102"
CODES = [{"code": "65047"}, {"code": "70000"}]
SPLIT = 'splitLongMessage="true"'


async def _messages(company: Company, mdn: str) -> list[Any]:
    """Every message to a number, oldest first, as the control API tells it in full."""
    items = (await company.control("GET", f"/messages?direction=mt&mdn={mdn[1:]}")).json["items"]
    return [(await company.control("GET", f"/messages/{item['id']}")).json for item in items]


async def _last(company: Company, mdn: str) -> Any:
    return (await _messages(company, mdn))[-1]


def _sent_at(message: Any) -> str:
    at: str = next(step["at"] for step in message["history"] if step["state"] == "sent")
    return at[11:-1]


async def _put_on(company: Company, mdn: str, carrier: str) -> None:
    answer = await company.control("PUT", f"/handsets/{mdn}", {"carrier": carrier})
    assert answer.status == 200, answer.body


async def test_a_throttle_spaces_the_messages_of_one_code(make_company: MakeCompany) -> None:
    """Two a second: each is handed over half a second after the one before, to whomever it goes."""
    company = await make_company(
        source_codes=CODES, carriers={"default": {"profile": "instant", "per_second": 2}}
    )
    numbers = [f"+131255503{number:02d}" for number in range(5)]
    for mdn in numbers:
        await _put_on(company, mdn, "104")
        await company.send(mdn)
    await company.advance("1m")
    sent = [_sent_at(await _last(company, mdn)) for mdn in numbers]
    assert sent == ["15:00:00.021", "15:00:00.521", "15:00:01.021", "15:00:01.521", "15:00:02.021"]
    waits = [(await _last(company, mdn))["fate"]["drawn"]["waited_ms"] for mdn in numbers]
    assert waits == [0, 500, 1_000, 1_500, 2_000]


async def test_a_throttle_has_a_lane_for_each_code_and_carrier(make_company: MakeCompany) -> None:
    """What waits in one lane holds up neither another code nor another carrier."""
    company = await make_company(
        source_codes=CODES, carriers={"default": {"profile": "instant", "per_second": 1}}
    )
    await _put_on(company, ANN, "104")
    await _put_on(company, BOB, "105")
    for _ in range(3):
        await company.send(ANN)
    await company.send(ANN, source="70000")
    await company.send(BOB)
    await company.advance("1m")
    assert [item["fate"]["drawn"]["waited_ms"] for item in await _messages(company, ANN)] == [
        0,
        1_000,
        2_000,
        0,
    ]
    assert (await _last(company, BOB))["fate"]["drawn"]["waited_ms"] == 0


async def test_a_throttle_counts_parts_and_forgets_when_it_is_idle(
    make_company: MakeCompany,
) -> None:
    """A message of three parts takes three turns; after a pause the next one does not wait."""
    company = await make_company(carriers={"default": {"profile": "instant", "per_second": 1}})
    await company.send(ANN, "x" * 320, attributes=SPLIT)
    await company.send(ANN)
    await company.advance("1m")
    await company.send(ANN)
    assert [item["fate"]["drawn"]["waited_ms"] for item in await _messages(company, ANN)] == [
        0,
        3_000,
        0,
    ]


async def test_what_vibes_stops_takes_no_turn_at_the_carrier(make_company: MakeCompany) -> None:
    """A blocked message neither waits nor lets those behind it overtake those before it."""
    company = await make_company(
        carriers={"default": {"profile": "instant", "per_second": 1}},
        settings={"stop_reply_window": "24h"},
    )
    for mdn in (ANN, BOB):
        await _put_on(company, mdn, "104")
    await company.text(BOB, "STOP")
    await company.advance("1m")
    for _ in range(3):
        await company.send(ANN)
    await company.send(BOB)
    await company.send(ANN)
    assert (await _last(company, BOB))["fate"]["planned"][-1]["state"] == "blocked"
    assert [item["fate"]["drawn"]["waited_ms"] for item in await _messages(company, ANN)] == [
        0,
        1_000,
        2_000,
        3_000,
    ]


async def test_a_maintenance_window_holds_messages_until_it_is_over(
    make_company: MakeCompany,
) -> None:
    """Every day in UTC; what comes within is handed over at its end, before and after it at once."""
    company = await make_company(
        carriers={"default": {"profile": "instant", "maintenance": ["15:30-16:30"]}}
    )
    await company.send(ANN)
    await company.advance("45m")
    await company.send(ANN)
    await company.advance("45m")
    await company.send(ANN)
    await company.advance("23h14m")
    await company.send(ANN)
    await company.advance("2h")
    history = [_sent_at(item) for item in await _messages(company, ANN)]
    assert history == ["15:00:00.021", "16:30:00.001", "16:30:00.021", "16:30:00.001"]


async def test_a_window_may_go_past_midnight_and_meet_another(make_company: MakeCompany) -> None:
    """23:00 to 01:00 is two hours; one that begins where another ends goes on."""
    company = await make_company(
        clock={"now": "2026-01-05T23:30:00Z"},
        carriers={"default": {"profile": "instant", "maintenance": ["01:00-02:15", "23:00-01:00"]}},
    )
    await company.send(ANN)
    await company.advance("6h")
    assert _sent_at(await _last(company, ANN)) == "02:15:00.001"
