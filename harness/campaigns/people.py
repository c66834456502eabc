"""People of the campaign system, and which of them share a phone.

A phone number is no key: many people may have one (Marketo SMS glossary).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

PhoneEquality = Literal["normalised", "raw"]

_NATIONAL = re.compile(r"[2-9]\d{2}[2-9]\d{6}")


FLAGS = ("blocklisted", "marketing_suspended", "email_unsubscribed")
"""The fields that are true or false."""


@dataclass(slots=True, kw_only=True)
class Person:
    """One person; `fields` are free, the flags are the ones that matter to SMS (Marketo: R8, R10)."""

    id: int
    name: str
    phone: str | None = None
    fields: dict[str, str] = field(default_factory=dict)
    blocklisted: bool = False
    marketing_suspended: bool = False
    email_unsubscribed: bool = False
    deleted: bool = False

    @property
    def mdn(self) -> str | None:
        """The phone in E.164, or None where it is no US or Canadian number."""
        return e164(self.phone) if self.phone else None

    def value(self, field: str) -> str:
        """What a field holds as text; one that is not set is empty."""
        if field == "phone":
            return self.phone or ""
        if field in FLAGS:
            return str(getattr(self, field)).lower()
        return self.fields.get(field, "")

    def put(self, field: str, value: str) -> bool:
        """Give a field a value; whether it holds another than before. A flag is true or false."""
        before = self.value(field)
        if field == "phone":
            self.phone = value or None
        elif field in FLAGS:
            setattr(self, field, value.lower() == "true")
        else:
            self.fields[field] = value
        return self.value(field) != before


class People:
    """Everyone, by id and by name; ids count from 1 in the order people came.

    Source: Marketo: SMS glossary.
    """

    def __init__(self) -> None:
        self._by_id: dict[int, Person] = {}
        self._by_name: dict[str, Person] = {}
        self._by_mdn: dict[str, list[Person]] = {}

    def __iter__(self) -> Iterator[Person]:
        """Everyone, deleted people too, by id."""
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, person: Person) -> None:
        """Take in a person with a new id and a new name."""
        self._by_id[person.id] = person
        self._by_name[person.name] = person
        if person.mdn is not None:
            self._by_mdn.setdefault(person.mdn, []).append(person)

    def named(self, name: str) -> Person:
        """The person of that name. Raises KeyError."""
        return self._by_name[name]

    def with_id(self, person_id: int) -> Person:
        """The person of that id. Raises KeyError."""
        return self._by_id[person_id]

    def moved(self, person: Person, before: str | None) -> None:
        """A person has another number than before."""
        if before is not None:
            self._by_mdn[before].remove(person)
        if person.mdn is not None:
            sharing = self._by_mdn.setdefault(person.mdn, [])
            sharing.append(person)
            sharing.sort(key=lambda item: item.id)

    def with_mdn(self, mdn: str) -> list[Person]:
        """Everyone with that number in E.164, by id."""
        return self._by_mdn.get(mdn, [])


@lru_cache(maxsize=1 << 17)
def e164(phone: str) -> str | None:
    """`(312) 555-0101`, `312.555.0101`, `1 312...` and `+1312...` as `+13125550101`; else None.

    Source: A5.
    """
    digits = re.sub(r"[\s().+\-]", "", phone)
    national = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    return f"+1{national}" if _NATIONAL.fullmatch(national) else None
