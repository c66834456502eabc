"""What a callback tells, before any wire gives it a shape."""

from __future__ import annotations

import msgspec

from simulator.domain.instants import Instant
from simulator.domain.numbers import Mdn
from simulator.domain.person import Person
from simulator.domain.record import Record

NOTHING = msgspec.Raw(b"null")
"""No JSON: null. A union of raw JSON with None would read null alone."""


class _Notice(Record, frozen=True, tag_field="notice", tag=True):
    pass


class PersonNotice(_Notice, frozen=True, kw_only=True):
    """A person as added or updated (Vibes: person callbacks)."""

    person: Person


class ParticipantNotice(_Notice, frozen=True, kw_only=True):
    """A step of an opt-in: PENDING, CONFIRMED or REJECTED (Vibes: acquisition-campaign-callbacks)."""

    person: Person
    campaign_id: str
    keyword: str | None
    participated_at: Instant
    expires_at: Instant
    status: str


class SubscriptionNotice(_Notice, frozen=True, kw_only=True):
    """A membership that began, or ended with a reason (Vibes: subscription-callbacks)."""

    person: Person
    list_id: str
    opt_in_at: Instant
    opt_out_at: Instant | None = None
    opt_out_reason: str | None = None


class ListNotice(_Notice, frozen=True, kw_only=True):
    """A list that was added or renamed (Vibes: subscription-list callbacks)."""

    list_id: str
    name: str


class EventNotice(_Notice, frozen=True, kw_only=True):
    """How an event fared: at routing, at the carrier, at the phone (Vibes: event-triggered-callbacks)."""

    event_id: str
    event_type: str
    data: msgspec.Raw
    debug: msgspec.Raw = NOTHING
    stage: str
    status: str
    reason: str
    campaign: int | None = None


class UnmatchedNotice(_Notice, frozen=True, kw_only=True):
    """A text that is no keyword (Vibes: unmatched-message-callbacks)."""

    mdn: Mdn
    carrier: str
    source_code: str
    text: str
    message_id: str
    default_response: str
    at: Instant


class ReceiptNotice(_Notice, frozen=True, kw_only=True):
    """A receipt of one part of a message; no error code is success (Connect: callbacks)."""

    message_id: str
    original_id: str
    submitter_id: str | None
    part: int
    parts: int
    stage: str
    error_code: int | None
    at: Instant
    forwarded_to: str | None = None
    forwarded_from: str | None = None


class SmppReceiptNotice(_Notice, frozen=True, kw_only=True):
    """A receipt of one part of a message that came by SMPP; `intermediate` is no end yet.

    Source: Connect: sending-receiving-messages (SMPP delivery receipts).
    """

    message_id: str
    original_id: str
    mdn: Mdn
    code: str
    text: str
    part: int
    parts: int
    submitted_at: Instant
    at: Instant
    error_code: int | None
    intermediate: bool = False


class MoNotice(_Notice, frozen=True, kw_only=True):
    """A raw inbound text (Connect: receiving-messages)."""

    message_id: str
    mdn: Mdn
    carrier: str
    code: str
    text: str
    at: Instant
    part: int = 1
    parts: int = 1
    original_id: str | None = None


class AlarmNotice(_Notice, frozen=True, kw_only=True):
    """An alarm's time has come (inferred)."""

    name: str
    at: Instant


Notice = (
    PersonNotice
    | ParticipantNotice
    | SubscriptionNotice
    | ListNotice
    | UnmatchedNotice
    | EventNotice
    | ReceiptNotice
    | SmppReceiptNotice
    | MoNotice
    | AlarmNotice
)
