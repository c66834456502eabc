"""`sut` and `http` in a scenario: what may stand beside them, and how a bad end is reported."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from harness.campaigns.endpoint import Endpoint
from harness.environment import start
from harness.events import ScenarioFinished, ScenarioResult, Verdict
from harness.reporting import Reporter
from harness.reporting.console import ConsoleReporter
from harness.reporting.html import HtmlReporter
from harness.reporting.junit import JunitReporter
from harness.runner import play
from harness.scenario.application import CAMPAIGN_CHECKS, CAMPAIGN_STEPS
from harness.scenario.checks import Check
from harness.scenario.parts import Mistakes
from harness.scenario.reading import check, load_all
from harness.scenario.source import read_text
from harness.scenario.step_specs import StepSpec

SHOP = Path(__file__).parents[2] / "scenarios" / "application" / "shop"
SUT = f"""\
name: x
sut:
  command: ["{{python}}", shop.py]
  cwd: {SHOP}
  env: {{SHOP_URL: "{{callback_url}}", SHOP_DB: "{{folder}}/shop.db"}}
  ready: /health
people:
  ana: {{phone: "(312) 555-0101"}}
"""
SIGN_UP = '{call: POST /signup, body: {phone: "3125550101", consent: true}, answers: 201}'

WITH_APPLICATION = {
    *("http", "reply", "advance", "to", "phone", "vibes", "submit", "operator"),
    *("fault", "heal", "until", "restart", "explain", "expect"),
}
CHECKS_WITH_APPLICATION = {
    *("inbox", "messages", "no_message", "order", "cost"),
    *("member", "pending", "callbacks", "fault"),
}


async def _played(text: str, file: str = "x") -> ScenarioResult:
    scenario = check(read_text(text, file))
    async with start() as environment, Endpoint(environment) as endpoint:
        async for event in play(scenario, environment, endpoint, 0, keep=False):
            if isinstance(event, ScenarioFinished):
                return event.result
    raise AssertionError("the scenario never finished")


def test_every_step_and_check_is_either_the_campaign_systems_or_goes_with_an_application() -> None:
    """Whoever adds one decides: CAMPAIGN_STEPS and CAMPAIGN_CHECKS, or the sets above."""
    assert {*CAMPAIGN_STEPS, *WITH_APPLICATION} == set(StepSpec.model_fields)
    assert {*CAMPAIGN_CHECKS, *CHECKS_WITH_APPLICATION} == set(Check.model_fields)


def test_what_is_about_the_campaign_system_does_not_stand_beside_an_application() -> None:
    """All of it is told at once, each with the mend."""
    with pytest.raises(Mistakes) as caught:
        check(
            read_text(
                SUT + "choices: {service: true}\n"
                "campaigns: {A: {flow: [{send: {message: Hi, list: 1001}}]}}\n"
                "steps:\n"
                "  - run: A\n"
                "  - expect:\n"
                "      - activity: {kind: SMS sent}\n"
                "      - member: {person: ana, list: 1001, says: campaigns}\n"
                "      - member: {person: ana, list: 1001}\n",
                "x",
            )
        )
    told = [str(item).split("; ") for item in caught.value.mistakes]
    assert [mend for _, mend in told] == [
        "leave it out",
        "leave it out",
        "drive it by http",
        "look at what Vibes and the phones have, or ask it by http with gives",
        "leave out says, or write vibes",
    ]
    assert {words.partition(": ")[2] for words, _ in told} == {
        "the application of sut takes the place of the campaign system"
    }


def test_without_an_application_there_is_nothing_to_call() -> None:
    """Unless it is there and has mistakes of its own, which are told alone."""
    step = "steps: [{http: {call: GET /}}]\n"
    with pytest.raises(Mistakes, match="x:2:10: there is no application to call; add sut"):
        check(read_text(f"name: x\n{step}", "x"))
    with pytest.raises(Mistakes) as caught:
        check(read_text(f'name: x\nsut: {{command: ["{{x}}"]}}\n{step}', "x"))
    assert len(caught.value.mistakes) == 1


async def test_an_application_that_dies_ends_the_scenario_where_it_was_and_shows_its_log(
    tmp_path: Path,
) -> None:
    """The place, how it ended and its last words; the log in every report."""
    (tmp_path / "shop.py").write_text(DIES)
    result = await _played(
        SUT.replace(str(SHOP), str(tmp_path))
        + "steps:\n  - advance: 1m\n  - http: {call: GET /die}\n  - advance: 1m\n"
    )
    assert result.verdict is Verdict.BROKEN
    assert result.broken == (
        "x:11:5: the application ended with status 3; its last words: [red]<b>no & more"
    )
    assert result.log[-1] == "[red]<b>no & more"
    told = _reported(result, tmp_path)
    assert "the application's log\n       up\n       [red]<b>no & more" in told["console"]
    assert "<system-out>up\n[red]&lt;b&gt;no &amp; more</system-out>" in told["junit"]
    assert '<pre dir="auto">up\n[red]&lt;b&gt;no &amp; more</pre>' in told["html"]


DIES = """
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/die":
            print("[red]<b>no & more", flush=True)
            os._exit(3)
        self.send_response(204)
        self.end_headers()
    def log_message(self, *_told):
        pass

