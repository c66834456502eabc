"""How a field of an SMPP body is laid out in octets: integers, C-octet strings, the message.

A record of a body notes beside each field which of these it is (`Annotated`), in the order of the
wire. `read_record` and `write_record` follow those notes, so reading and writing cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Protocol, TypeVar, cast, get_type_hints

from simulator.domain.record import Record
from simulator.wire.smpp_codes import Status

R = TypeVar("R", bound=Record)

LONGEST_MESSAGE = 254
"""The octets that `short_message` can hold; what is longer goes into `message_payload`."""


class FieldFault(ValueError):
    """Octets that are not the field they should be, and the status that answers them.

    Source: SMPP 3.4, 5.1.3.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Reader:
    """The octets of a body and how far they are read.

    Source: SMPP 3.4, 3.2.
    """

    __slots__ = ("at", "octets")

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.at = 0

    def left(self) -> int:
        """How many octets are still to be read."""
        return len(self.octets) - self.at

    def take(self, count: int) -> bytes:
        """The next octets. Raises FieldFault RINVCMDLEN where there are fewer."""
        if count > self.left():
            raise FieldFault(Status.RINVCMDLEN, "the body ends within a field")
        self.at += count
        return self.octets[self.at - count : self.at]

    def number(self, size: int) -> int:
        """The next octets as an unsigned integer, the most significant first."""
        return int.from_bytes(self.take(size), "big")

    def string(self, size: int) -> bytes:
        """The octets up to the next NUL, which is read too and is among the `size` allowed."""
        end = self.octets.find(b"\0", self.at, self.at + size)
        if end < 0:
            raise FieldFault(Status.RINVCMDLEN, f"a C-octet string has no end within {size} octets")
        return self.take(end + 1 - self.at)[:-1]


class Field(Protocol):
    """A way to read a value from a body, and to write it (SMPP 3.4, 3.1)."""

    def read(self, source: Reader) -> Any:
        """The value at the reader's place. Raises FieldFault."""
        ...

    def write(self, value: Any) -> bytes:
        """The octets of the value. Raises ValueError where it does not fit."""
        ...


class Number:
    """An unsigned integer of so many octets, the most significant first.

    Source: SMPP 3.4, 3.1.
    """

    def __init__(self, size: int) -> None:
        self.size = size

    def read(self, source: Reader) -> int:
        """The next octets as an integer."""
        return source.number(self.size)

    def write(self, value: int) -> bytes:
        """The integer. Raises ValueError where it is negative or too large."""
        if not 0 <= value < 1 << 8 * self.size:
            raise ValueError(f"{value} does not fit {self.size} octets")
        return value.to_bytes(self.size, "big")


class Text:
    """A C-octet string: characters and a NUL, at most `size` octets with it.

    The standard has ASCII here. Any other octet is kept as its Latin-1 character, so that what
    was sent can be looked at, and sent on as it came. Source: SMPP 3.4, 3.1.
    """

    def __init__(self, size: int) -> None:
        self.size = size

    def read(self, source: Reader) -> str:
        """The characters up to the NUL. Raises FieldFault where it is missing or too far."""
        return source.string(self.size).decode("latin-1")

    def write(self, value: str) -> bytes:
        """The characters and a NUL. Raises ValueError where they are too many, or hold a NUL."""
        octets = value.encode("latin-1") + b"\0"
        if len(octets) > self.size:
            raise ValueError(f"{value!r} is longer than {self.size - 1} octets")
        if b"\0" in octets[:-1]:
            raise ValueError(f"{value!r} holds a NUL")
        return octets


class Message:
    """`sm_length` and `short_message` in one: at most 254 octets behind their number.

    A length that the octets do not bear out is answered RINVMSGLEN. Source: SMPP 3.4, 4.4.1.
    """

    def read(self, source: Reader) -> bytes:
        """The message. Raises FieldFault where its length is not that of what follows."""
        length = source.number(1)
        if length > min(LONGEST_MESSAGE, source.left()):
            raise FieldFault(Status.RINVMSGLEN, f"sm_length {length} is not what follows")
        return source.take(length)

    def write(self, value: bytes) -> bytes:
        """The number of octets, and the octets. Raises ValueError beyond 254."""
        if len(value) > LONGEST_MESSAGE:
            raise ValueError(f"a short message holds {LONGEST_MESSAGE} octets, not {len(value)}")
        return bytes([len(value)]) + value


Octet = Annotated[int, Number(1)]
Word = Annotated[int, Number(4)]


def read_record(kind: type[R], source: Reader) -> R:
    """A record of that kind, read field by field. Raises FieldFault.

    Source: SMPP 3.4, 3.2.
    """
    make: Callable[..., R] = kind
    return make(**{name: field.read(source) for name, field in _layout(kind)})


def write_record(record: Record) -> bytes:
    """The octets of a record, field by field. Raises ValueError, naming the field.

    Source: SMPP 3.4, 3.2.
    """
    return b"".join(_written(record, name, field) for name, field in _layout(type(record)))


def _written(record: Record, name: str, field: Field) -> bytes:
    try:
        return field.write(getattr(record, name))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


@cache
def _layout(kind: type[Record]) -> tuple[tuple[str, Field], ...]:
    """The fields of a record in order, each with the note that stands beside it."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(
        (name, cast("Field", hints[name].__metadata__[0])) for name in kind.__struct_fields__
    )
