"""Smart lists: which people a campaign is about, by filters; and the triggers that start one.

Rules: Marketo smart lists (ALL by default, ANY on request), R9, R17, R18.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from harness.campaigns.membership import Membership
from harness.campaigns.people import Person

Operator = Literal["is", "is_not", "contains", "starts_with", "is_empty", "is_not_empty"]

_COMPARE: dict[Operator, Callable[[str, str], bool]] = {
    "is": lambda have, want: have.casefold() == want.casefold(),
    "is_not": lambda have, want: have.casefold() != want.casefold(),
    "contains": lambda have, want: want.casefold() in have.casefold(),
    "starts_with": lambda have, want: have.casefold().startswith(want.casefold()),
    "is_empty": lambda have, _want: not have,
    "is_not_empty": lambda have, _want: bool(have),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFilter:
    """A field compares with a value, in any case. A field that is not set is empty.

    Source: Marketo: smart lists.
    """

    field: str
    operator: Operator
    value: str = ""

    def holds(self, person: Person, _membership: Membership) -> bool:
        """Whether the person meets the filter."""
        return _COMPARE[self.operator](_value(person, self.field), self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberOf:
    """Member of Vibes List: on it now (Marketo: smart lists)."""

    list_id: str

    def holds(self, person: Person, membership: Membership) -> bool:
        """Whether the person's number is on the list."""
        return person.mdn is not None and membership.is_member(self.list_id, person.mdn)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribedTo:
    """Subscribed to Vibes List: on it now or ever, people who left or were deleted too (R17, R18)."""

    list_id: str

    def holds(self, person: Person, membership: Membership) -> bool:
        """Whether the person's number is or was on the list."""
        return person.mdn is not None and membership.was_member(self.list_id, person.mdn)


Filter = FieldFilter | MemberOf | SubscribedTo


@dataclass(frozen=True, slots=True, kw_only=True)
class SmartList:
    """Filters that must all hold, or any of them; no filters is everyone (Marketo: smart lists)."""

    filters: tuple[Filter, ...] = ()
    match: Literal["all", "any"] = "all"

    def holds(self, person: Person, membership: Membership) -> bool:
        """Whether the person qualifies."""
        if not self.filters:
            return True
        results = (item.holds(person, membership) for item in self.filters)
        return all(results) if self.match == "all" else any(results)


@dataclass(frozen=True, slots=True, kw_only=True)
class FillsOutForm:
    """Trigger: a person fills out the form (Marketo: smart lists)."""

    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignIsRequested:
    """Trigger: another campaign, or a call, requests this one for a person.

    Source: Marketo: smart lists.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribesToVibesList:
    """Trigger: a person's opt-in is confirmed; a request alone does not fire it (R14)."""

    list_id: str


Trigger = FillsOutForm | CampaignIsRequested | SubscribesToVibesList


def _value(person: Person, field: str) -> str:
    if field == "phone":
        return person.phone or ""
    if field in ("blocklisted", "marketing_suspended", "email_unsubscribed"):
        return str(getattr(person, field)).lower()
    return person.fields.get(field, "")
