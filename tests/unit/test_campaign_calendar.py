"""Waits and schedules where calendars are odd: clocks that change, leap days, the end of time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.campaigns.calendar import (
    NEVER,
    WEEKDAYS,
    Schedule,
    Wait,
    read_date,
    read_duration,
    read_local,
    read_time,
)
from harness.campaigns.logic import Group, parse

CHICAGO = ZoneInfo("America/Chicago")
ZONES = st.sampled_from(
    [ZoneInfo(name) for name in ("UTC", "America/Chicago", "America/Havana", "Australia/Lord_Howe")]
)
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
TIMES = st.times().map(lambda told: told.replace(second=0, microsecond=0))


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "born", "days", "due"),
    [
        ("2026-01-05T15:00", "1990-01-20", 0, "2026-01-20T15:00"),
        ("2026-01-05T15:00", "1990-01-05", 0, "2026-01-05T15:00"),
        ("2026-01-05T15:01", "1990-01-05", 0, "2027-01-05T15:00"),
        ("2026-01-05T15:00", "2000-02-29", 0, "2026-02-28T15:00"),
        ("2027-12-30T15:00", "2000-02-29", 0, "2028-02-29T15:00"),
        ("2026-01-05T15:00", "1990-01-07", -3, "2027-01-04T15:00"),
        ("2026-01-05T15:00", "1990-12-30", 8, "2026-01-07T15:00"),
        ("2026-01-05T15:00", "2030-07-01", 0, "2026-07-01T14:00"),
    ],
)
def test_the_next_anniversary(now: str, born: str, days: int, due: str) -> None:
    """This year's if it is not over, moved by so many days; else the next."""
    wait = Wait(token="Birthday", anniversary=True, days=days, at=time(9))
    assert wait.due(_utc(now), born) == _utc(due)


def test_the_days_of_a_field_and_its_time() -> None:
    """A date is its midnight, a time stays, and an offset is brought into the zone."""
    now = _utc("2026-01-05T15:00")
    wait = Wait(token="When", days=-1)
    assert wait.due(now, "2026-01-09") == _utc("2026-01-08T06:00")
    assert wait.due(now, "2026-01-09T10:30") == _utc("2026-01-08T16:30")
    assert wait.due(now, "2026-01-09T10:30:00+00:00") == _utc("2026-01-08T10:30")
    assert wait.due(now, " ") == now
    assert read_date("0001-01-01T00:00:00+05:00", CHICAGO) is None


def test_the_end_of_time() -> None:
    """Who waits beyond it waits for ever; no run is planned there, and none loops."""
    now = _utc("2026-01-05T15:00")
    assert Wait(token="x").due(now, "9999-12-31T23:59") == NEVER
    assert Wait(token="x", days=366).due(now, "9999-12-31") == NEVER
    assert Wait(token="x", days=-366).due(now, "0001-01-01") == now
    assert Wait(duration=timedelta(days=36_500)).due(_utc("8999-01-01T00:00"), "") == NEVER
    weekend = Schedule(start=datetime(2026, 1, 10), every="week", weekdays_only=True)
    assert weekend.next_after(now) is None
    last = Schedule(start=datetime(8999, 12, 1), every="month")
    assert last.next_after(_utc("8999-12-15T00:00")) is None


def test_a_run_at_the_instant_itself() -> None:
    """After is after; on wish the instant counts too."""
    once = Schedule(start=datetime(2026, 1, 5, 9))
    now = _utc("2026-01-05T15:00")
    assert once.next_after(now) is None
    assert once.next_after(now, or_at=True) == now


def test_several_weekdays_and_the_hour_that_comes_twice() -> None:
    """From Friday five o'clock 48 hours and a working day at nine is Monday; never before the end."""
    working = Wait(duration=timedelta(hours=48), weekdays=WEEKDAYS[:5], at=time(9))
    assert working.due(_utc("2026-01-09T23:00"), "") == _utc("2026-01-12T15:00")
    quarter_to_two = Wait(duration=timedelta(hours=1), at=time(1, 45))
    assert quarter_to_two.due(_utc("2026-11-01T05:30"), "") == _utc("2026-11-01T06:45")
    assert quarter_to_two.due(_utc("2026-11-01T06:15"), "") == _utc("2026-11-02T07:45")
    sunday = Wait(duration=timedelta(hours=1), weekdays=("sunday",))
    assert sunday.due(_utc("2026-11-01T06:15"), "") == _utc("2026-11-01T07:15")


