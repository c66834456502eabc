"""The load test's own metrics: rows of Locust's table beside the answers, and their history.

They go into their own rows and not into the total, whose charts show answers alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from locust.env import Environment
from locust.stats import (
    RequestStats,
    calculate_response_time_percentile,
    diff_response_time_dicts,
)

from harness.load.charts import Point
from harness.load.script import METRICS, Told

METHOD = "SMS"


class Waits:
    """What users wait to be told by a callback, and since when; heard, it is a row's next value."""

    def __init__(self, environment: Environment) -> None:
        self._stats = environment.stats
        self._since: dict[Told, float] = {}

    def __len__(self) -> int:
        return len(self._since)

    @contextmanager
    def begin(self, what: Told) -> Iterator[None]:
        """Wait for it from now on; no longer where the block does not come to its end."""
        self._since[what] = perf_counter()
        try:
            yield
        except BaseException:
            self._since.pop(what, None)
            raise

    def heard(self, what: Told) -> None:
        """It has been told. What nobody waits for, or was told before, is no measurement."""
        since = self._since.pop(what, None)
        if since is not None:
            took_ms = (perf_counter() - since) * 1000
            self._stats.get(what.metric, METHOD).log(int(took_ms), 0)


class History:
    """The metrics as they went: each look takes what came since the last one."""

    def __init__(self, stats: RequestStats) -> None:
        self.points: list[Point] = []
        self._stats = stats
        self._began = perf_counter()
        self._before: dict[str, dict[int, int]] = {}

    def look(self) -> None:
        """A point for each metric that was measured since."""
        for name in METRICS:
            entry = self._stats.entries.get((name, METHOD))
            times = dict(entry.response_times) if entry is not None else {}
            fresh = diff_response_time_dicts(times, self._before.get(name, {}))
            self._before[name] = times
            if count := sum(fresh.values()):
                p50, p95 = (
                    calculate_response_time_percentile(fresh, count, share) for share in (0.5, 0.95)
                )
                at_s = round(perf_counter() - self._began, 1)
                self.points.append(Point(name, at_s, count, p50, p95))
