"""Add participant in full: a person, a pending opt-in, a prompt, durable before the answer."""

from __future__ import annotations

from tests.bench import calls, servers
from tests.bench.results import Figure, at_least, at_most
from tests.bench.sizes import Plan
from tests.bench.turns import BARE, Work, against_bare, rates

WORK = Work("participants", "Add participant, full state, v2", calls.add_participant, 201, "json")


async def measure(plan: Plan) -> list[Figure]:
    """Calls a second and the slowest hundredth, beside the bare handler's."""
    async with servers.smsim(plan.folder) as served:
        await served.account(calls.spec())
        turns = await against_bare(plan, served, plan.folder, WORK, calls.Phones().take)
    slowest = Figure(
        name="participants-p99",
        work=f"{WORK.title}: 99th percentile",
        unit="ms",
        rounds=tuple(item.p99_ms for item in turns.ours),
        yardstick=f"{BARE}'s",
        against=tuple(item.p99_ms for item in turns.theirs),
        target=at_most(4.0, "ratio"),
    )
    return [rates(WORK, turns, at_least(0.5)), slowest]
