from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from simulator.app import build
from simulator.config import ServerSettings
from simulator.domain.instants import DAY, HOUR, Instant, parse_instant
from tests.system.company import Company, call

ANN = "+13125550101"


class HandWall:
    """A wall clock that a test moves by hand."""

    def __init__(self) -> None:
        self.instant = parse_instant("2026-05-01T12:00:00Z")

    def now(self) -> Instant:
        """Where the test put it."""
        return self.instant

    def move(self, by: int) -> None:
        """Let wall time pass."""
        self.instant = Instant(self.instant + by)


@pytest.fixture
def wall() -> HandWall:
    return HandWall()


@pytest.fixture
async def live(http: ClientSession, wall: HandWall) -> AsyncIterator[Company]:
    """An account whose clock runs with the wall."""
    async with build(ServerSettings(port=0, accounts=()), wall=wall) as system:
        url = await system.listen()
        made = await call(http, "POST", f"{url}/_sim/accounts", {"clock": {"mode": "live"}})
        yield Company(http, url, made.json)


async def test_live_time_follows_the_wall(live: Company, wall: HandWall) -> None:
    """A live account starts at wall time and moves as the wall does."""
    assert (await live.control("GET", "/clock")).json["now"] == "2026-05-01T12:00:00Z"
    wall.move(HOUR)
    assert (await live.control("GET", "/clock")).json["now"] == "2026-05-01T13:00:00Z"


async def test_a_rate_multiplies_the_wall(live: Company, wall: HandWall) -> None:
    """At rate 60 a minute of the wall is an hour of the account."""
    await live.control("POST", "/clock", {"mode": "live", "rate": 60})
    wall.move(HOUR // 60)
    assert (await live.control("GET", "/clock")).json["now"] == "2026-05-01T13:00:00Z"


async def test_manual_time_stands_while_the_wall_goes_on(live: Company, wall: HandWall) -> None:
    """Made manual, the clock stays at the instant it was stopped."""
    wall.move(HOUR)
    await live.control("POST", "/clock", {"mode": "manual"})
    wall.move(DAY)
    assert (await live.control("GET", "/clock")).json["now"] == "2026-05-01T13:00:00Z"


async def test_a_yes_after_the_window_is_late_even_before_the_alarm_rings(
    live: Company, wall: HandWall
) -> None:
    """What is due happens before a command that comes later, however late the loop wakes."""
    await live.join(ANN)
    wall.move(DAY + 1)
    assert (await live.text(ANN, "Y"))["taken_as"] == "unmatched"


async def test_a_registration_that_ended_by_the_wall_is_not_listed(
    live: Company, wall: HandWall
) -> None:
    """GET config/callbacks goes by the account's time, not by its last event."""
    await live.register("person_added", "http://127.0.0.1:9/p", end_date="2026-05-01T12:30:00Z")
    wall.move(HOUR)
    assert (await live.platform("GET", "config/callbacks")).json == []


async def test_an_empty_simulator_starts_with_the_demo_account(http: ClientSession) -> None:
    """Company demo, user demo, password demo, code 65047, lists 1001 and 1002, live."""
    async with build(ServerSettings(port=0)) as system:
        url = await system.listen()
        shown = (await call(http, "GET", f"{url}/_sim/accounts/demo")).json
        assert (shown["username"], shown["password"]) == ("demo", "demo")
        assert shown["clock"]["mode"] == "live"
        assert [item["code"] for item in shown["source_codes"]] == ["65047"]
        assert [(item["id"], item["name"]) for item in shown["subscription_lists"]] == [
            ("1001", "VIP Deals"),
            ("1002", "Store News"),
        ]
        assert [
            (item["id"], item["list"], item["keywords"], item["opt_in"])
            for item in shown["acquisition_campaigns"]
        ] == [
            ("JoinVip01", "1001", ["VIP"], "double"),
            ("JoinNews01", "1002", ["NEWS"], "double"),
        ]
