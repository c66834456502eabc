"""The inbox's faults, as a browser without scripts sees and drives them: real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from harness.environment import SimAccount, start
from simulator.domain.carriers import NAMES
from simulator.domain.fault_rules import PROFILES, Effect, Surface
from simulator.ui import fault_words, faults
from tests.system.test_inbox_people import words

ANN, BOB = "+13125550101", "+13125550102"
SPEC = {"company_key": "acme", "carriers": {"default": "plain", "104": "rush_hour"}}


class Inbox:
    """The faults of one account, read and acted on."""

    def __init__(self, http: ClientSession, account: SimAccount) -> None:
        self.http = http
        self.account = account
        self.url = f"{account.url}/inbox/{account.key}/faults"

    async def get(self) -> str:
        """The page, as text."""
        async with self.http.get(self.url) as response:
            assert response.status == 200, await response.text()
            return words(await response.text())

    async def post(self, path: str = "", **form: str) -> None:
        """A form is sent, and leads back to the page."""
        async with self.http.post(
            self.url + path, data=form, headers={"Referer": self.url}, allow_redirects=False
        ) as response:
            assert response.status == 303, await response.text()
            assert response.headers["Location"] == "/inbox/acme/faults"

    async def refused(self, **form: str) -> str:
        """What the page says where a form cannot be taken; no rule holds then."""
        async with self.http.post(self.url, data=form, allow_redirects=False) as response:
            assert response.status == 400
            said = words(await response.text())
        assert await self.account.faults() == []
        return said

    async def rules(self) -> dict[str, Any]:
        """The rules that hold, by id, as the control API shows them."""
        return {rule["id"]: rule for rule in await self.account.faults()}


@pytest.fixture
async def inbox(http: ClientSession) -> AsyncIterator[Inbox]:
    async with start() as environment:
        yield Inbox(http, await environment.account(SPEC))


async def test_an_account_without_faults_says_what_to_do_next(inbox: Inbox) -> None:
    """Nothing goes wrong yet, and each profile is offered with what it does."""
    told = await inbox.get()
    assert "Nothing goes wrong: no rule holds. Switch on a profile above" in told
    for name, said in fault_words.PROFILES.items():
        assert f"{name.replace('_', ' ')}: {said}" in told


def test_every_profile_effect_and_surface_has_words() -> None:
    """Whatever the domain knows is offered, and nothing else."""
    assert set(fault_words.PROFILES) == set(PROFILES)
    assert set(fault_words.EFFECTS) == set(Effect)
    assert set(fault_words.SURFACES) == set(Surface)


@pytest.mark.parametrize("name", sorted(PROFILES))
async def test_a_profile_is_switched_on_and_healed(inbox: Inbox, name: str) -> None:
    """Its rules hold and stand on the page; healed one by one, then all, none does."""
    await inbox.post(kind="profile", profile=name)
    assert list(await inbox.rules()) == [rule.id for rule in PROFILES[name]]
    told = await inbox.get()
    for rule in PROFILES[name]:
        assert f"{rule.id} holds {fault_words.SURFACES[rule.match.surface]}" in told
    await inbox.post(f"/{PROFILES[name][0].id}/heal")
    assert list(await inbox.rules()) == [rule.id for rule in PROFILES[name][1:]]
    await inbox.post("/heal")
    assert await inbox.rules() == {}


async def test_trouble_at_a_carrier_without_a_profile_of_its_own_is_told(inbox: Inbox) -> None:
    """By its name, in the row of all the others; those that have a profile are well."""
    await inbox.post(kind="carrier", trouble="outage", carrier="102", **{"for": ""})
    told = await inbox.get()
    assert f"outage-102 at {NAMES['102']}" in told
    assert told.count("as its profile says") == 1


async def test_a_carrier_is_taken_down_for_so_long(inbox: Inbox) -> None:
    """A message waits until the outage is over; then the rule is over, and the carrier is well."""
    await inbox.account.set_handset(ANN, {"carrier": "104"})
    await inbox.account.set_handset(BOB, {"carrier": "102"})
    await inbox.post(kind="carrier", trouble="outage", carrier="104", **{"for": "2h"})
    told = await inbox.get()
    assert "outage-104 holds until 2026-01-05 17:00:00" in told
    assert "messages at their carrier, at AT&T carrier is down: messages wait" in told
    assert "AT&T 104 rush hour" in told
    assert told.count("as its profile says") == 1, "the other carriers are well"
    for mdn in (ANN, BOB):
        await inbox.account.text(mdn, "VIP")
    await inbox.account.advance("1h")
    states = {item["mdn"]: item["state"] for item in await inbox.account.messages()}
    assert states == {ANN: "routed", BOB: "delivered"}
    assert "always 1 1 312 555 0101 confirmation , 2026-01-05 15:00:00" in await inbox.get()
    await inbox.account.advance("3h")
    told = await inbox.get()
    assert "over since 2026-01-05 17:00:00" in told
    assert told.count("as its profile says") == 2
    sent = [item for item in await inbox.account.messages() if item["direction"] == "mt"]
    assert [item["state"] for item in sent] == ["delivered", "delivered"]


async def test_without_a_time_a_carrier_is_down_until_healed(inbox: Inbox) -> None:
    """Every carrier fails with 107 meanwhile; said twice it is one rule."""
    for _ in range(2):
        await inbox.post(kind="carrier", trouble="outage", carrier="", **{"for": ""})
    assert list(await inbox.rules()) == ["outage-all"]
    assert "carrier is down: messages fail with 107" in await inbox.get()
    await inbox.account.text(BOB, "VIP")
    await inbox.account.advance("1h")
    (prompt,) = [item for item in await inbox.account.messages() if item["direction"] == "mt"]
    assert (prompt["state"], prompt["error_code"]) == ("refused", 107)


async def test_a_slow_carrier_is_late_by_so_long(inbox: Inbox) -> None:
    """A message arrives that much later than it would have."""
    await inbox.post(kind="carrier", trouble="slow", carrier="", late="1h", **{"for": "1d"})
    assert "late by 1h always" in await inbox.get()
    await inbox.account.text(BOB, "VIP")
    await inbox.account.advance("1h")
    assert "delivered" not in {item["state"] for item in await inbox.account.messages()}
    await inbox.account.advance("1m")
    assert "delivered" in {item["state"] for item in await inbox.account.messages()}


async def test_a_rule_of_ones_own(inbox: Inbox) -> None:
    """What was filled in is the rule's, what was left empty is not; a call is struck as it says."""
    form = {"surface": "platform", "effect": "status", "value": "503", "number": "3125550101"}
    empty = dict.fromkeys(("operation", "list", "code", "carrier", "for"), "")
    await inbox.post(kind="own", **form, **empty, ratio="1/1", budget="1", name="broken")
    rule = (await inbox.rules())["broken"]
    assert (rule["effect"], rule["value"], rule["budget"]) == ("status", 503, 1)
    narrowed = {name: value for name, value in rule["match"].items() if value is not None}
    assert narrowed == {"surface": "platform", "number": ANN}
    async with inbox.account.vibes() as client:
        for mdn, status in ((BOB, 201), (ANN, 503), (ANN, 201)):
            assert (await client.add_participant("JoinVip01", mdn=mdn)).status == status
    told = await inbox.get()
    assert "answered HTTP 503, nothing done always, 1 times at most 2 1 312 555 0101" in told


