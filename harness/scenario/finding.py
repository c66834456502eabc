"""What a check found, and the words in which it is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.domain.instants import Instant, format_duration

MOST_TOLD = 8
"""How many messages or times are told one by one; of more, how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a check found: whether it holds, what was expected and what is, and whose phones."""

    holds: bool
    expected: str
    actual: str
    people: tuple[str, ...] = field(default=())


def within(number: int, count: tuple[int, int]) -> bool:
    """Whether a number is one of those that are expected."""
    return count[0] <= number <= count[1]


def many(count: tuple[int, int]) -> str:
    """`2`, or `2 to 5`."""
    least, most = count
    return str(least) if least == most else f"{least} to {most}"


def counted(count: int | tuple[int, int], what: str) -> str:
    """`1 message`, `2 messages`, `1 to 2 activities`."""
    span = count if isinstance(count, tuple) else (count, count)
    several = f"{what.removesuffix('y')}ies" if what.endswith("y") else f"{what}s"
    return f"{many(span)} {what if span == (1, 1) else several}"


def listed(texts: Sequence[str]) -> str:
    """The texts in quotes, or `nothing`."""
    return "nothing" if not texts else ", ".join(f'"{text}"' for text in texts)


def narrowed(told: dict[str, Any]) -> str:
    """What narrows a check down, as it was written; `at` is told by `between`."""
    at = told.pop("at", None)
    words = " with " + ", ".join(f"{key} {value!r}" for key, value in told.items()) if told else ""
    return words + (between(at) if at is not None else "")


def between(at: tuple[str, str]) -> str:
    """A window of time in words."""
    return f" at {at[0]}" if at[0] == at[1] else f" from {at[0]} to {at[1]}"


def since(moment: Instant, begins: Instant) -> str:
    """How long after the scenario began: `24h0m5s` is `24h5s`."""
    return f"at {format_duration(moment - begins)}"


def some(told: Iterable[str], separator: str = ", ") -> str:
    """The first few, and how many more there are."""
    items = list(told)
    more = len(items) - MOST_TOLD
    return separator.join([*items[:MOST_TOLD], *([f"and {more} more"] if more > 0 else [])])
