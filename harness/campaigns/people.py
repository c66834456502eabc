"""People of the campaign system, and which of them share a phone.

A phone number is no key: many people may have one (Marketo SMS glossary).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

PhoneEquality = Literal["normalised", "raw"]

_NATIONAL = re.compile(r"[2-9]\d{2}[2-9]\d{6}")


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

    def with_mdn(self, mdn: str) -> list[Person]:
        """Everyone with that number in E.164, by id."""
        return self._by_mdn.get(mdn, [])


def e164(phone: str) -> str | None:
    """`(312) 555-0101`, `312.555.0101`, `1 312...` and `+1312...` as `+13125550101`; else None.

    Source: A5.
    """
    digits = re.sub(r"[\s().+\-]", "", phone)
    national = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    return f"+1{national}" if _NATIONAL.fullmatch(national) else None