async def test_a_rule_without_a_name_is_given_one(inbox: Inbox) -> None:
    """Two of them are two rules."""
    for effect in ("lose", "duplicate"):
        await inbox.post(kind="own", surface="callback", effect=effect, ratio="1/4")
    assert {key: rule["ratio"] for key, rule in (await inbox.rules()).items()} == {
        "fault-1": "1/4",
        "fault-2": "1/4",
    }


@pytest.mark.parametrize(
    ("form", "mend"),
    [
        ({"kind": "profile", "profile": "flaky"}, "flaky_api"),
        ({"kind": "carrier", "trouble": "fire"}, "it may be outage or slow"),
        ({"kind": "carrier", "carrier": "999"}, 'no carrier "999"; choose one of the list'),
        ({"kind": "carrier", "for": "soon"}, '"soon" is not a duration; write "24h"'),
        ({"kind": "carrier", "for": "100001d"}, "is longer than 100000 days"),
        ({"kind": "carrier", "trouble": "slow", "late": ""}, '"" is not a duration'),
        ({"surface": "mo", "effect": "outage"}, 'told to the application know no "outage"'),
        ({"surface": "sea", "effect": "lose"}, '"sea" is not one of platform, connect'),
        ({"surface": "platform", "effect": "status"}, 'value of status is a whole number, not ""'),
        ({"surface": "platform", "effect": "status", "value": "200"}, "is 400 to 599"),
        (
            {"surface": "callback", "effect": "delay"},
            'delay needs how long as its value; write "30s"',
        ),
        ({"surface": "mo", "effect": "lose", "value": "1"}, "lose takes no value; leave it empty"),
        ({"surface": "mo", "effect": "lose", "ratio": "often"}, 'write "1/100" or "1%"'),
        (
            {"surface": "mo", "effect": "lose", "budget": "-1"},
            "how often at most is a whole number",
        ),
        ({"surface": "mo", "effect": "lose", "number": "12"}, '"12" is not a US or Canadian'),
        ({"surface": "mo", "effect": "lose", "list": "1"}, "knows no list; leave it out"),
        ({}, "is not one of platform, connect"),
    ],
)
async def test_a_wrong_form_says_the_mend(inbox: Inbox, form: dict[str, str], mend: str) -> None:
    """What is wrong and what would be right, on a page; nothing was switched on."""
    assert mend in await inbox.refused(**form)


