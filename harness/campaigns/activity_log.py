"""The activity log: what the campaign system did about each person, and why it did nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of activity. The names are ours: Marketo publishes none for SMS."""

    CREATED = "Person is Created"
    CHANGED = "Data Value Changes"
    FORM = "Fills Out Form"
    REQUESTED = "Campaign is Requested"
    NOT_QUALIFIED = "Campaign skipped"
    WAITS = "Waits"
    SMS_SENT = "SMS sent"
    SMS_DELIVERED = "SMS delivered"
    SMS_BOUNCED = "SMS bounced"
    SMS_CLICKED = "Clicks Link in SMS Message"
    SMS_SKIPPED = "SMS skipped"
    SUBSCRIBE_REQUESTED = "Subscribe requested"
    SUBSCRIBE_SKIPPED = "Subscribe skipped"
    SUBSCRIBES = "Subscribes to Vibes List"
    UNSUBSCRIBE_REQUESTED = "Unsubscribe requested"
    UNSUBSCRIBE_SKIPPED = "Unsubscribe skipped"
    UNSUBSCRIBES = "Unsubscribes from Vibes List"


class Reason(StrEnum):
    """Why something was not done, or how a message bounced."""

    NOT_A_MEMBER = "not_a_member"
    BLOCKLISTED = "blocklisted"
    MARKETING_SUSPENDED = "marketing_suspended"
    DUPLICATE_PHONE = "duplicate_phone"
    NO_PHONE = "no_phone"
    INVALID_PHONE = "invalid_phone"
    DELETED = "deleted"
    ALREADY_SUBSCRIBED = "already_subscribed"
    ALREADY_PENDING = "already_pending"
    CONFIRMATION_BLOCK = "confirmation_block"
    EXTERNAL_ID_MISMATCH = "external_id_mismatch"
    NOT_MOBILE = "not_mobile"
    NOT_SUBSCRIBED = "not_subscribed"
    REFUSED_BY_VIBES = "refused_by_vibes"
    ANSWER_LOST = "answer_lost"
    RAN_BEFORE = "ran_before"
    DOES_NOT_MATCH = "does_not_match"
    CAMPAIGN_INVALID = "campaign_invalid"
    NOT_ACTIVE = "not_active"
    SOFT = "soft"
    HARD = "hard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One thing that was, or was not, done about a person at a moment of virtual time."""

    at: str
    person_id: int
    kind: Kind
    campaign: str | None = None
    list_id: str | None = None
    reason: Reason | None = None
    detail: str = ""

    @property
    def moment(self) -> datetime:
        """When, as a time in UTC."""
        return datetime.fromisoformat(self.at).astimezone(UTC)


class ActivityLog:
    """All activities in order, and those of each person."""

    def __init__(self) -> None:
        self._all: list[Activity] = []
        self._of: dict[int, list[Activity]] = {}

    def __iter__(self) -> Iterator[Activity]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def add(self, activity: Activity) -> None:
        """Put an activity at the end."""
        self._all.append(activity)
        self._of.setdefault(activity.person_id, []).append(activity)

    def page(self, after: int = 0, limit: int = 100) -> list[Activity]:
        """Activities from a place in the log on, oldest first; the next page is `after` + `limit`."""
        return self._all[after : after + limit]

    def of(self, person_id: int) -> list[Activity]:
        """What was done about a person, in order."""
        return self._of.get(person_id, [])
