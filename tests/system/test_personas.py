"""Personas: what the people behind phones do by themselves, each shipped one from end to end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.system.company import Company
from tests.system.conftest import MakeCompany

ANN, BOB = "+13125550101", "+13125550102"
INSTANT = {"default": "instant"}


@pytest.fixture
async def quick(make_company: MakeCompany) -> Company:
    """An account whose carriers deliver 22 ms after a message is accepted."""
    return await make_company(carriers=INSTANT)


async def _be(company: Company, persona: object, mdn: str = ANN) -> Any:
    """Give a phone a persona: a shipped one by name, or what is said of it."""
    spec = {"name": persona} if isinstance(persona, str) else persona
    answer = await company.control("PUT", f"/handsets/{mdn}", {"persona": spec})
    assert answer.status == 200, answer.body
    return answer.json


async def _said(company: Company, mdn: str = ANN) -> list[tuple[str, str]]:
    """What the phone texted, and what it was taken for."""
    items = (await company.control("GET", f"/messages?direction=mo&mdn={mdn[1:]}")).json["items"]
    return [(item["text"], item["purpose"]) for item in items]


async def test_silent_says_nothing(quick: Company) -> None:
    """The persona of every phone that is told nothing: the prompt lapses."""
    assert (await quick.control("GET", f"/handsets/{ANN}")).json["persona"]["name"] == "silent"
    await _be(quick, "silent")
    await quick.join(ANN)
    await quick.advance("48h")
    assert await quick.purposes(ANN) == ["confirmation"]
    assert not await quick.member(ANN)


async def test_says_yes_joins(quick: Company) -> None:
    """Y five seconds after the prompt came, and nothing to the welcome or to other messages."""
    await _be(quick, "says_yes")
    await quick.join(ANN)
    await quick.advance("5s")
    assert not await quick.member(ANN)
    await quick.advance("100ms")
    assert await quick.member(ANN)
    await quick.send(ANN)
    await quick.advance("24h")
    assert await quick.purposes(ANN) == ["confirmation", "yes", "welcome", "connect"]


async def test_says_no_declines(quick: Company) -> None:
    """N rejects, and bars another join through the API."""
    await _be(quick, "says_no")
    await quick.join(ANN)
    await quick.advance("1m")
    assert await _said(quick) == [("N", "no")]
    assert not await quick.member(ANN)
    assert (await quick.join(ANN)).status == 422


async def test_slow_yes_takes_its_time_and_sometimes_never_answers(quick: Company) -> None:
    """About three in four answer Y or y, seconds to thirty hours later; late ones do not count."""
    numbers = [f"+131255504{number:02d}" for number in range(60)]
    for mdn in numbers:
        await _be(quick, "slow_yes", mdn)
        assert (await quick.join(mdn)).status == 201
    await quick.advance("31h")
    items = (await quick.control("GET", "/messages?direction=mo&limit=1000")).json["items"]
    assert {item["text"] for item in items} == {"Y", "y"}
    assert 35 <= len(items) <= 55
    assert len({item["mdn"] for item in items}) == len(items)
    taken = {item["purpose"] for item in items if item["at"] <= "2026-01-06T15:00:00"}
    late = {item["purpose"] for item in items if item["at"] > "2026-01-06T15:00:00"}
    assert (taken, late - {"unmatched"}) == ({"yes"}, set())


@pytest.mark.parametrize(
    ("words", "taken_as", "member"),
    [
        ("y", "yes", True),
        ("Y ", "yes", True),
        ("yes please", "unmatched", False),
        ("y.", "unmatched", False),
        ("Yes!", "unmatched", False),
        ("sí", "unmatched", False),
        ("Si", "unmatched", False),
        ("\U0001f44d", "unmatched", False),
        ("ok", "unmatched", False),
    ],
)
async def test_the_words_of_sloppy_yes(
    quick: Company, words: str, taken_as: str, member: bool
) -> None:
    """Of what people write for a yes only Y in any case, with space around it, confirms."""
    shown = await _be(quick, "sloppy_yes")
    (habit,) = shown["persona"]["habits"]
    assert words in habit["says"]
    assert len(habit["says"]) == 9
    await _be(quick, {"habits": [{"to": "confirmation", "says": [words]}]})
    await quick.join(ANN)
    await quick.advance("1m")
    assert await _said(quick) == [(words, taken_as)]
    assert await quick.member(ANN) is member


async def test_sloppy_yes_says_one_of_its_words_once(quick: Company) -> None:
    """Thirty phones use several of the nine words, and those who wrote y are the members."""
    numbers = [f"+131255504{number:02d}" for number in range(30)]
    for mdn in numbers:
        await _be(quick, "sloppy_yes", mdn)
        await quick.join(mdn)
    await quick.advance("24h")
    words = {mdn: await _said(quick, mdn) for mdn in numbers}
    assert {len(said) for said in words.values()} == {1}
    assert len({said[0][0] for said in words.values()}) >= 6
    for mdn, said in words.items():
        assert await quick.member(mdn) is (said[0][0].strip().lower() == "y")


async def test_stops_at_third_stops_exactly_at_the_third(quick: Company) -> None:
    """Two messages go by; the third is answered with a STOP, and the confirmation of it with nothing."""
    await _be(quick, "stops_at_third")
    for expected in ([], [], ["stop"]):
        await quick.send(ANN)
        await quick.advance("1h")
        assert [taken for _, taken in await _said(quick)] == expected
    await quick.send(ANN)
    await quick.advance("1h")
    assert (await quick.phone(ANN))[-1][1] == "blocked"
    assert await quick.purposes(ANN) == ["connect"] * 3 + ["stop", "stop_reply", "connect"]


async def test_a_message_that_never_came_is_not_counted(quick: Company) -> None:
    """Messages that failed are none of the three."""
    await _be(quick, "stops_at_third")
    rule = {"match": {"surface": "carrier"}, "effect": {"fail": 103}, "budget": 2}
    await quick.control("POST", "/faults", rule)
    for _ in range(4):
        await quick.send(ANN)
        await quick.advance("1h")
    assert await _said(quick) == []
    await quick.send(ANN)
    await quick.advance("1h")
    assert [taken for _, taken in await _said(quick)] == ["stop"]


async def test_stops_at_once_stops_at_the_prompt(quick: Company) -> None:
    """The first message of all, here a prompt, is answered with STOP."""
    await _be(quick, "stops_at_once")
    await quick.join(ANN)
    await quick.advance("1h")
    assert await quick.purposes(ANN) == ["confirmation", "stop", "stop_reply"]


async def test_asks_help_asks_once(quick: Company) -> None:
    """HELP, help or INFO to the first message; its reply and later messages are not answered."""
    await _be(quick, "asks_help")
    for _ in range(3):
        await quick.send(ANN)
        await quick.advance("1h")
    assert await quick.purposes(ANN) == ["connect", "help", "help_reply", "connect", "connect"]
    assert (await _said(quick))[0][0] in ("HELP", "help", "INFO")


async def test_off_at_first_gets_what_was_held_when_it_goes_on(quick: Company) -> None:
    """Off for eight hours from the account's start: the prompt waits, is delivered then, and answered."""
    shown = await _be(quick, "off_at_first")
    assert (shown["reachable"], shown["persona"]["off_for"]) == (False, "8h")
    await quick.join(ANN)
    await quick.advance("7h59m59s999ms")
    assert (await quick.phone(ANN))[0][1] == "sent"
    await quick.advance("1ms")
    assert (await quick.phone(ANN))[0][1] == "delivered"
    assert (await quick.control("GET", f"/handsets/{ANN}")).json["reachable"] is True
    await quick.advance("5s")
    assert await quick.member(ANN)


