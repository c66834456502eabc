"""What somebody is told who writes their first scenario: each mistake with the way out of it."""

from __future__ import annotations

import pytest

from harness.scenario.parts import Mistakes
from harness.scenario.reading import check
from harness.scenario.source import read_text
from simulator.domain.instants import Instant, parse_instant

HEAD = 'name: x\npeople: {ana: {phone: "(312) 555-0101"}}\n'


def _mistakes(text: str) -> list[str]:
    with pytest.raises(Mistakes) as raised:
        check(read_text(text, "x"))
    return [str(mistake) for mistake in raised.value.mistakes]


def test_each_member_that_is_missing_has_its_line() -> None:
    """At the place of what it is missing in."""
    assert _mistakes(f"{HEAD}steps:\n  - fill_form: {{}}\n  - expect: [{{inbox: {{}}}}]\n") == [
        'x:4:5: fill_form needs "form"',
        'x:4:5: fill_form needs "person"',
        'x:5:15: inbox needs "is"',
        'x:5:15: inbox needs "person"',
    ]
    assert _mistakes("people: {}\n") == ['x:1:1: it needs "name"', 'x:1:1: it needs "steps"']
    told = _mistakes("name: x\nsteps: [{run: A}]\ncampaigns: {A: {qualification: {}}}\n")
    assert told == ['x:3:17: qualification needs "once_per"']


def test_a_misspelling_is_told_alone() -> None:
    """What it stands for is not missing besides."""
    assert _mistakes(f"{HEAD}steps: [{{fill_form: {{persn: ana, form: f}}}}]\n") == [
        'x:3:22: unknown member "persn"; did you mean "person"?'
    ]


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (
            "expect: [{messages: {person: ana, count: 1}}]",
            'unknown member "person"; did you mean "to", or "from"?',
        ),
        ("expect: [{no_message: {person: ana}}]", 'did you mean "to", or "from"?'),
        ("expect: [{cost: {person: ana, is: 1}}]", 'did you mean "to", or "from"?'),
        ("expect: [{activity: {type: SMS sent}}]", 'unknown member "type"; did you mean "kind"?'),
        (
            "expect: [{not_member: {}}]",
            'unknown member "not_member"; write "member" with is: false',
        ),
        ("edit: {campaign: A, flow: [{send: {text: Hi}}]}", 'did you mean "message"?'),
        (
            "expect: [{activity: {kind: SMS skipped, reason: unsubscribed}}]",
            'no reason "unsubscribed"; there is not_a_member, blocklisted',
        ),
        ("expect: [{inbox: {person: ana, is: Hi}}]", 'write a list, as ["Hi"]'),
        ("wait: 1h", 'unknown member "wait"; did you mean "advance"?'),
        ("expect: {inbox: {}}", "write a list, as [{...}]"),
        ("phone: {person: ana, after: 5}", 'write a text, as "24h" or "1h30m" or "1 day"'),
        ("run", "write members, as {run: ...}"),
        ("fill_form: ana", "write members, as {person: ..., form: ...}"),
        ("reply: {person: ana, text: 5}", 'write text in quotes, as "5"'),
        ("operator: {call: opt}", '"opt" is no control call; write "POST /opt-outs"'),
        ("to: soon", '"soon" is no time; write "24h" since the scenario begins, or "2026-01-06T'),
        (
            "fault: {match: {surface: carrier, until: soon}, effect: {outage: true}}",
            '"soon" is no time; write "24h" since the scenario begins',
        ),
    ],
)
def test_a_mistake_of_a_newcomer_has_its_mend(step: str, told: str) -> None:
    """Names of other parts, values of another kind, sets that are told."""
    head = (
        f"{HEAD}account: {{prices: {{segment: 1}}}}\ncampaigns: {{A: {{trigger: {{form: f}}}}}}\n"
    )
    (line,) = _mistakes(f"{head}steps:\n  - {step}\n")
    assert told in line


def test_nobody_is_missing_where_people_themselves_are_wrong() -> None:
    """Else it is told where people come from."""
    steps = "steps: [{delete: ana}]\n"
    assert _mistakes(f"name: x\npeople: [ana]\n{steps}") == [
        "x:2:1: write members, as {name: value}"
    ]
    assert _mistakes(f"name: x\n{steps}") == [
        'x:2:10: no person "ana"; there is none; add people, or include a file'
    ]


def test_the_times_of_a_fault_may_be_counted_from_the_beginning() -> None:
    """An instant is itself."""
    step = "fault: {match: {surface: carrier, since: 1 hour, until: 2h}, effect: {outage: true}}"
    fault = check(read_text(f"{HEAD}steps:\n  - {step}\n", "x")).spec.steps[0].fault
    assert fault is not None
    begins = parse_instant("2026-01-05T15:00:00Z")
    assert fault.rule(None, begins)["match"] == {
        "surface": "carrier",
        "since": "2026-01-05T16:00:00Z",
        "until": "2026-01-05T17:00:00Z",
    }
    fault = fault.model_copy(
        update={"match": fault.match.model_copy(update={"until": "2026-01-05T17:00:00Z"})}
        if fault.match
        else {}
    )
    assert fault.rule(None, Instant(0))["match"]["until"] == "2026-01-05T17:00:00Z"


def test_durations_are_in_words_or_short_wherever_they_are_written() -> None:
    """But for the wait of a flow: Marketo ignores one that is abbreviated."""
    scenario = check(
        read_text(
            f"{HEAD}campaigns:\n  A:\n    qualification: {{once_per: 24h}}\n"
            "    who: [{was_sent: {within: 48h}}]\n"
            "    flow: [{wait: 1 day}]\n"
            "invariants: {cap: {count: 1, per: 24h}}\n"
            "steps: [{advance: 1 day}, {until: {within: 2 hours, expect: [{messages: {count: 0}}]}}]\n",
            "x",
        )
    )
    assert scenario.spec.steps[0].advance == "1 day"
    (line,) = _mistakes(f"{HEAD}campaigns: {{A: {{flow: [{{wait: 24h}}]}}}}\nsteps: [{{run: A}}]\n")
    assert line.endswith('"2 days", "1 week": Marketo ignores a wait that is abbreviated')
