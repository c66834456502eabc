"""Callbacks that a fault keeps: full lines, failing ones, resets, live time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from simulator.domain.instants import parse_instant
from tests.system.company import Company
from tests.system.conftest import MakeCompany
from tests.system.receiver import Receiver


@pytest.fixture
async def told(company: Company, receiver: Receiver) -> Company:
    """A company whose persons are told to the receiver."""
    await company.register("person_added", f"{receiver.url}/callback")
    return company


async def _add(company: Company, surface: str, effect: dict[str, Any], **more: Any) -> None:
    match = {"surface": surface, **more.pop("match", {})}
    answer = await company.control("POST", "/faults", {"match": match, "effect": effect, **more})
    assert answer.status == 201, answer.body


async def _person(company: Company, *names: str) -> None:
    for name in names:
        await company.platform("POST", "mobiledb/persons", {"external_person_id": name})
    await company.settle()


def _names(receiver: Receiver, path: str = "/callback") -> list[str]:
    return [body["person"]["external_person_id"] for body in receiver.bodies(path)]


async def test_a_kept_one_that_finds_the_line_full_fails(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """Its turn comes when nobody may join: it is in the failure queue, and told of there once."""
    company = await make_company(settings={"callback_queue_limit": 2})
    await company.register("person_added", f"{receiver.url}/callback")
    await _add(company, "callback", {"delay": "1m"}, budget=1)
    receiver.answers.extend([500] * 3)
    await _person(company, "ann", "bob", "cy")
    await company.advance("2m")
    shown = (await company.control("GET", "/callbacks/deliveries")).json
    (failed,) = shown["failed"]
    assert failed["reason"] == "the destination's line was full"
    assert failed["at"] == "2026-01-05T15:01:00Z"
    assert len(shown["unfinished"]) == 2
    await company.advance("25h")
    assert "ann" not in _names(receiver)
    assert _names(receiver)[-1] == "cy"


async def test_an_overtaken_one_that_finds_the_line_full_fails_with_it(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """The one that overtakes fills the line, so what it overtook does not fit."""
    company = await make_company(settings={"callback_queue_limit": 1})
    await company.register("person_added", f"{receiver.url}/callback")
    await _add(company, "callback", {"reorder": "1m"}, budget=1)
    receiver.answers.append(500)
    await _person(company, "ann", "bob")
    await company.advance("1h")
    assert _names(receiver) == ["bob", "bob"]
    assert len(await company.events("CallbackOverflowed")) == 1


async def test_a_kept_one_waits_behind_a_failing_one(told: Company, receiver: Receiver) -> None:
    """Late, it joins the line's end: order per destination is kept from then on."""
    await _add(told, "callback", {"delay": "1m"}, budget=1)
    receiver.answers.append(500)
    await _person(told, "ann", "bob")
    await told.advance("2m")
    assert _names(receiver) == ["bob"]
    await told.advance("10m")
    assert _names(receiver) == ["bob", "bob", "ann"]


async def test_a_repeat_of_one_that_is_told_overtakes_a_kept_one(
    told: Company, receiver: Receiver
) -> None:
    """Whatever is queued next for the destination is the next one."""
    await _person(told, "ann")
    await _add(told, "callback", {"reorder": "1h"}, budget=1)
    await _person(told, "bob")
    (row,) = await told.events("CallbackQueued")
    key = row["data"]["delivery"]["delivery_id"]
    assert (await told.control("POST", f"/callbacks/deliveries/{key}/repeat")).status == 202
    await told.settle()
    assert _names(receiver) == ["ann", "ann", "bob"]


async def test_taking_the_rule_away_frees_nothing_early(told: Company, receiver: Receiver) -> None:
    """What is kept stays kept until its time, or until the next one."""
    await _add(told, "callback", {"reorder": "1m"}, id="swap")
    await _person(told, "ann")
    await told.control("DELETE", "/faults/swap")
    await told.settle()
    assert receiver.got == []
    await told.advance("1m")
    assert _names(receiver) == ["ann"]


async def test_a_reset_forgets_what_is_kept(told: Company, receiver: Receiver) -> None:
    """Nothing of before is told after."""
    await _add(told, "callback", {"delay": "1m"})
    await _person(told, "ann")
    await told.control("POST", "/reset")
    await told.advance("1h")
    assert receiver.got == []


async def test_live_time_tells_what_was_kept(make_company: MakeCompany, receiver: Receiver) -> None:
    """A live account's alarm rings for a kept callback, with nobody asking anything."""
    company = await make_company(clock={"mode": "live", "rate": 10_000})
    await company.register("person_added", f"{receiver.url}/callback")
    await _add(company, "callback", {"delay": "10m"}, budget=1)
    await company.platform("POST", "mobiledb/persons", {"external_person_id": "ann"})
    async with asyncio.timeout(5):
        await receiver.arrived.wait()
    kept, queued = [(await company.events(kind))[0] for kind in ("CallbackKept", "CallbackQueued")]
    assert kept["data"]["until"] <= parse_instant(queued["at"])
    assert _names(receiver) == ["ann"]
