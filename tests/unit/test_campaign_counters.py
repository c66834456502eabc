"""What the log holds, in pages; and what it comes to: counters, rates, over time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.campaigns.activity_log import Activity, ActivityLog, Kind, Reason
from harness.campaigns.counters import COUNTED, Counters, counters, over_time

Per = Literal["minute", "hour", "day"]
START = datetime(2026, 3, 7, tzinfo=UTC)


def _activity(kind: Kind, minutes: int = 0, campaign: str = "Sale", soft: bool = False) -> Activity:
    bounced = Reason.SOFT if soft else Reason.HARD
    return Activity(
        at=(START + timedelta(minutes=minutes)).isoformat(),
        person_id=1,
        kind=kind,
        campaign=campaign,
        reason=bounced if kind is Kind.SMS_BOUNCED else None,
    )


ACTIVITIES = st.lists(
    st.builds(
        _activity,
        st.sampled_from(list(Kind)),
        st.integers(0, 5_000),
        st.sampled_from(["Sale", "News"]),
        st.booleans(),
    ),
    max_size=60,
)


def test_rates_are_of_what_was_sent() -> None:
    """Three sent, one delivered, one bounced for now and one for good."""
    log = [
        *[_activity(Kind.SMS_SENT)] * 3,
        _activity(Kind.SMS_DELIVERED),
        _activity(Kind.SMS_BOUNCED, soft=True),
        _activity(Kind.SMS_BOUNCED),
        _activity(Kind.SMS_SENT, campaign="News"),
        _activity(Kind.SMS_SKIPPED),
    ]
    found = counters(log, "Sale")
    assert found == Counters(sent=3, delivered=1, bounced_soft=1, bounced_hard=1)
    assert found.delivery_rate == pytest.approx(1 / 3)
    assert found.bounce_rate == pytest.approx(2 / 3)
    assert counters(log).sent == 4
    assert (Counters().delivery_rate, Counters().bounce_rate) == (0, 0)


@given(ACTIVITIES, st.sampled_from(["minute", "hour", "day"]), st.sampled_from([None, "Sale"]))
def test_over_time_adds_up_to_the_whole(
    log: list[Activity], per: Per, campaign: str | None
) -> None:
    """Every activity that counts is in one bucket, that of its time, and the buckets are in order."""
    found = over_time(log, campaign, per, ZoneInfo("America/Chicago"))
    whole = counters(log, campaign)
    for name in COUNTED:
        assert sum(getattr(item, name) for item in found.values()) == getattr(whole, name)
    assert list(found) == sorted(found)
    assert Counters() not in found.values()
    assert sum(getattr(whole, name) for name in COUNTED) == sum(
        item.kind in (Kind.SMS_SENT, Kind.SMS_DELIVERED, Kind.SMS_BOUNCED, Kind.SMS_CLICKED)
        for item in log
        if campaign in (None, item.campaign)
    )


def test_a_day_is_one_of_the_zone() -> None:
    """The day the clocks go forward begins at six UTC in Chicago and ends 23 hours later."""
    hours = [5, 6, 28, 29, 30, 52, 53]
    log = [_activity(Kind.SMS_SENT, minutes=60 * hour) for hour in hours]
    found = over_time(log, per="day", zone=ZoneInfo("America/Chicago"))
    assert {start.strftime("%d %H"): item.sent for start, item in found.items()} == {
        "06 06": 1,
        "07 06": 3,
        "08 06": 2,
        "09 05": 1,
    }
    minutes = [_activity(Kind.SMS_SENT, minutes=minute) for minute in (0, 0, 59, 60)]
    assert [item.sent for item in over_time(minutes).values()] == [3, 1]
    assert [item.sent for item in over_time(minutes, per="minute").values()] == [2, 1, 1]


@given(ACTIVITIES, st.integers(1, 20))
def test_pages_of_the_log_are_the_log(activities: list[Activity], limit: int) -> None:
    """Each activity once and in order, and after the last page an empty one."""
    log = ActivityLog()
    for item in activities:
        log.add(item)
    found: list[Activity] = []
    while page := log.page(len(found), limit):
        assert len(page) <= limit
        found += page
    assert found == activities == list(log)
    assert log.of(1) == activities
    assert log.of(2) == []