print("up", flush=True)
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


def _reported(result: ScenarioResult, folder: Path) -> dict[str, str]:
    shown = StringIO()
    reporters: list[Reporter] = [
        ConsoleReporter(Console(file=shown, width=200)),
        JunitReporter(folder / "junit.xml"),
        HtmlReporter(folder / "report.html"),
    ]
    for reporter in reporters:
        reporter.handle(ScenarioFinished(result=result))
        reporter.close()
    files = {"junit": "junit.xml", "html": "report.html"}
    return {
        "console": shown.getvalue(),
        **{name: (folder / file).read_text() for name, file in files.items()},
    }


async def test_an_application_that_does_not_start_is_told_at_sut() -> None:
    """No step was begun."""
    result = await _played(SUT.replace("shop.py", "no_such.py") + "steps: [{advance: 1m}]\n")
    assert result.verdict is Verdict.BROKEN
    assert (result.broken or "").startswith("x:2:1: the application ended with status 2; its last")
    assert "No such file" in result.log[-1]


async def test_a_failed_expectation_shows_the_log_and_a_passed_one_does_not() -> None:
    """Vibes alone is asked who is a member."""
    steps = f"steps:\n  - http: {SIGN_UP}\n  - expect: [{{member: {{person: ana, list: 1001}}}}]\n"
    sut = SUT.replace("ready:", "idle: /idle\n  ready:")
    result = await _played(sut + steps)
    assert [failure.actual for failure in result.failures] == ["Vibes says no"]
    assert result.log == ("shop: asked +13125550101: 201",)
    result = await _played(sut + steps.replace("1001}", "1001, is: false}"))
    assert (result.verdict, result.log) == (Verdict.PASSED, ()), result.broken


async def test_a_quiet_window_stands_in_for_a_path_that_says_idle() -> None:
    """An application that works after it answered is waited for."""
    result = await _played(
        SUT.replace("ready:", "quiet: 300ms\n  ready:")
        + f"steps:\n  - http: {SIGN_UP}\n  - expect: [{{messages: {{to: ana, count: 1}}}}]\n"
    )
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)


async def test_who_is_subscribed_when_it_begins_is_so_at_vibes_before_it_starts() -> None:
    """The application has registered nothing yet, so it is told nothing of them."""
    result = await _played(
        SUT + "subscribers: {1001: [ana]}\n"
        "steps:\n"
        "  - expect:\n"
        "      - member: {person: ana, list: 1001}\n"
        "      - callbacks: {type: subscription_added, count: 0}\n"
        "  - http: {call: GET /customers/3125550101, gives: '\"member\": false'}\n"
    )
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)


async def test_sigterm_ends_the_run_and_its_application(tmp_path: Path) -> None:
    """As a CI server does when it gives up: 143, and nothing is left behind."""
    os.mkfifo(tmp_path / "alive")
    reader = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    file = tmp_path / "x.sms.yaml"
    file.write_text(
        'name: x\nsut:\n  command: [sh, -c, "exec 3>alive; echo up >&3; sleep 600"]\n'
        "  ready_within: 1h\nsteps: [{advance: 1m}]\n"
    )
    assert len(load_all([file])) == 1
    readable, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_reader(reader, readable.set)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "harness", "run", str(file)), stdout=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(30):
        await readable.wait()
        assert os.read(reader, 10) == b"up\n"
        readable.clear()
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 143
        await readable.wait()
    loop.remove_reader(reader)
    assert os.read(reader, 1) == b""
    os.close(reader)
