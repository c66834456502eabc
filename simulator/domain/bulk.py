"""Bulk imports: many people put on a list at once, as an operator's file does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.domain import people
from simulator.domain.lists import subscribe
from simulator.domain.numbers import Mdn
from simulator.domain.person import PersonPatch
from simulator.domain.record import Command, Record
from simulator.domain.refusals import Fault, refuse

if TYPE_CHECKING:
    from simulator.domain.turn import Turn


class ImportSubscribers(Command, frozen=True, kw_only=True):
    """Put people on a list at once, as an operator's file import does; consent is `import`.

    Source: inferred from Vibes: subscriber-opt-out-import.
    """

    list_id: str
    persons: tuple[PersonPatch, ...]


class Imported(Record, frozen=True, kw_only=True):
    """Reply: how many became members, and how many were members already.

    Source: inferred from Vibes: subscriber-opt-out-import.
    """

    added: int
    already: int


def import_subscribers(turn: Turn, command: ImportSubscribers) -> Imported:
    """Make the persons where needed and their memberships. Refused whole if one entry is wrong.

    Source: inferred from Vibes: subscriber-opt-out-import.
    """
    if turn.account.list(command.list_id) is None:
        raise refuse(Fault.NOT_FOUND, f'no subscription list "{command.list_id}"')
    seen: set[Mdn] = set()
    added = 0
    for patch in command.persons:
        if not patch.mdn:
            raise refuse(Fault.NO_PHONE, "every imported subscriber needs a number")
        people.check_fields(turn, patch)
        if patch.mdn in seen:
            continue
        seen.add(patch.mdn)
        known = turn.world.people.with_mdn(patch.mdn)
        if known and turn.world.subscriptions.get(known.person_key, command.list_id):
            continue
        person = people.save(turn, known, patch).person
        subscribe(turn, person, command.list_id, "import")
        added += 1
    return Imported(added=added, already=len(command.persons) - added)
