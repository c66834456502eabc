"""YAML with positions, and mistakes told all at once."""

from __future__ import annotations

import pytest

from harness.scenario.parts import Mistakes
from harness.scenario.reading import check
from harness.scenario.source import read_text

TEN_MISTAKES = """\
name: ""
rules: [R11, R99]
acount: {}
people:
  ana: {phone: "(312) 555-0101", blocklist: true}
campaigns:
  Join:
    trigger: {frm: signup}
    flow:
      - send: {message: Hi, list: 1009}
      - send: {message: Hi}
        unsubscribe: {list: 1001}
steps:
  - run: Joyn
  - advance: 24 huors
  - reply: {person: anna, text: Y}
  - expect:
      - messages: {count: many}
"""


def _mistakes(text: str) -> list[str]:
    with pytest.raises(Mistakes) as raised:
        check(read_text(text, "x.sms.yaml"))
    return [str(mistake) for mistake in raised.value.mistakes]


def test_mistakes_of_every_kind_come_all_at_once_with_their_places() -> None:
    """Wrong members, values and names are told together, each with its place and a guess."""
    told = _mistakes(TEN_MISTAKES)
    assert told == [
        "x.sms.yaml:1:1: it cannot be empty",
        'x.sms.yaml:2:14: no rule "R99"; did you mean "R9"?',
        'x.sms.yaml:3:1: unknown member "acount"; did you mean "account"?',
        'x.sms.yaml:5:34: unknown member "blocklist"; did you mean "blocklisted"?',
        'x.sms.yaml:8:15: unknown member "frm"; did you mean "form"?',
        'x.sms.yaml:10:29: no list "1009"; did you mean "1002"?',
        "x.sms.yaml:11:9: write exactly one of send, subscribe, unsubscribe, "
        "wait, request, change, choose",
        'x.sms.yaml:14:5: no campaign "Joyn"; did you mean "Join"?',
        'x.sms.yaml:15:5: "24 huors" is not a duration; write "24h", "1h30m", "250ms", "1 day" or '
        '"PT24H"',
        'x.sms.yaml:16:13: no person "anna"; did you mean "ana"?',
        "x.sms.yaml:18:20: write how many, as 2, or between which two, as [2, 5]",
    ]


def test_names_that_lead_nowhere_come_all_at_once() -> None:
    """Unknown rules, lists, people, campaigns, kinds and reasons are told with what there is."""
    told = _mistakes(
        """\
name: x
rules: [R99]
people:
  ana: {}
subscribers:
  1001: [ana, bob]
  1009: []
campaigns:
  Join:
    trigger: {form: signup}
    flow: [{send: {message: Hi, list: 1003}}]
steps:
  - run: Join
  - reply: {person: anna, text: Y}
  - reply: {person: ana, text: Y}
  - expect:
      - activity: {kind: SMS snt, reason: blocklist}
      - pending: {person: ana, campaign: JoinVip1}
"""
    )
    assert told == [
        'x.sms.yaml:2:9: no rule "R99"; did you mean "R9"?',
        "x.sms.yaml:6:10: ana: has no phone",
        'x.sms.yaml:6:15: no person "bob"; there is ana',
        'x.sms.yaml:7:3: no list "1009"; did you mean "1002"?',
        'x.sms.yaml:11:33: no list "1003"; did you mean "1002"?',
        'x.sms.yaml:13:5: "Join" is a trigger campaign; it runs when triggered',
        'x.sms.yaml:14:13: no person "anna"; did you mean "ana"?',
        "x.sms.yaml:15:13: ana: has no phone",
        'x.sms.yaml:17:20: no activity "SMS snt"; did you mean "SMS sent"?',
        'x.sms.yaml:17:35: no reason "blocklist"; did you mean "blocklisted"?',
        "x.sms.yaml:18:19: ana: has no phone",
        'x.sms.yaml:18:32: no acquisition campaign "JoinVip1"; did you mean "JoinVip01"?',
    ]


def test_words_mean_what_they_look_like() -> None:
    """`No`, `Y`, `on` and a date stay text, as YAML 1.2 reads them."""
    source = read_text("a: No\nb: Y\nc: 2026-01-06T15:00:00Z\nd: on\ne: 12\nf: true\n", "x")
    assert source.document == {
        "a": "No",
        "b": "Y",
        "c": "2026-01-06T15:00:00Z",
        "d": "on",
        "e": 12,
        "f": True,
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\na: 2\n", 'x:2:1: "a" stands twice'),
        ("a: [1\n", "x:2:1: not YAML"),
        ("", "x:1:1: the file is empty"),
        ("a: !!python/object:os.system {}\n", "x:1:4: not YAML"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_place(text: str, told: str) -> None:
    """A key that stands twice, broken YAML, nothing at all, and a tag of Python's are mistakes."""
    with pytest.raises(Mistakes) as raised:
        read_text(text, "x")
    assert str(raised.value).startswith(told)


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]",
        "a: " + "[" * 3000,
        "a: !!int abc",
        "a: !!timestamp abc",
        "a: \x00",
        "a: *nowhere",
    ],
)
def test_yaml_that_would_break_a_reader_is_a_mistake(text: str) -> None:
    """An alias of itself, a deep nest, a wrong tag, a NUL: a mistake with a place, no traceback."""
    with pytest.raises(Mistakes) as raised:
        check(read_text(text, "x"))
    assert str(raised.value).startswith("x:")


def test_a_number_with_a_leading_zero_is_text() -> None:
    """A code or a phone is not read as octal, and an endless number is no number."""
    source = read_text(f"a: 0123\nb: 0899\nc: {'9' * 5000}\nd: 0\ne: -12", "x")
    read = source.document
    assert (read["a"], read["b"], read["c"][:3], read["d"], read["e"]) == (
        *("0123", "0899", "999"),
        *(0, -12),
    )


def test_an_expectation_that_could_never_fail_is_a_mistake() -> None:
    """A purpose, state or callback type that does not exist is told, not counted as none."""
    told = _mistakes(
        """\
name: x
steps:
  - expect:
      - messages: {count: 0, purpose: conection, state: delivrd}
      - callbacks: {type: subscription_aded, count: 0}
"""
    )
    assert [line.split('"')[1] for line in told] == ["conection", "delivrd", "subscription_aded"]


def test_what_could_only_fail_while_running_is_a_mistake_before() -> None:
    """A number that is none, a seed beyond 64 bits, and time moved under a live clock."""
    told = _mistakes(
        """\
name: x
account: {clock: {mode: live}}
people:
  ana: {phone: not a phone/..}
steps:
  - reply: {phone: "123", text: Y}
  - advance: 1h
  - expect:
      - member: {person: ana, list: 1001}
"""
    )
    assert [line.split(":")[1] for line in told] == ["6", "7", "9"]
    (line,) = _mistakes("name: x\nseed: 99999999999999999999\nsteps: [{advance: 1s}]")
    assert line.startswith("x.sms.yaml:2:1: ")
