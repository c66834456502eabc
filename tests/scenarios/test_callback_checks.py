"""Callbacks narrowed by a person, by what their body gives, and by time."""

from __future__ import annotations

import pytest

from harness.events import Failure, Verdict
from tests.scenarios.playing import played

TOLD = """\
name: x
people:
  ana: {phone: "(312) 555-0101"}
  ben: {phone: "(312) 555-0102"}
steps:
  - reply: {person: ana, text: VIP}
  - advance: 1h
  - reply: {person: ana, text: Y}
  - advance: 1m
  - expect: [{callbacks: {type: subscription_added, count: 1%s}}]
"""


async def _failure(narrowing: str) -> Failure | None:
    result = await played(TOLD % narrowing)
    assert result.verdict is not Verdict.BROKEN, result.broken
    return result.failures[0] if result.failures else None


@pytest.mark.parametrize(
    "narrowing",
    [
        ", person: ana",
        ", at: 1h",
        ", at: [0s, 1h]",
        ", gives: '+13125550101'",
        ", gives: {subscription: {person: {mobile_phone: {mdn: '*0101'}}}}",
        ", person: ana, at: 1h, gives: {callback_type: subscription_added}, fate: delivered",
    ],
)
async def test_what_is_so_is_counted(narrowing: str) -> None:
    """Each by itself, and all together."""
    assert await _failure(narrowing) is None


@pytest.mark.parametrize(
    ("narrowing", "expected", "actual"),
    [
        (", person: ben", "with person 'ben'", "there is one of ana at 1h, delivered"),
        (", at: [0s, 59m59s]", "from 0s to 59m59s", "there is one of ana at 1h, delivered"),
        (", at: [1h1s, 2h]", "from 1h1s to 2h", "there is one of ana at 1h, delivered"),
        (", gives: '5550102'", "with gives '5550102'", 'delivered: {"event_id":'),
        (", gives: {subscription: 1}", "with gives {'subscription': 1}", 'delivered: {"event_id":'),
        (", person: ana, fate: refused", "refused with person 'ana'", "there is one of ana at 1h"),
    ],
)
async def test_what_is_not_so_is_told_with_what_there_is(
    narrowing: str, expected: str, actual: str
) -> None:
    """One member that does not hold is enough; the callbacks of the type are named."""
    failure = await _failure(narrowing)
    assert failure is not None
    assert failure.expected.startswith("1 callback subscription_added ")
    assert failure.expected.endswith(expected)
    assert failure.actual.startswith("0 ")
    assert actual in failure.actual


async def test_a_receipt_is_a_person_s_by_its_address() -> None:
    """Connect's XML is looked into as the Platform's JSON is; JSON is not found in it."""
    told = """\
name: x
people: {ana: {phone: "(312) 555-0101"}, ben: {phone: "(312) 555-0102"}}
steps:
  - submit: {to: ana, text: Hi, receipts: ALL}
  - advance: 1m
  - expect:
      - callbacks: {type: mt_receipt, person: ana, count: [1, 9]}
      - callbacks: {type: mt_receipt, person: ben, count: 0}
      - callbacks: {type: mt_receipt, gives: "<mtMessageResponse messageId", count: [1, 9]}
      - callbacks: {type: mt_receipt, gives: {}, count: 0}
"""
    result = await played(told)
    assert result.verdict is Verdict.PASSED, (result.broken, result.failures)
