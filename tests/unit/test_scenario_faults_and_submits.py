"""The steps and checks about faults, carriers, personas and direct messages: what may be written."""

from __future__ import annotations

from typing import get_args

import pytest

from harness.scenario.checks import Check
from harness.scenario.expectations import inverted
from harness.scenario.faults import FaultStep, Profile
from harness.scenario.model import ScenarioSpec
from harness.scenario.parts import Mistakes
from harness.scenario.reading import check
from harness.scenario.source import read_text
from simulator.domain.fault_rules import PROFILES
from simulator.domain.instants import Instant

HEAD = """\
name: x
people:
  ana: {phone: "(312) 555-0101"}
  bob: {}
"""


def _mistakes(steps: str) -> list[str]:
    with pytest.raises(Mistakes) as raised:
        check(read_text(HEAD + steps, "x"))
    return [str(mistake) for mistake in raised.value.mistakes]


def test_the_profiles_are_those_the_simulator_ships() -> None:
    """A fault profile that is added there is known here."""
    assert set(get_args(Profile)) == set(PROFILES)


def test_names_in_the_new_steps_must_lead_somewhere() -> None:
    """People, personas and faults are looked for before anything is played, all at once."""
    told = _mistakes(
        """\
account: {faults: [{match: {surface: connect}, effect: {drop: true}}]}
steps:
  - fault: {id: down, match: {surface: carrier, person: anna}, effect: {outage: true}}
  - fault: {match: {surface: carrier, person: bob}, effect: {outage: true}}
  - submit: {to: anna, text: Hi}
  - submit: {to: bob, text: Hi}
  - phone: {person: ana, persona: slopy_yes}
  - heal: dawn
  - heal: fault-1
  - expect:
      - fault: {id: donw, fired: 1}
"""
    )
    assert told == [
        'x:7:49: no person "anna"; did you mean "ana"?',
        "x:8:39: bob: has no phone",
        'x:9:14: no person "anna"; did you mean "ana"?',
        "x:10:14: bob: has no phone",
        'x:11:26: no persona "slopy_yes"; did you mean "sloppy_yes"?',
        'x:12:5: no fault "dawn"; did you mean "down"?',
        'x:15:17: no fault "donw"; did you mean "down"?',
    ]


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("fault: {match: {surface: carrier}, effect: {status: 500}}", "knows no effect"),
        ("fault: {match: {surface: connect}, effect: {status: 200}}", "400 to 599"),
        ("fault: {match: {surface: connect}}", "write match and effect, or profile"),
        ("fault: {profile: flaky_api, budget: 3}", "a profile has no other member"),
        ("fault: {profile: flaky}", '"flaky" is not one of'),
        (
            'fault: {match: {surface: mo, person: ana, number: "3125550101"}, effect: {lose: true}}',
            "write either person or number",
        ),
        ("submit: {text: Hi}", "write either to or phone"),
        ("submit: {to: ana, text: Hi, answers: gone}", "write an HTTP status, or lost"),
        ("phone: {person: ana, persona: says_no, replies: Y}", "write either persona"),
        ("phone: {person: ana, carrier: 1044}", '"1044" is no code of a carrier; write "104"'),
        ("endpoint: {answers: 900}", "write 599 or less"),
        ("endpoint: {answers: 500, times: 0}", "write 1 or more"),
        ("expect: [{messages: {count: [3, 1]}}]", "write how many, as 2"),
        ("expect: [{messages: {count: -1}}]", "write how many, as 2"),
        ("expect: [{callbacks: {type: mo, count: true}}]", "write how many, as 2"),
    ],
)
def test_what_makes_no_sense_is_a_mistake_with_the_mend(step: str, told: str) -> None:
    """Each is told at its place, in words of ours."""
    (line,) = _mistakes(f"steps:\n  - {step}\n")
    assert line.startswith("x:6:")
    assert told in line


def test_the_rules_of_a_profile_have_ids_that_are_looked_for_as_it_runs() -> None:
    """With a profile in the file, an id that no rule is given there is no mistake yet."""
    scenario = check(
        read_text(f"{HEAD}steps:\n  - fault: {{profile: messy_callbacks}}\n  - heal: twice\n", "x")
    )
    assert [step.heal for step in scenario.spec.steps] == [None, "twice"]


def test_a_rule_about_a_person_is_about_their_number() -> None:
    """What the simulator is told has `number`, and of the rest just what was written."""
    step = FaultStep.model_validate(
        {"match": {"surface": "carrier", "person": "ana"}, "effect": {"fail": 103}, "budget": 2}
    )
    assert step.rule("+13125550101", Instant(0)) == {
        "match": {"surface": "carrier", "number": "+13125550101"},
        "effect": {"fail": 103},
        "budget": 2,
    }


@pytest.mark.parametrize(
    ("written", "opposite"),
    [
        ({"fault": {"id": "down", "fired": 2}}, {"fault": {"id": "down", "fired": 3}}),
        ({"messages": {"count": [2, 5], "error": 9}}, {"messages": {"count": 6, "error": 9}}),
        (
            {"callbacks": {"type": "mo", "count": 0, "fate": "refused"}},
            {"callbacks": {"type": "mo", "count": 1, "fate": "refused"}},
        ),
        (
            {"member": {"person": "ana", "list": "1", "says": "vibes"}},
            {"member": {"person": "ana", "list": "1", "says": "vibes", "is": False}},
        ),
    ],
)
def test_the_opposite_of_a_check_cannot_hold_with_it(
    written: dict[str, object], opposite: dict[str, object]
) -> None:
    """A count is past its most, a membership is turned round; what narrows it stays."""
    assert inverted(Check.model_validate(written)) == Check.model_validate(opposite)


def test_the_schema_knows_both_ways_of_writing_a_count() -> None:
    """An editor that reads the JSON Schema takes a number and a pair."""
    schema = ScenarioSpec.model_json_schema(by_alias=True)
    count = schema["$defs"]["MessagesCheck"]["properties"]["count"]
    assert [item["type"] for item in count["anyOf"]] == ["integer", "array", "null"]
