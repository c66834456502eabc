"""Values as people write them: ids, durations, instants, ratios, patterns."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from simulator.documents import Form
from simulator.domain.instants import MILLISECOND, parse_duration, parse_instant


def as_text(value: object) -> object:
    """A bare number where an id stands in YAML is taken as the text it looks like."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _duration_text(value: str) -> str:
    parse_duration(value)
    return value


def _instant_text(value: str) -> str:
    parse_instant(value)
    return value


def _ratio_text(value: str) -> str:
    ratio(value)
    return value


def _pattern_text(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f'"{value}" is not a regular expression: {error}') from error
    return value


def ratio(value: str) -> tuple[int, int]:
    """`"1/100"` or `"1%"` as hits out of how many. Raises ValueError."""
    match = re.fullmatch(r"(\d+)/([1-9]\d*)|(\d+)%", value)
    if match is None:
        raise ValueError(f'"{value}" is not a ratio; write "1/100" or "1%"')
    hits, of, percent = match.groups()
    ratio = (int(percent), 100) if percent else (int(hits), int(of))
    if ratio[0] > ratio[1]:
        raise ValueError(f'"{value}" is more than all')
    return ratio


AsText = BeforeValidator(as_text, json_schema_input_type=str | int)
"""Takes a bare number for the text it looks like, and says so in a schema."""

DURATION = (
    r"^\s*([0-9]+(\.[0-9]+)?(ms|[smhdw])([0-9]+(\.[0-9]+)?(ms|[smhdw]))*"
    r"|[0-9]+\s*([Ss]econd|[Mm]inute|[Hh]our|[Dd]ay|[Ww]eek|[Mm]onth)s?|P[0-9TWDHMS.]+)\s*$"
)
"""How a duration is written."""
INSTANT = r"^\s*[0-9]{4}-?([0-9]{2}|W).*$"
"""How an instant is written."""

Id = Annotated[str, AsText, Field(min_length=1, max_length=64)]
DurationText = Annotated[
    str, AfterValidator(_duration_text), Form(DURATION, ("24h", "1h30m", "1 day"))
]
InstantText = Annotated[
    str, AsText, AfterValidator(_instant_text), Form(INSTANT, ("2026-01-06T15:00:00Z",))
]
RatioText = Annotated[
    str,
    AfterValidator(_ratio_text),
    Form(r"^([0-9]+/[1-9][0-9]*|[0-9]+%)$", ("1/4", "25%")),
]
PatternText = Annotated[str, AfterValidator(_pattern_text)]


def _waking(value: str) -> str:
    if parse_duration(value) < 10 * MILLISECOND:
        raise ValueError(f'"{value}" is too short; 10ms is the least')
    return value


TimerText = Annotated[DurationText, AfterValidator(_waking)]
"""A duration that something waits again and again."""


def milliseconds(text: str) -> int:
    """A duration in whole milliseconds."""
    return parse_duration(text) // MILLISECOND
