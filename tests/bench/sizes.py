"""How much of each work is done: at full scale, and on a small one that only shows that it runs."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Sizes(NamedTuple):
    """Counts of what is done. `full` is whether the targets can be judged by them."""

    calls: int
    bare_calls: int
    slow_calls: int
    submits: int
    subscribers: int
    pending: int
    first_messages: int
    messages: int
    searches: int
    starts: int
    accounts: int
    scenarios: int | None
    growth: tuple[int, ...]
    full: bool


FULL = Sizes(
    calls=8_000,
    bare_calls=12_000,
    slow_calls=1_000,
    submits=16_000,
    subscribers=1_000_000,
    pending=100_000,
    first_messages=100_000,
    messages=1_000_000,
    searches=200,
    starts=5,
    accounts=200,
    scenarios=None,
    growth=(1_000, 10_000, 100_000, 1_000_000),
    full=True,
)

SMALL = Sizes(
    calls=1_000,
    bare_calls=2_000,
    slow_calls=100,
    submits=2_000,
    subscribers=10_000,
    pending=2_000,
    first_messages=2_000,
    messages=20_000,
    searches=50,
    starts=2,
    accounts=20,
    scenarios=20,
    growth=(1_000, 10_000),
    full=False,
)

TINY = Sizes(
    calls=64,
    bare_calls=64,
    slow_calls=8,
    submits=128,
    subscribers=60,
    pending=40,
    first_messages=100,
    messages=300,
    searches=3,
    starts=1,
    accounts=4,
    scenarios=2,
    growth=(20, 40),
    full=False,
)


class Plan(NamedTuple):
    """What a measurement is told: how often, how much, and a folder of its own."""

    rounds: int
    sizes: Sizes
    folder: Path
