"""Times as each Vibes wire writes them (examples in Vibes' and Connect's pages)."""

from __future__ import annotations

from datetime import UTC
from functools import cache
from zoneinfo import ZoneInfo

from simulator.domain.instants import SECOND, Instant, iso, parse_instant, to_datetime


def platform_time(instant: int) -> str:
    """`2017-03-15T15:42:23Z`: UTC, whole seconds (Vibes: callbacks)."""
    return iso(instant - instant % SECOND)


def receipt_time(instant: int) -> str:
    """`2011-04-19T15:10:08.320-05:00`: US Central, milliseconds (Connect: callbacks)."""
    return to_datetime(instant).astimezone(_central()).isoformat(timespec="milliseconds")


def mo_time(instant: int) -> str:
    """`2016-12-04 16:47:44-0600`: US Central, as observed in MO callbacks (Connect: receiving)."""
    return to_datetime(instant).astimezone(_central()).strftime("%Y-%m-%d %H:%M:%S%z")


def unmatched_time(instant: int) -> str:
    """`2019-06-04T22:29:51+00:00`: the shape of `receipt_date` (Vibes: unmatched-message)."""
    return to_datetime(instant).astimezone(UTC).isoformat(timespec="seconds")


def read_date(text: str) -> Instant:
    """A start or end date of a registration: `2017-01-01`, `...T00:00Z`, `...T00:00:00Z`.

    Source: Vibes: callback-api.
    """
    return parse_instant(text)


@cache
def _central() -> ZoneInfo:
    return ZoneInfo("America/Chicago")
