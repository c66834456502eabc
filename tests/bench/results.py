"""What a measurement tells: figures, each beside the yardstick that was measured in turn with it."""

from __future__ import annotations

from statistics import median
from typing import Literal

import msgspec


class BenchError(Exception):
    """What was to be measured went wrong, so that a figure would mean nothing."""


class Target(msgspec.Struct, frozen=True):
    """What a figure ought to be: its ratio or its value, at least or at most so much."""

    of: Literal["ratio", "value"]
    sense: Literal["least", "most"]
    limit: float

    def met(self, ratio: float | None, value: float) -> bool:
        """Whether a figure keeps to it. Raises BenchError where there is no ratio to judge."""
        told = value if self.of == "value" else ratio
        if told is None:
            raise BenchError("a target of a ratio needs a yardstick")
        return told >= self.limit if self.sense == "least" else told <= self.limit


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table: the median of its rounds, and that of its yardstick's.

    `against` has a value for each round, or none where only the target is there to compare it with.
    The bound of the target holds at full scale; `note` says what a reader has to know besides.
    """

    name: str
    work: str
    unit: str
    rounds: tuple[float, ...]
    yardstick: str = ""
    against: tuple[float, ...] = ()
    target: Target | None = None
    note: str = ""

    @property
    def value(self) -> float:
        """The median of its rounds."""
        return median(self.rounds)

    @property
    def ratio(self) -> float | None:
        """The median of what each round was of the yardstick's round beside it."""
        if not self.against:
            return None
        return median(ours / theirs for ours, theirs in zip(self.rounds, self.against, strict=True))

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        return None if self.target is None else self.target.met(self.ratio, self.value)


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A yardstick that is not on this machine, and why."""

    name: str
    because: str


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """What one thing costs when there are so many: `sizes` and `costs` belong together."""

    name: str
    work: str
    unit: str
    sizes: tuple[int, ...]
    costs: tuple[float, ...]


Result = Figure | Missing | Growth


def at_least(limit: float, of: Literal["ratio", "value"] = "ratio") -> Target:
    """A target from below."""
    return Target(of, "least", limit)


def at_most(limit: float, of: Literal["ratio", "value"] = "value") -> Target:
    """A target from above."""
    return Target(of, "most", limit)


def line(result: Result) -> str:
    """A result in one line, as it is told while the bench goes on."""
    if isinstance(result, Missing):
        return f"{result.name}: not measured, {result.because}"
    if isinstance(result, Growth):
        points = ", ".join(
            f"{size:,}: {number(cost)}"
            for size, cost in zip(result.sizes, result.costs, strict=True)
        )
        return f"{result.name}: {result.unit} at {points}"
    told = f"{result.name}: {number(result.value)} {result.unit}"
    if result.ratio is not None:
        told += f", {number(result.ratio)} of {result.yardstick}"
    if result.target is not None:
        told += f" (target {bound(result.target)}: {'met' if result.met else 'NOT met'})"
    return told


def bound(target: Target) -> str:
    """A target as it is written."""
    return f"{'≥' if target.sense == 'least' else '≤'} {number(target.limit)}"


def number(value: float) -> str:
    """Three digits that matter, and no more."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
