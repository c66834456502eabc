"""Checks about messages and time: what may be written, what is a mistake, what the opposite is."""

from __future__ import annotations

from typing import Any

import pytest

from harness.scenario.checks import Check
from harness.scenario.expectations import inverted
from harness.scenario.message_checks import MessageFilter
from harness.scenario.parts import Mistakes
from harness.scenario.reading import check
from harness.scenario.source import read_text
from harness.scenario.values import when
from simulator.domain.instants import HOUR, Instant, parse_instant

HEAD = """\
name: x
account: {prices: {segment: 1}}
people:
  ana: {phone: "(312) 555-0101"}
campaigns:
  Sale: {flow: [{send: {message: Hi, list: 1001}}]}
"""


def _mistakes(text: str, head: str = HEAD) -> list[str]:
    with pytest.raises(Mistakes) as raised:
        check(read_text(head + text, "x"))
    return [str(mistake) for mistake in raised.value.mistakes]


def test_names_in_every_part_of_a_check_must_lead_somewhere() -> None:
    """In each item of an order and in `until` too, all at once, each at its place."""
    told = _mistakes(
        """\
steps:
  - expect:
      - no_message: {to: anna, list: 1003}
      - order: [{from: anna}, {to: ana, campaign: Sall}]
      - cost: {is: 1, campaign: Sall}
      - activity: {kind: SMS snt, at: 1h}
  - until:
      within: 1h
      expect:
        - messages: {from: anna, count: 1}
        - pending: {person: ana, campaign: JoinVip1}
  - explain: anna
  - explain: "555-0101"
  - explain: "(312) 555-0199"
"""
    )
    assert told == [
        'x:9:22: no person "anna"; did you mean "ana"?',
        'x:9:32: no list "1003"; did you mean "1002"?',
        'x:10:18: no person "anna"; did you mean "ana"?',
        'x:10:41: no campaign "Sall"; did you mean "Sale"?',
        'x:11:23: no campaign "Sall"; did you mean "Sale"?',
        'x:12:20: no activity "SMS snt"; did you mean "SMS sent"?',
        'x:16:22: no person "anna"; did you mean "ana"?',
        'x:17:34: no acquisition campaign "JoinVip1"; did you mean "JoinVip01"?',
        'x:18:5: no person "anna"; did you mean "ana"?',
        'x:19:5: no person "555-0101"; there is ana',
    ]


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("until: {within: 1h, expect: []}", "write the checks to wait for"),
        ("until: {expect: [{messages: {count: 1}}]}", 'until needs "within"'),
        ("until: {within: soon, expect: [{messages: {count: 1}}]}", '"soon" is not a duration'),
        (
            "until: {within: 1h, expect: [{messages: {count: 1}}], expct: 1}",
            'did you mean "expect"?',
        ),
        ("restart: halt", '"halt" is not one of stop, kill'),
        ("expect: [{messages: {to: ana}}]", "write count, or total_segments"),
        ("expect: [{messages: {to: ana, from: ana, count: 1}}]", "write either to or from"),
        ("expect: [{no_message: {from: ana, direction: mt}}]", "leave out direction"),
        ("expect: [{order: [{to: ana}]}]", "an order is of two messages or more"),
        ("expect: [{order: {to: ana}}]", "write a list"),
        ("expect: [{no_message: {count: 0}}]", 'unknown member "count"'),
        ("expect: [{no_mesage: {}}]", 'did you mean "no_message"?'),
        ("expect: [{cost: {is: 0.5}}]", 'with quotes, as "0.0079"'),
        ("expect: [{cost: {is: many}}]", '"many" is no amount of money'),
        ("expect: [{messages: {count: 1, at: [2h, 1h]}}]", '"1h" is before "2h"'),
        ("expect: [{messages: {count: 1, at: [1h, 2h, 3h]}}]", "between which two, as [24h"),
        ("expect: [{messages: {count: 1, at: 12}}]", "between which two, as [24h"),
        ("expect: [{messages: {count: 1, at: noon}}]", '"noon" is no time; write "24h" since'),
        ("expect: [{messages: {count: 1, at: 2026-13-05}}]", '"2026-13-05" is no time; write'),
        ("expect: [{no_message: {at: 2026-01-05T14:59:59Z}}]", "it would never be: the scenario"),
        ("expect: [{no_message: {at: [24h, 2026-01-05T16:00:00Z]}}]", "it would never be"),
    ],
)
def test_what_makes_no_sense_is_a_mistake_with_the_mend(step: str, told: str) -> None:
    """Each is told at its place, in words of ours."""
    (line,) = _mistakes(f"steps:\n  - {step}\n")
    assert line.startswith("x:8:")
    assert told in line


