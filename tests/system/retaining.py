"""Accounts of which what is old is let go soon, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from simulator.app import Simulator, build
from simulator.config import ServerSettings
from tests.system.company import Company, call

ANN, BOB = "+13125550101", "+13125550102"
KEPT = 20

Serving = tuple[Simulator, Company]


@asynccontextmanager
async def served(http: ClientSession, path: Path | None, **settings: Any) -> AsyncIterator[Serving]:
    """A simulator with the account `acme`, made if it is not there."""
    told: dict[str, Any] = {"keep_messages": KEPT, **settings}
    async with build(ServerSettings(port=0, db=path, accounts=(), **told)) as system:
        url = await system.listen()
        made = await call(http, "POST", f"{url}/_sim/accounts", {"company_key": "acme", "seed": 3})
        if made.status == 409:
            made = await call(http, "GET", f"{url}/_sim/accounts/acme")
        yield system, Company(http, url, made.json)


async def days(company: Company, first: int, count: int) -> None:
    """Some messages a day, finished by its end."""
    for day in range(first, first + count):
        for number in range(4):
            await company.send(ANN, f"Day {day}, message {number} " * 8)
        await company.text(BOB, "HELP")
        await company.advance("24h")


async def rested(system: Simulator) -> None:
    """Whatever is being let go of is gone."""
    for universe in system.accounts.all():
        looking = universe._retention
        if looking is not None and looking._task is not None:
            await looking._task


async def messages(company: Company) -> list[dict[str, Any]]:
    """All that are recorded."""
    told = await company.control("GET", "/messages?limit=10000")
    items: list[dict[str, Any]] = told.json["items"]
    return items


async def first_row(company: Company) -> int:
    """The first row of the journal, as it is told beside any of its pages."""
    told = await company.control("GET", "/events?limit=1")
    assert told.json["items"][0]["seq"] == told.json["first"]
    first: int = told.json["first"]
    return first
