"""YAML with positions, and mistakes told all at once."""

from __future__ import annotations

import pytest

from harness.scenario.reading import check
from harness.scenario.source import Mistakes, read_text

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
  - advance: 24 hours
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
        "x.sms.yaml:1:1: string should have at least 1 character",
        'x.sms.yaml:2:14: no rule "R99"; did you mean "R9"?',
        'x.sms.yaml:3:1: unknown member "acount"; did you mean "account"?',
        'x.sms.yaml:5:34: unknown member "blocklist"; did you mean "blocklisted"?',
        'x.sms.yaml:8:15: unknown member "frm"; did you mean "form"?',
        'x.sms.yaml:10:29: no list "1009"; did you mean "1002"?',
        "x.sms.yaml:11:9: write exactly one of send, subscribe, unsubscribe",
        'x.sms.yaml:14:5: no campaign "Joyn"; did you mean "Join"?',
        'x.sms.yaml:15:5: "24 hours" is not a duration; write "24h", "1h30m", "250ms" or "PT24H"',
        'x.sms.yaml:16:13: no person "anna"; did you mean "ana"?',
        "x.sms.yaml:18:20: input should be a valid integer",
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
        'x.sms.yaml:6:10: "ana" has no phone to be on a list with',
        'x.sms.yaml:6:15: no person "bob"; there is ana',
        'x.sms.yaml:7:3: no list "1009"; did you mean "1002"?',
        'x.sms.yaml:11:33: no list "1003"; did you mean "1002"?',
        'x.sms.yaml:13:5: "Join" is a trigger campaign; it runs when triggered',
        'x.sms.yaml:14:13: no person "anna"; did you mean "ana"?',
        'x.sms.yaml:15:13: "ana" has no phone',
        'x.sms.yaml:17:20: no activity "SMS snt"; did you mean "SMS sent"?',
        'x.sms.yaml:17:35: no reason "blocklist"; did you mean "blocklisted"?',
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
