"""Virtual time: an instant and a duration are whole microseconds, so arithmetic is exact.

Nothing here reads a clock. `simulator.runtime.clock` is the one module that does.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NewType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Instant = NewType("Instant", int)
"""Microseconds since 1970-01-01T00:00:00Z."""

Duration = NewType("Duration", int)
"""Microseconds; never negative where a text is parsed."""

MILLISECOND = Duration(1_000)
SECOND = Duration(1_000_000)
MINUTE = Duration(60 * SECOND)
HOUR = Duration(60 * MINUTE)
DAY = Duration(24 * HOUR)

LONGEST_DURATION = Duration(100_000 * DAY)
"""About 270 years: any instant of an account and the longest duration after it can be written."""

LAST_INSTANT = Instant(221_845_392_000 * SECOND)
"""9000-01-01T00:00:00Z: where an account's time ends."""

LONGEST_TEXT = 64
"""The characters of the longest text that is looked at as a duration."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"ms": MILLISECOND, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_WORDS = re.compile(r"(\d{1,9}) ?(second|minute|hour|day|week|month)s?")
_LENGTHS = {
    "second": SECOND,
    "minute": MINUTE,
    "hour": HOUR,
    "day": DAY,
    "week": 7 * DAY,
    "month": 30 * DAY,
}
_SHORT = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")
_ISO = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def parse_duration(text: str) -> Duration:
    """Read `"24h"`, `"1h30m"`, `"250ms"`, `"1 day"` or ISO 8601 `"PT24H"` as microseconds.

    Raises ValueError, naming the text and the forms that work.
    """
    stripped = text.strip()
    if len(stripped) > LONGEST_TEXT:
        raise ValueError(f'"{stripped[:20]}..." is not a duration; write "24h" or "PT24H"')
    total = _short_duration(stripped) if stripped[:1].isdigit() else _iso_duration(stripped)
    if total is not None and total > LONGEST_DURATION:
        raise ValueError(f'"{text}" is longer than 100000 days')
    if total is None:
        raise ValueError(
            f'"{text}" is not a duration; write "24h", "1h30m", "250ms", "1 day" or "PT24H"'
        )
    return Duration(total)


def _short_duration(text: str) -> int | None:
    words = _WORDS.fullmatch(text)
    if words is not None:
        return int(words[1]) * _LENGTHS[words[2]]
    parts = _SHORT.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(round(float(number) * _UNITS[unit]) for number, unit in parts)


def _iso_duration(text: str) -> int | None:
    match = _ISO.fullmatch(text)
    if match is None or not any(match.groups()):
        return None
    weeks, days, hours, minutes, seconds = (float(group or 0) for group in match.groups())
    return round(
        ((weeks * 7 + days) * DAY) + (hours * HOUR) + (minutes * MINUTE) + (seconds * SECOND)
    )


def format_duration(duration: int) -> str:
    """Write microseconds the short way, largest unit first: `24h`, `1h30m`, `250ms`, `0s`."""
    rest, parts = abs(duration), []
    for unit, size in (("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", MILLISECOND)):
        if unit == "d" and rest < 2 * DAY:
            continue  # a campaign window is "24h" to everyone in the field, never "1d"
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    if rest:
        parts.append(f"{rest}us")
    return ("-" if duration < 0 else "") + ("".join(parts) or "0s")


def parse_instant(text: str) -> Instant:
    """Read an ISO 8601 time; one without an offset is UTC. Raises ValueError with the mend."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f'"{text}" is not a time; write "2026-01-05T15:00:00Z"') from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    instant = Instant((moment - _EPOCH) // timedelta(microseconds=1))
    if not 0 <= instant <= LAST_INSTANT:
        raise ValueError(f'"{text}" is not a time; write one between 1970 and 9000')
    return instant


def local_instant(date: str, time: str, zone: str) -> Instant:
    """`2026-02-16` `17:30` in a zone. Raises ValueError where one of them is none.

    A time that a change of the clocks skips or doubles is read as the earlier offset has it.
    """
    try:
        local = datetime.fromisoformat(f"{date}T{time}").replace(tzinfo=ZoneInfo(zone))
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(f'"{zone}" is no time zone; write "America/Chicago"') from error
    return Instant((local - _EPOCH) // timedelta(microseconds=1))


def to_datetime(instant: int) -> datetime:
    """The instant as an aware UTC datetime."""
    return _EPOCH + timedelta(microseconds=instant)


@lru_cache(16_384)
def _to_the_second(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


@lru_cache(4_096)
def iso(instant: int) -> str:
    """`2026-01-05T15:00:00Z`, with a fraction (three or six digits) only where there is one."""
    whole, fraction = divmod(instant, SECOND)
    text = _to_the_second(whole)
    if not fraction:
        return text + "Z"
    digits = f"{fraction:06d}"
    return f"{text}.{digits[:3] if digits.endswith('000') else digits}Z"
