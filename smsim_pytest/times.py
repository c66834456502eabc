"""Durations and instants as the simulator writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

__tracebackhide__ = True
"""A failure shows the test's lines, not ours."""

_UNITS = {
    "ms": "milliseconds",
    "s": "seconds",
    "m": "minutes",
    "h": "hours",
    "d": "days",
    "w": "weeks",
}
_SHORT = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")
_ISO = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_ISO_UNITS = ("weeks", "days", "hours", "minutes", "seconds")


def duration(text: str) -> timedelta:
    """`"24h"`, `"1h30m"`, `"250ms"` or `"PT24H"`. Raises ValueError, naming the forms that work."""
    parts = _SHORT.findall(text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        return sum((timedelta(**{_UNITS[u]: float(n)}) for n, u in parts), timedelta())
    match = _ISO.fullmatch(text)
    if match is None or not any(match.groups()):
        raise ValueError(f'"{text}" is not a duration; write "24h", "1h30m", "250ms" or "PT24H"')
    told = zip(_ISO_UNITS, match.groups(), strict=True)
    return timedelta(**{unit: float(number) for unit, number in told if number})


def instant(text: str) -> datetime:
    """An instant in ISO 8601."""
    return datetime.fromisoformat(text)


def iso(at: datetime) -> str:
    """An instant as the simulator takes it, to the microsecond."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def of_microseconds(value: int) -> datetime:
    """An instant of the journal."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)


def offset(delta: timedelta) -> str:
    """How long after the start: `+00:01:07.250`; hours go on past a day."""
    sign = "-" if delta < timedelta() else "+"
    minutes, seconds = divmod(abs(delta).total_seconds(), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{sign}{hours:02d}:{minutes:02d}:{seconds:06.3f}"
