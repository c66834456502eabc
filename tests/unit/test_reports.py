"""The reports of a run: what each holds, and that text from messages is data in all of them."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

from rich.console import Console
from rich.progress import Progress

from harness.events import (
    Arrival,
    Failure,
    PersonRecord,
    RunEvent,
    RunFinished,
    Rung,
    RunStarted,
    ScenarioFinished,
    ScenarioResult,
    ScenarioStarted,
    StepStarted,
    Verdict,
)
from harness.reporting import Reporter
from harness.reporting.console import ConsoleReporter
from harness.reporting.html import HtmlReporter
from harness.reporting.junit import JunitReporter
from harness.reporting.ndjson import NdjsonReporter
from harness.reporting.progress import Left, Rate

NASTY = '<script>alert(1)</script>\x00\u202e 🎉 & "quotes" [red]markup[/]'


def _result(verdict: Verdict) -> ScenarioResult:
    rung = Rung(at="2026-01-05 15:00:00", after="+00:00:00.000", side="vibes", text=NASTY)
    arrival = Arrival(
        id="m1",
        at="2026-01-05T15:00:00Z",
        text=NASTY,
        state="delivered",
        purpose="connect",
        segments=2,
    )
    person = PersonRecord(
        person="ana", phone="(312) 555-0101", sent=(arrival,), arrived=1, why_not=("blocklisted",)
    )
    failure = Failure(
        position="x.sms.yaml:3:5",
        expected="1 messages",
        actual=f"2 messages {NASTY}",
        timelines={"ana": (rung,)},
    )
    return ScenarioResult(
        file="x.sms.yaml",
        name="x",
        title="A title",
        rules=("R6",),
        seed=3,
        account="x-3",
        verdict=verdict,
        steps=4,
        checks=1,
        messages=1,
        took_s=0.5,
        failures=(failure,) if verdict is Verdict.FAILED else (),
        broken="no simulator" if verdict is Verdict.BROKEN else None,
        people=(person,),
        timelines={"ana": (rung,)},
    )


def _tell(reporter: Reporter, *verdicts: Verdict) -> None:
    results = tuple(_result(verdict) for verdict in verdicts)
    events: list[RunEvent] = [RunStarted(scenarios=len(results), where="in-process")]
    for result in results:
        events.append(ScenarioStarted(file=result.file, title=result.title, seed=result.seed))
        events.append(StepStarted(file=result.file, number=1, of=4, title="advance 1m"))
        events.append(ScenarioFinished(result=result))
    events.append(RunFinished(results=results, took_s=1.0))
    for event in events:
        reporter.handle(event)
    reporter.close()


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_self_contained_and_shows_text_as_text(tmp_path: Path) -> None:
    """No script, nothing fetched from anywhere, and a message of HTML stands there as written."""
    path = tmp_path / "report.html"
    _tell(HtmlReporter(path), Verdict.PASSED, Verdict.FAILED, Verdict.BROKEN)
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    assert "script" not in page.tags
    assert page.addresses == []
    assert "<script>alert(1)</script>" in page.text
    assert "smsim run x.sms.yaml --seed 3" in page.text
    assert "1 of 3 scenarios passed" in page.text
    assert "no simulator" in page.text


def test_junit_counts_and_tells_failures(tmp_path: Path) -> None:
    """A case per scenario; failures and errors counted; characters XML cannot hold replaced."""
    path = tmp_path / "junit.xml"
    _tell(JunitReporter(path), Verdict.PASSED, Verdict.FAILED, Verdict.BROKEN)
    suite = ET.parse(path).getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.text is not None
    assert "timeline of ana" in failure.text
    assert "smsim run x.sms.yaml --seed 3" in failure.text


def test_junit_has_one_failure_a_case_and_what_it_takes_to_do_it_again(tmp_path: Path) -> None:
    """Several failed expectations are one element, as CI servers show one; properties say the rest."""
    path = tmp_path / "junit.xml"
    result = _result(Verdict.FAILED)
    reporter = JunitReporter(path)
    reporter.handle(ScenarioFinished(result=replace(result, failures=result.failures * 2)))
    reporter.close()
    suites = ET.parse(path).getroot()
    assert (suites.get("tests"), suites.get("failures"), suites.get("time")) == ("1", "1", "0.500")
    (failure,) = suites.iter("failure")
    assert (failure.get("message") or "").endswith("(and 1 more)")
    assert (failure.text or "").count("x.sms.yaml:3:5") == 2
    assert {item.get("name"): item.get("value") for item in suites.iter("property")} == {
        "seed": "3",
        "rules": "R6",
        "account": "x-3",
        "steps": "4",
        "checks": "1",
        "messages": "1",
        "reproduce": "smsim run x.sms.yaml --seed 3",
    }


def test_ndjson_has_a_line_per_event_and_per_person(tmp_path: Path) -> None:
    """Every line is JSON with all there is; a person's says what was sent, arrived and why not."""
    path = tmp_path / "deliveries.ndjson"
    _tell(NdjsonReporter(path), Verdict.FAILED)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    begun, started, step, person, scenario, ended = lines
    assert begun == {"type": "run_started", "scenarios": 1, "where": "in-process"}
    assert started == {
        "type": "scenario_started",
        "file": "x.sms.yaml",
        "title": "A title",
        "seed": 3,
    }
    assert (step["type"], step["number"], step["of"], step["title"]) == ("step", 1, 4, "advance 1m")
    assert (person["person"], person["arrived"], person["why_not"]) == ("ana", 1, ["blocklisted"])
    assert person["sent"][0]["text"] == NASTY
    assert (scenario["type"], scenario["verdict"]) == ("scenario", "failed")
    assert scenario["reproduce"] == "smsim run x.sms.yaml --seed 3"
    told = {field.name for field in fields(ScenarioResult)} - {"people"}
    assert told | {"type", "reproduce"} == set(scenario)
    assert (ended["type"], ended["failed"], ended["took_s"]) == ("run_finished", 1, 1.0)


