"""The daily files of numbers that carriers dropped: gzip, two columns, a tab between.

Rules: Connect carrier-disconnect-files. A day is one of US Central time.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from simulator.domain.handset import Disconnect
from simulator.domain.instants import Instant, local_instant
from simulator.domain.numbers import format_mdn

_NAME = re.compile(r"disconnect_(intl_)?([0-9]{4})_([0-9]{2})_([0-9]{2})\.tsv\.gz")
_ZONE = "America/Chicago"


class FileDay(NamedTuple):
    """The day a file is of, and whether its numbers are in E.164.

    Source: Connect: carrier-disconnect-files.
    """

    starts: Instant
    ends: Instant
    international: bool


def day_of(name: str) -> FileDay | None:
    """The day that a file name says, or None (Connect: carrier-disconnect-files)."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    try:
        day = date(int(match[2]), int(match[3]), int(match[4]))
        following = day + timedelta(days=1)
        starts = local_instant(day.isoformat(), "00:00", _ZONE)
        ends = local_instant(following.isoformat(), "00:00", _ZONE)
    except (ValueError, OverflowError):
        return None
    return FileDay(starts, ends, match[1] is not None)


def write(lines: Iterable[Disconnect], *, international: bool) -> bytes:
    """The file: a number and its carrier's code on each line, without a head.

    Source: Connect: carrier-disconnect-files.
    """
    version = 2 if international else 1
    rows = (f"{format_mdn(item.mdn, version)}\t{item.carrier}\n" for item in lines)
    return gzip.compress("".join(rows).encode(), mtime=0)
