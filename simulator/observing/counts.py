"""What is counted while it happens: plain numbers of one simulator, read when somebody scrapes.

Whatever can be looked up then (queues, timers, accounts) is not here. No key is ever a phone number, an
id or an account: each comes from a set that the code fixes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict

from simulator.domain.carriers import MtState

NANOSECONDS = 1_000_000_000

QUICK = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Bounds in real seconds."""
ROWS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 5_000.0)
"""Bounds of rows in a batch."""
WAITS = (0.1, 1.0, 10.0, 60.0, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0, 86_400.0)
"""Bounds in seconds of an account's own time."""

STATUSES = ("none", "1xx", "2xx", "3xx", "4xx", "5xx")
"""Classes of HTTP statuses by their first digit; `none` where there was no answer."""


def place_of(status: int | None) -> int:
    """Where in STATUSES the class of an HTTP status is, whatever a peer may have made of it."""
    first = (status or 0) // 100
    return first if first < len(STATUSES) else 0


class Spread:
    """How many values were at most each bound, and their sum: what a histogram shows."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Calls:
    """The HTTP requests of one operation: how many by class of status, and how long they took."""

    __slots__ = ("operation", "seconds", "statuses", "surface")

    def __init__(self, surface: str, operation: str) -> None:
        self.surface = surface
        self.operation = operation
        self.statuses = [0] * len(STATUSES)
        self.seconds = Spread(QUICK)


class Counts:
    """Everything that is counted of one simulator.

    `calls` has every operation that was asked, `readers` how many live streams are open now.
    """

    def __init__(self) -> None:
        self.calls: list[Calls] = []
        self.readers = 0
        self.smpp: Counter[tuple[str, str]] = Counter()
        self.commands: Counter[str] = Counter()
        self.events: Counter[str] = Counter()
        self.messages: Counter[tuple[str, str]] = Counter({("mt", s.value): 0 for s in MtState})
        self.messages["mo", "received"] = 0
        self.callbacks: Counter[tuple[str, str]] = Counter()
        self.callback_waits: defaultdict[str, Spread] = defaultdict(lambda: Spread(WAITS))
        self.attempts: Counter[tuple[str, str]] = Counter()
        self.attempt_seconds: defaultdict[str, Spread] = defaultdict(lambda: Spread(QUICK))
        self.batch_rows = Spread(ROWS)
        self.commit_seconds = Spread(QUICK)

    def smpp_answered(self, command: str, status: str) -> None:
        """Count an SMPP request by its answer."""
        self.smpp[command, status] += 1
