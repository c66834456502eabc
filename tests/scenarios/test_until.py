"""`until`: time stands at the first instant at which all checks hold, or at its end, and never polls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from harness.campaigns.endpoint import Endpoint
from harness.environment import start
from harness.events import ScenarioResult, Verdict
from harness.scenario import expectations, moving, steps
from harness.scenario.checks import Check
from harness.scenario.finding import Found
from harness.scenario.reading import check
from harness.scenario.source import read_text
from harness.scenario.stage import Stage, set_up
from tests.scenarios.playing import played

HEAD = """\
name: x
account:
  carriers: {default: {carrier_delay: 2s, handset_delay: 4s}}
  settings: {routing_delay: 1s}
people:
  ana: {phone: "(312) 555-0101"}
  ben: {phone: "(312) 555-0102"}
subscribers: {1001: [ana, ben]}
campaigns:
  Sale: {flow: [{send: {message: Hi, list: 1001}}, {wait: 1 hour}, {send: {message: Ho, list: 1001}}]}
"""

ARRIVED = "{messages: {text: %s, state: delivered, count: 2}}"


async def _played(told: str, *, url: bool = False) -> ScenarioResult:
    return await played(HEAD + told, url=url)


@asynccontextmanager
async def _begun(told: str) -> AsyncIterator[Stage]:
    scenario = check(read_text(HEAD + told, "x"))
    async with (
        start() as environment,
        Endpoint(environment) as endpoint,
        set_up(scenario, environment, endpoint, 0, keep=False) as stage,
    ):
        yield stage


@pytest.mark.parametrize("url", [False, True])
async def test_time_stands_where_all_of_them_first_hold(url: bool) -> None:
    """Seven seconds after the send; after the wait of the flow, seven seconds more."""
    result = await _played(
        "steps:\n"
        "  - run: Sale\n"
        f"  - until: {{within: 1h, expect: [{ARRIVED % 'Hi'}]}}\n"
        "  - explain: ana\n"
        f"  - until: {{within: 2h, expect: [{ARRIVED % 'Hi'}, {ARRIVED % 'Ho'}]}}\n"
        "  - explain: ana\n",
        url=url,
    )
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)
    assert [item.at for item in result.explanations] == [
        "2026-01-05T15:00:07Z",
        "2026-01-05T16:00:07Z",
    ]
    assert result.checks == 3


async def test_what_holds_already_takes_no_time() -> None:
    """The checks are looked at before anything moves."""
    result = await _played(
        "steps:\n  - until: {within: 1h, expect: [{messages: {count: 0}}]}\n  - explain: ana\n"
    )
    assert [item.at for item in result.explanations] == ["2026-01-05T15:00:00Z"]


async def test_what_does_not_come_in_time_fails_as_an_expectation_does() -> None:
    """The place, both sides, the timelines with the reason; what holds is not told."""
    result = await _played(
        "steps:\n"
        "  - phone: {person: ben, reachable: false}\n"
        "  - run: Sale\n"
        "  - until:\n"
        "      within: 30m\n"
        "      expect:\n"
        "        - messages: {text: Hi, to: ana, state: delivered, count: 1}\n"
        "        - messages: {text: Hi, to: ben, state: delivered, count: 1}\n"
        "  - explain: ana\n"
    )
    assert result.verdict is Verdict.FAILED
    (failure,) = result.failures
    assert failure.position == "x:18:11"
    assert failure.expected == "1 message with to 'ben', text 'Hi', state 'delivered'"
    assert failure.actual == "0 messages"
    last = failure.timelines["ben"][-1]
    assert last.after == "+00:30:00.000"
    assert last.text.startswith('not arrived yet: "Hi" (connect): came by HTTP, went from 65047')
    assert "; the phone is off; the carrier tries until 2026-01-08T15:00:00Z" in last.text
    assert result.explanations == ()


async def test_time_goes_to_the_end_and_not_beyond() -> None:
    """The end is looked at as well; what is due right after it has not happened."""
    told = (
        "steps:\n"
        "  - run: Sale\n"
        f"  - until: {{within: %s, expect: [{ARRIVED % 'Hi'}]}}\n"
        f"  - expect: [{ARRIVED % 'Hi'}]\n"
    )
    for within, arrived in (("7s", True), ("6999ms", False)):
        async with _begun(told % within) as stage:
            run, wait, _ = stage.scenario.spec.steps
            assert wait.until is not None
            await steps.do(run, stage)
            assert (await moving.until(wait.until, stage) == []) is arrived
            assert stage.account.now == f"2026-01-05T15:00:0{'7' if arrived else '6.999'}Z"


async def test_nothing_is_looked_at_but_where_something_is_due(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A year in which nothing is due is looked at twice: as it begins, and at its end."""
    looks: list[str] = []
    evaluate = expectations.evaluate

    async def counted(told: Check, stage: Stage) -> Found:
        looks.append(stage.account.now)
        return await evaluate(told, stage)

    monkeypatch.setattr(expectations, "evaluate", counted)
    never = "steps: [{until: {within: 365d, expect: [{messages: {count: 9}}]}}]\n"
    async with _begun(never) as stage:
        wait = stage.scenario.spec.steps[0].until
        assert wait is not None
        assert len(await moving.until(wait, stage)) == 1
    assert looks == ["2026-01-05T15:00:00Z", "2027-01-05T15:00:00Z"]


async def test_who_does_the_step_alone_is_told_what_does_not_hold() -> None:
    """Without a runner to tell failures it is a step that could not be done."""
    never = "steps: [{until: {within: 1h, expect: [{messages: {count: 9}}]}}]\n"
    async with _begun(never) as stage:
        with pytest.raises(moving.StepError, match="expected 9 messages, 0 messages"):
            await steps.do(stage.scenario.spec.steps[0], stage)


async def test_campaigns_without_end_are_told_here_too() -> None:
    """Where they trigger each other while time moves, the campaign is named."""
    result = await _played(
        "  A: {trigger: {requested: true}, qualification: every_time, flow: [{request: B}]}\n"
        "  B: {trigger: {requested: true}, qualification: every_time, flow: [{request: A}]}\n"
        "  Later: {flow: [{wait: 1 hour}, {request: A}]}\n"
        "steps:\n"
        "  - run: Later\n"
        "  - until: {within: 2h, expect: [{messages: {count: 9}}]}\n"
    )
    assert result.verdict is Verdict.BROKEN
    assert (result.broken or "").startswith('x:16:5: campaign "A" was triggered 1000 times')
