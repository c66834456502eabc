"""The runner: plays scenarios in an environment and tells what happens as a stream of events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from harness import oracles, recorder, timeline
from harness.application import ApplicationError, log_of
from harness.campaigns.calendar import read_duration
from harness.campaigns.endpoint import Endpoint
from harness.environment import ControlError, Environment
from harness.events import (
    Failure,
    RunEvent,
    RunFinished,
    Rung,
    RunStarted,
    ScenarioFinished,
    ScenarioResult,
    ScenarioStarted,
    StepStarted,
    Verdict,
)
from harness.oracles.gathering import gather
from harness.scenario import expectations, steps
from harness.scenario.reading import Scenario
from harness.scenario.stage import Stage, set_up
from harness.stopwatch import reading
from harness.vibes import VibesError

MOST_TIMELINES = 12
"""For how many people a scenario's report draws the timeline; all of them are in the NDJSON."""


async def run(
    scenarios: Sequence[Scenario],
    environment: Environment,
    *,
    seed: int | None = None,
    jobs: int = 1,
    keep: bool = False,
) -> AsyncIterator[RunEvent]:
    """Play scenarios, `jobs` at a time, each in an account of its own.

    `seed` replaces every scenario's own seed; with `keep` the accounts stay in the simulator.
    """
    started = reading()
    results: list[ScenarioResult] = []
    yield RunStarted(scenarios=len(scenarios), where=environment.kind)
    async with Endpoint() as endpoint:
        plays = (
            play(item, environment, endpoint, item.spec.seed if seed is None else seed, keep=keep)
            for item in scenarios
        )
        async for event in _merged(list(plays), jobs):
            if isinstance(event, ScenarioFinished):
                results.append(event.result)
            yield event
    yield RunFinished(results=tuple(results), took_s=reading() - started)


async def play(
    scenario: Scenario, environment: Environment, endpoint: Endpoint, seed: int, *, keep: bool
) -> AsyncIterator[RunEvent]:
    """Play one scenario: its steps in order, until one's expectations fail."""
    started = reading()
    spec = scenario.spec
    yield ScenarioStarted(file=scenario.file, title=spec.name, seed=seed)
    result = ScenarioResult(
        file=scenario.file,
        name=scenario.name,
        title=spec.name,
        rules=spec.rules,
        seed=seed,
        account="",
        verdict=Verdict.PASSED,
        steps=0,
        checks=0,
        messages=0,
        took_s=0.0,
    )
    where, begun = 0, False
    try:
        async with set_up(scenario, environment, endpoint, seed, keep=keep) as stage:
            failures: list[Failure] = []
            checks = 0
            begun = True
            for where, step in enumerate(spec.steps):
                yield StepStarted(
                    file=scenario.file,
                    number=where + 1,
                    of=len(spec.steps),
                    title=steps.title(step),
                )
                if step.expect is None:
                    await stage.attended(steps.do(step, stage))
                    continue
                checks += len(step.expect)
                failures = await _failures(stage, where)
                if failures:
                    break
            failures = failures or await _broken_invariants(stage)
            result = await _result(result, stage, failures, where + 1, checks)
    except (ControlError, VibesError, ApplicationError, ValueError, ExceptionGroup) as error:
        at_steps = begun or spec.sut is None
        position = scenario.at(("steps", where) if at_steps else ("sut",))
        broken = f"{position}: {error}"
        result = replace(result, verdict=Verdict.BROKEN, broken=broken, log=log_of(error))
    yield ScenarioFinished(result=replace(result, took_s=reading() - started))


async def _failures(stage: Stage, index: int) -> list[Failure]:
    """Every expectation of a step that does not hold, each with the timelines of its phones."""
    failures: list[Failure] = []
    for number, check in enumerate(stage.scenario.spec.steps[index].expect or ()):
        found = await expectations.evaluate(check, stage)
        if not found.holds:
            position = stage.scenario.at(("steps", index, "expect", number))
            failures.append(
                Failure(
                    position=str(position),
                    expected=found.expected,
                    actual=found.actual,
                    timelines=await timeline.of_people(stage, found.people),
                )
            )
    return failures


async def _broken_invariants(stage: Stage) -> list[Failure]:
    """What must hold in every run and does not, each with the lines of history that show it."""
    spec = stage.scenario.spec.invariants
    quiet = spec.quiet_hours
    evidence = await gather(
        stage,
        quiet_hours=oracles.QuietHours(**quiet.model_dump()) if quiet is not None else None,
        cap=(spec.cap.count, read_duration(spec.cap.per)) if spec.cap is not None else None,
    )
    off = frozenset(map(oracles.Name, spec.off))
    return [
        Failure(
            position=str(stage.scenario.at(("name",))),
            expected=f"invariant {item.invariant} holds",
            actual=item.text,
            timelines={item.number or "the account": tuple(map(_rung, item.timeline))},
        )
        for item in oracles.violations(evidence, off)
    ]


def _rung(line: str) -> Rung:
    after, side, text = line.split(maxsplit=2)
    return Rung(at="", after=after, side=side, text=text)


async def _result(
    result: ScenarioResult, stage: Stage, failures: list[Failure], done: int, checks: int
) -> ScenarioResult:
    messages = await stage.account.messages()
    journal = await stage.account.events()
    drawn = list(stage.scenario.spec.people)[:MOST_TIMELINES]
    return replace(
        result,
        account=stage.account.key,
        verdict=Verdict.FAILED if failures else Verdict.PASSED,
        steps=done,
        checks=checks,
        messages=sum(item["direction"] == "mt" for item in messages),
        failures=tuple(failures),
        people=await recorder.record(stage, messages),
        timelines=await timeline.of_people(stage, drawn, journal),
        tallies=recorder.tallies(stage.system.log),
        faults=recorder.faults(journal, stage.system.people),
        log=stage.application.log.lines if failures and stage.application is not None else (),
    )


async def _merged(plays: list[AsyncIterator[RunEvent]], jobs: int) -> AsyncIterator[RunEvent]:
    """The events of several plays, at most `jobs` of them under way; with one, in file order."""
    if jobs == 1:
        for item in plays:
            async for event in item:
                yield event
        return
    queue: asyncio.Queue[RunEvent | None] = asyncio.Queue(1_000)
    room = asyncio.Semaphore(jobs)

    async def pump(item: AsyncIterator[RunEvent]) -> None:
        try:
            async with room:
                async for event in item:
                    await queue.put(event)
        finally:
            await queue.put(None)

    async with asyncio.TaskGroup() as group:
        for item in plays:
            group.create_task(pump(item))
        open_plays = len(plays)
        while open_plays:
            told = await queue.get()
            if told is None:
                open_plays -= 1
            else:
                yield told
