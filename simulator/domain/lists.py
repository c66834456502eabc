"""Subscriptions: who is on which list since when, and why they left.

Rules: Vibes person-api and subscription-callbacks (a second subscription to a list is a new
record), Marketo R15, R16, R19.
"""

from __future__ import annotations

from enum import StrEnum
from struct import Struct
from typing import TYPE_CHECKING

from simulator.domain import callbacks, registrations
from simulator.domain.instants import Instant
from simulator.domain.notices import SubscriptionNotice
from simulator.domain.numbers import Mdn
from simulator.domain.person import Person, PersonRef, must_find
from simulator.domain.record import Command, Event, Record
from simulator.domain.refusals import Fault, refuse

if TYPE_CHECKING:
    from simulator.domain.turn import Turn


class OptOutReason(StrEnum):
    """The ten values of `opt_out_reason` (Vibes: subscriptionResponse)."""

    USER = "user_opt_out"
    DISCONNECT = "disconnect"
    LIST_ARCHIVED = "list_archived"
    BULK = "bulk_opt_out"
    FAILED_AT_CARRIER = "failed_at_carrier"
    OBSOLETE_CARRIER = "obsolete_carrier"
    PLATFORM = "platform_opt_out"
    KEYWORD = "keyword_opt_out"
    API = "api_opt_out"
    BUTTON = "button_opt_out"


class Subscription(Record, frozen=True, kw_only=True):
    """One time on a list; active while `opt_out_at` is None. `consent` says what it rests on.

    Source: Vibes: person-api.
    """

    person_key: str
    list_id: str
    opt_in_at: Instant
    consent: str
    opt_out_at: Instant | None = None
    opt_out_reason: OptOutReason | None = None


class Unsubscribe(Command, frozen=True, kw_only=True):
    """DELETE a subscription: `api_opt_out`, no text to the phone (Vibes: delete-subscription)."""

    ref: PersonRef
    list_id: str


class SubscriptionAdded(Event, frozen=True, kw_only=True):
    """A person became a member of a list (Vibes: person-api)."""

    subscription: Subscription


class SubscriptionRemoved(Event, frozen=True, kw_only=True):
    """A person is no longer a member of a list (Vibes: person-api)."""

    person_key: str
    list_id: str
    at: Instant
    reason: OptOutReason


class Unsubscribed(Record, frozen=True, kw_only=True):
    """Reply: the subscription as it ended (Vibes: person-api)."""

    subscription: Subscription


_ENDED = Struct("<qqI")
"""A subscription that ended: from when, until when, and the number of its way."""


class Subscriptions:
    """Active subscriptions of each person, and all that ended, oldest first.

    What ended is never let go of, for it is asked for: so it takes twenty octets. Of which list it was,
    what it rested on and why it ended is one of few `ways`. Source: Vibes: person-api.
    """

    def __init__(self) -> None:
        self.active: dict[str, tuple[Subscription, ...]] = {}
        self.ended: dict[str, bytearray] = {}
        self.ways: dict[tuple[str, str, OptOutReason], int] = {}

    def get(self, person_key: str, list_id: str) -> Subscription | None:
        """The active subscription of a person to a list, or None."""
        for item in self.active.get(person_key, ()):
            if item.list_id == list_id:
                return item
        return None

    def of(self, person_key: str) -> list[Subscription]:
        """The active subscriptions of a person, in the order they began."""
        return list(self.active.get(person_key, ()))

    def lists_of(self, person_key: str) -> set[str]:
        """The ids of the lists a person is on."""
        return {item.list_id for item in self.active.get(person_key, ())}

    def history(self, person_key: str) -> list[Subscription]:
        """Every subscription a person has or had, those that ended first."""
        ways = list(self.ways)
        ended = [
            Subscription(
                person_key=person_key,
                list_id=ways[way][0],
                opt_in_at=Instant(begun),
                consent=ways[way][1],
                opt_out_at=Instant(ended),
                opt_out_reason=ways[way][2],
            )
            for begun, ended, way in _ENDED.iter_unpack(self.ended.get(person_key, b""))
        ]
        return ended + self.of(person_key)

    def apply_added(self, event: SubscriptionAdded) -> None:
        """Membership begins."""
        item = event.subscription
        self.active[item.person_key] = (*self.active.get(item.person_key, ()), item)

    def apply_removed(self, event: SubscriptionRemoved) -> None:
        """Membership ends; the record moves to the history."""
        item = self.get(event.person_key, event.list_id)
        if item is None:
            raise KeyError(event.list_id)
        left = tuple(one for one in self.active[event.person_key] if one is not item)
        if left:
            self.active[event.person_key] = left
        else:
            del self.active[event.person_key]
        way = self.ways.setdefault((item.list_id, item.consent, event.reason), len(self.ways))
        ended = self.ended.setdefault(event.person_key, bytearray())
        ended += _ENDED.pack(item.opt_in_at, event.at, way)


def subscribe(turn: Turn, person: Person, list_id: str, consent: str) -> None:
    """Begin a membership and tell who registered. The caller has checked that there is none.

    Source: Vibes: person-api.
    """
    item = Subscription(
        person_key=person.person_key, list_id=list_id, opt_in_at=turn.now, consent=consent
    )
    turn.emit(SubscriptionAdded(subscription=item))
    callbacks.notify(
        turn,
        registrations.SUBSCRIPTION_ADDED,
        SubscriptionNotice(person=person, list_id=list_id, opt_in_at=turn.now),
    )


def remove(turn: Turn, person: Person, item: Subscription, reason: OptOutReason) -> None:
    """End a membership and tell who registered, with the reason (Vibes: person-api)."""
    turn.emit(
        SubscriptionRemoved(
            person_key=item.person_key, list_id=item.list_id, at=turn.now, reason=reason
        )
    )
    callbacks.notify(
        turn,
        registrations.SUBSCRIPTION_REMOVED,
        SubscriptionNotice(
            person=person,
            list_id=item.list_id,
            opt_in_at=item.opt_in_at,
            opt_out_at=turn.now,
            opt_out_reason=reason.value,
        ),
    )


def remove_from_all(turn: Turn, mdn: Mdn, reason: OptOutReason) -> None:
    """End every membership of a number (Marketo: R19)."""
    person = turn.world.people.with_mdn(mdn)
    if person is not None:
        for item in turn.world.subscriptions.of(person.person_key):
            remove(turn, person, item, reason)


def unsubscribe(turn: Turn, command: Unsubscribe) -> Unsubscribed:
    """Vibes: delete subscription. 404 when the person or the membership is unknown."""
    person = must_find(turn, command.ref)
    item = turn.world.subscriptions.get(person.person_key, command.list_id)
    if item is None:
        raise refuse(Fault.NOT_FOUND, f'the person is not subscribed to list "{command.list_id}"')
    remove(turn, person, item, OptOutReason.API)
    return Unsubscribed(subscription=item)
