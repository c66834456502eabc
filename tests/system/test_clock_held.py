from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientSession

from tests.system.company import Company
from tests.system.receiver import Receiver

ANN = "+13125550101"


async def _hold(company: Company, receiver: Receiver) -> asyncio.Task[object]:
    """An advance that waits for a receiver which has the callback and does not answer yet."""
    receiver.hangs = True
    await company.register("person_added", f"{receiver.url}/p")
    await company.platform("POST", "mobiledb/persons", {"external_person_id": "ann"})
    held = asyncio.create_task(company.advance("1h"))
    await receiver.arrived.wait()
    return held


async def test_advances_at_once_add_up(company: Company, receiver: Receiver) -> None:
    """Each advance starts from where the one before it ended, however they were asked for."""
    held = await _hold(company, receiver)
    more = [
        asyncio.create_task(company.control("POST", "/clock", {"advance": duration}))
        for duration in ("1m", "2h")
    ]
    receiver.released.set()
    await held
    assert [answer.status for answer in await asyncio.gather(*more)] == [200, 200]
    assert (await company.control("GET", "/clock")).json["now"] == "2026-01-05T18:01:00Z"


async def test_the_clock_goes_live_after_the_advance_that_runs(
    company: Company, receiver: Receiver
) -> None:
    """Two things never drive time at once: live waits for the advance, then time runs on."""
    held = await _hold(company, receiver)
    live = asyncio.create_task(company.control("POST", "/clock", {"mode": "live"}))
    receiver.released.set()
    await held
    shown = (await live).json
    assert (shown["mode"], shown["now"][:16]) == ("live", "2026-01-05T16:00")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"advance": "1h", "quiet": "99999d"}, "at most 60s"),
        ({"advance": "1h", "probe": "http://127.0.0.1:9/idle"}, "did not answer"),
    ],
)
async def test_a_wait_without_end_is_refused(company: Company, body: object, told: str) -> None:
    """A quiet window over a minute and a probe that is not there are 400, and time goes on after."""
    answer = await company.control("POST", "/clock", body)
    assert answer.status == 400
    assert told in answer.messages[0]
    assert (await company.control("POST", "/clock", {"advance": "1h"})).status == 200


async def test_who_leaves_while_time_waits_leaves_it_free(
    company: Company, http: ClientSession, receiver: Receiver
) -> None:
    """A clock call whose caller has gone does not hold the clock."""
    url = f"{company.url}/_sim/accounts/{company.key}/clock"
    receiver.hangs = True
    gone = asyncio.create_task(
        http.post(url, json={"advance": "1h", "probe": f"{receiver.url}/idle"})
    )
    await receiver.arrived.wait()
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    receiver.released.set()
    receiver.hangs = False
    assert (await company.control("POST", "/clock", {"advance": "1m"})).status == 200
