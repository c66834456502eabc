"""What Locust counted, as the rows that thresholds judge."""

from __future__ import annotations

from locust.stats import RequestStats, StatsEntry

from harness.load.script import THROTTLED
from harness.load.thresholds import TIMES, Row

_SHARES = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99, "max_ms": 1.0}


def figures(stats: RequestStats) -> tuple[Row, dict[str, Row]]:
    """All answers together, and each row by its name."""
    throttled = {
        name.removesuffix(THROTTLED): entry.num_requests
        for (name, _), entry in stats.entries.items()
        if name.endswith(THROTTLED)
    }
    rows = {
        name: _row(entry, throttled.get(name, 0), entry.num_requests)
        for (name, _), entry in stats.entries.items()
        if not name.endswith(THROTTLED)
    }
    for name, count in throttled.items():
        rows.setdefault(name, Row(0, 0, count, 0.0, dict.fromkeys(TIMES, 0.0)))
    later = sum(throttled.values())
    return _row(stats.total, later, stats.total.num_requests - later), rows


def _row(entry: StatsEntry, throttled: int, count: int) -> Row:
    times = {
        figure: float(entry.get_response_time_percentile(share))
        for figure, share in _SHARES.items()
    }
    rate = entry.total_rps if entry.num_requests else 0.0
    return Row(count, entry.num_failures, throttled, rate, times)
