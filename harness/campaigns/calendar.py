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

from simulator.domain.instants import parse_duration

ZONE = ZoneInfo("America/Chicago")
"""The zone where none is said."""

_WORDS = re.compile(r"(\d+)\s*(minute|hour|day|week|month)s?", re.IGNORECASE)
_SHORT = re.compile(r"(\d+(ms|[smhdw]))+")
_UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30),
}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

LONGEST = timedelta(days=36_500)
"""No wait is longer."""

NEVER = datetime(9000, 1, 1, tzinfo=UTC)
"""Where the account's time ends: who waits until then, or longer, waits for ever."""


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

    def next_after(self, now: datetime, *, or_at: bool = False) -> datetime | None:
        """The first run after an instant, or at it, in UTC; None when there is no more."""
        for local in self._runs():
            at = to_utc(local, self.zone)
            if at > now or (or_at and at == now):
                return at
        return None

    def _runs(self) -> Iterator[datetime]:
        number = 0
        while True:
            local = _step(self.start, self.every, number)
            over = self.until is not None and local.date() > self.until
            if over or local.year >= NEVER.year:
                return
            if not (self.weekdays_only and local.weekday() >= 5):
                yield local
            number += 1
            if self.every is None:
                return


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Wait for a duration, until a date, or until a date that a field of the person holds.

    After a duration, `weekdays` and `at` are the days of the week and the time of day to go on. A
    field's date may be moved by `days`, or stand for its next anniversary, as a birthday does; that
    of 29 February is the 28th in other years (inferred). Source: Marketo: wait flow step.
    """

    duration: timedelta | None = None
    until: datetime | None = None
    token: str | None = None
    anniversary: bool = False
    days: int = 0
    weekdays: tuple[str, ...] = ()
    at: time | None = None
    zone: ZoneInfo = ZONE

    def due(self, now: datetime, value: str) -> datetime:
        """When a person who comes now goes on; `value` is the token's. At once where it is over."""
        if self.duration is not None:
            return min(self._aligned(now + self.duration), NEVER)
        local = self.until if self.until is not None else read_date(value, self.zone)
        if local is None:
            return now
        if self.at is not None:
            local = datetime.combine(local.date(), self.at)
        try:
            if self.anniversary:
                return min(self._anniversary(local, now), NEVER)
            return min(max(now, to_utc(local + timedelta(days=self.days), self.zone)), NEVER)
        except OverflowError:
            return NEVER if local.year > now.year else now

    def _anniversary(self, local: datetime, now: datetime) -> datetime:
        """The next one that, moved by `days`, is not over: of last year, this one, or a later one."""
        year = now.astimezone(self.zone).year - 1
        while True:
            moved = _in_year(local, year) + timedelta(days=self.days)
            if (at := to_utc(moved, self.zone)) >= now:
                return at
            year += 1

    def _aligned(self, ended: datetime) -> datetime:
        """The first moment from the end of the duration on that is of such a day and that time."""
        if not self.weekdays and self.at is None:
            return ended
        local = ended.astimezone(self.zone)
        for days in range(9):
            day = local.date() + timedelta(days=days)
            if self.weekdays and WEEKDAYS[day.weekday()] not in self.weekdays:
                continue
            if self.at is None and days == 0:
                return ended
            moment = to_utc(datetime.combine(day, self.at or time()), self.zone)
            if moment >= ended:
                return moment
        raise AssertionError("a week has every weekday")


def to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """A local time in UTC (Marketo: smart campaigns)."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def read_length(text: str) -> timedelta:
    """A length of time in words, `2 days`, or short, `48h`, where no wait is meant.

    Raises ValueError. Source: inferred.
    """
    if _WORDS.fullmatch(text.strip()):
        return read_duration(text)
    length = timedelta(microseconds=parse_duration(text))
    if length > LONGEST:
        raise ValueError(f'"{text}" is longer than 100 years')
    return length


def read_duration(text: str) -> timedelta:
    """`4 hours`, `2 days`, in words, as Marketo's wait takes it. Raises ValueError.

    Abbreviations, which Marketo ignores and so does not wait at all, are refused here.
    Source: Marketo: wait flow step.
    """
    match = _WORDS.fullmatch(text.strip())
    if match is None:
        short = ": Marketo ignores a wait that is abbreviated" if _SHORT.fullmatch(text) else ""
        raise ValueError(
            f'"{text}" is no wait; write "30 minutes", "4 hours", "2 days", "1 week"{short}'
        )
    if len(match[1]) > 9 or int(match[1]) > LONGEST / _UNITS[match[2].lower()]:
        raise ValueError(f'"{text}" is longer than 100 years')
    return int(match[1]) * _UNITS[match[2].lower()]


def read_date(text: str, zone: ZoneInfo = ZONE) -> datetime | None:
    """A date or a local date and time that a field holds, or None where it holds none.

    An instant, with an offset, is the local time it is in the zone. Source: Marketo: wait flow step.
    """
    try:
        found = datetime.fromisoformat(text.strip())
        return found if found.tzinfo is None else found.astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def read_local(text: str) -> datetime:
    """A local date, or date and time, as schedules and waits are written. Raises ValueError.

    Source: Marketo: smart campaigns, wait flow step.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f'"{text}" is no local time; write "2026-01-06T09:00"') from error
    if found.tzinfo is not None:
        mend = found.replace(tzinfo=None).isoformat(timespec="minutes")
        raise ValueError(f'"{text}" names an offset; write it in the campaign\'s zone, as "{mend}"')
    if not 1970 <= found.year < NEVER.year:
        raise ValueError(f'"{text}" is no local time; write one between 1970 and 9000')
    return found


def read_time(text: str) -> time:
    """A time of day. Raises ValueError (Marketo: wait flow step)."""
    mend = f'"{text}" is no time of day; write "09:30"'
    try:
        found = time.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(mend) from error
    if found.tzinfo is not None:
        raise ValueError(mend)
    return found


def read_weekday(text: str) -> str:
    """A day of the week by its English name. Raises ValueError (Marketo: wait flow step)."""
    if text.lower() not in WEEKDAYS:
        raise ValueError(f'"{text}" is no weekday; write {", ".join(WEEKDAYS)}')
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


def _in_year(local: datetime, year: int) -> datetime:
    """The same day of another year."""
    return _months_on(local, (year - local.year) * 12)
