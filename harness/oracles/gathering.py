"""Gathering the evidence of a run from the stage it was played on."""

from __future__ import annotations

from datetime import timedelta

from harness.oracles.evidence import Evidence, QuietHours
from harness.scenario.stage import HOST, Stage


async def gather(
    stage: Stage,
    *,
    finished: bool = False,
    quiet_hours: QuietHours | None = None,
    cap: tuple[int, timedelta] | None = None,
) -> Evidence:
    """The whole journal, page by page, and what the campaign system knows."""
    return Evidence(
        journal=await stage.account.events(),
        activities=tuple(stage.system.log),
        people=stage.system.people,
        finished=finished,
        quiet_hours=quiet_hours,
        cap=cap,
        campaigns=dict(stage.system.campaigns),
        choices=stage.scenario.spec.choices.choices(),
        endpoint=f"http://{HOST}/",
    )
