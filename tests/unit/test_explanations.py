"""What happened to somebody, in words: asked for by `explain`, shown by every report."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

from rich.console import Console

from harness.campaigns.endpoint import Endpoint
from harness.environment import start
from harness.events import Explanation, RunFinished, Rung, ScenarioFinished, ScenarioResult, Verdict
from harness.reporting import Reporter
from harness.reporting.console import ConsoleReporter
from harness.reporting.html import HtmlReporter
from harness.reporting.junit import JunitReporter
from harness.reporting.ndjson import NdjsonReporter
from harness.runner import play
from harness.scenario.reading import check
from harness.scenario.source import read_text

STORY = """\
name: a story
account:
  carriers: {default: {carrier_delay: 2s, handset_delay: 4s}}
people:
  ana: {phone: "(312) 555-0101"}
  ben: {phone: "(312) 555-0101"}
  cyd: {}
  dov: {phone: "(312) 555-0104"}
subscribers: {1001: [ana, dov]}
campaigns:
  Sale: {flow: [{send: {message: Hi, list: 1001}}]}
steps:
  - phone: {person: ana, carrier: 104}
  - phone: {person: dov, carrier: 105}
  - fault: {id: dead, match: {surface: carrier, person: dov}, effect: {fail: 103}}
  - run: Sale
  - advance: 1m
