from __future__ import annotations

import pytest

from simulator.domain.instants import (
    DAY,
    HOUR,
    MILLISECOND,
    MINUTE,
    SECOND,
    format_duration,
    iso,
    parse_duration,
    parse_instant,
    to_datetime,
)


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("24h", 24 * HOUR),
        ("1h30m", 90 * MINUTE),
        ("250ms", 250 * MILLISECOND),
        ("2d", 2 * DAY),
        ("1w", 7 * DAY),
        ("0s", 0),
        ("1.5s", 1_500 * MILLISECOND),
        (" 5m ", 5 * MINUTE),
        ("PT24H", DAY),
        ("P1DT2H3M4.5S", DAY + 2 * HOUR + 3 * MINUTE + 4_500 * MILLISECOND),
        ("P2W", 14 * DAY),
    ],
)
def test_durations_are_read(text: str, duration: int) -> None:
    """The short way and ISO 8601 are whole microseconds."""
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text", ["", "24", "h", "1h 30m", "-1h", "1x", "P", "PT", "soon", "1h30", "h1", "²h"]
)
def test_what_is_no_duration_is_told_with_the_forms_that_work(text: str) -> None:
    """The message names the text and shows what to write."""
    with pytest.raises(ValueError, match="is not a duration; write"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (0, "0s"),
        (DAY, "24h"),
        (2 * DAY, "2d"),
        (90 * MINUTE, "1h30m"),
        (1_250 * MILLISECOND, "1s250ms"),
        (7, "7us"),
        (-HOUR, "-1h"),
    ],
)
def test_durations_are_written_the_short_way(duration: int, text: str) -> None:
    """Largest unit first, and a day stays 24h."""
    assert format_duration(duration) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-01-05T15:00:00Z", "2026-01-05T15:00:00Z"),
        ("2026-01-05T15:00:00", "2026-01-05T15:00:00Z"),
        ("2026-01-05T15:00:00-06:00", "2026-01-05T21:00:00Z"),
        ("2026-01-05", "2026-01-05T00:00:00Z"),
        ("2016-04-05T14:30Z", "2016-04-05T14:30:00Z"),
        ("2018-07-09T23:55:00.250Z", "2018-07-09T23:55:00.250Z"),
    ],
)
def test_times_are_read_and_written(text: str, shown: str) -> None:
    """Without offset it is UTC; a fraction has three or six digits, only where there is one."""
    assert iso(parse_instant(text)) == shown


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2026-13-01", "2026-01-05T25:00:00Z", "1969-12-31", "9000-01-02"]
)
def test_what_is_no_time_is_told(text: str) -> None:
    """The message shows what to write."""
    with pytest.raises(ValueError, match="is not a time; write"):
        parse_instant(text)


def test_an_instant_counts_microseconds_from_1970() -> None:
    """The epoch is 0 and the datetime is aware."""
    assert int(parse_instant("1970-01-01T00:00:01Z")) == int(SECOND)
    assert to_datetime(SECOND).isoformat() == "1970-01-01T00:00:01+00:00"
