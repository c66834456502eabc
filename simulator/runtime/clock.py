"""Wall time. This is the one module of the simulator that reads a real clock."""

from __future__ import annotations

import time
from typing import Protocol

from simulator.domain.instants import Instant


class Wall(Protocol):
    """A wall clock. A live account's time is anchored to it; a manual account never asks."""

    def now(self) -> Instant:
        """Microseconds since the epoch, by the wall."""
        ...


class SystemWall:
    """The machine's own clock, made monotonic: it never goes back while the process lives."""

    def __init__(self) -> None:
        self._started = time.time_ns() // 1000
        self._origin = time.monotonic_ns() // 1000

    def now(self) -> Instant:
        """The time at start plus what the monotonic clock has counted since."""
        return Instant(self._started + time.monotonic_ns() // 1000 - self._origin)


def elapsed_ms(since_ns: int) -> int:
    """Real milliseconds since a reading of `stopwatch`."""
    return (time.perf_counter_ns() - since_ns) // 1_000_000


def stopwatch() -> int:
    """A reading to measure real time from, in nanoseconds."""
    return time.perf_counter_ns()
