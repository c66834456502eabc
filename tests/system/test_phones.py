from __future__ import annotations

import pytest

from tests.system.company import Company
from tests.system.conftest import MakeCompany

ANN = "+13125550101"
FIXED = {"default": {"carrier_delay": ["2s", "2s"], "handset_delay": ["4s", "4s"]}}


async def _last(company: Company, mdn: str) -> list[tuple[str, str, int | None]]:
    items = (await company.control("GET", f"/messages?direction=mt&mdn=%2B{mdn[1:]}")).json["items"]
    shown = (await company.control("GET", f"/messages/{items[-1]['id']}")).json
    return [(step["state"], step["at"], step["error_code"]) for step in shown["history"]]


async def test_a_message_passes_every_stage_at_its_time(make_company: MakeCompany) -> None:
    """accepted, routed 20 ms later, sent after the carrier delay, delivered after the handset's."""
    company = await make_company(carriers=FIXED)
    await company.send(ANN)
    await company.advance("1m")
    assert await _last(company, ANN) == [
        ("accepted", "2026-01-05T15:00:00Z", None),
        ("routed", "2026-01-05T15:00:00.020Z", None),
        ("sent", "2026-01-05T15:00:02.020Z", None),
        ("delivered", "2026-01-05T15:00:06.020Z", None),
    ]


@pytest.mark.parametrize(
    ("mdn", "states", "at"),
    [
        ("+15005550002", ["routed", "refused"], "2026-01-05T15:00:02.020Z"),
        ("+15005550003", ["routed", "sent", "undeliverable"], "2026-01-05T15:00:06.020Z"),
        ("+15005550004", ["routed", "sent", "expired"], "2026-01-08T15:00:00Z"),
        ("+15005550005", ["routed", "sent", "delivered"], "2026-01-05T15:10:00Z"),
        ("+15005550009", ["blocked"], "2026-01-05T15:00:00.020Z"),
    ],
)
async def test_magic_numbers_end_as_documented(
    make_company: MakeCompany, mdn: str, states: list[str], at: str
) -> None:
    """0002 refused, 0003 undeliverable, 0004 expired after 72 h, 0005 after 10 minutes, 0009 blocked."""
    company = await make_company(carriers=FIXED)
    await company.send(mdn)
    await company.advance("73h")
    history = await _last(company, mdn)
    assert [state for state, _, _ in history][1:] == states
    assert history[-1][1] == at


async def test_0001_is_a_landline(company: Company) -> None:
    """Nothing can be sent to 0001."""
    assert (await company.send("+15005550001")).status == 422


async def test_0006_says_yes_to_every_confirmation(make_company: MakeCompany) -> None:
    """Five seconds after the prompt arrives 0006 answers Y, and nothing else."""
    company = await make_company(carriers=FIXED)
    await company.join("+15005550006")
    await company.advance("11s19ms")
    assert not await company.member("+15005550006")
    await company.advance("1ms")
    assert await company.member("+15005550006")
    await company.advance("1h")
    assert await company.purposes("+15005550006") == ["confirmation", "yes", "welcome"]


async def test_0007_says_stop_to_every_message(company: Company) -> None:
    """0007 answers STOP to a message, and not to the confirmation of its STOP."""
    await company.send("+15005550007")
    await company.advance("24h")
    assert await company.purposes("+15005550007") == ["connect", "stop", "stop_reply"]


async def test_0008_is_disconnected_at_the_first_message(company: Company) -> None:
    """0008 is undeliverable (103) and leaves every list with reason disconnect."""
    await company.subscribe("+15005550008", list_id="1001")
    await company.subscribe("+15005550008", list_id="1002")
    await company.send("+15005550008")
    await company.send("+15005550008")
    await company.advance("1m")
    assert (await _last(company, "+15005550008"))[-1][2] == 103
    removed = await company.events("SubscriptionRemoved")
    assert [(item["data"]["list_id"], item["data"]["reason"]) for item in removed] == [
        ("1001", "disconnect"),
        ("1002", "disconnect"),
    ]
    phone = (await company.control("GET", "/handsets/5005550008")).json
    assert phone["connected"] is False


async def test_magic_numbers_can_be_turned_off(make_company: MakeCompany) -> None:
    """With magic_numbers false they are phones like any other."""
    company = await make_company(settings={"magic_numbers": False})
    for mdn in ("+15005550001", "+15005550004", "+15005550009"):
        await company.send(mdn)
    await company.advance("1m")
    for mdn in ("+15005550001", "+15005550004", "+15005550009"):
        assert (await _last(company, mdn))[-1][0] == "delivered"


