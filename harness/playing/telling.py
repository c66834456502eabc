"""What the harness says of a run, in the words of the inbox's port."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.campaigns.people import e164
from harness.events import Failure, Rung, ScenarioResult
from harness.scenario.reading import Scenario
from simulator.ui.runs import Line, Miss, Person, Step, Story


def people_of(scenario: Scenario) -> list[Person]:
    """The phones of the people a scenario names, in its order, each with all who have it."""
    spec = scenario.spec
    named = [(name, person.phone) for name, person in spec.people.items()]
    named += [
        (step.create.person, step.create.phone) for step in spec.steps if step.create is not None
    ]
    owners: dict[str, list[str]] = {}
    for name, phone in named:
        mdn = e164(phone) if phone is not None else None
        if mdn is not None:
            owners.setdefault(mdn, []).append(name)
    return [Person(" and ".join(names), mdn) for mdn, names in owners.items()]


def steps_of(titles: Sequence[str], at: int, state: str, *, fell: bool) -> list[Step]:
    """The steps as they stand when number `at` was begun last; `fell` says that it ended the run."""
    told: list[Step] = []
    for number, title in enumerate(titles, start=1):
        if state == "playing":
            stands = "done" if number < at else "now" if number == at else "waits"
            told.append(Step(title, stands))  # type: ignore[arg-type]
        elif number < at or (number == at and not fell):
            told.append(Step(title, "done"))
        elif number == at:
            told.append(Step(title, "stopped" if state == "stopped" else "failed"))
        else:
            told.append(Step(title, "left"))
    return told


def misses_of(result: ScenarioResult) -> list[Miss]:
    """Each expectation that did not hold, with what happened to those it is about."""
    return [
        Miss(
            item.position,
            item.expected,
            item.actual,
            [Story(name, _lines(rungs)) for name, rungs in item.timelines.items()],
        )
        for item in result.failures
    ]


def stories_of(result: ScenarioResult) -> list[Story]:
    """What the steps `explain` asked for."""
    return [Story(item.who, _lines(item.lines)) for item in result.explanations]


def at_a_step(failures: Iterable[Failure]) -> bool:
    """Whether an expectation of a step failed, and not an invariant of the whole run."""
    return any(not item.expected.startswith("invariant ") for item in failures)


def _lines(rungs: Iterable[Rung]) -> list[Line]:
    return [Line(item.at, item.after, item.side, item.text) for item in rungs]
