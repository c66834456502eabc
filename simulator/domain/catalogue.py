"""The catalogue of subscription lists: those of the account's birth, and what became of them.

Vibes has no call for it: lists are made, renamed and archived by hand in its Campaign Manager.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.domain import callbacks, lists, registrations
from simulator.domain.account import SubscriptionList
from simulator.domain.notices import ListNotice
from simulator.domain.record import Command, Event
from simulator.domain.refusals import Fault, refuse

if TYPE_CHECKING:
    from simulator.domain.turn import Turn


class AddList(Command, frozen=True, kw_only=True):
    """An operator makes a list (Vibes: subscription-list callbacks)."""

    list_id: str
    name: str


class RenameList(Command, frozen=True, kw_only=True):
    """An operator renames a list (Vibes: subscription-list callbacks)."""

    list_id: str
    name: str


class ArchiveList(Command, frozen=True, kw_only=True):
    """An operator archives a list: every membership ends as `list_archived` (Vibes: person-api)."""

    list_id: str


class ListSaved(Event, frozen=True, kw_only=True):
    """A list was made or renamed (Vibes: subscription-list callbacks)."""

    item: SubscriptionList


class ListArchived(Event, frozen=True, kw_only=True):
    """A list is no more (inferred)."""

    list_id: str


class Catalogue:
    """The lists there are, in the order they were made (Vibes: subscription-list-api)."""

    def __init__(self, born: tuple[SubscriptionList, ...]) -> None:
        self.lists = {item.id: item for item in born}

    def get(self, list_id: str) -> SubscriptionList | None:
        """The list with that id, unless it was archived."""
        return self.lists.get(list_id)

    def apply_saved(self, event: ListSaved) -> None:
        """A list is there, by its name of now."""
        self.lists[event.item.id] = event.item

    def apply_archived(self, event: ListArchived) -> None:
        """A list is gone."""
        del self.lists[event.list_id]


def add(turn: Turn, command: AddList) -> SubscriptionList:
    """Make a list, and tell who registered for it (Vibes: subscription-list callbacks)."""
    if turn.world.catalogue.get(command.list_id) is not None:
        raise refuse(Fault.INVALID, f'there is a list "{command.list_id}" already')
    return _save(turn, command.list_id, command.name, registrations.SUBSCRIPTION_LIST_ADDED)


def rename(turn: Turn, command: RenameList) -> SubscriptionList:
    """Rename a list, and tell who registered for it (Vibes: subscription-list callbacks)."""
    _must_find(turn, command.list_id)
    return _save(turn, command.list_id, command.name, registrations.SUBSCRIPTION_LIST_UPDATED)


def archive(turn: Turn, command: ArchiveList) -> SubscriptionList:
    """End every membership of a list, and the list (Vibes: person-api, `list_archived`)."""
    item = _must_find(turn, command.list_id)
    for key in list(turn.world.subscriptions.active):
        subscription = turn.world.subscriptions.get(key, item.id)
        if subscription is not None:
            person = turn.world.people.by_key[key]
            lists.remove(turn, person, subscription, lists.OptOutReason.LIST_ARCHIVED)
    turn.emit(ListArchived(list_id=item.id))
    return item


def _must_find(turn: Turn, list_id: str) -> SubscriptionList:
    item = turn.world.catalogue.get(list_id)
    if item is None:
        raise refuse(Fault.NOT_FOUND, f'no subscription list "{list_id}"')
    return item


def _save(turn: Turn, list_id: str, name: str, told_as: str) -> SubscriptionList:
    item = SubscriptionList(id=list_id, name=name)
    turn.emit(ListSaved(item=item))
    callbacks.notify(turn, told_as, ListNotice(list_id=list_id, name=name))
    return item