def test_the_console_tells_both_sides_the_timeline_and_how_to_do_it_again() -> None:
    """A failure shows position, expected, actual, timeline and the line that reproduces it."""
    screen = StringIO()
    _tell(ConsoleReporter(Console(file=screen, width=100)), Verdict.PASSED, Verdict.FAILED)
    told = screen.getvalue()
    for part in (
        "x.sms.yaml:3:5",
        "expected  1 messages",
        "actual    2 messages",
        "timeline of ana",
        "+00:00:00.000",
        "again: smsim run x.sms.yaml --seed 3",
        "1 passed, 1 failed",
        "R6 1",
        "[red]markup[/]",
    ):
        assert part in told


def test_a_terminal_has_a_bar_and_whatever_else_plain_lines() -> None:
    """The bar counts scenarios and the steps of those under way; it is gone in a file."""
    screen, file = StringIO(), StringIO()
    terminal = Console(file=screen, width=120, force_terminal=True, force_interactive=True)
    _tell(ConsoleReporter(terminal), Verdict.PASSED, Verdict.PASSED)
    _tell(ConsoleReporter(Console(file=file, width=120)), Verdict.PASSED, Verdict.PASSED)
    assert "\u2501" in screen.getvalue()
    assert "2/2" in screen.getvalue()
    assert "\u2501" not in file.getvalue()
    assert "\x1b" not in file.getvalue()
    assert "2 passed, 0 failed" in file.getvalue()


def test_the_bar_tells_the_rate_and_on_long_runs_the_time_left() -> None:
    """Scenarios a second or a minute from the start; the time left once a run is a long one."""
    progress = Progress(get_time=lambda: at)
    at = 0.0
    progress.add_task("x", total=100)
    (task,) = progress.tasks
    assert (Rate().render(task).plain, Left().render(task).plain) == ("", "")
    progress.update(task.id, completed=4)
    at = 2.0
    assert (Rate().render(task).plain, Left().render(task).plain) == ("2.0/s", "")
    at = 8.0
    assert (Rate().render(task).plain, Left().render(task).plain) == ("30.0/min", "3 min 12 s left")
