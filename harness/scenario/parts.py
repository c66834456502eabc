"""What a file says, part by part: every value with the place it was written at, and its mistakes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """Something wrong in a file: where, what would do, and a note such as the case it is in."""

    position: Position
    message: str
    note: str = ""

    def __str__(self) -> str:
        note = f" ({self.note})" if self.note else ""
        return f"{self.position}: {self.message}{note}"


class Mistakes(Exception):
    """Files have mistakes; these are all of them, each once, in the order they stand."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = sorted(set(mistakes))
        super().__init__("\n".join(map(str, self.mistakes)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A value and where it stands. What is repeated by an alias is one part in several places."""

    value: Scalar | tuple[Part, ...] | dict[str, Member]
    position: Position
    written: str = ""
    """A scalar as it was written."""
    note: str = ""
    """What a mistake here is to say besides, such as where a parameter got its value."""
    unsure: bool = False
    """Whether the value is missing, so that what is wrong with it has been told already."""
    size: int = 1
    """How many parts it is made of, repeated ones as often as they are."""
    depth: int = 1
    """How many levels of values stand in each other."""

    def plain(self) -> Any:
        """The value as plain data."""
        if isinstance(self.value, dict):
            return {member.key: member.part.plain() for member in self.value.values()}
        if isinstance(self.value, tuple):
            return [item.plain() for item in self.value]
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of a mapping: its key, and where that stands."""

    key: Scalar
    position: Position
    part: Part


def mapping(members: dict[str, Member], position: Position) -> Part:
    """The mapping of these members."""
    return _holding(members, [member.part for member in members.values()], position)


def sequence(items: Iterable[Part], position: Position) -> Part:
    """The list of these parts."""
    kept = tuple(items)
    return _holding(kept, kept, position)


def _holding(
    value: tuple[Part, ...] | dict[str, Member], inside: Collection[Part], position: Position
) -> Part:
    size = 1 + sum(part.size for part in inside)
    depth = 1 + max((part.depth for part in inside), default=0)
    return Part(value=value, position=position, size=size, depth=depth)


def members_of(part: Part) -> dict[str, Member]:
    """The members of a mapping by name; of anything else none."""
    return part.value if isinstance(part.value, dict) else {}
