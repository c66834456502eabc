"""Callback registrations: who wants to be told of what, where, and in which version's numbers.

Rules: Vibes callback-api.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from simulator.domain.instants import Instant
from simulator.domain.record import Command, Event, Record
from simulator.domain.refusals import Fault, refuse

if TYPE_CHECKING:
    from simulator.domain.turn import Turn

ACK_PARTICIPANT_ADDED = "ack_participant_added"
ACK_PARTICIPANT_CHANGED = "ack_participant_changed"
COMPANY_PARTICIPANT_ADDED = "company_participant_added"
COMPANY_PARTICIPANT_CHANGED = "company_participant_changed"
PERSON_ADDED = "person_added"
PERSON_UPDATED = "person_updated"
SUBSCRIPTION_ADDED = "subscription_added"
SUBSCRIPTION_REMOVED = "subscription_removed"
SUBSCRIPTION_LIST_ADDED = "subscription_list_added"
SUBSCRIPTION_LIST_UPDATED = "subscription_list_updated"
UNMATCHED = "unmatched_message_received"
EVENT_PROCESSED = "event_processed"

SCOPES = {
    ACK_PARTICIPANT_ADDED: "campaign_id",
    ACK_PARTICIPANT_CHANGED: "campaign_id",
    COMPANY_PARTICIPANT_ADDED: None,
    COMPANY_PARTICIPANT_CHANGED: None,
    PERSON_ADDED: None,
    PERSON_UPDATED: None,
    SUBSCRIPTION_ADDED: "list_id",
    SUBSCRIPTION_REMOVED: "list_id",
    SUBSCRIPTION_LIST_ADDED: None,
    SUBSCRIPTION_LIST_UPDATED: None,
    UNMATCHED: "source_code",
    EVENT_PROCESSED: "event_type",
}
"""The callback types that are simulated, and the member that narrows each (Vibes: callback-api)."""

COMPANY_TYPES = {
    ACK_PARTICIPANT_ADDED: COMPANY_PARTICIPANT_ADDED,
    ACK_PARTICIPANT_CHANGED: COMPANY_PARTICIPANT_CHANGED,
}
"""The type that tells the same of every campaign of the company (Vibes: callback-api)."""

MAX_REGISTRATIONS = 50


class Registration(Record, frozen=True, kw_only=True):
    """Who wants to know; `version` is the X-API-Version it was made with (number format).

    Source: Vibes: callback-api.
    """

    callback_id: str
    callback_type: str
    scope: str | None
    url: str
    method: str
    content_type: str
    version: int
    start: Instant
    end: Instant | None
    wanted: str = "all"
    created_at: Instant
    updated_at: Instant

    def active(self, now: Instant) -> bool:
        """True from start until end."""
        return self.start <= now and (self.end is None or now < self.end)


class RegisterCallback(Command, frozen=True, kw_only=True):
    """POST config/callbacks (Vibes: callback-api)."""

    callback_type: str
    scope: str | None
    url: str
    method: str
    content_type: str
    version: int
    start: Instant | None
    end: Instant | None
    wanted: str = "all"


class UpdateCallback(Command, frozen=True, kw_only=True):
    """PUT config/callbacks/{id}: the registration as it shall be; its type stays.

    Source: Vibes: callback-api.
    """

    callback_id: str
    told: RegisterCallback


class EndCallback(Command, frozen=True, kw_only=True):
    """DELETE config/callbacks/{id}: it ends now (Vibes: callback-api)."""

    callback_id: str


class CallbackRegistered(Event, frozen=True, kw_only=True):
    """Somebody wants to know; also when a registration changed or ended (Vibes: callback-api)."""

    registration: Registration


def register(turn: Turn, command: RegisterCallback) -> Registration:
    """Vibes: callback-api. Refused when the same type, scope and URL are registered already."""
    _refuse_double(turn, command, apart_from=None)
    number = len(turn.world.callbacks.registrations) + 1
    registration = Registration(
        callback_id=turn.short_id("callback", str(number)),
        callback_type=command.callback_type,
        scope=command.scope,
        url=command.url,
        method=command.method,
        content_type=command.content_type,
        version=command.version,
        start=command.start if command.start is not None else turn.now,
        end=command.end,
        wanted=command.wanted,
        created_at=turn.now,
        updated_at=turn.now,
    )
    turn.emit(CallbackRegistered(registration=registration))
    return registration


def update(turn: Turn, command: UpdateCallback) -> Registration:
    """Change a registration in place. 404 unknown or ended, 422 for another type or a double.

    Source: Vibes: callback-api.
    """
    before, told = _living(turn, command.callback_id), command.told
    if told.callback_type != before.callback_type:
        raise refuse(
            Fault.INVALID,
            f"callback_type is {before.callback_type} and cannot change; register another",
        )
    _refuse_double(turn, told, apart_from=before.callback_id)
    changed = msgspec.structs.replace(
        before,
        scope=told.scope,
        url=told.url,
        method=told.method,
        content_type=told.content_type,
        version=told.version,
        start=told.start if told.start is not None else before.start,
        end=told.end,
        wanted=told.wanted,
        updated_at=turn.now,
    )
    turn.emit(CallbackRegistered(registration=changed))
    return changed


def end(turn: Turn, command: EndCallback) -> Registration:
    """End a registration now; a future start is moved to now as well (Vibes: callback-api)."""
    before = _living(turn, command.callback_id)
    ended = msgspec.structs.replace(
        before, start=min(before.start, turn.now), end=turn.now, updated_at=turn.now
    )
    turn.emit(CallbackRegistered(registration=ended))
    return ended


def _living(turn: Turn, callback_id: str) -> Registration:
    item = turn.world.callbacks.registrations.get(callback_id)
    if item is None or _ended(item, turn.now):
        raise refuse(Fault.NOT_FOUND, f'no active callback "{callback_id}"')
    return item


def _refuse_double(turn: Turn, told: RegisterCallback, apart_from: str | None) -> None:
    same = [
        item
        for item in turn.world.callbacks.registrations.values()
        if item.callback_type == told.callback_type
        and item.callback_id != apart_from
        and not _ended(item, turn.now)
    ]
    if any(
        (item.url, item.scope, item.wanted) == (told.url, told.scope, told.wanted) for item in same
    ):
        raise refuse(Fault.INVALID, f"{told.callback_type} is already registered for {told.url}")
    if len(same) >= MAX_REGISTRATIONS:
        raise refuse(Fault.INVALID, f"{told.callback_type} has {MAX_REGISTRATIONS} destinations")


def _ended(item: Registration, now: Instant) -> bool:
    return item.end is not None and item.end <= now
