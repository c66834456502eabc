"""The phones of a user: new ones for ever, or so many that are taken again in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

REMEMBERED = 100
"""How many members a user comes back to whose phones are new for ever."""

FEWEST = 20
"""What a user has at least: ten for a storm, and ten that rest meanwhile."""


class Standing(Enum):
    """How a phone stands with the list; in doubt, where a visit was broken off."""

    NOBODY = auto()
    PENDING = auto()
    MEMBER = auto()
    IN_DOUBT = auto()


@dataclass(slots=True)
class Phone:
    """A number; whoever has taken it says how it stands when it is given back. New, it is nobody's."""

    mdn: str
    standing: Standing = Standing.NOBODY


class NoPhone(Exception):
    """All phones of the user are in use."""


class Phones:
    """A user's phones. Whoever takes one has it alone until it is given back.

    `number` makes the user's `n`th number; `most` is how many there are, None where there is no end.
    """

    def __init__(self, number: Callable[[int], str], most: int | None) -> None:
        self._number = number
        self._most = most
        self._made = 0
        self._free: dict[str, Phone] = {}

    def take(self) -> Phone:
        """A new phone while there is one, else the one that has rested longest. Raises NoPhone."""
        if self._most is None or self._made < self._most:
            self._made += 1
            return Phone(self._number(self._made - 1))
        if not self._free:
            raise NoPhone(f"all {self._most} phones of a user are in use")
        return self._free.pop(next(iter(self._free)))

    def take_member(self) -> Phone | None:
        """The phone that has been a member longest, or None where none is one."""
        for mdn, phone in self._free.items():
            if phone.standing is Standing.MEMBER:
                return self._free.pop(mdn)
        return None

    def give_back(self, phone: Phone) -> None:
        """The visit is over. Where phones are always new, only some members are remembered."""
        if self._most is None and phone.standing is not Standing.MEMBER:
            return
        self._free[phone.mdn] = phone
        if self._most is None and len(self._free) > REMEMBERED:
            del self._free[next(iter(self._free))]
