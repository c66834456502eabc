"""Smart lists: which people a campaign is about, by filters; and the triggers that start one.

Rules: Marketo smart lists (ALL by default, ANY or an expression on request), R9, R17, R18.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from harness.campaigns.activity_log import ActivityLog, Kind
from harness.campaigns.logic import Group
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
class Known:
    """What filters look at: membership, what was done about people, and the time.

    Source: Marketo: smart lists.
    """

    membership: Membership
    log: ActivityLog
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFilter:
    """A field compares with a value, in any case. A field that is not set is empty.

    Source: Marketo: smart lists.
    """

    field: str
    operator: Operator
    value: str = ""

    def holds(self, person: Person, _known: Known) -> bool:
        """Whether the person meets the filter."""
        return _COMPARE[self.operator](person.value(self.field), self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberOf:
    """Member of Vibes List: on it now (Marketo: smart lists)."""

    list_id: str

    def holds(self, person: Person, known: Known) -> bool:
        """Whether the person's number is on the list."""
        return person.mdn is not None and known.membership.is_member(self.list_id, person.mdn)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribedTo:
    """Subscribed to Vibes List: on it now or ever, people who left or were deleted too (R17, R18)."""

    list_id: str

    def holds(self, person: Person, known: Known) -> bool:
        """Whether the person's number is or was on the list."""
        return person.mdn is not None and known.membership.was_member(self.list_id, person.mdn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Did:
    """Was Sent, Was Delivered, Bounced, Clicked, Unsubscribed from: an activity there was.

    `within` is how long ago at most. Source: Marketo: smart lists (date of activity).
    """

    kind: Kind
    campaign: str | None = None
    list_id: str | None = None
    within: timedelta | None = None

    def holds(self, person: Person, known: Known) -> bool:
        """Whether there is such an activity."""
        return any(
            item.kind is self.kind
            and self.campaign in (None, item.campaign)
            and self.list_id in (None, item.list_id)
            and (self.within is None or known.now - item.moment <= self.within)
            for item in known.log.of(person.id)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """The opposite of a filter: not a member, was not sent (Marketo: smart lists)."""

    filter: Filter

    def holds(self, person: Person, known: Known) -> bool:
        """Whether the filter does not hold."""
        return not self.filter.holds(person, known)


Filter = FieldFilter | MemberOf | SubscribedTo | Did | Not


@dataclass(frozen=True, slots=True, kw_only=True)
class SmartList:
    """Filters that must all hold, any of them, or as an expression says; none is everyone.

    Source: Marketo: smart lists.
    """

    filters: tuple[Filter, ...] = ()
    match: Literal["all", "any"] | Group = "all"

    def holds(self, person: Person, known: Known) -> bool:
        """Whether the person qualifies."""
        results = (item.holds(person, known) for item in self.filters)
        if self.match == "all" or not self.filters:
            return all(results)
        if self.match == "any":
            return any(results)
        return self.match.holds(list(results))


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
class PersonIsCreated:
    """Trigger: a person comes into the database (Marketo: smart lists)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataValueChanges:
    """Trigger: a field gets another value; `to` narrows to one (Marketo: smart lists)."""

    field: str
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribesToVibesList:
    """Trigger: a person's opt-in is confirmed; a request alone does not fire it (R14)."""

    list_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubscribesFromVibesList:
    """Trigger: a person leaves the list, however (R15, R16)."""

    list_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsHappens:
    """Trigger: SMS Message is Sent, is Delivered, Bounces, or Clicks Link in SMS Message.

    `campaign` narrows to what that campaign sent. Source: Marketo: smart lists.
    """

    kind: Kind
    campaign: str | None = None


Trigger = (
    FillsOutForm
    | CampaignIsRequested
    | PersonIsCreated
    | DataValueChanges
    | SubscribesToVibesList
    | UnsubscribesFromVibesList
    | SmsHappens
)
