"""The load test's own metrics: rows of Locust's table beside the answers, and their history.

They go into their own rows and not into the total, whose charts show answers alone. The answers of
each few seconds are kept too.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter, process_time, time

from locust.env import Environment
from locust.stats import (
    RequestStats,
    calculate_response_time_percentile,
    diff_response_time_dicts,
)

from harness.load.charts import Point
from harness.load.script import METRICS, Told
from harness.load.windows import Window

METHOD = "SMS"


class Waits:
    """What users wait to be told by a callback, and since when; heard, it is a row's next value."""

    def __init__(self, environment: Environment) -> None:
        self._stats = environment.stats
        self._since: dict[Told, deque[float]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._since.values()))

    @contextmanager
    def begin(self, what: Told) -> Iterator[None]:
        """Wait for it from now on; no longer where the block does not come to its end."""
        began = perf_counter()
        self._since.setdefault(what, deque()).append(began)
        try:
            yield
        except BaseException:
            self._end(what, began)
            raise

    def heard(self, what: Told) -> None:
        """It has been told; of the same things the first comes first, as callbacks do.

        What nobody waits for, or was told before, is no measurement.
        """
        since = self._since.get(what)
        if since:
            took_ms = (perf_counter() - since[0]) * 1000
            self._end(what, since[0])
            self._stats.get(what.metric, METHOD).log(int(took_ms), 0)

    def _end(self, what: Told, began: float) -> None:
        since = self._since.get(what, deque())
        if began in since:
            since.remove(began)
        if not since:
            self._since.pop(what, None)


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


class Windows:
    """The answers as they went: each look is a window of what came since the last one."""

    def __init__(self, stats: RequestStats) -> None:
        self.found: list[Window] = []
        self._stats = stats
        self._began = perf_counter()
        self._times: dict[int, int] = {}
        self._failures = 0
        self._turns: Counter[str] = Counter()

    def look(self, turns: Mapping[str, int], users: Mapping[str, int], unanswered: int) -> None:
        """A window until now; `turns` is how many each kind of users has begun so far."""
        total, now = self._stats.total, perf_counter()
        times, failures = dict(total.response_times), total.num_failures
        fresh = diff_response_time_dicts(times, self._times)
        count = sum(fresh.values())
        p50, p95, p99 = (
            calculate_response_time_percentile(fresh, count, share) for share in (0.5, 0.95, 0.99)
        )
        self.found.append(
            Window(
                at=time(),
                seconds=now - self._began,
                requests=count,
                failures=failures - self._failures,
                p50_ms=p50,
                p95_ms=p95,
                p99_ms=p99,
                turns=dict(Counter(turns) - self._turns),
                users=dict(users),
                unanswered=unanswered,
                locust_cpu_s=process_time(),
            )
        )
        self._began, self._times, self._failures = now, times, failures
        self._turns = Counter(turns)
