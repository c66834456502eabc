"""The run as one self-contained HTML page: no script, no request, text from messages as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.events import (
    Failure,
    FaultRecord,
    RunEvent,
    RunFinished,
    Rung,
    RunStarted,
    ScenarioFinished,
    ScenarioResult,
    StepStarted,
    Verdict,
)
from harness.reporting.charts import Chart, charts
from harness.reporting.coverage import arrived, by_rule
from harness.reporting.ladder import Step, steps
from harness.reporting.pages import render
from harness.scenario.rules import RULES

MOST_PEOPLE = 50
"""How many people of a scenario the page lists; the NDJSON has all."""

_ORDER = (Verdict.BROKEN, Verdict.FAILED, Verdict.PASSED)

Ladders = Sequence[tuple[str, list[Step]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStep:
    """A step that was begun, and whether the scenario ended at it."""

    title: str
    stopped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFailure:
    """A failure with the ladders of its phones; `above` are those that are drawn already."""

    position: str
    expected: str
    actual: str
    ladders: Ladders
    above: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A scenario as the page shows it."""

    result: ScenarioResult
    steps: Sequence[ShownStep]
    unreached: int
    failures: Sequence[ShownFailure]
    ladders: Ladders
    charts: Sequence[Chart]
    faults: Sequence[FaultRecord]
    log_end: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRule:
    """A rule, and the titles of the scenarios that cover it and passed, or did not."""

    name: str
    meaning: str
    passed: list[str]
    others: list[str]

    @property
    def standing(self) -> str:
        """`bad` where a scenario of it did not pass, `none` where there is none."""
        return "bad" if self.others else "good" if self.passed else "none"

    @property
    def words(self) -> str:
        """The standing in words, for who does not see colours."""
        if not self.passed and not self.others:
            return "no scenario"
        return f"{len(self.passed)} passed, {len(self.others)} not"


class HtmlReporter:
    """Writes the page when the run is finished, or with what there is when it is interrupted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._where = ""
        self._results: list[ScenarioResult] = []
        self._begun: dict[str, list[StepStarted]] = {}
        self._scenarios = 0
        self._took_s: float | None = None

    def handle(self, event: RunEvent) -> None:
        """Remember where the run was, the steps begun, each result, and the end."""
        match event:
            case RunStarted():
                self._where, self._scenarios = event.where, event.scenarios
            case StepStarted():
                self._begun.setdefault(event.file, []).append(event)
            case ScenarioFinished():
                self._results.append(event.result)
            case RunFinished():
                self._took_s = event.took_s

    def close(self) -> None:
        """Write the page."""
        results = sorted(self._results, key=lambda item: _ORDER.index(item.verdict))
        page = render(
            "report.html.j2",
            results=[_shown(item, self._begun.get(item.file, ())) for item in results],
            scenarios=self._scenarios,
            took_s=self._took_s,
            where=self._where,
            counts={name: sum(item.verdict is name for item in results) for name in Verdict},
            messages=sum(item.messages for item in results),
            arrived=sum(map(arrived, results)),
            people=sum(len(item.people) for item in results),
            rules=_rules(results),
            meanings=RULES,
            most_people=MOST_PEOPLE,
        )
        self._path.write_text(page, encoding="utf-8")


def _shown(result: ScenarioResult, begun: Sequence[StepStarted]) -> Shown:
    ended = result.verdict is not Verdict.PASSED
    last = begun[-1] if begun else None
    stopped = ended and last is not None and (result.broken is not None or _at_a_step(result))
    failures, drawn = _failures(result.failures)
    return Shown(
        result=result,
        steps=[ShownStep(title=item.title, stopped=stopped and item is last) for item in begun],
        unreached=last.of - last.number if last is not None else 0,
        failures=failures,
        ladders=_ladders(
            {name: rungs for name, rungs in result.timelines.items() if name not in drawn}
        ),
        charts=charts(result.tallies),
        faults=result.faults,
        log_end=result.log,
    )


def _at_a_step(result: ScenarioResult) -> bool:
    """Whether an expectation of a step failed, and not an invariant of the whole run."""
    return any(not item.expected.startswith("invariant ") for item in result.failures)


def _failures(
    failures: Sequence[Failure],
) -> tuple[list[ShownFailure], dict[str, tuple[Rung, ...]]]:
    """Failures with the ladders that none before has drawn, and all that are drawn then."""
    drawn: dict[str, tuple[Rung, ...]] = {}
    shown: list[ShownFailure] = []
    for item in failures:
        new = {name: rungs for name, rungs in item.timelines.items() if drawn.get(name) != rungs}
        drawn |= new
        shown.append(
            ShownFailure(
                position=item.position,
                expected=item.expected,
                actual=item.actual,
                ladders=_ladders(new),
                above=[name for name in item.timelines if name not in new],
            )
        )
    return shown, drawn


def _ladders(timelines: dict[str, tuple[Rung, ...]]) -> Ladders:
    return [(name, steps(rungs)) for name, rungs in timelines.items()]


def _rules(results: Sequence[ScenarioResult]) -> list[ShownRule]:
    return [
        ShownRule(
            name=rule,
            meaning=RULES[rule],
            passed=[item.title for item in passed],
            others=[
                item.title
                for item in results
                if rule in item.rules and item.verdict is not Verdict.PASSED
            ],
        )
        for rule, passed in by_rule(results).items()
    ]
