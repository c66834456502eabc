"""Campaigns whose waits and schedules meet the account's time, and what happens when they go wrong."""

from __future__ import annotations

import pytest

from harness.campaigns import endpoint as endpoints
from harness.events import ScenarioResult, Verdict
from tests.scenarios.playing import played

ANA = 'name: x\npeople: {ana: {phone: "(312) 555-0101"}}\nsubscribers: {1001: [ana]}\n'

ROUND = """\
campaigns:
  A:
    trigger: {requested: true}
    qualification: every_time
    flow: [{request: B}]
  B:
    trigger: {requested: true}
    qualification: every_time
    flow: [{request: A}]
  Begin:
    flow: [{request: A}]
  Later:
    flow: [{wait: 1 hour}, {request: A}]
steps:
"""

DRIP = """\
campaigns:
  Drip:
    flow:
      - send: {message: First, list: 1001}
      - wait: 1 hour
      - send: {message: Second, list: 1001}
steps:
"""


async def _played(text: str, *, url: bool = False) -> ScenarioResult:
    return await played(ANA + text, url=url)


@pytest.mark.parametrize(
    ("steps", "place"),
    [
        ("  - run: Begin\n", "x:18:5"),
        ("  - request: {campaign: A, person: ana}\n", "x:18:5"),
        ("  - run: Later\n  - advance: 2h\n", "x:19:5"),
        ("  - run: Later\n  - to: 2026-01-06T00:00:00Z\n", "x:19:5"),
    ],
)
async def test_campaigns_without_end_break_the_scenario_where_they_began(
    steps: str, place: str
) -> None:
    """The step is told, and the campaign, also where it went wrong while time moved."""
    result = await _played(ROUND + steps)
    assert result.verdict is Verdict.BROKEN
    assert result.broken is not None
    assert result.broken.startswith(f'{place}: campaign "A" was triggered 1000 times')


@pytest.mark.parametrize("url", [False, True])
async def test_waits_end_at_their_instants_wherever_the_simulator_is(url: bool) -> None:
    """Alarms go over HTTP alone, so a simulator of its own process is no different."""
    result = await _played(
        DRIP
        + "  - run: Drip\n"
        + "  - advance: 59m59s\n"
        + "  - expect: [{messages: {count: 1}}, {waiting: {person: ana}}]\n"
        + "  - advance: 3h\n"
        + "  - expect:\n"
        + "      - messages: {count: 2}\n"
        + "      - counters: {sent: 1, since: 2026-01-05T16:00:00Z, until: 2026-01-05T16:00:01Z}\n",
        url=url,
    )
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)


@pytest.mark.parametrize("effect", ["lose: true", "duplicate: true", "delay: 10m"])
async def test_what_befalls_callbacks_loses_nobody_who_waits(effect: str) -> None:
    """An alarm that is lost, late or told twice: the second text goes out, and once."""
    result = await _played(
        DRIP
        + f"  - fault: {{match: {{surface: callback}}, effect: {{{effect}}}}}\n"
        + "  - run: Drip\n"
        + "  - advance: 2h\n"
        + "  - advance: 1m\n"
        + "  - expect: [{messages: {text: Second, state: delivered, count: 1}}]\n"
    )
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)


async def test_long_work_is_waited_for_however_long_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`idle` answers in good time and is asked again, until a scheduled run of many is over."""
    monkeypatch.setattr(endpoints, "LONGEST_ANSWER_S", 0.05)
    result = await _played(
        "population: {size: 400, subscribed: 100%}\n"
        "campaigns:\n"
        "  Sale:\n"
        "    schedule: {at: 2026-01-05T10:00}\n"
        "    flow: [{send: {message: Hi, list: 1001}}]\n"
        "steps:\n"
        "  - to: 2026-01-05T16:00:00Z\n"
        "  - expect:\n"
        "      - run: {campaign: Sale, is: ran, people: 401}\n"
        "      - messages: {purpose: connect, count: 401}\n"
        "      - counters: {sent: 401, since: 2026-01-05T16:00:00Z, until: 2026-01-05T16:00:01Z}\n"
    )
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)


async def test_a_click_where_there_is_nothing_to_click_is_told() -> None:
    """No text, no link, or not so many: the step says what there is."""
    for steps, told in (
        ("  - click: {person: ana}\n", "the last text of ana has 0 links"),
        ("  - run: Drip\n  - advance: 1m\n  - click: {person: ana}\n", "has 0 links"),
    ):
        result = await _played(DRIP + steps)
        assert result.verdict is Verdict.BROKEN
        assert told in (result.broken or "")
    linked = DRIP.replace("First", "See https://shop.test")
    end = "  - run: Drip\n  - advance: 1m\n  - click: {person: ana, leads_to: 'https://other*'}\n"
    result = await _played(linked + end)
    assert 'link 1 led to "https://shop.test?mkt_tok=1-00001", not to' in (result.broken or "")
