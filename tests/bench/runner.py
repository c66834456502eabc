"""One run of the bench: each measurement after the other, in a folder of its own, told as it goes."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from tests.bench.results import BenchError, Missing, Result
from tests.bench.sizes import Plan, Sizes
from tests.bench.works import (
    accounts,
    broadcast,
    growth,
    opt_ins,
    others,
    participants,
    reads,
    scenarios,
    smpp,
    start,
    submits,
    volume,
)

Measure = Callable[[Plan], Awaitable[Sequence[Result]]]

MEASUREMENTS: Mapping[str, Measure] = {
    "participants": participants.measure,
    "submits": submits.measure,
    "reads": reads.measure,
    "smpp": smpp.measure,
    "start": start.measure,
    "scenarios": scenarios.measure,
    "accounts": accounts.measure,
    "others": others.measure,
    "opt-ins": opt_ins.measure,
    "broadcast": broadcast.measure,
    "volume": volume.measure,
    "growth": growth.measure,
}
"""What can be measured, the quick ones first."""


def chosen(names: Sequence[str]) -> Mapping[str, Measure]:
    """Those of these names, or all. Raises BenchError at a name that is none."""
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        raise BenchError(
            f"there is no measurement {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}"
        )
    return {name: MEASUREMENTS[name] for name in names or MEASUREMENTS}


async def measured(
    wanted: Mapping[str, Measure], rounds: int, sizes: Sizes, folder: Path
) -> AsyncIterator[tuple[str, Sequence[Result]]]:
    """The results of each, by its name; one that goes wrong is told, and does not end the others."""
    for name, measure in wanted.items():
        place = folder / name
        place.mkdir(parents=True)
        try:
            yield name, await measure(Plan(rounds, sizes, place))
        except (BenchError, OSError, TimeoutError) as error:
            because = f"it went wrong: {str(error) or type(error).__name__}"
            yield name, [Missing(name=name, because=because)]
        finally:
            shutil.rmtree(place)
