"""Moving time: so far, to an instant, or from one due instant to the next until something is so."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping

from harness.environment import ControlError
from harness.scenario import expectations
from harness.scenario.checks import Check
from harness.scenario.finding import Found
from harness.scenario.parts import Path
from harness.scenario.stage import Stage
from harness.scenario.step_specs import UntilStep
from simulator.domain.instants import iso, parse_duration, parse_instant

Unmet = list[tuple[Path, Found]]
"""The checks of a step that do not hold: where each stands in the step, and what it found."""


class StepError(ValueError):
    """A step could not be done as the scenario says."""


async def move(moving: Awaitable[None], stage: Stage) -> None:
    """Move time; where campaigns trigger each other without end meanwhile, that is what is told."""
    try:
        await moving
    except ControlError as error:
        if stage.system.broken is not None:
            raise StepError(str(stage.system.broken)) from error
        raise


async def unmet(checks: Mapping[Path, Check], stage: Stage) -> Unmet:
    """Look at all checks of a step, now."""
    found = [(path, await expectations.evaluate(check, stage)) for path, check in checks.items()]
    return [(path, item) for path, item in found if not item.holds]


async def until(step: UntilStep, stage: Stage) -> Unmet:
    """Move time from one due instant to the next until all checks hold; those that never did.

    Time stands where they first hold together, or where `within` is over.
    """
    end = parse_instant(stage.account.now) + parse_duration(step.within)
    while missed := await unmet(step.checks, stage):
        due = await stage.account.next_due()
        ahead = parse_instant(due) if due is not None else end + 1
        if ahead > end and parse_instant(stage.account.now) == end:
            return missed
        await move(stage.account.move_to(iso(min(ahead, end))), stage)
        await stage.settle()
    return []
