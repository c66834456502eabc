"""Whether a soak was flat: its last fifth is held against its first, and its rate to the aim."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil
from statistics import median
from typing import TypeVar

from msgspec import Struct

from harness.load.watching import Sample
from harness.load.windows import Window

T = TypeVar("T", bound=Sample | Window)

PART = 0.2
MOST_MEMORY = 1.10
MOST_LATENCY = 1.25
NOISE_MS = 5
"""A 95th percentile that rose by no more has not risen: 2 ms and 3 ms are the same."""
LEAST_RATE = 0.95
MOST_WAITING = 1.5
NOISE_CALLBACKS = 200
NOISE_TURNS = 100
"""So many more that wait are no queue that grows."""
HOUR_S = 3600
FEWEST = 2


class Span(Struct, frozen=True, kw_only=True):
    """The part of a run that is judged, from and until a moment of the wall."""

    start: float
    end: float

    def of(self, items: Sequence[T]) -> list[T]:
        """What of it is in there."""
        return [item for item in items if self.start < item.at <= self.end]


class Figures(Struct, frozen=True, kw_only=True):
    """What a soak came to: medians of its first and its last fifth, and what there was overall.

    Shares of processors are of one, and of the time: `stolen_most` is the highest between two looks.
    """

    requests_per_second: float
    aimed_per_second: float
    memory_mib: tuple[float, float]
    memory_mib_per_hour: float
    p95_ms: tuple[float, float]
    callbacks_open: tuple[float, float] | None
    unanswered: tuple[float, float]
    cpu_share: float
    locust_cpu_share: float
    stolen_share: float
    stolen_most: float


class TooShort(Exception):
    """A run has too few samples to be judged."""


def measure(
    span: Span, samples: Sequence[Sample], windows: Sequence[Window], aim: float
) -> Figures:
    """The figures of the judged span. Raises TooShort."""
    watched, answered = span.of(samples), span.of(windows)
    if len(watched) < FEWEST or len(answered) < FEWEST:
        raise TooShort(f"it has fewer than {FEWEST} samples")
    memory = _fifths([item.rss_mib for item in watched])
    waiting = [item.waits.callbacks_open for item in watched if item.waits is not None]
    stolen = [(item.at, item.stolen_s) for item in watched]
    apart_s = (1 - PART) * (span.end - span.start)
    return Figures(
        requests_per_second=rate(answered),
        aimed_per_second=aim,
        memory_mib=memory,
        memory_mib_per_hour=(memory[1] - memory[0]) / apart_s * HOUR_S,
        p95_ms=_fifths([item.p95_ms for item in answered]),
        callbacks_open=_fifths(waiting) if waiting else None,
        unanswered=_fifths([item.unanswered for item in answered]),
        cpu_share=_share([(item.at, item.cpu_s) for item in watched]),
        locust_cpu_share=_share([(item.at, item.locust_cpu_s) for item in answered]),
        stolen_share=_share(stolen),
        stolen_most=max(_share(apart) for apart in pairwise(stolen)),
    )


def judge(figures: Figures) -> list[str]:
    """What was not flat, or too slow, with its figure; empty where the soak has passed."""
    faults = []
    before, after = figures.memory_mib
    if after > MOST_MEMORY * before:
        faults.append(
            f"memory grew from {before:.1f} to {after:.1f} MiB, {figures.memory_mib_per_hour:+.0f} "
            f"MiB an hour; the last fifth may have {MOST_MEMORY:g} of the first"
        )
    before, after = figures.p95_ms
    if after > MOST_LATENCY * before and after - before > NOISE_MS:
        faults.append(
            f"the 95th percentile rose from {before:g} to {after:g} ms; "
            f"the last fifth may have {MOST_LATENCY:g} of the first"
        )
    if figures.requests_per_second < LEAST_RATE * figures.aimed_per_second:
        faults.append(
            f"{figures.requests_per_second:.1f} requests a second of {figures.aimed_per_second:.1f} "
            f"that were aimed at; least {LEAST_RATE:.0%}"
        )
    return [*faults, *behind(figures)]


def behind(figures: Figures) -> list[str]:
    """What piles up, since more of it comes than is done, with its figure."""
    if figures.callbacks_open is None:
        return ["how many callbacks wait could not be had of /metrics"]
    found = []
    for what, (before, after), noise in (
        ("callbacks", figures.callbacks_open, NOISE_CALLBACKS),
        ("unanswered turns", figures.unanswered, NOISE_TURNS),
    ):
        if after > MOST_WAITING * before and after - before > noise:
            found.append(
                f"{what} pile up: {before:g} waited in the first fifth, {after:g} in the last"
            )
    return found


def rate(windows: Sequence[Window]) -> float:
    """The requests a second of some windows."""
    return sum(window.requests for window in windows) / sum(window.seconds for window in windows)


def _fifths(values: Sequence[float]) -> tuple[float, float]:
    """The medians of the first and of the last fifth."""
    count = ceil(PART * len(values))
    return float(median(values[:count])), float(median(values[-count:]))


def _share(times: Sequence[tuple[float, float]]) -> float:
    """Of one core, how much of the time was used; a single look tells nothing."""
    (began, used), (ended, used_then) = times[0], times[-1]
    return (used_then - used) / (ended - began) if ended > began else 0.0
