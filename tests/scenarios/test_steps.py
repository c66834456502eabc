"""Steps that meet what they do not expect are told where they stand; a campaign system copes."""

from __future__ import annotations

from typing import Any

import pytest

from harness.campaigns.membership import Membership
from harness.events import ScenarioResult, Verdict
from tests.scenarios.playing import played

ANA = 'name: x\npeople:\n  ana: {phone: "(312) 555-0101"}\n'


async def _played(text: str, *, url: bool = False) -> ScenarioResult:
    return await played(ANA + text, url=url)


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (
            "  - submit: {to: ana, text: Hi, code: 99999}\n",
            "x:5:5: the message was answered 403 with error 1011, not 200: User not authorized",
        ),
        (
            "  - submit: {to: ana, text: Hi, answers: lost}\n",
            "x:5:5: the message was answered 200, not lost",
        ),
        (
            "  - submit: {to: ana, text: Hi, error: 1031}\n",
            "x:5:5: the message was answered 200, not error 1031",
        ),
        (
            "  - fault: {match: {surface: connect}, effect: {drop: true}}\n"
            "  - submit: {to: ana, text: Hi}\n",
            "x:6:5: the message was answered lost, not 200: HTTP 0: no answer: ",
        ),
        (
            "  - fault: {match: {surface: platform}, effect: {drop: true}}\n"
            "  - vibes: {call: POST mobiledb/persons, body: {}, answers: 400}\n",
            "x:6:5: POST mobiledb/persons answered lost, not 400: HTTP 0: no answer: ",
        ),
        (
            "  - fault: {profile: flaky_api}\n  - heal: flaky\n",
            'x:6:5: HTTP 404: no fault "flaky"',
        ),
    ],
)
async def test_a_step_that_is_not_as_it_says_ends_the_scenario(steps: str, told: str) -> None:
    """The place, what was answered and what was to be answered are told."""
    result = await _played(f"steps:\n{steps}")
    assert result.verdict is Verdict.BROKEN
    assert result.broken is not None
    assert result.broken.startswith(told)


async def test_a_lost_answer_is_what_a_direct_call_may_expect() -> None:
    """`lost` holds for the Platform too, and what was done is done."""
    result = await _played(
        "steps:\n"
        "  - fault: {match: {surface: platform}, effect: {lose_answer: true}, budget: 1}\n"
        "  - vibes:\n"
        "      call: POST mobiledb/persons\n"
        '      body: {mobile_phone: {mdn: "+13125550101"}}\n'
        "      answers: lost\n"
        '  - vibes: {call: "GET mobiledb/persons?mdn=%2B13125550101"}\n'
    )
    assert result.verdict is Verdict.PASSED, result.broken


async def test_a_fault_that_struck_is_in_the_timeline() -> None:
    """Who reads why an expectation failed sees the fault, and the person who got nothing."""
    result = await _played(
        "steps:\n"
        "  - fault: {id: down, match: {surface: carrier, person: ana}, effect: {fail: 103}}\n"
        "  - submit: {to: ana, text: Hi}\n"
        "  - advance: 1m\n"
        "  - expect:\n"
        "      - inbox: {person: ana, is: [Hi]}\n"
        "      - fault: {id: down, fired: 2}\n"
        "      - member: {person: ana, list: 1001, says: vibes}\n"
    )
    assert result.verdict is Verdict.FAILED
    assert [failure.actual for failure in result.failures] == [
        "received nothing",
        "it fired 1 time",
        "Vibes says no",
    ]
    rungs = [rung.text for rung in result.failures[0].timelines["ana"]]
    assert "fault down strikes its carrier: fail" in rungs


async def test_every_call_of_a_campaign_copes_with_an_api_that_is_down() -> None:
    """Each person gets a reason, whichever step met the fault, and the campaign goes on."""
    result = await _played(
        "subscribers: {1001: [ana], 1002: [ana]}\n"
        "choices: {duplicate_winner: vibes_person}\n"
        "campaigns:\n"
        "  All:\n"
        "    flow:\n"
        "      - send: {message: Hi, list: 1001}\n"
        "      - subscribe: {list: 1001, campaign: JoinVip01}\n"
        "      - unsubscribe: {list: 1002}\n"
        "steps:\n"
        "  - fault: {match: {surface: platform}, effect: {status: 503}}\n"
        "  - fault: {match: {surface: connect}, effect: {garbage: true}}\n"
        "  - run: All\n"
        "  - heal: all\n"
        "  - expect:\n"
        "      - activity: {kind: SMS skipped, reason: answer_lost}\n"
        "      - activity: {kind: Subscribe skipped, reason: refused_by_vibes}\n"
        "      - activity: {kind: Unsubscribe skipped, reason: refused_by_vibes}\n"
        "      - member: {person: ana, list: 1002}\n"
    )
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)


async def test_the_new_steps_play_in_a_simulator_of_its_own_process_too() -> None:
    """Faults, the endpoint and direct messages go over HTTP alone, so `--url` is no different."""
    result = await _played(
        "subscribers: {1001: [ana]}\n"
        "steps:\n"
        "  - phone: {person: ana, persona: stops_at_once, carrier: 104}\n"
        "  - endpoint: {answers: 503, times: 1, only: callbacks}\n"
        "  - fault: {id: late, match: {surface: carrier, person: ana}, effect: {delay: 1h}}\n"
        "  - submit: {to: ana, text: Hi, receipts: ALL}\n"
        "  - advance: 3h\n"
        "  - heal: late\n"
        "  - expect:\n"
        "      - messages: {to: ana, carrier: 104, code: 65047, state: delivered, count: 2}\n"
        "      - callbacks: {type: subscription_removed, fate: not delivered, count: 1}\n"
        "      - member: {person: ana, list: 1001, is: false}\n",
        url=True,
    )
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)


def _told(kind: str, event_id: str, at: str) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "callback_type": kind,
        "event_date": at,
        "subscription": {
            "person": {"mobile_phone": {"mdn": "+13125550101"}},
            "subscription_list": {"id": "1001"},
        },
    }


def test_a_callback_that_was_overtaken_changes_only_the_past() -> None:
    """Membership is what happened last, not what was told last; of the same second, the latter."""
    membership = Membership()
    membership.hear(_told("subscription_removed", "2", "2026-01-05T15:01:00Z"))
    change = membership.hear(_told("subscription_added", "1", "2026-01-05T15:00:59Z"))
    assert change is not None
    assert change.overtaken
    assert not membership.is_member("1001", "+13125550101")
    assert membership.was_member("1001", "+13125550101")
    change = membership.hear(_told("subscription_added", "3", "2026-01-05T15:01:00Z"))
    assert change is not None
    assert not change.overtaken
    assert membership.is_member("1001", "+13125550101")