"""


async def _played(told: str) -> ScenarioResult:
    scenario = check(read_text(STORY + told, "story"))
    async with start() as environment, Endpoint(environment) as endpoint:
        async for event in play(scenario, environment, endpoint, 0, keep=False):
            if isinstance(event, ScenarioFinished):
                return event.result
    raise AssertionError("the scenario never finished")


def _told(explanation: Explanation) -> list[tuple[str, str]]:
    return [(rung.side, rung.text) for rung in explanation.lines]


async def test_a_message_is_one_sentence_among_what_else_happened() -> None:
    """Consent, the reply, what campaigns did to everyone of the phone; no state of a message twice."""
    result = await _played("  - reply: {person: ana, text: STOP}\n  - explain: ana\n")
    (explanation,) = result.explanations
    assert (explanation.who, explanation.position) == ("ana", "story:19:5")
    assert explanation.at == "2026-01-05T15:01:00Z"
    assert _told(explanation) == [
        ("vibes", "is on list 1001 (consent: import)"),
        ("phone", "is with carrier 104"),
        (
            "vibes",
            '"Hi" (connect) came by HTTP, went from 65047 to +13125550101 at AT&T; '
            "delivered (drawn: delivered at plain); since 2026-01-05T15:00:06.020Z",
        ),
        ("campaigns", 'ana: SMS sent in "Sale" list 1001'),
        ("campaigns", 'ben: SMS skipped in "Sale" list 1001 because duplicate_phone'),
        ("campaigns", 'ana: SMS delivered in "Sale" list 1001'),
        ("phone", '"STOP" to 65047 (taken as stop)'),
        (
            "vibes",
            '"You are unsubscribed and will get no more messages. Reply START to return." (stop '
            "reply) came from the platform, went from 65047 to +13125550101 at AT&T; accepted "
            "(drawn: delivered at plain); since 2026-01-05T15:01:00Z",
        ),
        ("vibes", "is off list 1001 (keyword_opt_out)"),
        ("vibes", "opted out of 65047"),
        ("campaigns", "ben: Unsubscribes from Vibes List list 1001"),
        ("campaigns", "ana: Unsubscribes from Vibes List list 1001"),
    ]


async def test_who_has_no_phone_and_a_phone_that_is_nobodys_have_a_story_too() -> None:
    """The one of what campaigns skipped; the other empty, or of what reached it."""
    result = await _played(
        "  - explain: cyd\n"
        '  - explain: "312.555.0109"\n'
        '  - submit: {phone: "+13125550109", text: Yo}\n'
        "  - explain: 13125550109\n"
        '  - explain: "(312) 555-0104"\n'
    )
    cyd, before, after, dov = map(_told, result.explanations)
    assert cyd == [("campaigns", 'cyd: SMS skipped in "Sale" list 1001 because no_phone')]
    assert before == []
    assert [text.split(" came")[0] for _, text in after] == ['"Yo" (connect)']
    assert ("carrier", "fault dead strikes its carrier: fail") in dov
    assert any("; undeliverable (fault dead); since" in text for _, text in dov)


async def test_what_was_told_before_a_step_went_wrong_is_kept() -> None:
    """A scenario that breaks, or fails, has the stories until then."""
    broken = await _played("  - explain: ana\n  - heal: all\n  - click: {person: ana}\n")
    assert broken.verdict is Verdict.BROKEN
    failed = await _played("  - explain: ana\n  - expect: [{no_message: {}}]\n  - explain: ana\n")
    assert failed.verdict is Verdict.FAILED
    assert [len(item.explanations) for item in (broken, failed)] == [1, 1]


async def test_a_failure_tells_why_a_message_did_not_arrive() -> None:
    """Where it ended stands the sentence; one that arrived has none."""
    told = "  - expect: [{messages: {to: %s, text: Hi, count: 9}}]\n"
    (failure,) = (await _played(told % "dov")).failures
    texts = [rung.text for rung in failure.timelines["dov"]]
    assert (
        'undeliverable, code 103: "Hi" (connect): came by HTTP, went from 65047 to +13125550104 '
        "at T-Mobile; undeliverable (fault dead); since 2026-01-05T15:00:06.020Z"
    ) in texts
    (failure,) = (await _played(told % "ana")).failures
    assert not any("came by" in rung.text for rung in failure.timelines["ana"])


def _result(*lines: str) -> ScenarioResult:
    rungs = tuple(
        Rung(at="2026-01-05 15:00:00", after="+00:00:01.000", side="vibes", text=line)
        for line in lines
    )
    story = Explanation(position="x:3:5", who="ana", at="2026-01-05T15:00:00Z", lines=rungs)
    return ScenarioResult(
        file="x", name="x", title="A title", rules=(), seed=0, account="x-0",
        verdict=Verdict.PASSED, steps=1, checks=0, messages=0, took_s=0.1,
        explanations=(story,), log=("its last words",),
    )  # fmt: skip


def _tell(reporter: Reporter, result: ScenarioResult) -> None:
    reporter.handle(ScenarioFinished(result=result))
    reporter.handle(RunFinished(results=(result,), took_s=0.1))
    reporter.close()


def test_every_report_tells_it_of_a_scenario_that_passed(tmp_path: Path) -> None:
    """On the screen, on the page, as a case's output before its log, and as JSON; text as text."""
    result = _result("came [red]by[/] <b>HTTP</b>")
    screen = StringIO()
    _tell(ConsoleReporter(Console(file=screen, width=100)), result)
    assert "x:3:5: what happened to ana" in screen.getvalue()
    assert "+00:00:01.000  vibes      came [red]by[/] <b>HTTP</b>" in screen.getvalue()
    _tell(HtmlReporter(tmp_path / "page.html"), result)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "What happened to <bdi>ana</bdi>" in page
    assert "came [red]by[/] &lt;b&gt;HTTP&lt;/b&gt;" in page
    _tell(JunitReporter(tmp_path / "junit.xml"), result)
    (output,) = ET.parse(tmp_path / "junit.xml").getroot().iter("system-out")
    assert (output.text or "").splitlines() == [
        "x:3:5: what happened to ana",
        "  +00:00:01.000  vibes      came [red]by[/] <b>HTTP</b>",
        "its last words",
    ]
    _tell(NdjsonReporter(tmp_path / "run.ndjson"), result)
    lines = (tmp_path / "run.ndjson").read_text(encoding="utf-8").splitlines()
    (story,) = json.loads(lines[0])["explanations"]
    assert (story["who"], story["lines"][0]["text"]) == ("ana", "came [red]by[/] <b>HTTP</b>")


def test_a_story_of_nothing_says_so(tmp_path: Path) -> None:
    """On the screen and on the page."""
    screen = StringIO()
    _tell(ConsoleReporter(Console(file=screen, width=100)), _result())
    assert "what happened to ana\n         nothing\n" in screen.getvalue()
    _tell(HtmlReporter(tmp_path / "page.html"), _result())
    assert "Nothing.</p>" in (tmp_path / "page.html").read_text(encoding="utf-8")
