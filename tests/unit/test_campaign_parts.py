"""The parts of the campaign system that hold a rule by themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from harness.campaigns.activity_log import ActivityLog
from harness.campaigns.flow import expand
from harness.campaigns.membership import Membership
from harness.campaigns.people import Person, e164
from harness.campaigns.smart_list import (
    FieldFilter,
    Known,
    MemberOf,
    Operator,
    SmartList,
    SubscribedTo,
)


def _known(membership: Membership) -> Known:
    return Known(membership=membership, log=ActivityLog(), now=datetime(2026, 1, 5, tzinfo=UTC))


def _callback(kind: str, event_id: str) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "callback_type": kind,
        "event_date": "2026-01-05T15:00:00Z",
        "subscription": {
            "person": {"mobile_phone": {"mdn": "+13125550101"}},
            "subscription_list": {"id": "1001"},
            "opt_out_reason": "keyword_opt_out",
        },
    }


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("(312) 555-0101", "+13125550101"),
        ("1.312.555.0101", "+13125550101"),
        ("+1 312 555 0101", "+13125550101"),
        ("555-0101", None),
        ("+44 20 7946 0000", None),
        ("(112) 555-0101", None),
    ],
)
def test_phones_are_compared_as_numbers(typed: str, number: str | None) -> None:
    """Common ways of writing a US or Canadian number are one number; others are none (A5)."""
    assert e164(typed) == number


def test_a_callback_that_comes_twice_changes_nothing_the_second_time() -> None:
    """Vibes delivers at least once; membership heeds an event_id once."""
    membership = Membership()
    assert membership.hear(_callback("subscription_added", "e1")) is not None
    assert membership.hear(_callback("subscription_removed", "e2")) is not None
    assert membership.hear(_callback("subscription_added", "e1")) is None
    assert not membership.is_member("1001", "+13125550101")


def test_having_left_a_list_is_remembered() -> None:
    """Member of is false and Subscribed to stays true after an opt-out (R17)."""
    membership = Membership()
    membership.hear(_callback("subscription_added", "e1"))
    change = membership.hear(_callback("subscription_removed", "e2"))
    assert change is not None
    assert change.reason == "keyword_opt_out"
    assert membership.was_member("1001", "+13125550101")
    assert not membership.is_member("1001", "+13125550101")


@pytest.mark.parametrize(
    ("operator", "value", "holds"),
    [
        ("is", "CHICAGO", True),
        ("is", "Boston", False),
        ("is_not", "Boston", True),
        ("contains", "cag", True),
        ("starts_with", "chi", True),
        ("starts_with", "ago", False),
        ("is_empty", "", False),
        ("is_not_empty", "", True),
    ],
)
def test_field_filters_compare_in_any_case(operator: Operator, value: str, holds: bool) -> None:
    """Each operator of a field filter."""
    person = Person(id=1, name="ana", fields={"City": "Chicago"})
    found = FieldFilter(field="City", operator=operator, value=value).holds(
        person, _known(Membership())
    )
    assert found is holds


def test_a_smart_list_is_all_or_any() -> None:
    """Filters must all hold unless any is asked for; no filters is everyone."""
    person = Person(id=1, name="ana", phone="3125550101")
    membership = Membership()
    membership.hear(_callback("subscription_added", "e1"))
    filters = (MemberOf(list_id="1001"), SubscribedTo(list_id="1002"))
    assert not SmartList(filters=filters).holds(person, _known(membership))
    assert SmartList(filters=filters, match="any").holds(person, _known(membership))
    assert SmartList().holds(person, _known(membership))


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("Hi {{lead.First Name}}!", "Hi Ana!"),
        ("Hi {{lead.Nickname:default=friend}}!", "Hi friend!"),
        ("Hi {{lead.Nickname}}!", "Hi !"),
        ("{{lead.First Name}} {{lead.First Name:default=x}}", "Ana Ana"),
    ],
)
def test_tokens_take_the_field_or_the_default(message: str, text: str) -> None:
    """A token is replaced by the person's field, else its default, else nothing."""
    assert expand(message, Person(id=1, name="ana", fields={"First Name": "Ana"})) == text
