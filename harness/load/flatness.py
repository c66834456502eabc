"""Whether a soak was flat: its last fifth and each tenth held against its first, its rate to its aim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil
from statistics import median
from typing import TypeVar

from msgspec import Struct

from harness.load.watching import Sample
from harness.load.windows import Window

T = TypeVar("T", bound=Sample | Window)

PART, TENTH = 0.2, 0.1
MOST_MEMORY = 1.10
MOST_LATENCY, MOST_LATENCY_EVER = 1.25, 2
NOISE_MS, NOISE_EVER_MS = 5, 50
"""A 95th percentile that rose by no more has not risen: 2 ms and 3 ms are the same."""
LEAST_RATE = 0.95
LEAST_BEGUN = 0.97
MOST_WAITING = 1.5
MOST_SLOWER = 1.1
NOISE_CALLBACKS = 200
NOISE_TURNS = 100
"""So many more that wait are no queue that grows."""
MOST_BEHIND_S = 1
LEAST_SEEN = 0.95
HOLE_S = (10, 30)
"""The longest time that may be unwatched is half of what is judged, within these."""
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
    """What a run came to: medians of its first and its last fifth, and what there was overall.

    `..._most` is the highest median of a tenth of it. Shares of processors are of one, and of the
    time: `stolen_most` is the highest between two looks. `work_ms` is what a piece of work that is always
    the same took of the machine. `begun` is the part of the turns asked of Locust that it began.
    Callbacks are None where `/metrics` was not there to tell of them.
    """

    requests_per_second: float
    aimed_per_second: float
    begun: float
    memory_mib: tuple[float, float]
    memory_mib_per_hour: float
    p95_ms: tuple[float, float]
    p95_most_ms: float
    callbacks_open: tuple[float, float] | None
    callbacks_most: float | None
    unanswered: tuple[float, float]
    unanswered_most: float
    cpu_share: float
    locust_cpu_share: float
    stolen_share: float
    stolen_most: float
    work_ms: tuple[float, float]
    work_most_ms: float

    @property
    def slower(self) -> float:
        """How many times as long as in its first fifth a piece of work took in the worst tenth."""
        return self.work_most_ms / self.work_ms[0]


class Unwatched(Exception):
    """A run was not watched so that it can be judged; the message says why, and the mend."""


def measure(
    span: Span,
    samples: Sequence[Sample],
    windows: Sequence[Window],
    aim: float,
    turns_each: Mapping[str, float],
) -> Figures:
    """The figures of the judged span, of so many requests and turns a second. Raises Unwatched."""
    watched, answered = span.of(samples), span.of(windows)
    if len(watched) < FEWEST or len(answered) < FEWEST:
        raise Unwatched(f"it has fewer than {FEWEST} samples; let it be longer")
    _whole("the simulator was", span, [item.at for item in watched])
    _whole("Locust was", span, [item.at for item in answered])
    memory = _fifths([item.rss_mib for item in watched])
    latency = [item.p95_ms for item in answered]
    unanswered = [item.unanswered for item in answered]
    waiting = [item.waits.callbacks_open for item in watched if item.waits is not None]
    seen = len(waiting) >= LEAST_SEEN * len(watched)
    stolen = [(item.at, item.stolen_s) for item in watched]
    work = [item.work_ms for item in watched]
    apart_s = (1 - PART) * (span.end - span.start)
    return Figures(
        requests_per_second=rate(answered),
        aimed_per_second=aim,
        begun=_begun(answered, turns_each),
        memory_mib=memory,
        memory_mib_per_hour=(memory[1] - memory[0]) / apart_s * HOUR_S,
        p95_ms=_fifths(latency),
        p95_most_ms=_most(latency),
        callbacks_open=_fifths(waiting) if seen else None,
        callbacks_most=_most(waiting) if seen else None,
        unanswered=_fifths(unanswered),
        unanswered_most=_most(unanswered),
        cpu_share=_share([(item.at, item.cpu_s) for item in watched]),
        locust_cpu_share=_share([(item.at, item.locust_cpu_s) for item in answered]),
        stolen_share=_share(stolen),
        stolen_most=min(1.0, max(_share(apart) for apart in pairwise(stolen))),
        work_ms=_fifths(work),
        work_most_ms=_most(work),
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
    most = figures.p95_most_ms
    if most > MOST_LATENCY_EVER * before and most - before > NOISE_EVER_MS:
        faults.append(
            f"the 95th percentile was {most:g} ms for a tenth of the time, "
            f"and {before:g} in the first fifth; no tenth may have more than {MOST_LATENCY_EVER} of it"
        )
    if figures.requests_per_second < LEAST_RATE * figures.aimed_per_second:
        faults.append(
            f"{figures.requests_per_second:.1f} requests a second of {figures.aimed_per_second:.1f} "
            f"that were aimed at; least {LEAST_RATE:.0%}"
        )
    for what, waited, noise in (
        ("callbacks", figures.callbacks_most or 0, NOISE_CALLBACKS),
        ("unanswered turns", figures.unanswered_most, NOISE_TURNS),
    ):
        if waited > max(noise, MOST_BEHIND_S * figures.aimed_per_second):
            faults.append(
                f"{waited:g} {what} waited for a tenth of the time; no more may than the requests "
                f"of {MOST_BEHIND_S} s"
            )
    faults += behind(figures)
    if faults and figures.slower > MOST_SLOWER:
        faults.append(
            f"the same work took {figures.slower:.2f} times as much of a processor meanwhile: others "
            "share its cores, or this load itself does"
        )
    return faults


def behind(figures: Figures) -> list[str]:
    """What was not begun in time, or piles up since more of it comes than is done, with its figure."""
    if figures.callbacks_open is None:
        return ["/metrics did not tell how many callbacks wait; the simulator's log says why"]
    found = []
    if figures.begun < LEAST_BEGUN:
        found.append(
            f"Locust began {figures.begun:.0%} of the turns it was asked for, and is itself too slow; "
            f"least {LEAST_BEGUN:.0%}"
        )
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


def _whole(who: str, span: Span, looks: Sequence[float]) -> None:
    shortest, longest = HOLE_S
    length = span.end - span.start
    hole, ended = max(
        (after - before, before) for before, after in pairwise([span.start, *looks, span.end])
    )
    if hole > min(longest, max(shortest, length / 2)):
        raise Unwatched(
            f"{who} not watched for {hole:.0f} s after {ended - span.start:.0f} of {length:.0f} s; "
            "let it run undisturbed"
        )


def _begun(windows: Sequence[Window], turns_each: Mapping[str, float]) -> float:
    """The part of the turns that were asked of Locust's users that they began."""
    asked = sum(
        turns_each.get(kind, 0) * users * window.seconds
        for window in windows
        for kind, users in window.users.items()
    )
    return sum(sum(window.turns.values()) for window in windows) / asked if asked else 0.0


def _most(values: Sequence[float]) -> float:
    """The highest median of a tenth of them."""
    count = ceil(TENTH * len(values))
    tenths = [values[start : start + count] for start in range(0, len(values), count)]
    return float(max(median(tenth) for tenth in tenths))


def _fifths(values: Sequence[float]) -> tuple[float, float]:
    """The medians of the first and of the last fifth."""
    count = ceil(PART * len(values))
    return float(median(values[:count])), float(median(values[-count:]))


def _share(times: Sequence[tuple[float, float]]) -> float:
    """Of one core, how much of the time was used; a single look tells nothing."""
    (began, used), (ended, used_then) = times[0], times[-1]
    return (used_then - used) / (ended - began) if ended > began else 0.0
