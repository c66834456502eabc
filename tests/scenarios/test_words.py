"""What a failing check, a timeline and the table say, in the words a reader needs."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from harness.campaigns.endpoint import Endpoint
from harness.environment import start
from harness.events import RunFinished, ScenarioFinished, ScenarioResult
from harness.reporting.console import ConsoleReporter
from harness.reporting.coverage import skipped
from harness.runner import play
from harness.scenario.reading import check
from harness.scenario.source import read_text

HEAD = """\
name: x
account: {prices: {segment: "0.01"}}
people:
  ana: {phone: "(312) 555-0101"}
  ben: {phone: "(312) 555-0102"}
subscribers: {1001: [ana]}
campaigns:
  Sale: {qualification: every_time, flow: [{send: {message: Hi, list: 1001}}]}
  Odd: {flow: [{send: {list: 1001}}]}
steps:
"""


async def _played(steps: str) -> ScenarioResult:
    scenario = check(read_text(HEAD + steps, "x"))
    async with start() as environment, Endpoint(environment) as endpoint:
        async for event in play(scenario, environment, endpoint, 0, keep=False):
            if isinstance(event, ScenarioFinished):
                return event.result
    raise AssertionError("the scenario never finished")


@pytest.mark.parametrize(
    ("check", "expected", "actual"),
    [
        (
            "activity: {kind: SMS skipped, reason: blocklisted}",
            "1 activity \"SMS skipped\" with reason 'blocklisted'",
            "0 activities; there is one with reason not_a_member",
        ),
        (
            "activity: {kind: SMS skipped, person: ana}",
            "1 activity \"SMS skipped\" with person 'ana'",
            "0 activities; there is one of ben",
        ),
        (
            "activity: {kind: Waits, count: [0, 0]}\n      - activity: {kind: Waits, count: 2}",
            '2 activities "Waits"',
            "0 activities; there is none of that kind",
        ),
        (
            "run: {campaign: Odd, is: ran}",
            'campaign "Odd": ran',
            "invalid: step 1: SendSms needs a message",
        ),
        (
            "cost: {is: 1}",
            "messages cost 1",
            '1 message in 1 segment cost 0.01: "Hi" to ana at 0s (connect, delivered) 0.01',
        ),
        ("messages: {count: 2}", "2 messages", "1 message"),
    ],
)
async def test_a_failing_check_says_what_there_is(check: str, expected: str, actual: str) -> None:
    """The nearest activity, why a campaign is invalid, what each message cost."""
    result = await _played(
        f"  - run: Sale\n  - run: Odd\n  - advance: 1m\n  - expect:\n      - {check}\n"
    )
    (failure,) = result.failures
    assert (failure.expected, failure.actual) == (expected, actual)


async def test_a_timeline_says_why_a_text_was_no_yes() -> None:
    """What the request waits for, or when it ended."""
    result = await _played(
        "  - reply: {person: ben, text: Hello}\n"
        "  - reply: {person: ben, text: VIP}\n  - reply: {person: ben, text: YUP}\n"
        "  - advance: 1 day\n  - reply: {person: ben, text: Y}\n  - explain: ben\n"
    )
    taken = [line.text for line in result.explanations[0].lines if "(taken as" in line.text]
    assert taken == [
        '"Hello" to 65047 (taken as unmatched)',
        '"VIP" to 65047 (taken as keyword VIP)',
        '"YUP" to 65047 (taken as unmatched: JoinVip01 waits for "Y")',
        '"Y" to 65047 (taken as unmatched: the request to join JoinVip01 ended at '
        "2026-01-06 15:00:00 (lapsed))",
    ]


async def test_an_outage_says_when_it_would_wait_and_times_count_from_the_beginning() -> None:
    """Without `until` the carrier refuses, with it messages wait."""
    result = await _played(
        "  - fault: {id: a, match: {surface: carrier}, effect: {outage: true}}\n"
        "  - submit: {to: ana, text: Hi}\n  - advance: 1m\n  - explain: ana\n  - heal: a\n"
        "  - fault: {match: {surface: carrier, since: 1h, until: 2h}, effect: {outage: true}}\n"
        "  - to: 90m\n  - submit: {to: ana, text: Late}\n  - advance: 29m\n"
        "  - expect: [{messages: {state: delivered, count: 0}}]\n  - to: 3h\n"
        "  - expect: [{messages: {state: delivered, text: Late, at: [2h, 3h], count: 1}}]\n"
    )
    assert result.failures == ()
    assert result.broken is None
    told = " ".join(line.text for line in result.explanations[0].lines)
    assert "the carrier is down; with until in its match it would wait" in told


async def test_the_table_counts_what_was_skipped() -> None:
    """Each activity, also of those who were sent something else; what bounced is none."""
    result = await _played("  - run: Sale\n  - run: Sale\n  - run: Odd\n  - advance: 1m\n")
    assert skipped(result) == 2
    out = StringIO()
    ConsoleReporter(Console(file=out, width=100)).handle(RunFinished(results=(result,), took_s=1))
    table = out.getvalue().splitlines()
    assert table[2].split() == ["scenario", "rules", "people", "sent", "arrived", "skipped"]
    assert table[3].split()[:5] == ["x", "2", "2", "2", "2"]
