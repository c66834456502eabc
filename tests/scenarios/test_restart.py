"""`restart`: the simulator ends, cleanly or not, and comes back on its port with all it had."""

from __future__ import annotations

import signal
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from harness import own_simulator
from harness.campaigns.endpoint import Endpoint
from harness.environment import serve_apart, spawn, start
from harness.events import ScenarioFinished, ScenarioResult, Verdict
from harness.own_simulator import Ending, OwnSimulator
from harness.runner import play, run
from harness.scenario.reading import check
from harness.scenario.source import read_text
from simulator.errors import UserError

APPLICATION = Path(__file__).parents[2] / "scenarios" / "application"

TOLD = """\
name: x
account: {company_key: same}
people: {ana: {phone: "(312) 555-0101"}}
subscribers: {1001: [ana]}
campaigns:
  Sale: {flow: [{send: {message: Hi, list: 1001}}]}
steps:
  - fault: {id: late, match: {surface: carrier}, effect: {delay: 1h}}
  - run: Sale
  - restart: kill
  - advance: 1h1m
  - expect:
      - inbox: {person: ana, is: [Hi]}
      - fault: {id: late, fired: 1}
      - counters: {sent: 1, delivered: 1}
"""


async def _played(text: str, file: str = "x", *, url: bool = False) -> ScenarioResult:
    scenario = check(read_text(text, file))
    async with spawn() if url else start() as environment, Endpoint(environment) as endpoint:
        async for event in play(scenario, environment, endpoint, 0, keep=True):
            if isinstance(event, ScenarioFinished):
                there = await environment._control.call("GET", "/accounts")
                assert "same" not in [item["company_key"] for item in there["items"]]
                return event.result
    raise AssertionError("the scenario never finished")


@pytest.mark.parametrize("ending", ["stop", "kill"])
async def test_it_comes_back_as_it_was(ending: Ending, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same port, time, journal and faults, in another process, which ended as it was told to."""
    processes: list[Any] = []

    async def served(folder: Path, *flags: str) -> Any:
        process, url = await serve_apart(folder, *flags)
        processes.append(process)
        return process, url

    monkeypatch.setattr(own_simulator, "serve_apart", served)
    async with OwnSimulator() as own:
        account = await own.environment.account({"seed": 7})
        await account.text("+13125550101", "VIP")
        await account.advance("10s")
        await account.add_fault(
            {"id": "slow", "match": {"surface": "mo"}, "effect": {"lose": True}}
        )
        url, journal, due = own.environment.url, await account.events(), await account.next_due()
        await own.restart(ending)
        assert own.environment.url == url
        assert await account.events() == journal
        assert await account.next_due() == due
        assert [item["id"] for item in await account.faults()] == ["slow"]
        await account.look()
        assert account.now == "2026-01-05T15:00:10Z"
    first, second = processes
    assert first.returncode == (0 if ending == "stop" else -signal.SIGKILL)
    assert first.pid != second.pid
    assert second.returncode is not None


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere two sockets cannot share a port")
async def test_nobody_gets_its_port_while_it_is_away() -> None:
    """Not even whoever asks for that very one."""
    async with OwnSimulator() as own:
        port = int(own.environment.url.rpartition(":")[2])
        await own._end("kill")
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
        await own._begin()
        assert (await own.environment.account({})).now == "2026-01-05T15:00:00Z"


@pytest.mark.parametrize("url", [False, True])
async def test_a_scenario_with_it_has_a_simulator_of_its_own(url: bool) -> None:
    """Whatever the run uses, which has no account of it, `keep` or not."""
    result = await _played(TOLD, url=url)
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)
    assert result.account == "same"


async def test_several_of_one_name_play_side_by_side() -> None:
    """Two of them and one without a restart, all with the same account key, hear only their own."""
    plain = TOLD.replace("  - restart: kill\n", "")
    scenarios = [
        check(read_text(text, name)) for text, name in ((TOLD, "a"), (TOLD, "b"), (plain, "c"))
    ]
    results: list[ScenarioResult] = []
    async with start() as environment:
        async for event in run(scenarios, environment, jobs=3):
            if isinstance(event, ScenarioFinished):
                results.append(event.result)
    assert [item.verdict for item in results] == [Verdict.PASSED] * 3, results
    assert {item.account for item in results} == {"same"}


async def test_an_application_of_ones_own_goes_on_meanwhile() -> None:
    """The shop asks by HTTP before and after, and hears the yes that came in between."""
    result = await _played(
        """\
name: the shop
sut: {command: ["{python}", shop/shop.py], env: {SHOP_URL: "{callback_url}", SHOP_DB: "{folder}/shop.db"},
      ready: /health, idle: /idle}
people: {ana: {phone: "(312) 555-0101"}}
steps:
  - http: {call: POST /signup, body: {name: Ana, phone: "(312) 555-0101", consent: true}, answers: 201}
  - restart: kill
  - reply: {person: ana, text: Y}
  - restart: stop
  - advance: 1m
  - http: {call: GET /customers/3125550101, gives: '"member": true'}
  - http: {call: POST /sale, body: {message: Sale today}, answers: 202, gives: '"texts": 1'}
  - advance: 1m
  - expect:
      - inbox: {person: ana, is: ["Reply Y to join*", "Welcome*", Sale today]}
""",
        str(APPLICATION / "x.sms.yaml"),
    )
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures, result.log)


async def test_a_simulator_that_does_not_come_back_breaks_the_scenario(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The step is told, and what is known of it."""

    async def gone(_self: OwnSimulator, _ending: Ending) -> None:
        raise UserError("the simulator did not start; its own words are above")

    monkeypatch.setattr(OwnSimulator, "restart", gone)
    result = await _played(TOLD)
    assert result.verdict is Verdict.BROKEN
    assert result.broken == "x:10:5: the simulator did not start; its own words are above"


async def test_an_end_that_is_not_clean_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """`stop` is a claim about how it ends."""
    async with OwnSimulator() as own:
        process = own._process
        assert process is not None
        monkeypatch.setattr(process, "terminate", process.kill)
        with pytest.raises(UserError, match="ended with status -9"):
            await own.restart("stop")
