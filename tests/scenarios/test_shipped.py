"""Every shipped scenario passes, and fails at every expectation that is turned round."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.campaigns.endpoint import Endpoint
from harness.environment import start
from harness.events import ScenarioFinished, ScenarioResult, Verdict
from harness.runner import play
from harness.scenario.campaigns import FilterSpec, FlowStepSpec, TriggerSpec
from harness.scenario.checks import Check
from harness.scenario.expectations import inverted
from harness.scenario.reading import Scenario, load_all
from harness.scenario.rules import RULES
from harness.scenario.source import Source
from harness.scenario.step_specs import StepSpec
from simulator.documents import Spec

SHIPPED = load_all([Path(__file__).parents[2] / "scenarios"])


def _turned_round(scenario: Scenario, index: int) -> Scenario:
    """The scenario with every expectation of one step inverted."""
    steps = list(scenario.spec.steps)
    checks = tuple(inverted(check) for check in steps[index].expect or ())
    steps[index] = steps[index].model_copy(update={"expect": checks})
    spec = scenario.spec.model_copy(update={"steps": tuple(steps)})
    source: Source = scenario.source
    return Scenario(scenario.file, scenario.name, spec, source)


def _with(scenario: Scenario, index: int, *steps: StepSpec) -> Scenario:
    """The scenario with other steps in place of one."""
    before, after = scenario.spec.steps[:index], scenario.spec.steps[index + 1 :]
    spec = scenario.spec.model_copy(update={"steps": (*before, *steps, *after)})
    return replace(scenario, spec=spec)


async def _result(scenario: Scenario) -> ScenarioResult:
    async with start() as environment, Endpoint(environment) as endpoint:
        seed = scenario.spec.seed
        async for event in play(scenario, environment, endpoint, seed, keep=False):
            if isinstance(event, ScenarioFinished):
                return event.result
    raise AssertionError("the scenario never finished")


@pytest.mark.parametrize("scenario", SHIPPED, ids=lambda scenario: scenario.name)
async def test_a_shipped_scenario_passes(scenario: Scenario) -> None:
    """What the scenario says is so."""
    result = await _result(scenario)
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)


@pytest.mark.parametrize(
    ("scenario", "index"),
    [
        pytest.param(scenario, index, id=f"{scenario.name}-{index}")
        for scenario in SHIPPED
        for index, step in enumerate(scenario.spec.steps)
        if step.expect is not None
    ],
)
async def test_an_inverted_expectation_fails(scenario: Scenario, index: int) -> None:
    """Each expectation of the step, turned round, is found not to hold, and no other is."""
    result = await _result(_turned_round(scenario, index))
    expected = scenario.spec.steps[index].expect or ()
    assert result.verdict is Verdict.FAILED
    assert [failure.position for failure in result.failures] == [
        str(scenario.at(("steps", index, "expect", number))) for number in range(len(expected))
    ]


UNTIL = [
    pytest.param(scenario, index, id=f"{scenario.name}-{index}")
    for scenario in SHIPPED
    for index, step in enumerate(scenario.spec.steps)
    if step.until is not None
]


@pytest.mark.parametrize(("scenario", "index"), UNTIL)
async def test_until_leads_to_what_it_says_and_no_further(scenario: Scenario, index: int) -> None:
    """Where time stands then each of its checks holds: turned round, each is found not to."""
    until = scenario.spec.steps[index]
    opposite = tuple(inverted(check) for check in until.checks.values())
    result = await _result(_with(scenario, index, until, StepSpec(expect=opposite)))
    assert result.verdict is Verdict.FAILED
    assert len(result.failures) == len(opposite)


@pytest.mark.parametrize(("scenario", "index"), UNTIL)
async def test_until_is_not_there_for_nothing(scenario: Scenario, index: int) -> None:
    """Without any time passing its checks do not all hold yet."""
    checks = tuple(scenario.spec.steps[index].checks.values())
    result = await _result(_with(scenario, index, StepSpec(expect=checks)))
    assert result.verdict is Verdict.FAILED
    assert {failure.position for failure in result.failures} <= {
        str(scenario.at(("steps", index, "expect", number))) for number in range(len(checks))
    }


def test_every_step_and_check_has_a_scenario() -> None:
    """Nothing of the language is shipped that no shipped scenario shows."""
    steps = [step for item in SHIPPED for step in item.spec.steps]
    shown = {name for step in steps for name in _given(step)}
    shown |= {name for step in steps for check in step.checks.values() for name in _given(check)}
    assert {*StepSpec.model_fields, *Check.model_fields} - shown == set()


def test_every_scenario_expects_something() -> None:
    """A scenario without an expectation would pass whatever the code did."""
    assert [item.name for item in SHIPPED if not any(s.expect for s in item.spec.steps)] == []


def test_every_rule_is_covered() -> None:
    """R1 to R24 and A1 to A12 each have at least one scenario."""
    covered = {rule for item in SHIPPED for rule in item.spec.rules}
    assert set(RULES) - covered == set()


def test_every_trigger_filter_and_flow_step_has_a_scenario() -> None:
    """Nothing of the campaign language is shipped that no shipped scenario shows."""
    campaigns = [item for one in SHIPPED for item in one.spec.campaigns.values()]
    shown = {name for item in campaigns for trigger in item.trigger for name in _given(trigger)}
    shown |= {name for item in campaigns for one in item.who for name in _given(one)}
    shown |= {name for item in campaigns for step in item.flow for name in _given(step)}
    wanted = {*TriggerSpec.model_fields, *FilterSpec.model_fields, *FlowStepSpec.model_fields}
    assert wanted - shown == set()


def _given(part: Spec) -> set[str]:
    return part.model_fields_set
