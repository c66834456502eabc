"""A person of the mobile database, and every way of finding one.

Rules: Vibes person-api. An external id is unique, a number belongs to at most one person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import UNSET, UnsetType

from simulator.domain.instants import Instant
from simulator.domain.numbers import Mdn
from simulator.domain.record import Event, Record
from simulator.domain.refusals import Fault, refuse

if TYPE_CHECKING:
    from simulator.domain.turn import Turn

FieldValue = str | int | float | bool | list[str] | None


class Person(Record, frozen=True, kw_only=True):
    """One person; `mdn` is E.164 or None, `carrier_code` three digits (Vibes: person-api)."""

    person_id: str
    person_key: str
    external_person_id: str | None = None
    mdn: Mdn | None = None
    carrier_code: str | None = None
    custom_fields: dict[str, FieldValue] = {}
    created_at: Instant
    updated_at: Instant


class PersonPatch(Record, frozen=True, kw_only=True):
    """What a client says of a person: an absent member is UNSET, `None` asks for removal.

    Source: Vibes: person-api.
    """

    external_person_id: str | UnsetType | None = UNSET
    mdn: Mdn | UnsetType | None = UNSET
    carrier_code: str | UnsetType | None = UNSET
    custom_fields: dict[str, FieldValue] = {}


class PersonRef(Record, frozen=True, kw_only=True):
    """How a client names a person. `key` also takes a person_id, as Vibes' paths do.

    Source: Vibes: person-api.
    """

    by: Literal["key", "external", "mdn"]
    value: str


class PersonAdded(Event, frozen=True, kw_only=True):
    """A person came into the mobile database (Vibes: person-api)."""

    person: Person


class PersonUpdated(Event, frozen=True, kw_only=True):
    """A person changed; the whole new state (Vibes: person-api)."""

    person: Person


class People:
    """All persons of an account, found by key, id, external id or number (Vibes: person-api)."""

    def __init__(self) -> None:
        self.by_key: dict[str, Person] = {}
        self._by_id: dict[str, str] = {}
        self._by_external: dict[str, str] = {}
        self._by_mdn: dict[Mdn, str] = {}

    def __len__(self) -> int:
        return len(self.by_key)

    def find(self, ref: PersonRef) -> Person | None:
        """The person a reference names, or None."""
        if ref.by == "external":
            key = self._by_external.get(ref.value)
        elif ref.by == "mdn":
            key = self._by_mdn.get(Mdn(ref.value))
        else:
            key = self._by_id.get(ref.value, ref.value)
        return self.by_key.get(key) if key is not None else None

    def with_mdn(self, mdn: Mdn) -> Person | None:
        """The person with that number; a number belongs to at most one."""
        key = self._by_mdn.get(mdn)
        return self.by_key[key] if key is not None else None

    def with_external_id(self, external_id: str) -> Person | None:
        """The person with that external id."""
        key = self._by_external.get(external_id)
        return self.by_key[key] if key is not None else None

    def apply_saved(self, person: Person) -> None:
        """Put the person in, and every way of finding it with it."""
        before = self.by_key.get(person.person_key)
        if before is not None:
            if before.external_person_id is not None:
                del self._by_external[before.external_person_id]
            if before.mdn is not None:
                del self._by_mdn[before.mdn]
        self.by_key[person.person_key] = person
        self._by_id[person.person_id] = person.person_key
        if person.external_person_id is not None:
            self._by_external[person.external_person_id] = person.person_key
        if person.mdn is not None:
            self._by_mdn[person.mdn] = person.person_key


def must_find(turn: Turn, ref: PersonRef) -> Person:
    """The person, or the refusal that becomes a 404 (Vibes: person-api)."""
    person = turn.world.people.find(ref)
    if person is None:
        raise refuse(Fault.NOT_FOUND, f'no person with {ref.by} "{ref.value}"')
    return person
