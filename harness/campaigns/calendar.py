"""When campaigns run and how long people wait, in the campaign's own time zone.

A time of day that a change of the clocks skips is read with the offset before it; one that comes
twice is meant the first time. Rules: Marketo: smart campaigns (run once, recurring), wait.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Chicago")
"""The zone where none is said."""

_WORDS = re.compile(r"(\d+)\s*(minute|hour|day|week|month)s?", re.IGNORECASE)
_UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30),
}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Once at a local time, or again every day, week or month from it on.

    A monthly run on a day that a month has not is on its last day (inferred). Source: Marketo:
    smart campaigns.
    """

    start: datetime
    every: Literal["day", "week", "month"] | None = None
    weekdays_only: bool = False
    until: date | None = None
    zone: ZoneInfo = ZONE

    def next_after(self, now: datetime) -> datetime | None:
        """The first run after an instant, in UTC; None when there is no more."""
        for local in self._runs():
            if self.until is not None and local.date() > self.until:
                return None
            at = to_utc(local, self.zone)
            if at > now:
                return at
        return None

    def _runs(self) -> Iterator[datetime]:
        number = 0
        while True:
            local = _step(self.start, self.every, number)
            if not (self.weekdays_only and local.weekday() >= 5):
                yield local
            number += 1
            if self.every is None:
                return


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Wait for a duration, until a date, or until a date that a field of the person holds.

    After a duration, `weekday` and `at` are the day of the week and the time of day to go on.
    Source: Marketo: wait flow step.
    """

    duration: timedelta | None = None
    until: datetime | None = None
    token: str | None = None
    weekday: str | None = None
    at: time | None = None
    zone: ZoneInfo = ZONE

    def due(self, now: datetime, value: str) -> datetime:
        """When a person who comes now goes on; `value` is the token's. At once where it is over."""
        if self.duration is not None:
            return self._aligned(now + self.duration)
        local = self.until if self.until is not None else read_date(value)
        if local is None:
            return now
        if self.at is not None:
            local = local.replace(hour=self.at.hour, minute=self.at.minute)
        return max(now, to_utc(local, self.zone))

    def _aligned(self, ended: datetime) -> datetime:
        """The first moment from the end of the duration on that is of that day and time."""
        if self.weekday is None and self.at is None:
            return ended
        local = ended.astimezone(self.zone).replace(tzinfo=None)
        for days in range(8):
            day = local.date() + timedelta(days=days)
            at = self.at or (local.time() if days == 0 else time())
            moment = datetime.combine(day, at)
            fits = self.weekday is None or _WEEKDAYS[day.weekday()] == self.weekday
            if fits and moment >= local:
                return to_utc(moment, self.zone)
        raise AssertionError("a week has every weekday")


def to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """A local time in UTC (Marketo: smart campaigns)."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def read_duration(text: str) -> timedelta:
    """`4 hours`, `2 days`, in words, as Marketo's wait takes it. Raises ValueError.

    Abbreviations, which Marketo ignores and so does not wait at all, are refused here.
    Source: Marketo: wait flow step.
    """
    match = _WORDS.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'"{text}" is no wait; write "30 minutes", "4 hours", "2 days", "1 week"')
    return int(match[1]) * _UNITS[match[2].lower()]


def read_date(text: str) -> datetime | None:
    """A date or a local date and time that a field holds, or None where it holds none.

    Source: Marketo: wait flow step.
    """
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        return None


def read_weekday(text: str) -> str:
    """A day of the week by its English name. Raises ValueError (Marketo: wait flow step)."""
    if text.lower() not in _WEEKDAYS:
        raise ValueError(f'"{text}" is no weekday; write {", ".join(_WEEKDAYS)}')
    return text.lower()


def _step(start: datetime, every: str | None, number: int) -> datetime:
    if every == "day":
        return start + timedelta(days=number)
    if every == "week":
        return start + timedelta(weeks=number)
    if every == "month":
        return _months_on(start, number)
    return start


def _months_on(start: datetime, months: int) -> datetime:
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return start.replace(year=year, month=month + 1, day=min(start.day, last))
