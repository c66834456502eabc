"""The example shop: by itself against the simulator, and its bugs found by the shipped scenarios."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from harness.application import Application, Launch, running
from harness.campaigns.endpoint import Endpoint
from harness.environment import SimAccount, spawn, start
from harness.events import ScenarioFinished, ScenarioResult, Verdict
from harness.runner import play
from harness.scenario.reading import load_all

FOLDER = Path(__file__).parents[2] / "scenarios" / "application"
SHIPPED = {path.name.partition(".")[0]: path for path in sorted(FOLDER.glob("*.sms.yaml"))}
FOUND = {
    "forgets_stop": (
        "stop_reaches_the_shop",
        [("0 messages with to 'ana', text 'Sale today'", "1 message")],
    ),
    "double_send": (
        "answer_of_a_submit_lost",
        [("1 message with to 'ana', text 'Thank you! Your kettle*'", "2 messages")],
    ),
    "late_yes": (
        "asked_is_not_yet_a_member",
        [
            ("1 message with text 'Sale today'", "3 messages"),
            ("0 messages with to 'ben', text 'Sale today'", "1 message"),
            ('cem received "Reply Y*"', 'received "Reply Y to join VIP Deals.*", "Sale today"'),
        ],
    ),
}
"""Each bug with the scenario that finds it, what it expects and what it sees."""

ASK = "POST campaigns/acquisition/{acquisition_id}/participants"
ANA, BEN = "+13125550101", "+13125550102"


@pytest.fixture
async def account() -> AsyncIterator[SimAccount]:
    async with start() as environment:
        yield await environment.account({"company_key": "shop", "seed": 1})


@pytest.fixture
async def shop(account: SimAccount) -> AsyncIterator[Application]:
    """The shop without a bug, running for the account."""
    async with running(_launch("{folder}/shop.db"), account) as application:
        account.probe = application.idle_url
        yield application


def _launch(database: str) -> Launch:
    return Launch(
        command=("{python}", "shop/shop.py"),
        env={"SHOP_URL": "{callback_url}", "SHOP_DB": database, "SHOP_BUG": ""},
        cwd=FOLDER,
        ready="/health",
        idle="/idle",
    )


async def _sign_up(shop: Application, account: SimAccount, phone: str, *, consent: bool) -> int:
    body = {"name": "A", "phone": phone, "consent": consent}
    status = (await shop.call("POST", "/signup", body)).status
    await account.advance("1m")
    return status


async def _customer(shop: Application, mdn: str) -> Any:
    return json.loads((await shop.call("GET", f"/customers/{mdn}")).text)


async def _played(name: str, *, of_its_own: bool = False) -> tuple[ScenarioResult, list[Any]]:
    """How a shipped scenario ended, and its journal."""
    (scenario,) = load_all([SHIPPED[name]])
    async with spawn() if of_its_own else start() as environment, Endpoint(environment) as endpoint:
        async for event in play(scenario, environment, endpoint, 0, keep=True):
            if isinstance(event, ScenarioFinished):
                result = event.result
        journal = [] if of_its_own else await _journal(environment.url, result.account)
    return result, journal


async def _journal(url: str, key: str) -> list[Any]:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{url}/_sim/accounts/{key}/events?limit=10000") as answer,
    ):
        return list((await answer.json())["items"])


async def test_only_who_ticked_the_box_is_asked(shop: Application, account: SimAccount) -> None:
    """Consent is the shop's to ask for; a phone that is none is refused."""
    assert await _sign_up(shop, account, "(312) 555-0101", consent=True) == 201
    assert await _sign_up(shop, account, "(312) 555-0102", consent=False) == 201
    assert await _sign_up(shop, account, "555-0103", consent=True) == 422
    assert [item["mdn"] for item in await account.messages()] == [ANA]
    assert await _customer(shop, ANA) == {"member": False, "texts": []}


