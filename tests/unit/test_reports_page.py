"""The HTML report, parsed back: every fact is on it, and nothing on it is anything but text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from harness.events import (
    Arrival,
    Failure,
    FaultRecord,
    PersonRecord,
    RunFinished,
    Rung,
    RunStarted,
    ScenarioFinished,
    ScenarioResult,
    StepStarted,
    Tally,
    Verdict,
)
from harness.reporting.charts import HEIGHT, charts
from harness.reporting.html import HtmlReporter
from harness.reporting.ladder import steps, wait_of

TEXT = "<img src=x onerror=alert(1)>\x07 \u202e\u05e9\u05dc\u05d5\u05dd & \"quoted\" 'too'"
EMOJI = "\N{PARTY POPPER}" * 900
VOID = {"meta", "br", "line", "rect", "img"}


class Page(HTMLParser):
    """A page as a tree of words: what stands in each element of a class, and whatever is suspect."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.suspect: list[str] = []
        self.by_class: dict[str, list[str]] = {}
        self._open: list[tuple[str, list[str], list[str]]] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        told = {name: value or "" for name, value in attrs}
        self.suspect += [f"{name}={value}" for name, value in told.items() if name[:2] == "on"]
        self.suspect += [value for name, value in told.items() if name in ("src", "href", "action")]
        if tag not in VOID:
            self._open.append((tag, [tag, *told.get("class", "").split()], []))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        name, classes, words = self._open.pop()
        assert name == tag
        for key in classes:
            self.by_class.setdefault(key, []).append(" ".join("".join(words).split()))
        if self._open:
            self._open[-1][2].extend(words)

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1][2].append(data)

    def __getitem__(self, key: str) -> list[str]:
        return self.by_class.get(key, [])


def _rungs() -> tuple[Rung, ...]:
    def hop(
        after: str, side: str, text: str, kind: str, origin: str = "", target: str = ""
    ) -> Rung:
        told = {"side": side, "text": text, "kind": kind, "origin": origin, "target": target}
        return Rung(at=f"2026-01-05 {after[1:9]}", after=after, **told)

    return (
        hop("+00:00:00.000", "vibes", TEXT, "message", "campaigns", "vibes"),
        hop("+00:00:01.000", "carrier", "fault slow strikes its carrier: delay", "fault"),
        hop("+00:00:02.000", "phone", EMOJI, "message", "carrier", "phone"),
        hop("+23:59:02.000", "phone", '"STOP" to 65047', "reply", "phone", "vibes"),
        hop(
            "+23:59:02.000",
            "campaigns",
            "subscription_removed: 204",
            "callback",
            "vibes",
            "campaigns",
        ),
    )


def _result(verdict: Verdict, title: str) -> ScenarioResult:
    arrival = Arrival(
        id="m1",
        at="2026-01-05T15:00:00Z",
        text=TEXT,
        state="undeliverable",
        purpose="connect",
        segments=2,
        error_code=103,
    )
    ana = PersonRecord(
        person="ana",
        phone="(312) 555-0101",
        sent=(arrival,),
        arrived=0,
        why_not=("SMS bounced in Sale: hard", "SMS skipped in Gift on list 1001: blocklisted"),
    )
    failure = Failure(
        position="x.sms.yaml:3:5",
        expected="ana received nothing",
        actual=f"received {TEXT}",
        timelines={"ana": _rungs()},
    )
    return ScenarioResult(
        file=f"{title}.sms.yaml",
        name="x",
        title=title,
        rules=("R6",),
        seed=3,
        account="x-3",
        verdict=verdict,
        steps=2,
        checks=1,
        messages=1,
        took_s=0.5,
        people=(ana,),
        timelines={"ana": _rungs(), "ben": ()},
        failures=(failure, replace(failure, position="x.sms.yaml:4:5"))
        if verdict is Verdict.FAILED
        else (),
        broken="no simulator" if verdict is Verdict.BROKEN else None,
        tallies=tuple(
            Tally(
                campaign="Sale",
                at=f"2026-01-05 {hour}:00",
                per="hour",
                sent=hour,
                delivered=5,
                bounced=1,
                clicked=0,
            )
            for hour in (10, 13)
        ),
        faults=(
            FaultRecord(
                id="slow", effect="delay 90 s", about="carrier", met=3, fired=2, whom={"ana": 2}
            ),
        ),
        log=("Traceback <most recent call last>", "ValueError: x"),
    )


def _page(tmp_path: Path, *results: ScenarioResult, finished: bool = True) -> Page:
    path = tmp_path / "report.html"
    reporter = HtmlReporter(path)
    reporter.handle(RunStarted(scenarios=3, where="in-process"))
    for result in results:
        for number, title in enumerate((f"{TEXT} texts", "expect"), start=1):
            reporter.handle(StepStarted(file=result.file, number=number, of=5, title=title))
        reporter.handle(ScenarioFinished(result=result))
    if finished:
        reporter.handle(RunFinished(results=results, took_s=1.5))
    reporter.close()
    return Page(path.read_text(encoding="utf-8"))


def _all(tmp_path: Path) -> Page:
    verdicts = zip(Verdict, ("good", "bad", "worse"), strict=True)
    return _page(tmp_path, *(_result(verdict, title) for verdict, title in verdicts))


