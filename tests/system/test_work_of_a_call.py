"""What a call costs does not depend on how many people, messages and accounts there are.

Counted are the lines of the simulator that run, which no machine's speed changes.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from aiohttp import ClientSession

import simulator
from simulator.app import build
from simulator.config import ServerSettings
from tests.system.company import Answer, Company, call

OURS = str(Path(simulator.__file__).parent)
MANY = 1_500
MOST = {
    "join": 1_200,
    "yes": 1_200,
    "person": 200,
    "subscriptions": 200,
    "subscriber": 200,
    "submit": 1_000,
    "advance": 2_600,
    "message": 400,
    "phone": 1_200,
    "stop": 1_300,
}
"""So many lines a call may run; one that runs more is to be looked at before this is raised."""


@pytest.fixture(params=["memory", "file"])
async def company(
    request: pytest.FixtureRequest, http: ClientSession, tmp_path: Path
) -> AsyncIterator[Company]:
    db = tmp_path / "smsim.db" if request.param == "file" else None
    async with build(ServerSettings(port=0, accounts=(), db=db)) as system:
        url = await system.listen()
        made = await call(http, "POST", f"{url}/_sim/accounts", {"company_key": "acme"})
        yield Company(http, url, made.json)


class _Lines:
    """How many lines of ours ran."""

    def __init__(self) -> None:
        self.count = 0

    def trace(self, frame: FrameType, _event: str, _arg: object) -> Callable[..., Any] | None:
        """For each frame that begins or goes on."""
        return self.line if frame.f_code.co_filename.startswith(OURS) else None

    def line(self, _frame: FrameType, event: str, _arg: object) -> Callable[..., Any]:
        """Within one of ours."""
        self.count += event == "line"
        return self.line


async def _cost(work: Awaitable[Answer]) -> tuple[int, Answer]:
    lines = _Lines()
    before = sys.gettrace()
    sys.settrace(lines.trace)
    try:
        answer = await work
    finally:
        sys.settrace(before)
    return lines.count, answer


def _escaped(mdn: str) -> str:
    return mdn.replace("+", "%2B")


async def _life(company: Company, mdn: str) -> dict[str, int]:
    """A phone's way through a campaign: what each call of it costs."""
    costs = dict[str, int]()

    async def do(name: str, work: Awaitable[Answer]) -> Answer:
        costs[name], answer = await _cost(work)
        assert answer.status < 300, (name, answer)
        return answer

    async def text(name: str, said: str) -> None:
        await do(name, company.control("POST", f"/handsets/{mdn}/messages", {"text": said}))

    await do("join", company.join(mdn))
    await text("yes", "Y")
    found = await do("person", company.platform("GET", f"mobiledb/persons?mdn={_escaped(mdn)}"))
    key = found.json[0]["person_key"]
    await do("subscriptions", company.platform("GET", f"mobiledb/persons/{key}/subscriptions"))
    members = "mobiledb/subscription_lists/1001/subscribers"
    await do("subscriber", company.platform("GET", f"{members}?mdn={_escaped(mdn)}"))
    sent = await do("submit", company.send(mdn))
    message = sent.xml.attrib["messageId"]
    await do("advance", company.control("POST", "/clock", {"advance": "1h"}))
    await do("message", company.connect("GET", f"mt/messages/{message}"))
    await do("phone", company.control("GET", f"/handsets/{mdn}"))
    await text("stop", "STOP")
    return costs


async def _least(company: Company, phones: list[str]) -> dict[str, int]:
    """The least that each call costs: no draw, and nothing that is done once in a while."""
    lives = [await _life(company, mdn) for mdn in phones]
    return {name: min(life[name] for life in lives) for name in lives[0]}


async def _grow(company: Company) -> None:
    """Members, finished messages, pending opt-ins, and another account."""
    await company.subscribe(*(f"+1414555{number:04d}" for number in range(MANY)))
    for start in range(0, MANY, 100):
        phones = (f"+1414555{number:04d}" for number in range(start, start + 100))
        to = "".join(f'<destination address="{mdn}" type="MDN"/>' for mdn in phones)
        bundle = (
            f"<mtMessageBundle><mtMessageList>{to}"
            '<source address="65047" type="SC"/><text>Sale</text></mtMessageList></mtMessageBundle>'
        )
        answer = await company.connect("POST", "mt/messageBundles", bundle.encode())
        assert answer.status == 200, answer.body
    for number in range(MANY // 10):
        await company.join(f"+1608555{number:04d}")
    await company.advance("1h")
    await call(company.http, "POST", f"{company.url}/_sim/accounts", {"company_key": "other"})


async def test_a_call_costs_the_same_among_many(company: Company) -> None:
    """A loop over all there is would run a thousand lines more, and none runs very many."""
    few = await _least(company, [f"+1312555{number:04d}" for number in range(5)])
    await _grow(company)
    many = await _least(company, [f"+1312556{number:04d}" for number in range(5)])
    over = {name: cost for name, cost in few.items() if cost > MOST[name]}
    assert over == {}
    dearer = {name: (few[name], many[name]) for name in few if many[name] > 1.1 * few[name] + 20}
    assert dearer == {}
