"""Thresholds of a load test: read from TOML, every mistake at once with its mend, and judged.

[total]                         # all answers, without the SMS metrics
failures = "0%"                 # at most; a share, or a number of them
requests_per_second = 50        # at least

[names."time to handset"]       # one row of Locust's table
p95_ms = 20000                  # at most; also p50_ms, p99_ms, max_ms
count = 10                      # at least
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

SHIPPED = Path(__file__).with_name("thresholds.toml")


class BadThresholds(Exception):
    """The file cannot be used; the message has a line for each mistake."""


class Row(NamedTuple):
    """A row of the report as it is judged; times in ms, `throttled` were told to come later."""

    requests: int
    failures: int
    throttled: int
    requests_per_second: float
    percentiles: Mapping[str, float]


class Limit(NamedTuple):
    """A bound of one figure; `share` where it is of all answers and not a number of its own."""

    figure: str
    bound: float
    share: bool = False

    def __str__(self) -> str:
        return f"{self.bound:.4g}%" if self.share else f"{self.bound:g}"


class Thresholds(NamedTuple):
    """The bounds of the whole run, and those of rows by name."""

    total: tuple[Limit, ...]
    names: Mapping[str, tuple[Limit, ...]]


TIMES = ("p50_ms", "p95_ms", "p99_ms", "max_ms")
AT_LEAST = ("count", "requests_per_second")
SHARES = ("failures", "throttled")
FIGURES = (*AT_LEAST, *SHARES, *TIMES)


def load(path: Path, names: Iterable[str]) -> Thresholds:
    """The thresholds of a file; `names` are the rows there can be. Raises BadThresholds."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadThresholds(f"{path}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise BadThresholds(f"{path}: is no TOML: {error}") from error
    return read(told, names, str(path))


def read(told: Mapping[str, Any], names: Iterable[str], source: str = "thresholds") -> Thresholds:
    """The thresholds that a document tells. Raises BadThresholds with all its mistakes."""
    known, faults = tuple(names), list[str]()
    faults += [_unknown("table", key, ("total", "names")) for key in told if key not in _TABLES]
    total = _limits(told.get("total", {}), "[total]", faults)
    rows = told.get("names", {})
    if not isinstance(rows, dict):
        faults.append('"names" must be tables: [names."MT short"]')
        rows = {}
    faults += [_unknown("row", name, known) for name in rows if name not in known]
    limits = {name: _limits(table, f'[names."{name}"]', faults) for name, table in rows.items()}
    if not faults and not total and not any(limits.values()):
        faults.append('it sets no threshold; write [total] and failures = "0%"')
    if faults:
        raise BadThresholds("\n".join(f"{source}: {fault}" for fault in faults))
    return Thresholds(total, limits)


def judge(thresholds: Thresholds, total: Row, rows: Mapping[str, Row]) -> list[str]:
    """What is beyond its bound, in words; empty where the run has passed."""
    faults = _judged("all answers", thresholds.total, total)
    for name, limits in thresholds.names.items():
        row = rows.get(name)
        if row is not None and row.requests:
            faults += _judged(name, limits, row)
        elif limits:
            faults.append(f'"{name}" did not happen, so its thresholds cannot be met')
    return faults


_TABLES = ("total", "names")


def _limits(table: object, where: str, faults: list[str]) -> tuple[Limit, ...]:
    if not isinstance(table, dict):
        faults.append(f"{where} must be a table of figures: {', '.join(FIGURES)}")
        return ()
    limits = []
    for figure, value in table.items():
        if figure not in FIGURES:
            faults.append(f"{where}: {_unknown('figure', figure, FIGURES)}")
            continue
        limit = _limit(figure, value)
        if limit is None:
            faults.append(f"{where}: {figure} is {value!r}; write {_mend(figure)}")
        else:
            limits.append(limit)
    return tuple(limits)


def _limit(figure: str, value: object) -> Limit | None:
    if figure in SHARES and isinstance(value, str):
        text = value.strip()
        try:
            share = float(text.removesuffix("%")) if text.endswith("%") else -1.0
        except ValueError:
            return None
        return Limit(figure, share, share=True) if 0 <= share <= 100 else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        return None
    return None if figure in SHARES and value != int(value) else Limit(figure, value)


def _mend(figure: str) -> str:
    if figure in SHARES:
        return 'a share such as "0.5%", or a whole number of answers'
    return "a number of milliseconds, 0 or more" if figure in TIMES else "a number, 0 or more"


def _unknown(kind: str, name: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(name, known, 1)
    mend = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known)}"
    return f'there is no {kind} "{name}"; {mend}'


def _judged(name: str, limits: tuple[Limit, ...], row: Row) -> list[str]:
    return [fault for limit in limits if (fault := _beyond(name, limit, row))]


def _beyond(name: str, limit: Limit, row: Row) -> str | None:
    figure = limit.figure
    measured = _MEASURES[figure](row) if figure in _MEASURES else row.percentiles[figure]
    if limit.share:
        measured = 100 * measured / max(1, row.requests + row.throttled)
    over = measured < limit.bound if figure in AT_LEAST else measured > limit.bound
    if not over:
        return None
    shown = f"{measured:.4g}%" if limit.share else f"{measured:g}"
    return f"{figure} of {name} is {shown}; {'least' if figure in AT_LEAST else 'most'} {limit}"


_MEASURES: dict[str, Callable[[Row], float]] = {
    "count": lambda row: row.requests,
    "requests_per_second": lambda row: row.requests_per_second,
    "failures": lambda row: row.failures,
    "throttled": lambda row: row.throttled,
}
