"""The roster: who is on which list, in the order they joined, so that a page of members costs a page.

The world knows a person's lists; a list's persons are gathered once, when somebody first asks, and
kept up with every commit from then on.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from weakref import WeakKeyDictionary

from simulator.domain.lists import SubscriptionAdded, SubscriptionRemoved, Subscriptions
from simulator.runtime.ports import Entry
from simulator.runtime.universe import Universe


class Roster:
    """The members of every list of one account, by the keys of persons."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        self._members: dict[str, dict[str, None]] = {}
        standing = [item for mine in subscriptions.active.values() for item in mine]
        for item in sorted(standing, key=lambda one: one.opt_in_at):
            self._joins(item.list_id, item.person_key)

    def count(self, list_id: str) -> int:
        """How many are on a list."""
        return len(self._members.get(list_id, ()))

    def newest(self, list_id: str, skip: int, limit: int) -> list[str]:
        """So many members, who joined last first, after those that are skipped."""
        return list(islice(reversed(self._members.get(list_id, {})), skip, skip + limit))

    def heard(self, entries: Sequence[Entry]) -> None:
        """More was committed. What was counted already changes nothing."""
        for entry in entries:
            if entry.type == SubscriptionAdded.__name__:
                added = entry.value
                assert isinstance(added, SubscriptionAdded)
                self._joins(added.subscription.list_id, added.subscription.person_key)
            elif entry.type == SubscriptionRemoved.__name__:
                removed = entry.value
                assert isinstance(removed, SubscriptionRemoved)
                self._members.get(removed.list_id, {}).pop(removed.person_key, None)

    def _joins(self, list_id: str, person_key: str) -> None:
        members = self._members.setdefault(list_id, {})
        members.pop(person_key, None)
        members[person_key] = None


_rosters: WeakKeyDictionary[Universe, Roster] = WeakKeyDictionary()


def roster(universe: Universe) -> Roster:
    """The roster of an account, made where nobody has asked before."""
    found = _rosters.get(universe)
    if found is None:
        found = _rosters[universe] = Roster(universe.world.subscriptions)
        universe.engine.listeners.append(found.heard)
    return found
