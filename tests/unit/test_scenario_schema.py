"""The JSON Schemas that editors read agree with what is accepted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from harness.scenario.schema import included_schema, scenario_schema
from harness.scenario.yaml_parts import read_parts

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SCENARIO = Draft202012Validator(scenario_schema())
INCLUDED = Draft202012Validator(included_schema())
STEPS = "steps: [{advance: 1s}]\n"


def _document(text: str) -> Any:
    """What an editor sees of a file: its own text, with anchors and merge keys done."""
    return _as_json(read_parts(text, "x").plain())


def _as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _as_json(item) for key, item in value.items()}
    return [_as_json(item) for item in value] if isinstance(value, list) else value


def _is_right(text: str, schema: Draft202012Validator = SCENARIO) -> bool:
    return bool(schema.is_valid(_document(text)))


def test_both_are_schemas() -> None:
    """Of the dialect that they say they are of."""
    for schema in (scenario_schema(), included_schema()):
        Draft202012Validator.check_schema(schema)


def test_every_shipped_file_is_right_for_an_editor() -> None:
    """Scenarios and included files, as they are written."""
    for path in sorted(SCENARIOS.rglob("*.yaml")):
        schema = INCLUDED if path.name.endswith(".inc.yaml") else SCENARIO
        faults = schema.iter_errors(_document(path.read_text()))
        assert [fault.message for fault in faults] == [], path


@pytest.mark.parametrize(
    "text",
    [
        f"name: x\n{STEPS}x-any: [1]\n",
        f"name: x\n{STEPS}include: a.inc.yaml\npopulation: {{seed: 1}}\n",
        f"name: x\n{STEPS}include: [a.inc.yaml]\ncampaigns: {{A: {{schedule: {{every: day}}}}}}\n",
        f"name: x\n{STEPS}cases: {{a: {{n: 1}}}}\nseed: ${{n}}\n",
        f"name: x\n{STEPS}cases: {{a: {{n: 1}}}}\npopulation: {{size: '${{n}}'}}\n",
        f"name: x\n{STEPS}cases: {{a: {{n: 1}}}}\npeople: ${{n}}\nrules: ['${{n}}']\n",
        "name: x\ncases: {a: {n: 1}}\nsteps: ['${n}', {'${n}': 1}, {advance: '${n}h'}]\n",
        "name: x\ncases: {a: {n: 1}}\nsteps:\n  - expect:\n"
        "      - messages: {count: '${n}', state: '${n}', segments: '${n}'}\n",
    ],
)
def test_what_stands_in_another_place_is_no_fault(text: str) -> None:
    """In an included file, or in the table."""
    assert _is_right(text)


@pytest.mark.parametrize(
    "text",
    [
        f"name: x\n{STEPS}y-any: [1]\n",
        f"name: x\n{STEPS}population: {{seed: 1}}\n",
        f"name: x\n{STEPS}seed: ${{n}}\n",
        f"name: x\n{STEPS}include: a.inc.yaml\nseed: ${{n}}\n",
        f"name: x\n{STEPS}include: a.inc.yaml\npeople: {{ana: {{phne: x}}}}\n",
        f"name: x\n{STEPS}cases: {{a: {{n: 1}}}}\nseed: n\n",
        f"name: x\n{STEPS}cases: {{a b: {{n: 1}}}}\n",
        f"name: x\n{STEPS}cases: {{a: [n]}}\n",
        "name: x\ncases: {a: {n: 1}}\nsteps: [{advanse: '${n}h'}]\n",
        "name: x\ninclude: a.inc.yaml\n",
    ],
)
def test_what_is_wrong_is_wrong_for_an_editor(text: str) -> None:
    """Unknown members, missing ones, and parameters where there are no cases."""
    assert not _is_right(text)


def test_an_included_file_has_its_own_members() -> None:
    """Incomplete ones and `x-` among them, those of a scenario alone not."""
    assert _is_right("x-a: 1\npopulation: {seed: 1}\ninclude: b.inc.yaml\n", INCLUDED)
    assert _is_right("campaigns: {A: {schedule: {every: day}, flow: [{wait: 1 day}]}}\n", INCLUDED)
    assert not _is_right("name: x\n", INCLUDED)
    assert not _is_right("cases: {a: {b: 1}}\n", INCLUDED)
    assert not _is_right("population: {sed: 1}\n", INCLUDED)
    assert not _is_right("campaigns: {A: {flow: [{change: {field: x}}]}}\n", INCLUDED)


def test_a_member_keeps_its_words_in_every_form() -> None:
    """What an editor shows of a member is the same with cases and without."""
    defs = scenario_schema()["$defs"]
    for form in ("Scenario", "ScenarioThatIncludes", "ScenarioOfCases"):
        told = defs[form]["properties"]["subscribers"]["description"]
        assert told.startswith("Who is on which list when the scenario begins")
    assert defs["PopulationSpecInPart"].get("required") is None
    assert defs["PopulationSpec"]["required"] == ["size"]


@pytest.mark.parametrize(
    "steps",
    [
        "[{}]",
        "[{advance: 1h, run: A}]",
        "[{advance: }]",
        "[{advance: an hour}]",
        "[{to: noon}]",
        "[{expect: [{}]}]",
        "[{expect: [{activity: {kind: SMS snt}}]}]",
        "[{expect: [{activity: {kind: SMS sent, reason: gone}}]}]",
        "[{expect: [{cost: {is: cheap}}]}]",
        "[{expect: [{messages: {purpose: conect, count: 1}}]}]",
        "[{fault: {match: {surface: carrier}, effect: {outage: true, delay: 1m}}}]",
        "[{fault: {match: {surface: carrier}, effect: {outage: true}, ratio: half}}]",
        "[{edit: {campaign: A, trigger: {form: f, created: true}}}]",
        "[{edit: {campaign: A, flow: [{}]}}]",
        "[{edit: {campaign: A, flow: [{wait: 4h}]}}]",
    ],
)
def test_an_editor_sees_what_a_step_may_not_be(steps: str) -> None:
    """None or two members where one belongs, words of no set, values that are written otherwise."""
    assert _is_right(f"name: x\n{STEPS}")
    assert not _is_right(f"name: x\nsteps: {steps}\n")


@pytest.mark.parametrize(
    "steps",
    [
        "[{advance: 1 day}, {advance: PT24H}, {advance: 1h30m}, {advance: 250ms}]",
        "[{to: 2h}, {to: 2026-01-06T15:00:00Z}, {to: 2026-01-06}]",
        "[{expect: [{messages: {count: 1, at: [24h, 1 day]}}, {cost: {is: 5}}]}]",
        "[{fault: {match: {surface: mo, until: 2h}, effect: {lose: true}, ratio: 25%}}]",
    ],
)
def test_an_editor_takes_values_as_they_may_be_written(steps: str) -> None:
    """Each form of a duration, an instant, money, a ratio."""
    assert _is_right(f"name: x\nsteps: {steps}\n")


def test_every_member_is_described_and_no_default_is_a_document() -> None:
    """Of the models as they are, and of their copies; a member that is a part has the part's words."""
    schema = scenario_schema()
    assert "YAML 1.2" in schema["description"]
    assert "YAML 1.2" in included_schema()["description"]
    for name, part in schema["$defs"].items():
        for member, item in part.get("properties", {}).items():
            assert "description" in item, (name, member)
            assert not isinstance(item.get("default"), dict) or not item["default"], (name, member)
    defs = schema["$defs"]
    for name in ("StepSpec", "Check", "FlowStepSpec", "TriggerSpec", "FilterSpec", "EffectSpec"):
        assert (defs[name]["minProperties"], defs[name]["maxProperties"]) == (1, 1)
        for item in defs[name]["properties"].values():
            assert {"type": "null"} not in item.get("anyOf", ())
    assert defs["ActivityCheck"]["properties"]["kind"]["enum"][0] == "Person is Created"
    assert defs["StepSpec"]["properties"]["advance"]["examples"] == ["24h", "1h30m", "1 day"]
