from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from harness.campaigns.calendar import Schedule, Wait, read_date, read_duration, read_weekday
from harness.campaigns.logic import BadLogic, parse
from harness.campaigns.qualification import Rule

CHICAGO = ZoneInfo("America/Chicago")


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _runs(schedule: Schedule, after: str, count: int) -> list[str]:
    found: list[str] = []
    now: datetime | None = _utc(after)
    while now is not None and len(found) < count:
        now = schedule.next_after(now)
        if now is not None:
            found.append(now.strftime("%Y-%m-%d %H:%M"))
    return found


def test_a_run_once_is_run_once() -> None:
    """It is there until its instant, and never again."""
    once = Schedule(start=datetime(2026, 1, 6, 9))
    assert _runs(once, "2026-01-05T00:00", 3) == ["2026-01-06 15:00"]
    assert once.next_after(_utc("2026-01-06T15:00")) is None


def test_daily_runs_keep_the_local_time_over_the_change_of_clocks() -> None:
    """Nine in Chicago is 15:00 UTC in winter and 14:00 in summer."""
    daily = Schedule(start=datetime(2026, 3, 7, 9), every="day")
    assert _runs(daily, "2026-03-07T00:00", 3) == [
        "2026-03-07 15:00",
        "2026-03-08 14:00",
        "2026-03-09 14:00",
    ]


def test_a_time_that_is_skipped_or_doubled_runs_once() -> None:
    """02:30 on the day the clocks go forward is 08:30 UTC; 01:30 when they go back the first one."""
    forward = Schedule(start=datetime(2026, 3, 7, 2, 30), every="day")
    assert _runs(forward, "2026-03-08T00:00", 2) == ["2026-03-08 08:30", "2026-03-09 07:30"]
    back = Schedule(start=datetime(2026, 10, 31, 1, 30), every="day")
    assert _runs(back, "2026-11-01T00:00", 2) == ["2026-11-01 06:30", "2026-11-02 07:30"]


def test_weekly_monthly_weekdays_and_an_end() -> None:
    """The 31st is the last day of a shorter month; weekends are left out on wish; it may end."""
    weekly = Schedule(start=datetime(2026, 1, 5, 9), every="week", until=date(2026, 1, 13))
    assert _runs(weekly, "2026-01-01T00:00", 9) == ["2026-01-05 15:00", "2026-01-12 15:00"]
    monthly = Schedule(start=datetime(2026, 1, 31, 9), every="month", zone=ZoneInfo("UTC"))
    assert _runs(monthly, "2026-01-01T00:00", 4) == [
        "2026-01-31 09:00",
        "2026-02-28 09:00",
        "2026-03-31 09:00",
        "2026-04-30 09:00",
    ]
    working = Schedule(start=datetime(2026, 1, 9, 9), every="day", weekdays_only=True)
    assert _runs(working, "2026-01-09T00:00", 2) == ["2026-01-09 15:00", "2026-01-12 15:00"]


def test_december_goes_on_into_the_next_year() -> None:
    """A monthly run in December is followed by one in January."""
    monthly = Schedule(start=datetime(2026, 12, 31, 9), every="month", zone=ZoneInfo("UTC"))
    assert _runs(monthly, "2026-12-01T00:00", 3) == [
        "2026-12-31 09:00",
        "2027-01-31 09:00",
        "2027-02-28 09:00",
    ]


def test_a_wait_for_a_duration() -> None:
    """It ends so much later, or at the next such day and time after that."""
    now = _utc("2026-01-05T15:00")  # a Monday, nine in Chicago
    assert Wait(duration=timedelta(hours=4)).due(now, "") == _utc("2026-01-05T19:00")
    at_ten = Wait(duration=timedelta(hours=2), at=time(10))
    assert at_ten.due(now, "") == _utc("2026-01-06T16:00")
    friday = Wait(duration=timedelta(days=1), weekdays=("friday",), at=time(8))
    assert friday.due(now, "") == _utc("2026-01-09T14:00")
    monday = Wait(duration=timedelta(minutes=1), weekdays=("monday",))
    assert monday.due(now, "") == _utc("2026-01-05T15:01")


def test_a_wait_until_a_date_or_a_field() -> None:
    """Local midnight of the date, or the time that is said; at once where it is over or no date."""
    now = _utc("2026-01-05T15:00")
    assert Wait(until=datetime(2026, 1, 7)).due(now, "") == _utc("2026-01-07T06:00")
    birthday = Wait(token="Birthday", at=time(9))
    assert birthday.due(now, "2026-02-01") == _utc("2026-02-01T15:00")
    assert birthday.due(now, "2025-02-01") == now
    assert birthday.due(now, "soon") == now


def test_durations_are_words() -> None:
    """Four hours are written out; an abbreviation, which would wait for nothing, is refused."""
    assert read_duration("4 hours") == timedelta(hours=4)
    assert read_duration("1 month") == timedelta(days=30)
    with pytest.raises(ValueError, match='"4 hrs" is no wait; write "30 minutes"'):
        read_duration("4 hrs")
    with pytest.raises(ValueError, match="is no weekday"):
        read_weekday("fri")
    assert (read_weekday("Friday"), read_date("x")) == ("friday", None)


@pytest.mark.parametrize(
    ("text", "results", "holds"),
    [
        ("1 and (2 or 3)", (True, False, True), True),
        ("1 and (2 or 3)", (True, False, False), False),
        ("(1 AND 2) or 3", (False, True, True), True),
        ("1 or 2 or 3", (False, False, False), False),
        ("((1)) and 2 and 3", (True, True, True), True),
    ],
)
def test_an_expression_by_number(text: str, results: tuple[bool, ...], holds: bool) -> None:
    """And, or and parentheses, in any case."""
    assert parse(text, 3).holds(results) is holds


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1 and 2 or 3", "mixes and with or"),
        ("1 and (2 or 3", "opens a parenthesis"),
        ("1 and 4 and 2 and 3", "names filter 4; there are 3"),
        ("1 and 2", "leaves out filter 3"),
        ("1 and", "ends where a filter"),
        ("and 1", "stands where a filter"),
        ("1 2 3", "stands where nothing can"),
        ("1 & 2", "is no logic; write all, any, or filter numbers"),
        ("ALL", "is no logic; write all, any"),
        ("1 and 12345", "is no logic"),
        ("(" * 200 + "1" + ")" * 200, "over 50 parentheses deep"),
        ("1 or " * 300, "is over 1000 characters long"),
        ("0 and 1 and 2 and 3", "names filter 0; there are 3"),
        ("", "ends where a filter"),
    ],
)
def test_an_expression_that_cannot_be_read_is_told(text: str, told: str) -> None:
    """The fault and the mend."""
    with pytest.raises(BadLogic, match=told):
        parse(text, 3)


def test_how_often_a_person_may_go_through() -> None:
    """A day is 24 hours from the last time, a month thirty of them."""
    sunday = _utc("2026-01-04T22:00")
    daily = Rule(kind="interval", count=1, unit="day")
    assert not daily.allows(sunday, _utc("2026-01-05T21:59"))
    assert daily.allows(sunday, _utc("2026-01-05T22:00"))
    monthly = Rule(kind="interval", count=1, unit="month")
    assert not monthly.allows(sunday, _utc("2026-02-03T21:59"))
    assert monthly.allows(sunday, _utc("2026-02-03T22:00"))
    assert Rule().allows(None, sunday)
    assert not Rule().allows(sunday, sunday)
    assert Rule(kind="every_time").allows(sunday, sunday)
