"""A cold start on an empty database, and the memory of a server that nobody asks anything."""

from __future__ import annotations

from time import perf_counter

from tests.bench import machine, servers
from tests.bench.results import Figure, at_most
from tests.bench.sizes import Plan
from tests.bench.turns import BARE


async def measure(plan: Plan) -> list[Figure]:
    """Seconds to ready and MiB, beside the bare handler's."""
    ours, theirs = list[tuple[float, float]](), list[tuple[float, float]]()
    for number in range(plan.sizes.starts):
        started = perf_counter()
        async with servers.bare_process(plan.folder, "json", b"{}", 200) as (process, _):
            theirs.append((perf_counter() - started, machine.memory_mib(process.pid)))
        started = perf_counter()
        async with servers.smsim(plan.folder / str(number)) as served:
            ours.append((perf_counter() - started, machine.memory_mib(served.pid)))
    return [
        Figure(
            name="cold-start",
            work="Cold start to ready, empty database",
            unit="s",
            rounds=tuple(seconds for seconds, _ in ours),
            yardstick=f"{BARE}'s",
            against=tuple(seconds for seconds, _ in theirs),
            target=at_most(0.6),
        ),
        Figure(
            name="idle-memory",
            work="Memory when idle",
            unit="MiB",
            rounds=tuple(memory for _, memory in ours),
            yardstick=f"{BARE}'s",
            against=tuple(memory for _, memory in theirs),
            target=at_most(70.0),
        ),
    ]
