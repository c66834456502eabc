"""The inbox's time: what is due next and why, and the world as it was at a row."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape

import pytest
from aiohttp import ClientSession

from harness.environment import Environment, SimAccount, start
from simulator.ui import past

ANA, BEN = "+13125550101", "+13125550102"


@pytest.fixture
async def environment() -> AsyncIterator[Environment]:
    async with start() as running:
        yield running


@pytest.fixture
async def account(environment: Environment) -> SimAccount:
    return await environment.account({"company_key": "acme", "seed": 7})


async def page(account: SimAccount, query: str = "", status: int = 200) -> str:
    """The page as text without markup, spaces made one."""
    async with (
        ClientSession() as http,
        http.get(f"{account.url}/inbox/{account.key}/time{query}") as answer,
    ):
        assert answer.status == status
        text = await answer.text()
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


async def test_what_is_due_is_told_with_its_reason(account: SimAccount) -> None:
    """A pending request, a message under way and a persona's reply are told with when and whom."""
    await account.set_handset(ANA, {"persona": {"on_message": "why?", "after": "10m"}})
    await account.text(ANA, "VIP")
    await account.advance("1m")
    await account.text(BEN, "hello")
    text = await page(account)
    assert "the window of an opt-in ends the request of 312 555 0101 to join JoinVip01" in text
    assert "2026-01-06 15:00:00" in text
    assert 'a persona replies "why?" 312 555 0101' in text
    assert "a message is routed" in text


async def test_nothing_due_is_said(account: SimAccount) -> None:
    """Where nothing is due the page says what that means."""
    assert "Nothing is due" in await page(account)


async def test_the_world_is_shown_as_it_was(account: SimAccount) -> None:
    """At the row of a join there is a member, before it a pending request, after the STOP an opt-out."""
    await account.text(ANA, "VIP")
    await account.advance("1m")
    await account.text(ANA, "Y")
    await account.advance("1m")
    await account.text(ANA, "STOP")
    await account.advance("1m")
    rows = await account.events()
    joined = next(row["seq"] for row in rows if row["type"] == "SubscriptionAdded")
    stopped = next(row["seq"] for row in rows if row["type"] == "OptedOut")
    yes = max(row["seq"] for row in rows if row["type"] == "MoReceived" and row["seq"] < joined)

    before = await page(account, f"?seq={yes}")
    assert "VIP Deals (1001): 0 members" in before
    assert "312 555 0101 to JoinVip01, until 2026-01-06 15:00:00" in before
    assert "1 delivered" in before

    then = await page(account, f"?seq={joined}")
    assert "VIP Deals (1001): 1 member " in then
    assert "Opt-outs none" in then
    assert f"Row {joined} 2026-01-05 15:01:00" in then

    after = await page(account, f"?seq={max(stopped, len(rows))}")
    assert "VIP Deals (1001): 0 members" in after
    assert "312 555 0101 from 65047" in after
    assert "Pending opt-ins none" in after
    assert "3 delivered" in after


async def test_looking_changes_nothing(account: SimAccount) -> None:
    """No row is added by looking at the past."""
    await account.text(ANA, "VIP")
    rows = len(await account.events())
    await page(account, f"?seq={rows}")
    assert len(await account.events()) == rows


@pytest.mark.parametrize("asked", ["0", "x", "9999", "-1", "1.5", "999999999999999999999"])
async def test_a_row_that_is_none_is_told(account: SimAccount, asked: str) -> None:
    """A number that is no row is told with the rows there are."""
    last = len(await account.events())
    text = await page(account, f"?seq={asked}", 400)
    assert f'"{asked}" is no row; write a number from 1 to {last}' in text


async def test_beyond_the_bound_it_is_said(
    account: SimAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too long a journal is told plainly, with where all of it is."""
    await account.text(ANA, "VIP")
    monkeypatch.setattr(past, "FURTHEST", 3)
    text = await page(account, "?seq=5", 400)
    assert "the world is made anew for the first 3 rows only, and this is row 5" in text
    assert "1 to 3" in text