@pytest.mark.parametrize(
    ("read", "text", "told"),
    [
        (read_local, "tomorrow", 'write "2026-01-06T09:00"'),
        (
            read_local,
            "2026-01-06T09:00Z",
            'write it in the campaign\'s zone, as "2026-01-06T09:00"',
        ),
        (read_local, "9999-01-01", "between 1970 and 9000"),
        (read_time, "9:30", 'write "09:30"'),
        (read_time, "09:30Z", 'write "09:30"'),
        (read_duration, "40000 days", "longer than 100 years"),
        (read_duration, "9" * 5_000 + " days", "longer than 100 years"),
        (read_duration, "-1 day", "is no wait"),
        (read_duration, "1.5 hours", "is no wait"),
    ],
)
def test_what_is_no_time_is_told_with_the_mend(read: object, text: str, told: str) -> None:
    """A ValueError, whatever is written."""
    assert callable(read)
    with pytest.raises(ValueError, match=told):
        read(text)


@given(
    INSTANTS,
    st.timedeltas(timedelta(0), timedelta(days=40)),
    st.sets(st.sampled_from(WEEKDAYS)),
    st.none() | TIMES,
    ZONES,
)
def test_a_wait_ends_at_the_first_such_moment(
    now: datetime, duration: timedelta, days: set[str], at: time | None, zone: ZoneInfo
) -> None:
    """Never before its duration is over, within a week and a bit after, and on a day that fits."""
    wait = Wait(duration=duration, weekdays=tuple(days), at=at, zone=zone)
    due = wait.due(now, "")
    ended = now + duration
    assert ended <= due <= ended + timedelta(days=8, hours=2)
    local = due.astimezone(zone)
    if days:
        assert WEEKDAYS[local.weekday()] in days
    if at is not None:
        shift = datetime.combine(local.date(), local.time()) - datetime.combine(local.date(), at)
        assert shift in (timedelta(0), timedelta(minutes=30), timedelta(hours=1))


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31)),
    st.sampled_from(["day", "week", "month"]),
    st.booleans(),
    ZONES,
    INSTANTS,
)
def test_runs_go_on_and_never_back(
    start: datetime, every: str, weekdays_only: bool, zone: ZoneInfo, now: datetime
) -> None:
    """The next is after now, it is the same local time of day, and at most one month away."""
    schedule = Schedule(
        start=start.replace(microsecond=0),
        every=every,  # type: ignore[arg-type]
        weekdays_only=weekdays_only and every == "day",
        until=date(2030, 1, 1),
        zone=zone,
    )
    found = [now]
    for _ in range(4):
        following = schedule.next_after(found[-1])
        assert following is not None
        assert following > found[-1]
        found.append(following)
    for before, after in pairwise(found[1:]):
        assert after - before <= timedelta(days=31, hours=2)


LOGIC = st.recursive(
    st.integers(1, 5),
    lambda inner: st.builds(
        Group, st.sampled_from(["and", "or"]), st.lists(inner, min_size=1, max_size=3).map(tuple)
    ),
    max_leaves=12,
)


def _written(part: int | Group) -> str:
    if isinstance(part, int):
        return str(part)
    return "(" + f" {part.joined} ".join(map(_written, part.parts)) + ")"


@given(LOGIC, st.lists(st.booleans(), min_size=5, max_size=5))
def test_logic_that_is_written_is_read_again(logic: int | Group, results: list[bool]) -> None:
    """Whatever the nesting, the expression holds where the tree it was written from holds."""
    whole = Group("or", (Group("and", (1, 2, 3, 4, 5)), logic))
    read = parse(f"(1 and 2 and 3 and 4 and 5) or {_written(logic)}", 5)
    assert read.holds(results) is whole.holds(results)
