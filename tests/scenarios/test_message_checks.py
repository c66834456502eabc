"""What checks about messages find: the moment, the order, the absence, the cost, in words."""

from __future__ import annotations

import pytest

from harness.campaigns.endpoint import Endpoint
from harness.environment import start
from harness.events import ScenarioFinished, ScenarioResult, Verdict
from harness.runner import play
from harness.scenario.reading import check
from harness.scenario.source import read_text

HEAD = """\
name: x
account:
  carriers: {default: {carrier_delay: 2s, handset_delay: 4s}}
  settings: {routing_delay: 0s}
  prices: {segment: "0.0079", received: "0.0050"}
people:
  ana: {phone: "(312) 555-0101"}
  ben: {phone: "(312) 555-0102"}
subscribers: {1001: [ana, ben], 1002: [ana]}
campaigns:
  Sale: {flow: [{send: {message: Sale, list: 1001}}]}
  News: {flow: [{send: {message: News, list: 1002}}]}
steps:
  - run: Sale
  - advance: 1h
  - reply: {person: ben, text: Thanks}
  - advance: 1h
  - run: News
  - advance: 3s
  - expect:
"""


async def _found(*checks: str) -> ScenarioResult:
    text = HEAD + "".join(f"      - {item}\n" for item in checks)
    scenario = check(read_text(text, "x"))
    async with start() as environment, Endpoint(environment) as endpoint:
        async for event in play(scenario, environment, endpoint, 0, keep=False):
            if isinstance(event, ScenarioFinished):
                return event.result
    raise AssertionError("the scenario never finished")


@pytest.mark.parametrize(
    "holds",
    [
        "no_message: {to: ben, text: News}",
        "no_message: {from: ana}",
        "no_message: {list: 1002, to: ben}",
        "no_message: {at: [1s, 59m59s]}",
        "no_message: {state: delivered, at: [0s, 5s]}",
        "order: [{text: Sale}, {from: ben}, {text: News}]",
        "order: [{text: Sale, state: delivered}, {from: ben}]",
        "order: [{campaign: Sale, to: ana}, {campaign: Sale, to: ben}, {list: 1002}]",
        "messages: {count: 2, at: 0s}",
        "messages: {count: 2, state: delivered, text: Sale, at: 6s}",
        "messages: {count: 1, state: sent, at: 2h2s}",
        "messages: {count: 1, text: News, at: 2026-01-05T17:00:00Z}",
        "messages: {count: 2, at: [0s, 2026-01-05T16:59:59Z], purpose: connect}",
        "messages: {campaign: Sale, total_segments: 2}",
        "messages: {from: ben, count: 1, total_segments: 1, at: 1h}",
        "activity: {kind: SMS delivered, count: 2, at: [6s, 6s]}",
        "activity: {kind: SMS sent, campaign: News, count: 1, at: 2h}",
        'cost: {is: "0.0366"}',
        'cost: {is: "0.0158", campaign: Sale}',
        'cost: {is: "0.0050", from: ben}',
        'cost: {is: "0.0158", to: ana}',
        'cost: {is: "0.0316", direction: mt}',
    ],
)
async def test_what_is_so_holds(holds: str) -> None:
    """Two at the beginning, a reply after an hour, one more that is under way."""
    result = await _found(holds)
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)


@pytest.mark.parametrize(
    ("check", "expected", "actual"),
    [
        (
            "no_message: {to: ben}",
            "no message with to 'ben'",
            '"Sale" to ben at 0s (connect, delivered); '
            '"Sorry, we did not understand that. Reply HELP for help, STOP to stop." '
            "to ben at 1h (unmatched_reply, delivered)",
        ),
        (
            "no_message: {from: ben, at: [30m, 2h]}",
            "no message with from 'ben' from 30m to 2h",
            '"Thanks" from ben at 1h (unmatched, received)',
        ),
        (
            "order: [{from: ben}, {text: Sale, to: ben}]",
            "in this order: a message with from 'ben'; then \"Sale\" with to 'ben'",
            '"Sale" to ben at 0s (connect, delivered); then '
            '"Thanks" from ben at 1h (unmatched, received). '
            "Number 2 of the order is not there, or not after what is before it",
        ),
        (
            "order: [{from: ben}, {from: ben}]",
            "in this order: a message with from 'ben'; then a message with from 'ben'",
            '"Thanks" from ben at 1h (unmatched, received). '
            "Number 2 of the order is not there, or not after what is before it",
        ),
        (
            "order: [{from: ana}, {from: ben}]",
            "in this order: a message with from 'ana'; then a message with from 'ben'",
            '"Thanks" from ben at 1h (unmatched, received). '
            "Number 1 of the order is not there, or not after what is before it",
        ),
        (
            "messages: {text: Sale, count: 2, at: [1s, 1h]}",
            "2 messages with text 'Sale' from 1s to 1h",
            "0 messages; there is one at 0s, at 0s",
        ),
        (
            "messages: {text: Sole, count: 1, at: 1h}",
            "1 message with text 'Sole' at 1h",
            "0 messages; there is none at any time",
        ),
        (
            "messages: {total_segments: 9, campaign: Sale}",
            "messages in 9 segments with campaign 'Sale'",
            "2 messages in 2 segments",
        ),
        (
            "activity: {kind: SMS sent, person: ben, count: 1, at: 1h}",
            "1 activity \"SMS sent\" with person 'ben' at 1h",
            "0 activities; there is one at 0s",
        ),
        (
            'cost: {is: "0.0365", direction: mt}',
            "messages with direction 'mt' cost 0.0365",
            '4 messages in 4 segments cost 0.0316: "Sale" to ana at 0s (connect, delivered) 0.0079; '
            '"Sale" to ben at 0s (connect, delivered) 0.0079; "Sorry, we did not understand that. '
            'Reply HELP for help, STOP to stop." to ben at 1h (unmatched_reply, delivered) 0.0079; '
            '"News" to ana at 2h (connect, sent) 0.0079',
        ),
    ],
)
async def test_what_is_not_so_tells_what_is(check: str, expected: str, actual: str) -> None:
    """Which messages came, in what order, when, and what they cost."""
    result = await _found(check)
    assert result.verdict is Verdict.FAILED, result.broken
    (failure,) = result.failures
    assert (failure.expected, failure.actual) == (expected, actual)


async def test_whom_an_unexpected_message_came_to_has_a_timeline() -> None:
    """Where the check names nobody, those whom it reached."""
    result = await _found("no_message: {text: News}")
    assert list(result.failures[0].timelines) == ["ana"]