async def test_off_at_first_cannot_be_switched_on_early(quick: Company) -> None:
    """reachable true does not bring a phone back that its persona keeps off."""
    await _be(quick, "off_at_first")
    await quick.send(ANN)
    await quick.advance("1m")
    for reachable in (False, True):
        await quick.control("PUT", f"/handsets/{ANN}", {"reachable": reachable})
    assert (await quick.phone(ANN))[0][1] == "sent"
    await quick.advance("8h")
    assert (await quick.phone(ANN))[0][1] == "delivered"


async def test_another_persona_may_switch_a_phone_on(quick: Company) -> None:
    """Given a persona that is not off, the phone gets what was held at once."""
    await _be(quick, "off_at_first")
    await quick.send(ANN)
    await quick.advance("1m")
    assert (await _be(quick, "silent"))["reachable"] is True
    assert (await quick.phone(ANN))[0][1] == "delivered"


async def test_ports_away_changes_its_carrier_with_the_first_message(quick: Company) -> None:
    """It answers the prompt, and from then on is with carrier 105."""
    await quick.control("PUT", f"/handsets/{ANN}", {"carrier": "104"})
    await _be(quick, "ports_away")
    await quick.join(ANN)
    await quick.advance("1m")
    items = (await quick.control("GET", f"/messages?mdn={ANN[1:]}")).json["items"]
    assert [(item["purpose"], item["carrier"]) for item in items] == [
        ("confirmation", "104"),
        ("yes", "105"),
        ("welcome", "105"),
    ]


async def test_a_phone_that_comes_back_and_ports_stays_back(quick: Company) -> None:
    """What it does about the message it was held for does not switch it off again."""
    await quick.control("PUT", f"/handsets/{ANN}", {"carrier": "104", "reachable": False})
    await _be(quick, "ports_away")
    await quick.send(ANN)
    await quick.advance("1m")
    await quick.control("PUT", f"/handsets/{ANN}", {"reachable": True})
    phone = (await quick.control("GET", f"/handsets/{ANN}")).json
    assert (phone["reachable"], phone["carrier"]) == (True, "105")


async def test_a_persona_given_with_the_phone_back_on_acts(quick: Company) -> None:
    """Persona and reachable in one call: the new persona answers what was held."""
    await quick.control("PUT", f"/handsets/{ANN}", {"reachable": False})
    await quick.join(ANN)
    await quick.advance("1m")
    body = {"reachable": True, "persona": {"name": "says_yes"}}
    await quick.control("PUT", f"/handsets/{ANN}", body)
    await quick.advance("6s")
    assert await quick.member(ANN)


async def test_a_landline_takes_no_text(quick: Company) -> None:
    """Connect says 422/1031, for a submit and a look-up, and the Platform 422."""
    await _be(quick, "landline")
    sent = await quick.send(ANN)
    assert (sent.status, sent.xml.get("code")) == (422, "1031")
    assert (await quick.connect("GET", "mdns/13125550101")).xml.get("code") == "1031"
    joined = await quick.join(ANN)
    assert joined.status == 422
    assert "not a mobile phone number" in joined.messages[0]


async def test_shared_phone_says_two_things(quick: Company) -> None:
    """One answers Y, the other asks who it is fifteen seconds later; the yes stands."""
    await _be(quick, "shared_phone")
    await quick.join(ANN)
    await quick.advance("6s")
    assert await _said(quick) == [("Y", "yes")]
    await quick.advance("15s")
    (_, second) = await _said(quick)
    assert second[1] == "unmatched"
    assert second[0] in ("Who is this?", "wrong number", "?")
    assert await quick.member(ANN)
