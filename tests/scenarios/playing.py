"""A scenario written in a test, played to its end."""

from __future__ import annotations

from harness.campaigns.endpoint import Endpoint
from harness.environment import spawn, start
from harness.events import ScenarioFinished, ScenarioResult
from harness.runner import play
from harness.scenario.reading import check
from harness.scenario.source import read_text


async def played(text: str, file: str = "x", *, url: bool = False) -> ScenarioResult:
    """What became of a scenario, in-process, or with `url` against a process of its own."""
    scenario = check(read_text(text, file))
    async with spawn() if url else start() as environment, Endpoint(environment) as endpoint:
        async for event in play(scenario, environment, endpoint, 0, keep=False):
            if isinstance(event, ScenarioFinished):
                return event.result
    raise AssertionError("the scenario never finished")
