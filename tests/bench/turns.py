"""Ours and the yardstick in turn, round after round, so that both meet the same moods of a machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.bench import servers
from tests.bench.flood import Flooded, flood
from tests.bench.results import Figure, Target
from tests.bench.servers import Served
from tests.bench.sizes import Plan

BUSY = 0.9
"""Beyond this share of its core the load is what was measured."""

BARE = "the bare handler"

Round = Callable[[], Awaitable[Flooded]]


class Turns(NamedTuple):
    """The rounds of both, in order."""

    ours: list[Flooded]
    theirs: list[Flooded]

    @property
    def note(self) -> str:
        """What the load took of its own core, and whether that was too much."""
        busiest = max(item.busy for item in (*self.ours, *self.theirs))
        told = f"the load took {busiest:.0%} of its core"
        return f"{told}: it was the bottleneck" if busiest > BUSY else told


class Work(NamedTuple):
    """Calls of one kind: how each is made of a phone, how it is answered, what its body is."""

    name: str
    title: str
    make: Callable[[str], bytes]
    status: int
    parses: str


async def in_turn(rounds: int, ours: Round, theirs: Round) -> Turns:
    """The yardstick first, then ours, so many times."""
    told = Turns([], [])
    for _ in range(rounds):
        told.theirs.append(await theirs())
        told.ours.append(await ours())
    return told


async def against_bare(
    plan: Plan, served: Served, folder: Path, work: Work, phones: Callable[[int], Sequence[str]]
) -> Turns:
    """Calls of a work, each about the next of `phones`, beside the bare handler answering as much."""
    first = work.make(phones(1)[0])
    status, answer = servers.ask(first, served.url)
    warm = [work.make(phone) for phone in phones(plan.sizes.calls // 8)]
    await flood(served.url, warm, work.status)
    async with servers.bare(folder, work.parses, answer, status) as bare:
        same = [first] * plan.sizes.bare_calls
        await flood(bare, same[: plan.sizes.bare_calls // 8], work.status)

        async def ours() -> Flooded:
            made = [work.make(phone) for phone in phones(plan.sizes.calls)]
            return await flood(served.url, made, work.status)

        async def theirs() -> Flooded:
            return await flood(bare, same, work.status)

        return await in_turn(plan.rounds, ours, theirs)


def rates(work: Work, turns: Turns, target: Target) -> Figure:
    """Calls a second."""
    return Figure(
        name=work.name,
        work=work.title,
        unit="calls/s",
        rounds=tuple(item.rate for item in turns.ours),
        yardstick=BARE,
        against=tuple(item.rate for item in turns.theirs),
        target=target,
        note=f"{turns.note}; p99 {median(item.p99_ms for item in turns.ours):.1f} ms",
    )
