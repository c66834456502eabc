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
PERSON_ADDED = "person_added"
PERSON_UPDATED = "person_updated"
SUBSCRIPTION_ADDED = "subscription_added"
SUBSCRIPTION_REMOVED = "subscription_removed"
UNMATCHED = "unmatched_message_received"

SCOPES = {
    ACK_PARTICIPANT_ADDED: "campaign_id",
    ACK_PARTICIPANT_CHANGED: "campaign_id",
    PERSON_ADDED: None,
    PERSON_UPDATED: None,
    SUBSCRIPTION_ADDED: "list_id",
    SUBSCRIPTION_REMOVED: "list_id",
    UNMATCHED: "source_code",
}
"""The callback types that are simulated, and the member that narrows each (Vibes: callback-api)."""

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


class EndCallback(Command, frozen=True, kw_only=True):
    """DELETE config/callbacks/{id}: it ends now (Vibes: callback-api)."""

    callback_id: str


class CallbackRegistered(Event, frozen=True, kw_only=True):
    """Somebody wants to know; also when a registration changed or ended (Vibes: callback-api)."""

    registration: Registration


def register(turn: Turn, command: RegisterCallback) -> Registration:
    """Vibes: callback-api. Refused when the same type, scope and URL are registered already."""
    alive = [
        item for item in turn.world.callbacks.registrations.values() if not _ended(item, turn.now)
    ]
    same = [item for item in alive if item.callback_type == command.callback_type]
    if any(item.url == command.url and item.scope == command.scope for item in same):
        raise refuse(
            Fault.INVALID, f"{command.callback_type} is already registered for {command.url}"
        )
    if len(same) >= MAX_REGISTRATIONS:
        raise refuse(Fault.INVALID, f"{command.callback_type} has {MAX_REGISTRATIONS} destinations")
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
        created_at=turn.now,
        updated_at=turn.now,
    )
    turn.emit(CallbackRegistered(registration=registration))
    return registration


def end(turn: Turn, command: EndCallback) -> Registration:
    """End a registration now; a future start is moved to now as well (Vibes: callback-api)."""
    before = turn.world.callbacks.registrations.get(command.callback_id)
    if before is None or _ended(before, turn.now):
        raise refuse(Fault.NOT_FOUND, f'no active callback "{command.callback_id}"')
    ended = msgspec.structs.replace(
        before, start=min(before.start, turn.now), end=turn.now, updated_at=turn.now
    )
    turn.emit(CallbackRegistered(registration=ended))
    return ended


def _ended(item: Registration, now: Instant) -> bool:
    return item.end is not None and item.end <= now
