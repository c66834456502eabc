from __future__ import annotations

import pytest

from simulator.domain.instants import parse_instant
from simulator.wire.times import mo_time, platform_time, read_date, receipt_time, unmatched_time

WINTER = parse_instant("2026-01-05T15:04:05.678Z")
SUMMER = parse_instant("2026-07-05T15:04:05.678Z")


def test_the_platform_writes_whole_seconds_in_utc() -> None:
    """`2017-03-15T15:42:23Z`: the fraction is cut off, not rounded."""
    assert platform_time(WINTER) == "2026-01-05T15:04:05Z"


def test_receipts_are_us_central_with_milliseconds() -> None:
    """-06:00 in winter, -05:00 in summer."""
    assert receipt_time(WINTER) == "2026-01-05T09:04:05.678-06:00"
    assert receipt_time(SUMMER) == "2026-07-05T10:04:05.678-05:00"


def test_mo_dates_are_in_the_observed_shape() -> None:
    """A space before the time, none before the offset, no colon in it."""
    assert mo_time(WINTER) == "2026-01-05 09:04:05-0600"


def test_unmatched_dates_spell_the_offset() -> None:
    """`+00:00` in place of Z."""
    assert unmatched_time(WINTER) == "2026-01-05T15:04:05+00:00"


@pytest.mark.parametrize("text", ["2017-01-01", "2017-01-01T00:00Z", "2017-01-01T00:00:00Z"])
def test_registration_dates_come_in_three_shapes(text: str) -> None:
    """All are the same instant."""
    assert read_date(text) == parse_instant("2017-01-01T00:00:00Z")