def test_nothing_on_the_page_is_more_than_text(tmp_path: Path) -> None:
    """No script, no handler, no address; HTML in a text is its characters, what is unseen is shown."""
    page = _all(tmp_path)
    assert {"script", "img", "link", "iframe", "object", "form"} & page.tags == set()
    assert page.suspect == []
    (style,) = page["style"]
    assert "url(" not in style
    assert "@import" not in style
    hebrew = "\u05e9\u05dc\u05d5\u05dd"
    seen = f"<img src=x onerror=alert(1)>\u2407 \u2039U+202E\u203a{hebrew} & \"quoted\" 'too'"
    assert any(seen in words for words in page["p"])
    assert EMOJI in page["p"]
    assert not any("\u202e" in words for words in page["body"])


def test_the_summary_counts_and_failures_come_first(tmp_path: Path) -> None:
    """How many passed, failed, broke; the rules with their standing; what did not pass on top."""
    page = _all(tmp_path)
    assert page["h1"] == ["1 of 3 scenarios passed"]
    figures = re.findall(r"(\S+(?: s)?) ([a-z ]+?)(?= \d|$)", page["figures"][0])
    assert ("1", "passed") in figures
    assert ("1", "failed") in figures
    assert ("1", "broken") in figures
    assert ("1.5 s", "real time") in figures
    shown = [words for words in page["title"] if words in ("good", "bad", "worse")]
    assert shown == ["worse", "bad", "good"]
    assert "1 of 36 rules have a scenario here that passed" in page["title"]
    assert "R6 1 passed, 2 not" in page["rule"]
    assert "R1 no scenario" in page["rule"]
    (covered,) = [row for row in page["tr"] if row.startswith("R6")]
    assert covered.endswith("worse; bad; good")


def test_a_failure_has_both_sides_and_each_ladder_once(tmp_path: Path) -> None:
    """Expected and actual of each expectation; a ladder that is drawn above is not drawn again."""
    page = _page(tmp_path, _result(Verdict.FAILED, "bad"))
    first, second = page["failure"]
    assert "x.sms.yaml:3:5" in first
    assert "ana received nothing" in first
    assert "23 h 59 min later" in first
    assert "Timeline of ana: above" in second
    assert len(page["ladder"]) == 1
    assert page["again"] == ["smsim run bad.sms.yaml --seed 3"]
    assert page["plan"][0].endswith("textsexpect: here it ended")
    assert "3 steps after it not done" in page["soft"]


def test_the_ladder_has_a_lane_for_each_side(tmp_path: Path) -> None:
    """Down to the right, up to the left, from the middle of a lane to that of another."""
    page = _page(tmp_path, _result(Verdict.PASSED, "good"))
    assert page["heads"] == ["aftercampaignsVibescarrierphone"]
    ways = [
        "campaigns to Vibes",
        "carrier",
        "carrier to phone",
        "phone to Vibes",
        "Vibes to campaigns",
    ]
    assert page["unseen"][-5:] == ways
    rows = steps(_rungs())
    assert [(row.shape, row.columns) for row in rows] == [
        ("right", "2 / 4"),
        ("dot", "5 / 7"),
        ("right", "6 / 8"),
        ("left", "4 / 8"),
        ("left", "2 / 4"),
    ]
    assert [row.wait for row in rows] == [None, None, None, "23 h 59 min", None]
    assert "Nothing happened on this phone." in page["soft"]


def test_people_counters_faults_and_the_log_are_told(tmp_path: Path) -> None:
    """Why somebody got nothing, what a campaign counted when, which fault hit whom, the log's end."""
    page = _page(tmp_path, _result(Verdict.PASSED, "good"))
    (ana,) = [row for row in page["tr"] if row.startswith("ana")]
    assert "(undeliverable, code 103, 2 segments)" in ana
    assert page["why"] == ["SMS bounced in Sale: hardSMS skipped in Gift on list 1001: blocklisted"]
    assert page["key"] == ["23 sent10 delivered2 bounced0 clicked"]
    assert "2026-01-05 13:00: 13 sent" in page["title"]
    (fault,) = [row for row in page["tr"] if row.startswith("slow")]
    assert fault == "slowdelay 90 scarrier2 of 3 ana (2)"
    assert page["pre"] == ["Traceback <most recent call last> ValueError: x"]


def test_a_page_of_an_interrupted_run_says_so(tmp_path: Path) -> None:
    """What there is stands there, and how much is missing."""
    page = _page(tmp_path, _result(Verdict.PASSED, "good"), finished=False)
    assert "interrupted after 1 of 3 scenarios" in page["strong"]


def test_bars_stand_on_a_scale_of_time() -> None:
    """The empty hours between are empty; the highest bar is as high as the chart."""
    (chart,) = charts(_result(Verdict.PASSED, "x").tallies)
    sent = [bar for bar in chart.bars if bar.series == "sent"]
    assert [bar.height for bar in sent] == [pytest.approx(HEIGHT * 10 / 13, abs=0.1), HEIGHT]
    group = (sent[1].x - sent[0].x) / 3
    assert chart.width == 4 * group
    assert chart.labels[0] == (0, "01-05 10:00")
    assert not any(bar.series == "clicked" for bar in chart.bars)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(45.2, "45 s"), (3_600, "1 h"), (86_399, "23 h 59 min"), (90_061, "1 day 1 h"), (0.2, "0 s")],
)
def test_waits_are_told_in_two_units(seconds: float, words: str) -> None:
    """The two largest units of a wait."""
    assert wait_of(seconds) == words
