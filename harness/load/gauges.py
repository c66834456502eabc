"""What a simulator says of itself at `/metrics`: how much waits in it (docs/observability.md)."""

from __future__ import annotations

from http.client import HTTPException
from typing import NamedTuple
from urllib.request import Request, urlopen

FETCH_LIMIT_S = 10


class NoGauges(Exception):
    """It says nothing that can be read; the message says why."""


class Gauges(NamedTuple):
    """Callbacks that have not ended, timers set and due, commands that wait, rows of the journal."""

    callbacks_open: int
    timers_pending: int
    timers_due: int
    engine_queue: int
    journal_rows: int


_SERIES = (
    "smsim_callbacks_open",
    'smsim_timers{state="pending"}',
    'smsim_timers{state="due"}',
    "smsim_engine_queue",
    "smsim_journal_rows",
)


def read(text: str) -> Gauges:
    """The gauges of a page in Prometheus' text format. Raises NoGauges where one is missing."""
    values = dict(row.rpartition(" ")[::2] for row in text.splitlines() if not row.startswith("#"))
    try:
        return Gauges(*(int(float(values[name])) for name in _SERIES))
    except (KeyError, ValueError) as error:
        raise NoGauges(f"/metrics has no {error}") from error


def fetch(url: str, headers: dict[str, str] | None = None) -> Gauges:
    """The gauges of the simulator at that address. Raises NoGauges."""
    try:
        with urlopen(
            Request(f"{url}/metrics", headers=headers or {}), timeout=FETCH_LIMIT_S
        ) as page:
            return read(page.read().decode())
    except (OSError, HTTPException, UnicodeDecodeError) as error:
        raise NoGauges(f"{url}/metrics could not be read: {error}") from error
