"""The oracles over shipped scenarios: healthy ones break nothing, mistakes break what they show."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.campaigns.endpoint import Endpoint
from harness.environment import start
from harness.oracles import Name, violations
from harness.oracles.gathering import gather
from harness.scenario import steps
from harness.scenario.reading import Scenario, load_all
from harness.scenario.stage import set_up

SCENARIOS = Path(__file__).parents[2] / "scenarios"
TO_THE_END = "80h"
"""Longer than any carrier tries to reach a phone."""


async def _broken(scenario: Scenario) -> set[Name]:
    """What a scenario breaks, played through and on until every message has ended."""
    async with (
        start() as environment,
        Endpoint(environment) as endpoint,
        set_up(scenario, environment, endpoint, scenario.spec.seed, keep=False) as stage,
    ):
        for step in scenario.spec.steps:
            if step.expect is None:
                await steps.do(step, stage)
        under_way = violations(await gather(stage))
        await stage.account.advance(TO_THE_END)
        await stage.settle()
        at_the_end = violations(await gather(stage, finished=True))
    assert {item.invariant for item in under_way} <= {item.invariant for item in at_the_end}
    return {item.invariant for item in at_the_end}


@pytest.mark.parametrize("folder", ["opt_out", "opt_in", "dedupe", "suppression"])
async def test_healthy_scenarios_break_nothing(folder: str) -> None:
    """Neither as they stop nor when all is over."""
    for scenario in load_all([SCENARIOS / folder]):
        assert not await _broken(scenario), scenario.file


@pytest.mark.parametrize(
    "name", ["attempts_to_opted_out_numbers", "callback_answered_500_and_lost", "callback_late"]
)
async def test_who_sends_to_people_who_left_is_found_out(name: str) -> None:
    """These three show it on purpose: the callback that told of it was lost, or late."""
    (scenario,) = load_all([SCENARIOS / "mistakes" / f"{name}.sms.yaml"])
    assert await _broken(scenario) == {Name.AUDIENCE}
