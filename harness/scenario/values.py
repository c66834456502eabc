"""Values of the scenario language: names, counts, shares, times, and what a pattern matches."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from simulator.documents import Form
from simulator.domain.instants import Instant, parse_duration, parse_instant
from simulator.specs.values import DURATION, INSTANT, AsText

Name = Annotated[str, Field(min_length=1, max_length=80)]
CarrierCode = Annotated[str, AsText, Form(r"^[0-9]{3}$", ("104",), "code of a carrier")]


def one_of(words: Iterable[str]) -> dict[str, Any]:
    """What an editor is told of a text that is one of some words."""
    return {"type": "string", "enum": [str(word) for word in words]}


def _span(value: object) -> object:
    """`2` as `(2, 2)`, `[2, 5]` as it is. Raises ValueError."""
    ends = value if isinstance(value, list | tuple) else (value, value)
    whole = all(isinstance(end, int) and not isinstance(end, bool) for end in ends)
    if not whole or len(ends) != 2 or not 0 <= ends[0] <= ends[1]:
        raise ValueError("write how many, as 2, or between which two, as [2, 5]")
    return tuple(ends)


Count = Annotated[
    tuple[int, int], BeforeValidator(_span, json_schema_input_type=int | tuple[int, int])
]
"""How many: a number, or the least and the most, where chance has a say."""


def _share_text(value: str) -> str:
    share(value)
    return value


def share(text: str) -> float:
    """`12%` as 0.12. Raises ValueError."""
    number = text.removesuffix("%")
    if not text.endswith("%") or not _NUMBER.fullmatch(number) or float(number) > 100:
        raise ValueError(f'"{text}" is not a share; write "12%"')
    return float(number) / 100


_NUMBER = re.compile(r"[0-9]{1,3}(\.[0-9]{1,9})?")
Share = Annotated[
    str, AfterValidator(_share_text), Form(r"^[0-9]{1,3}(\.[0-9]{1,9})?%$", ("12%", "33.3%"))
]


def when(text: str, begins: Instant) -> Instant:
    """`24h` after the scenario begins, or an instant as it is written. Raises ValueError."""
    try:
        if _DATE.match(text):
            return parse_instant(text)
        return Instant(begins + parse_duration(text))
    except ValueError as error:
        mend = 'write "24h" since the scenario begins, or "2026-01-06T15:00:00Z"'
        raise ValueError(f'"{text}" is no time; {mend}') from error


_DATE = re.compile(r"\d{4}-")


def _moment_text(value: str) -> str:
    when(value, Instant(0))
    return value


_MOMENT = Form(f"{DURATION}|{INSTANT}", ("24h", "2026-01-06T15:00:00Z"))
MomentText = Annotated[str, AsText, AfterValidator(_moment_text), _MOMENT]
"""An instant, or a duration since the scenario began."""


def _window(value: object) -> object:
    """`24h` as `(24h, 24h)`, `[24h, 25h]` as it is. Raises ValueError."""
    ends = value if isinstance(value, list | tuple) else (value, value)
    if len(ends) != 2 or not all(isinstance(end, str) for end in ends):
        raise ValueError("write when, as 24h, or between which two, as [24h, 24h5m]")
    alike = len({bool(_DATE.match(end)) for end in ends}) == 1
    first, last = (when(end, Instant(0)) for end in ends)
    if alike and first > last:
        raise ValueError(f'"{ends[1]}" is before "{ends[0]}"')
    return tuple(ends)


Window = Annotated[
    tuple[str, str],
    BeforeValidator(
        _window,
        json_schema_input_type=Annotated[str, _MOMENT]
        | tuple[Annotated[str, _MOMENT], Annotated[str, _MOMENT]],
    ),
]
"""When: from the first to the last, both included; durations since the beginning, or instants."""


def matches(text: str, pattern: str) -> bool:
    """Whether a text is what a pattern says: `*` is anything, every other character is itself."""
    plain = pattern.replace("[", "[[]").replace("?", "[?]")
    return fnmatchcase(text, plain)
