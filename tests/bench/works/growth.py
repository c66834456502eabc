"""What one more costs among a thousand, and among a million: people, messages, pending opt-ins."""

from __future__ import annotations

import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from pathlib import Path

import msgspec

from tests.bench.grow import WORKS, Grown
from tests.bench.results import BenchError, Growth
from tests.bench.sizes import Plan


async def measure(plan: Plan) -> list[Growth]:
    """Each kind at each size, in a process of its own that writes to a file."""
    results: list[Growth] = []
    for kind, work in WORKS.items():
        grown = [await _grow(kind, size, plan.folder) for size in plan.sizes.growth]
        for name, title, unit, costs in (
            (kind, work, "µs", [one.each_us for one in grown]),
            (
                f"{kind}-memory",
                f"memory with so many {work.among}",
                "MiB",
                [one.mib for one in grown],
            ),
        ):
            results.append(
                Growth(
                    name=f"growth-{name}",
                    work=str(title),
                    unit=unit,
                    sizes=plan.sizes.growth,
                    costs=tuple(costs),
                )
            )
    return results


async def _grow(kind: str, size: int, folder: Path) -> Grown:
    process = await create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.grow", kind, str(size)),
        *("--file", str(folder / f"{kind}-{size}.db")),
        stdout=PIPE,
    )
    told, _ = await process.communicate()
    if process.returncode:
        raise BenchError(f"{kind} at {size} ended with status {process.returncode}")
    return msgspec.json.decode(told, type=Grown)
