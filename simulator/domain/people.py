"""Saving persons: how what a client says is merged into the mobile database.

Rules: Vibes person-api. Omitted members stay, `null` removes, a number may be set or removed but
never changed, an external id is unique.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET

from simulator.domain import callbacks, lists, registrations
from simulator.domain.handset import carrier_of
from simulator.domain.ids import person_id_of
from simulator.domain.notices import PersonNotice
from simulator.domain.person import (
    Person,
    PersonAdded,
    PersonPatch,
    PersonRef,
    PersonUpdated,
    must_find,
)
from simulator.domain.record import Command, Record
from simulator.domain.refusals import Fault, Problem, Refused, refuse

if TYPE_CHECKING:
    from simulator.domain.turn import Turn


class AddPerson(Command, frozen=True, kw_only=True):
    """POST persons: make the person, or merge into the one with that number or external id.

    Source: Vibes: person-api.
    """

    patch: PersonPatch


class UpdatePerson(Command, frozen=True, kw_only=True):
    """PUT a person by key (404 when unknown) or by external id (made when unknown).

    Source: Vibes: person-api.
    """

    ref: PersonRef
    patch: PersonPatch


class PersonSaved(Record, frozen=True, kw_only=True):
    """Reply: the person as saved, and whether it is new (Vibes: person-api)."""

    person: Person
    created: bool


def add_person(turn: Turn, command: AddPerson) -> PersonSaved:
    """Vibes: post_add-a-person. 201 new, 200 merged, 409 number of another person, 422."""
    patch = command.patch
    if not patch.external_person_id and not patch.mdn:
        raise refuse(
            Fault.NO_IDENTIFIER, "a person needs mobile_phone.mdn or external_person_id; give one"
        )
    check_fields(turn, patch)
    by_external = _named_by_external(turn, patch)
    by_mdn = turn.world.people.with_mdn(patch.mdn) if patch.mdn else None
    if by_external and by_mdn and by_external != by_mdn:
        raise refuse(Fault.MDN_CONFLICT, f'the MDN "{patch.mdn}" belongs to another person')
    return save(turn, by_external or by_mdn, patch)


def update_person(turn: Turn, command: UpdatePerson) -> PersonSaved:
    """Vibes: put_update-person. By external id it is an upsert; another external id renames."""
    ref, patch = command.ref, command.patch
    check_fields(turn, patch)
    if ref.by == "external":
        person = turn.world.people.find(ref)
        if patch.external_person_id is UNSET:
            patch = msgspec.structs.replace(patch, external_person_id=ref.value)
    else:
        person = must_find(turn, ref)
    return save(turn, person, patch)


def check_fields(turn: Turn, patch: PersonPatch) -> None:
    """Refuse custom fields the account does not have, all of them at once (Vibes: person-api)."""
    unknown = [name for name in patch.custom_fields if name not in turn.account.custom_fields]
    if unknown:
        raise Refused(
            *(
                Problem(
                    fault=Fault.UNKNOWN_FIELD,
                    message=f'custom field "{name}" does not exist; the account has: '
                    + (", ".join(turn.account.custom_fields) or "none"),
                )
                for name in unknown
            )
        )


def save(turn: Turn, person: Person | None, patch: PersonPatch) -> PersonSaved:
    """Merge the patch into the person, or make one; tell who registered for it (Vibes: person-api).

    Raises Refused when the number or the external id is another person's, or the number would change.
    """
    check_identifiers(turn, person, patch)
    if person is None:
        number = turn.count("person", len(turn.world.people))
        person = Person(
            person_id=person_id_of(number),
            person_key=turn.uuid("person", str(number)),
            created_at=turn.now,
            updated_at=turn.now,
        )
        saved = _merged(turn, person, patch)
        turn.emit(PersonAdded(person=saved))
        callbacks.notify(turn, registrations.PERSON_ADDED, PersonNotice(person=saved))
        return PersonSaved(person=saved, created=True)
    saved = _merged(turn, person, patch)
    if person.mdn is not None and saved.mdn is None:
        lists.remove_from_all(turn, person.mdn, lists.OptOutReason.PLATFORM)
    turn.emit(PersonUpdated(person=saved))
    callbacks.notify(turn, registrations.PERSON_UPDATED, PersonNotice(person=saved))
    return PersonSaved(person=saved, created=False)


def _named_by_external(turn: Turn, patch: PersonPatch) -> Person | None:
    if not patch.external_person_id:
        return None
    return turn.world.people.with_external_id(patch.external_person_id)


def check_identifiers(turn: Turn, person: Person | None, patch: PersonPatch) -> None:
    """Refuse an external id or a number that is another person's, and a change of number.

    Source: Vibes: person-api.
    """
    key = person.person_key if person else None
    namesake = _named_by_external(turn, patch)
    if namesake and namesake.person_key != key:
        raise refuse(
            Fault.EXTERNAL_ID_MISMATCH,
            f'EXTERNALPERSONIDMISMATCH: external_person_id "{patch.external_person_id}" '
            "is already used by another person",
        )
    if not patch.mdn:
        return
    owner = turn.world.people.with_mdn(patch.mdn)
    if owner and owner.person_key != key:
        raise refuse(Fault.MDN_CONFLICT, f'the MDN "{patch.mdn}" belongs to another person')
    if person and person.mdn and person.mdn != patch.mdn:
        raise refuse(
            Fault.MDN_IMMUTABLE,
            "an MDN cannot be changed; set it to null, then add the new number as a participant",
        )


def _merged(turn: Turn, person: Person, patch: PersonPatch) -> Person:
    fields = {**person.custom_fields, **patch.custom_fields}
    mdn = person.mdn if patch.mdn is UNSET else patch.mdn
    carrier = person.carrier_code if patch.carrier_code is UNSET else patch.carrier_code
    if mdn is None:
        carrier = None
    elif carrier is None:
        carrier = carrier_of(turn.world, mdn)
    return msgspec.structs.replace(
        person,
        external_person_id=(
            person.external_person_id
            if patch.external_person_id is UNSET
            else patch.external_person_id
        ),
        mdn=mdn,
        carrier_code=carrier,
        custom_fields={name: value for name, value in fields.items() if value is not None},
        updated_at=turn.now,
    )