def test_a_clock_that_runs_live_can_neither_wait_nor_stand() -> None:
    """`until` moves time, and a restart must find it where it was."""
    told = _mistakes(
        "account: {clock: {mode: live}}\n"
        "steps:\n"
        "  - until: {within: 1h, expect: [{messages: {count: 1}}]}\n"
        "  - restart: kill\n",
        "name: x\n",
    )
    assert [line.split(",")[0] for line in told] == [
        "x:4:5: the account's clock runs live",
        "x:5:5: the account's clock runs live and would not stand; leave out mode",
    ]


def test_what_a_message_costs_needs_prices() -> None:
    """An account that names none would say 0 whatever was sent."""
    (line,) = _mistakes("name: x\nsteps: [{expect: [{cost: {is: 0}}]}]\n", "")
    mend = 'add account: {prices: {segment: "0.01"}}'
    assert line == f"x:2:20: the account has no prices; {mend}"


def test_what_campaigns_sent_cannot_be_asked_beside_an_application() -> None:
    """An application of one's own keeps no log of the campaign system's, in `until` neither."""
    told = _mistakes(
        """\
sut: {command: [app]}
steps:
  - expect: [{no_message: {list: 1001}}, {order: [{to: ana}, {campaign: Sale}]}]
  - until: {within: 1h, expect: [{run: {campaign: Sale, is: ran}}]}
""",
        'name: x\npeople: {ana: {phone: "(312) 555-0101"}}\n',
    )
    assert [line.split(";")[0] for line in told if "takes the place" in line] == [
        "x:5:28: the application of sut takes the place of the campaign system",
        "x:5:63: the application of sut takes the place of the campaign system",
        "x:6:35: the application of sut takes the place of the campaign system",
    ]


def test_a_time_is_since_the_beginning_or_an_instant() -> None:
    """A duration counts from it, a date stands as it is."""
    begins = parse_instant("2026-01-05T15:00:00Z")
    assert when("1h", begins) == Instant(begins + HOUR)
    assert when("PT1H", begins) == Instant(begins + HOUR)
    assert when("2026-01-05T16:00:00Z", begins) == Instant(begins + HOUR)


def test_which_way_messages_go_if_nobody_says() -> None:
    """To phones, but for what a person texted; a cost is both ways."""
    ways = [
        MessageFilter().way,
        MessageFilter.model_validate({"from": "ana"}).way,
        MessageFilter(direction="mo", to="ana").way,
        Check.model_validate({"cost": {"is": 1}}).cost.way,  # type: ignore[union-attr]
        Check.model_validate({"cost": {"is": 1, "to": "ana"}}).cost.way,  # type: ignore[union-attr]
        Check.model_validate({"cost": {"is": 1, "from": "ana"}}).cost.way,  # type: ignore[union-attr]
        Check.model_validate({"cost": {"is": 1, "direction": "mt"}}).cost.way,  # type: ignore[union-attr]
    ]
    assert ways == ["mt", "mo", "mo", None, "mt", "mo", "mt"]


@pytest.mark.parametrize(
    ("written", "opposite"),
    [
        ({"no_message": {"to": "ana", "text": "Hi"}}, {"no_message": {}}),
        ({"order": [{"to": "ana"}, {"to": "ben"}]}, {"order": [{"to": "ben"}, {"to": "ana"}]}),
        ({"cost": {"to": "ana", "is": "0.5"}}, {"cost": {"to": "ana", "is": "1.5"}}),
        ({"messages": {"total_segments": 4}}, {"messages": {"total_segments": 5}}),
        (
            {"messages": {"count": 2, "total_segments": 4}},
            {"messages": {"count": 3, "total_segments": 4}},
        ),
    ],
)
def test_the_opposite_of_a_check(written: Any, opposite: Any) -> None:
    """Where the one holds the other must fail."""
    assert inverted(Check.model_validate(written)) == Check.model_validate(opposite)