async def test_healing_what_is_not_there_says_so(inbox: Inbox) -> None:
    """No rule of that name: 400 with its name."""
    async with inbox.http.post(f"{inbox.url}/gone/heal") as response:
        assert (response.status, 'no fault "gone"' in words(await response.text())) == (400, True)


async def test_a_name_is_text_and_can_be_healed(inbox: Inbox) -> None:
    """Markup, a slash and a space in a rule's name are shown as they are and lead to it."""
    name = "<b>a/b</b> c"
    rule = {"id": name, "match": {"surface": "callback"}, "effect": {"lose": True}}
    await inbox.account.add_fault(rule)
    async with inbox.http.get(inbox.url) as response:
        page = await response.text()
    assert "<b>" not in page
    assert name in await inbox.get()
    await inbox.post("/%3Cb%3Ea%2Fb%3C%2Fb%3E%20c/heal")
    assert 'action="/inbox/acme/faults/%3Cb%3Ea%2Fb%3C%2Fb%3E%20c/heal"' in page
    assert await inbox.rules() == {}


async def test_a_hit_long_ago_is_told_as_such(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whom a rule hit before the rows that are looked through is not made up."""
    rule = {"match": {"surface": "carrier"}, "effect": {"delay": "1s"}, "id": "late"}
    await inbox.account.add_fault(rule)
    assert "late by 1s always 0 0 nobody yet" in await inbox.get()
    await inbox.account.text(ANN, "VIP")
    assert "1 1 312 555 0101 confirmation" in await inbox.get()
    monkeypatch.setattr(faults, "LATEST_ROWS", 1)
    await inbox.account.text(BOB, "not a keyword")
    await inbox.account.advance("1h")
    assert "2 2 before the latest 1 rows of the journal" in await inbox.get()


async def test_carriers_stand_with_their_profile(inbox: Inbox) -> None:
    """What the account was told of each, and the rest under one name."""
    told = await inbox.get()
    assert "every other carrier plain" in told
    assert "AT&T 104 rush hour 8s, 1 in 20 over 1m 45s, 1 in 20 over 10m 5 in 1000 refused" in told
    assert "30 a second from a code" in told
