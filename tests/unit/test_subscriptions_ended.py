"""Subscriptions that ended: all of them are told, and take next to no room."""

from __future__ import annotations

import msgspec

from simulator.domain.instants import SECOND, Instant
from simulator.domain.lists import (
    OptOutReason,
    Subscription,
    SubscriptionAdded,
    SubscriptionRemoved,
    Subscriptions,
)
from simulator.domain.world import World
from simulator.runtime.stills import still
from simulator.spec import read_account

WAYS = [
    ("1001", "JOIN", OptOutReason.KEYWORD),
    ("1002", "import", OptOutReason.API),
    ("1001", "start", OptOutReason.KEYWORD),
]


def _live(book: Subscriptions, person: str, times: int, start: int = 0) -> list[Subscription]:
    """A person on a list and off it again, so many times; what is to be told of it."""
    told = []
    for number in range(start, start + times):
        list_id, consent, reason = WAYS[number % len(WAYS)]
        began, ended = Instant(number * SECOND), Instant(number * SECOND + 7)
        item = Subscription(person_key=person, list_id=list_id, opt_in_at=began, consent=consent)
        book.apply_added(SubscriptionAdded(subscription=item))
        book.apply_removed(
            SubscriptionRemoved(person_key=person, list_id=list_id, at=ended, reason=reason)
        )
        told.append(msgspec.structs.replace(item, opt_out_at=ended, opt_out_reason=reason))
    return told


def test_each_is_told_as_it_was_before_what_is_active() -> None:
    """In the order they ended, of each person alone."""
    book = Subscriptions()
    ann, bob = _live(book, "ann", 5), _live(book, "bob", 2, start=1)
    item = Subscription(person_key="ann", list_id="1002", opt_in_at=Instant(9), consent="JOIN")
    book.apply_added(SubscriptionAdded(subscription=item))
    assert book.history("ann") == [*ann, item]
    assert book.history("bob") == bob
    assert book.history("nobody") == []


def test_one_takes_twenty_octets() -> None:
    """However many there are; what they have in common is held once."""
    book = Subscriptions()
    _live(book, "ann", 1_000)
    assert {person: len(held) for person, held in book.ended.items()} == {"ann": 20_000}
    assert len(book.ways) == len(WAYS)


def test_a_world_held_still_keeps_those_it_had() -> None:
    """What ends while it is written down is not in it."""
    account, _ = read_account({"company_key": "acme"}, key="acme", now=Instant(0))
    world = World(account)
    before = _live(world.subscriptions, "ann", 3)
    held = still(world)
    after = _live(world.subscriptions, "ann", 2, start=3)
    assert held.subscriptions.history("ann") == before
    assert world.subscriptions.history("ann") == before + after