async def test_an_unreachable_phone_gets_its_messages_when_it_is_back(
    make_company: MakeCompany,
) -> None:
    """Messages wait at the carrier in order, and arrive at the instant the phone is reachable."""
    company = await make_company(carriers=FIXED)
    await company.control("PUT", f"/handsets/{ANN}", {"reachable": False})
    for text in ("one", "two"):
        await company.send(ANN, text)
    await company.advance("10h")
    assert [state for _, state, _ in await company.phone(ANN)] == ["sent", "sent"]
    shown = await company.control("PUT", f"/handsets/{ANN}", {"reachable": True})
    assert shown.json["reachable"] is True
    assert [(state, text) for _, state, text in await company.phone(ANN)] == [
        ("delivered", "one"),
        ("delivered", "two"),
    ]
    assert (await _last(company, ANN))[-1][1] == "2026-01-06T01:00:00Z"
    await company.advance("100h")
    assert (await _last(company, ANN))[-1][0] == "delivered"


async def test_a_message_expires_72_hours_after_it_was_accepted(company: Company) -> None:
    """A phone that stays off gets nothing: expired with 101, exactly at 72 h."""
    await company.control("PUT", f"/handsets/{ANN}", {"reachable": False})
    await company.send(ANN)
    await company.advance("71h59m59s")
    assert (await _last(company, ANN))[-1][0] == "held"
    await company.advance("1s")
    assert (await _last(company, ANN))[-1] == ("expired", "2026-01-08T15:00:00Z", 101)
    await company.control("PUT", f"/handsets/{ANN}", {"reachable": True})
    assert (await _last(company, ANN))[-1][0] == "expired"


async def test_a_disconnected_phone_leaves_every_list(company: Company) -> None:
    """PUT connected false removes the number from its lists (R19), and later sends fail with 103."""
    await company.subscribe(ANN)
    await company.control("PUT", f"/handsets/{ANN}", {"connected": False})
    assert not await company.member(ANN)
    await company.send(ANN)
    await company.advance("1m")
    assert (await _last(company, ANN))[-1][::2] == ("undeliverable", 103)


async def test_a_persona_answers_on_its_own(make_company: MakeCompany) -> None:
    """A given persona texts its words after its time, confirmations apart from other messages."""
    company = await make_company(carriers=FIXED)
    persona = {"on_confirmation": "y", "on_message": "INFO", "after": "1m"}
    shown = await company.control("PUT", f"/handsets/{ANN}", {"persona": persona})
    assert {name: shown.json["persona"][name] for name in persona} == persona
    await company.join(ANN)
    await company.advance("66s")
    assert await company.purposes(ANN) == ["confirmation"]
    await company.advance("1s")
    assert await company.purposes(ANN) == ["confirmation", "yes", "welcome"]
    await company.advance("67s")
    assert (await company.purposes(ANN))[3:] == ["help", "help_reply"]


async def test_a_phone_may_be_put_on_a_carrier(make_company: MakeCompany) -> None:
    """The carrier of a phone decides its delays and its loss, and is told on an MO."""
    company = await make_company(carriers={**FIXED, "300": {"loss": "100%"}})
    await company.control("PUT", f"/handsets/{ANN}", {"carrier": "300"})
    assert (await company.send(ANN)).xml.get("carrier") == "300"
    await company.advance("1m")
    assert (await _last(company, ANN))[-1][::2] == ("undeliverable", 103)


async def test_absent_members_of_a_phone_stay(company: Company) -> None:
    """PUT changes only what it mentions, in any common form of the number."""
    await company.control("PUT", "/handsets/13125550101", {"reachable": False})
    shown = await company.control("PUT", "/handsets/3125550101", {"carrier": "104"})
    assert (shown.json["mdn"], shown.json["reachable"], shown.json["carrier"]) == (
        ANN,
        False,
        "104",
    )


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/handsets/12345", {"reachable": True}),
        (f"/handsets/{ANN}", {"reachable": "no"}),
        (f"/handsets/{ANN}", {"carrier": "AT&T"}),
        (f"/handsets/{ANN}", {"persona": {"after": "soon"}}),
        (f"/handsets/{ANN}", {"colour": "red"}),
    ],
)
async def test_a_wrong_phone_is_400(company: Company, path: str, body: object) -> None:
    """A bad number, a value of the wrong type and an unknown member are each told."""
    answer = await company.control("PUT", path, body)
    assert answer.status == 400
    assert answer.messages
