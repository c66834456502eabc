"""The shapes of a load test: how many of its users are at it, as the run goes on.

A shape is a line through points (share of the run's time, share of its users).
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from itertools import pairwise
from math import ceil

Points = tuple[tuple[float, float], ...]

SHAPES: Mapping[str, Points] = {
    "ramp": ((0.0, 0.0), (0.8, 1.0), (1.0, 1.0)),
    "spike": ((0.0, 0.2), (0.4, 0.2), (0.45, 1.0), (0.65, 1.0), (0.7, 0.2), (1.0, 0.2)),
    "soak": ((0.0, 0.0), (0.05, 1.0), (1.0, 1.0)),
}
"""Ramp: more and more. Spike: five times as many in the middle. Soak: all of them, for long."""


class UnknownShape(Exception):
    """There is no shape of that name; the message says which there are."""


def points_of(name: str) -> Points:
    """The shape of that name. Raises UnknownShape."""
    if name not in SHAPES:
        near = get_close_matches(name, SHAPES, 1)
        mend = f'; did you mean "{near[0]}"?' if near else f"; there are {', '.join(SHAPES)}"
        raise UnknownShape(f'there is no load shape "{name}"{mend}')
    return SHAPES[name]


def users_at(points: Points, users: int, elapsed: float, seconds: float) -> int | None:
    """How many users there are, at least one; None once the run is over."""
    share = elapsed / seconds
    if share >= 1:
        return None
    for (start, low), (end, high) in pairwise(points):
        if share < end:
            level = low + (high - low) * (share - start) / (end - start)
            return max(1, ceil(level * users))
    return users
