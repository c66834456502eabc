"""Reading the journal for the reconciliation: page by page, until all has ended or time is up."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from harness.load.ledger import Ledger
from harness.load.reconciliation import TYPES, Counts, Reconciliation, decode_page
from harness.stopwatch import reading

PAGE = 5_000
"""Rows of a page: some megabytes at a time, however many there are."""

MOST_DRAINS = 20
"""How many times as long it is followed that always moves."""

PAUSE_S = 0.25

Fetch = Callable[[str], bytes]
"""What the control API answers to a GET of a path below the account."""


class Findings(NamedTuple):
    """What the journal holds (None where it could not be read), and what does not add up."""

    counts: Counts | None
    faults: list[str]


class _Gone(Exception):
    """Rows were let go before they were read."""


def audit(
    fetch: Fetch,
    ledger: Callable[[], Ledger],
    drain_s: float,
    pause: Callable[[float], None],
    clock: Callable[[], float] = reading,
) -> Findings:
    """Follow the journal until nothing is under way, or nothing has moved for so long.

    Then it is held to the ledger, which is asked for last, so that it has what came in meanwhile.
    """
    book, after = Reconciliation(), 0
    moved = began = clock()
    while True:
        try:
            before, after = after, _follow(fetch, book, after)
        except _Gone as gone:
            return Findings(None, [str(gone)])
        now = clock()
        if after != before:
            moved = now
        if book.settled or now - moved > drain_s or now - began > MOST_DRAINS * drain_s:
            return Findings(book.counts, [*book.faults(ledger()), *_lost(fetch, book.counts)])
        pause(PAUSE_S)


def _lost(fetch: Fetch, counts: Counts) -> list[str]:
    """What is on its way and never gets anywhere, for nothing is due that would move it."""
    if not counts.pending or json.loads(fetch("/clock"))["next_timer"] is not None:
        return []
    return [f"{counts.pending} messages are pending, and nothing is due that would end them"]


def _follow(fetch: Fetch, book: Reconciliation, after: int) -> int:
    """Take every row after `after`; the last there was. Raises _Gone."""
    names = ",".join(kind.__name__ for kind in TYPES)
    while True:
        page = decode_page(fetch(f"/events?types={names}&after={after}&limit={PAGE}"))
        if page.first > after + 1:
            raise _Gone(
                f"the journal cannot be reconciled: its rows before {page.first} were let go by "
                "--keep-messages or --keep-for; run it with all kept"
            )
        for row in page.items:
            book.take(row)
        if page.items:
            after = page.items[-1].seq
        if page.next is None:
            return after
