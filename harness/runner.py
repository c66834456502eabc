"""The runner: plays scenarios in an environment and tells what happens as a stream of events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from harness import oracles, recorder, timeline
from harness.application import log_of
from harness.campaigns.calendar import read_length
from harness.campaigns.endpoint import Endpoint
from harness.environment import Environment
from harness.events import (
    Explanation,
    Failure,
    FaultRecord,
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
from harness.explaining import explain, of_failures
from harness.oracles.gathering import gather
from harness.scenario import moving, steps
from harness.scenario.keeping import filled
from harness.scenario.reading import Scenario
from harness.scenario.stage import Stage, set_up
from harness.scenario.step_specs import StepSpec
from harness.scenario.titles import title
from harness.stopwatch import reading
from harness.vibes import VibesError
from simulator.errors import UserError

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
    async with Endpoint(environment) as endpoint:
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
        case=scenario.case,
    )
    where, begun = 0, False
    explanations: list[Explanation] = []
    try:
        async with set_up(scenario, environment, endpoint, seed, keep=keep) as stage:
            failures: list[Failure] = []
            checks = 0
            begun = True
            for where, written in enumerate(spec.steps):
                step = filled(written, stage.kept)
                yield StepStarted(
                    file=scenario.file,
                    number=where + 1,
                    of=len(spec.steps),
                    title=title(step),
                )
                if step.explain is not None:
                    place = str(scenario.at(("steps", where)))
                    explanations.append(await explain(stage, step.explain, place))
                elif step.checks or step.expect is not None:
                    checks += len(step.checks)
                    failures = await _failures(stage, where, step)
                    if failures:
                        break
                else:
                    await stage.attended(steps.do(step, stage))
            past = await _look_back(stage)
            failures = failures or _broken_invariants(stage, past.history)
            result = _result(result, stage, past, failures)
            result = replace(result, steps=where + 1, checks=checks)
    except (UserError, VibesError, ValueError, ExceptionGroup) as error:
        at_steps = begun or spec.sut is None
        position = scenario.at(("steps", where) if at_steps else ("sut",))
        broken = f"{position}: {error}"
        result = replace(result, verdict=Verdict.BROKEN, broken=broken, log=log_of(error))
    told = replace(result, explanations=tuple(explanations), took_s=reading() - started)
    yield ScenarioFinished(result=told)


async def _failures(stage: Stage, index: int, step: StepSpec) -> list[Failure]:
    """Every expectation of a step that does not hold, each with the timelines of its phones.

    Messages that did not arrive stand there with the sentence that says why.
    """
    if step.until is None:
        missed = await moving.unmet(step.checks, stage)
    else:
        missed = await stage.attended(moving.until(step.until, stage))
    if not missed:
        return []
    whose = dict.fromkeys(name for _path, found in missed for name in found.people)
    why = await of_failures(stage, whose)
    ladders = await timeline.of_people(stage, whose, why=why)
    return [
        Failure(
            position=str(stage.scenario.at(("steps", index, *path))),
            expected=found.expected,
            actual=found.actual,
            timelines={name: ladders[name] for name in found.people},
        )
        for path, found in missed
    ]


class _Past(NamedTuple):
    """What a run left: for the judges, for the ladders, for the faults."""

    history: oracles.History
    drawn: dict[str, tuple[Rung, ...]]
    faults: tuple[FaultRecord, ...]


async def _look_back(stage: Stage) -> _Past:
    """Read the journal, once."""
    spec = stage.scenario.spec.invariants
    quiet = spec.quiet_hours
    names = list(stage.scenario.spec.people)[:MOST_TIMELINES]
    phones, faults = timeline.phones_of(stage, names), recorder.Faults(stage.system.people)
    history = await gather(
        stage,
        quiet_hours=oracles.QuietHours(**quiet.model_dump()) if quiet is not None else None,
        cap=(spec.cap.count, read_length(spec.cap.per)) if spec.cap is not None else None,
        beside=(phones, faults),
    )
    drawn = await timeline.of_people(stage, names, phones)
    return _Past(history, drawn, faults.records())


def _broken_invariants(stage: Stage, history: oracles.History) -> list[Failure]:
    """What must hold in every run and does not, each with the lines of history that show it."""
    off = frozenset(map(oracles.Name, stage.scenario.spec.invariants.off))
    return [
        Failure(
            position=str(stage.scenario.at(("name",))),
            expected=f"invariant {item.invariant} holds",
            actual=item.text,
            timelines={item.number or "the account": tuple(map(_rung, item.timeline))},
        )
        for item in oracles.violations(history, off)
    ]


def _rung(line: str) -> Rung:
    after, side, text = line.split(maxsplit=2)
    return Rung(at="", after=after, side=side, text=text)


def _result(
    result: ScenarioResult, stage: Stage, past: _Past, failures: list[Failure]
) -> ScenarioResult:
    return replace(
        result,
        account=stage.account.key,
        verdict=Verdict.FAILED if failures else Verdict.PASSED,
        messages=len(past.history.messages),
        failures=tuple(failures),
        people=recorder.record(stage, past.history),
        timelines=past.drawn,
        tallies=recorder.tallies(stage.system.log),
        faults=past.faults,
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
