"""Test callback events: what a receiver would get, with made-up data (Vibes: a-test-callback-event)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from simulator.domain import callbacks
from simulator.domain.lines import Target
from simulator.domain.notices import (
    EventNotice,
    ListNotice,
    Notice,
    ParticipantNotice,
    PersonNotice,
    SubscriptionNotice,
    UnmatchedNotice,
)
from simulator.domain.numbers import Mdn
from simulator.domain.participation import OptIn
from simulator.domain.person import Person
from simulator.domain.record import Command, Record
from simulator.domain.refusals import Fault, refuse
from simulator.domain.registrations import SCOPES

if TYPE_CHECKING:
    from simulator.domain.turn import Turn

TEST_MDN = Mdn("+12995551234")


class TestCallback(Command, frozen=True, kw_only=True):
    """POST callback_events/test; `scope` is the campaign or list the type asks for.

    Source: Vibes: a-test-callback-event.
    """

    __test__ = False  # not a test of pytest's

    callback_type: str
    scope: str | None


class Rehearsed(Record, frozen=True, kw_only=True):
    """Reply: the event_id that the delivered test carries (Vibes: a-test-callback-event)."""

    event_id: str


def send(turn: Turn, command: TestCallback) -> Rehearsed:
    """Queue a made-up event to every active registration it fits; 404 where there is none.

    Source: Vibes: a-test-callback-event.
    """
    kind, event_id = command.callback_type, None
    notice = _notice(turn, kind, command.scope or "TEST")
    for item in turn.world.callbacks.registrations.values():
        fits = item.scope is None or command.scope is None or item.scope == command.scope
        if item.callback_type == kind and item.active(turn.now) and fits:
            target = Target(
                url=item.url,
                method=item.method,
                content_type=item.content_type,
                version=item.version,
            )
            event_id = callbacks.queue(turn, kind, notice, target, event_id)
    if event_id is None:
        raise refuse(Fault.NOT_FOUND, f"no active callback of type {kind}")
    return Rehearsed(event_id=event_id)


def _notice(turn: Turn, kind: str, scope: str) -> Notice:
    person = Person(
        person_id="1",
        person_key="00000000-0000-4000-8000-000000000000",
        external_person_id="TEST",
        mdn=TEST_MDN,
        carrier_code="104",
        created_at=turn.now,
        updated_at=turn.now,
    )
    if kind.startswith("person_"):
        return PersonNotice(person=person)
    if kind.startswith("subscription_list_"):
        return ListNotice(list_id="TEST", name="Test list")
    if kind.startswith("subscription_"):
        removed = kind == "subscription_removed"
        return SubscriptionNotice(
            person=person,
            list_id=scope,
            opt_in_at=turn.now,
            opt_out_at=turn.now if removed else None,
            opt_out_reason="api_opt_out" if removed else None,
        )
    if SCOPES[kind] == "event_type":
        return EventNotice(
            event_id="TEST",
            event_type="test",
            data=msgspec.Raw(b"{}"),
            stage="routing",
            status="processing",
            reason="accepted_by_event_triggered_message",
        )
    if SCOPES[kind] == "source_code":
        return UnmatchedNotice(
            mdn=TEST_MDN,
            carrier="104",
            source_code=turn.account.source_codes[0].code,
            text="Test",
            message_id=turn.uuid("test", kind),
            default_response="",
            at=turn.now,
        )
    added = kind.endswith("_added")
    return ParticipantNotice(
        person=person,
        campaign_id=scope,
        keyword=None,
        participated_at=turn.now,
        expires_at=turn.now,
        status=(OptIn.PENDING if added else OptIn.CONFIRMED).value,
    )
