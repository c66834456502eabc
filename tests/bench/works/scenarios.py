"""The shipped scenarios, played one after the other in this process."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from harness.environment import start
from harness.events import ScenarioFinished, Verdict
from harness.runner import run
from harness.scenario.reading import Scenario, load_all
from tests.bench.pace import YARDSTICK, pace_ms
from tests.bench.results import BenchError, Figure, at_most
from tests.bench.sizes import Plan

SHIPPED = Path(__file__).parents[3] / "scenarios"


async def measure(plan: Plan) -> list[Figure]:
    """Milliseconds of the scenario in the middle, beside a fixed piece of Python."""
    scenarios = load_all([SHIPPED])[: plan.sizes.scenarios]
    ours, theirs = list[float](), list[float]()
    for _ in range(plan.rounds):
        theirs.append(pace_ms())
        ours.append(median(await _play(scenarios)))
    return [
        Figure(
            name="scenarios",
            work=f"Median of {len(scenarios)} shipped scenarios, in-process",
            unit="ms",
            rounds=tuple(ours),
            yardstick=YARDSTICK,
            against=tuple(theirs),
            target=at_most(25.0),
        )
    ]


async def _play(scenarios: list[Scenario]) -> list[float]:
    took: list[float] = []
    async with start() as environment:
        async for event in run(scenarios, environment):
            if isinstance(event, ScenarioFinished):
                if event.result.verdict is not Verdict.PASSED:
                    raise BenchError(f"{event.result.file} {event.result.verdict}")
                took.append(event.result.took_s * 1e3)
    return took
