"""The ladder of a phone: its timeline as rows of four lanes, with the waits between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.events import Rung

LANES = ("campaigns", "vibes", "carrier", "phone")
TITLES = ("campaigns", "Vibes", "carrier", "phone")

LEAST_WAIT_S = 30.0
"""From how long on a wait between two rungs is told."""

BRIEF = frozenset({"", "message", "failed", "reply", "trouble", "fault", "activity"})
"""The kinds of rung that are told where there is little room; states and callbacks are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A row: what is written, and the lanes it moves between, or the one it stands on.

    `columns` are lines of a grid of eight columns, two a lane, so that a lane's middle is a line.
    `wait` is what passed before it, where that is long.
    """

    rung: Rung
    kind: str
    shape: str
    columns: str
    way: str
    wait: str | None


def steps(rungs: Sequence[Rung]) -> list[Step]:
    """The rows of a ladder, oldest first."""
    found: list[Step] = []
    before: float | None = None
    for rung in rungs:
        now = seconds(rung.after)
        waited = now - before if now is not None and before is not None else 0.0
        found.append(_step(rung, wait_of(waited) if waited >= LEAST_WAIT_S else None))
        before = now if now is not None else before
    return found


def brief(rungs: Sequence[Rung]) -> list[Rung]:
    """The rungs that are told where there is little room."""
    return [rung for rung in rungs if rung.kind in BRIEF]


def _step(rung: Rung, wait: str | None) -> Step:
    origin, target = rung.origin, rung.target
    if origin in LANES and target in LANES and origin != target:
        start, end = LANES.index(origin), LANES.index(target)
        shape = "right" if start < end else "left"
        columns = f"{2 * min(start, end) + 2} / {2 * max(start, end) + 2}"
        way = f"{TITLES[start]} to {TITLES[end]}"
    else:
        place = LANES.index(rung.side) if rung.side in LANES else 0
        shape = "dot" if rung.side in LANES else "none"
        columns, way = f"{2 * place + 1} / {2 * place + 3}", rung.side
    return Step(
        rung=rung, kind=rung.kind or "note", shape=shape, columns=columns, way=way, wait=wait
    )


def seconds(after: str) -> float | None:
    """`+01:02:03.500` as seconds; None where it is no such thing."""
    parts = after.lstrip("+-").split(":")
    try:
        hours, minutes, rest = (float(part) for part in parts)
    except ValueError:
        return None
    return (-1 if after.startswith("-") else 1) * (hours * 3600 + minutes * 60 + rest)


def wait_of(waited: float) -> str:
    """`23 h 59 min`, `2 days 3 h`, `45 s`: the two largest units."""
    rest, parts = round(waited), []
    for unit, size in (("days", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {'day' if unit == 'days' and count == 1 else unit}")
    return " ".join(parts[:2]) or "0 s"
