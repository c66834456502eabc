"""Bulk work of an operator: many people put on a list at once, or taken off lists at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.domain import people
from simulator.domain.lists import OptOutReason, remove, subscribe
from simulator.domain.numbers import Mdn
from simulator.domain.person import PersonPatch
from simulator.domain.record import Command, Record
from simulator.domain.refusals import Fault, Problem, Refused, refuse

if TYPE_CHECKING:
    from simulator.domain.turn import Turn


class ImportSubscribers(Command, frozen=True, kw_only=True):
    """Put people on a list at once, as an operator's file import does; consent is `import`.

    Source: inferred from Vibes: subscriber-opt-out-import.
    """

    list_id: str
    persons: tuple[PersonPatch, ...]


class OptOut(Command, frozen=True, kw_only=True):
    """Take numbers off one list or all of them, for a reason; no text goes to the phones.

    `carrier` stands for everyone with that carrier code. Source: Vibes: subscriber-opt-out-import.
    """

    reason: OptOutReason
    mdns: tuple[Mdn, ...] = ()
    carrier: str | None = None
    list_id: str | None = None


class OptedOutInBulk(Record, frozen=True, kw_only=True):
    """Reply: how many memberships ended (Vibes: subscriber-opt-out-import)."""

    removed: int


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
    if turn.world.catalogue.get(command.list_id) is None:
        raise refuse(Fault.NOT_FOUND, f'no subscription list "{command.list_id}"')
    _check_all(turn, command.persons)
    seen: set[Mdn] = set()
    added = 0
    for patch in command.persons:
        if not patch.mdn or patch.mdn in seen:
            continue
        seen.add(patch.mdn)
        known = turn.world.people.with_mdn(patch.mdn)
        if known and turn.world.subscriptions.get(known.person_key, command.list_id):
            continue
        person = people.save(turn, known, patch).person
        subscribe(turn, person, command.list_id, "import")
        added += 1
    return Imported(added=added, already=len(command.persons) - added)


def opt_out(turn: Turn, command: OptOut) -> OptedOutInBulk:
    """End the memberships, each with the reason (Vibes: subscriber-opt-out-import, extract)."""
    if command.list_id is not None and turn.world.catalogue.get(command.list_id) is None:
        raise refuse(Fault.NOT_FOUND, f'no subscription list "{command.list_id}"')
    people_of_carrier = (
        [p for p in turn.world.people.by_key.values() if p.carrier_code == command.carrier]
        if command.carrier is not None
        else []
    )
    named = [turn.world.people.with_mdn(mdn) for mdn in dict.fromkeys(command.mdns)]
    removed = 0
    for person in (*named, *people_of_carrier):
        if person is None:
            continue
        for item in turn.world.subscriptions.of(person.person_key):
            if command.list_id in (None, item.list_id):
                remove(turn, person, item, command.reason)
                removed += 1
    return OptedOutInBulk(removed=removed)


def _check_all(turn: Turn, persons: tuple[PersonPatch, ...]) -> None:
    """Refuse the whole import, with every problem of every entry."""
    problems: list[Problem] = []
    owners: dict[str, Mdn] = {}
    for patch in persons:
        if not patch.mdn:
            text = "every imported subscriber needs a number"
            problems.append(Problem(fault=Fault.NO_PHONE, message=text))
            continue
        external = patch.external_person_id
        if isinstance(external, str) and owners.setdefault(external, patch.mdn) != patch.mdn:
            text = f'external_person_id "{external}" stands for two numbers'
            problems.append(Problem(fault=Fault.EXTERNAL_ID_MISMATCH, message=text))
        try:
            people.check_fields(turn, patch)
            people.check_identifiers(turn, turn.world.people.with_mdn(patch.mdn), patch)
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(*problems)