async def test_a_phone_gets_a_sale_once_however_it_is_written(
    shop: Application, account: SimAccount
) -> None:
    """Two customers with one phone are one recipient, and who is no member is none."""
    for phone in ("(312) 555-0101", "1-312-555-0101", "312.555.0102"):
        await _sign_up(shop, account, phone, consent=True)
    await account.text(ANA, "Y")
    await account.advance("1m")
    answer = await shop.call("POST", "/sale", {"message": "Sale today"})
    assert (answer.status, json.loads(answer.text)) == (202, {"texts": 1})
    await account.advance("1m")
    assert await _customer(shop, ANA) == {
        "member": True,
        "texts": [{"text": "Sale today", "state": "sent"}],
    }
    assert (await _customer(shop, BEN))["texts"] == []


async def test_what_happened_last_holds_in_whatever_order_it_is_told(
    shop: Application, account: SimAccount
) -> None:
    """A yes that is told after the STOP that followed it makes no member."""
    await _sign_up(shop, account, ANA, consent=True)
    match = {"surface": "callback", "operation": "subscription_added"}
    await account.add_fault({"match": match, "effect": {"delay": "1h"}})
    await account.text(ANA, "Y")
    await account.advance("1m")
    await account.text(ANA, "STOP")
    await account.advance("2h")
    kinds = [item["callback_type"] for item in await account.deliveries()]
    assert kinds == ["subscription_removed", "subscription_added"]
    assert (await _customer(shop, ANA))["member"] is False


async def test_a_vibes_that_is_busy_is_asked_again(shop: Application, account: SimAccount) -> None:
    """A 503 was not done, so it may be repeated; the phone is asked once."""
    match = {"surface": "platform", "operation": ASK}
    await account.add_fault({"match": match, "effect": {"status": 503}, "budget": 2})
    await _sign_up(shop, account, ANA, consent=True)
    assert [item["fired"] for item in await account.faults()] == [2]
    assert len(await account.messages()) == 1


async def test_what_it_knows_outlives_it(account: SimAccount, tmp_path: Path) -> None:
    """Its database is real; started again, it is registered still and not twice."""
    launch = _launch(str(tmp_path / "shop.db"))
    async with running(launch, account) as shop:
        account.probe = shop.idle_url
        await _sign_up(shop, account, ANA, consent=True)
        await account.text(ANA, "Y")
        await account.advance("1m")
    async with running(launch, account) as shop:
        account.probe = shop.idle_url
        assert (await _customer(shop, ANA))["member"] is True
        await account.text(ANA, "STOP")
        await account.advance("1m")
        assert (await _customer(shop, ANA))["member"] is False
    assert len(await account.deliveries()) == 2


@pytest.mark.parametrize("bug", FOUND)
async def test_each_bug_is_found_by_its_scenario(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the right reason: these expectations fail, no other, and the shop's log is shown."""
    monkeypatch.setenv("SHOP_BUG", bug)
    name, failures = FOUND[bug]
    result, _ = await _played(name)
    assert result.verdict is Verdict.FAILED, result.broken
    assert [item.expected for item in result.failures] == [expected for expected, _ in failures]
    for item, (_, actual) in zip(result.failures, failures, strict=True):
        before, _, after = actual.partition("*")
        assert item.actual.startswith(before)
        assert item.actual.endswith(after)
    assert any(line.startswith("shop: asked +1312555") for line in result.log)


@pytest.mark.parametrize("bug", FOUND)
async def test_the_other_scenarios_do_not_mind_the_bug(
    bug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a scenario that fails says which bug it is."""
    monkeypatch.setenv("SHOP_BUG", bug)
    for name, _ in FOUND.values():
        if name != FOUND[bug][0]:
            result, _ = await _played(name)
            assert result.verdict is Verdict.PASSED, (result.broken, result.failures)


@pytest.mark.parametrize("name", SHIPPED)
async def test_a_scenario_has_one_journal_whatever_port_the_shop_has(name: str) -> None:
    """And none of it names the port."""
    (one, journal), (other, again) = await asyncio.gather(_played(name), _played(name))
    assert (one.verdict, other.verdict) == (Verdict.PASSED, Verdict.PASSED), one.broken
    assert journal == again
    assert one.log == ()


async def test_it_plays_against_a_simulator_of_its_own_process() -> None:
    """What passes in-process passes over HTTP alone."""
    result, _ = await _played("a_shop", of_its_own=True)
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)
