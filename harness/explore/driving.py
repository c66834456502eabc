"""How an application under test is driven: the calls a scenario makes of it, and where histories begin.

Nothing is known of what an application can be asked for but what its scenario asks. So a history
begins with as much of the scenario as it likes, and goes on with any of its calls, also about other
people; each is made whatever the last one gave.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.campaigns.people import e164
from harness.scenario.model import ScenarioSpec
from harness.scenario.reading import Scenario

Step = dict[str, Any]
"""A step as a scenario file has it: one member."""

ONE_PLACE = frozenset({"expect", "to", "until", "heal", "create", "restart"})
"""Steps that fit where they are written and nowhere else."""


def script(scenario: Scenario) -> list[Step]:
    """What the scenario does, in its order, without its looks and what it must be given."""
    written = scenario.source.document["steps"]
    return [_ungiven(step) for step in written if not ONE_PLACE & set(step)]


def beginnings(scenario: Scenario) -> list[tuple[Step, ...]]:
    """Where a history of an application may begin: nowhere, or with so many steps of the scenario.

    As often with all of them as with some: most of what goes wrong does when all was well before.
    """
    if scenario.spec.sut is None:
        return []
    steps = tuple(script(scenario))
    some = [steps[:count] for count in range(len(steps))]
    return [*some, *([steps] * max(len(some), 1))]


def recast(step: Step, spec: ScenarioSpec) -> Iterator[Step]:
    """A step as it is, without a fault's id, and with the number in it replaced by other people's."""
    if "fault" in step:
        yield {"fault": {key: value for key, value in step["fault"].items() if key != "id"}}
        return
    yield step
    if set(step) & {"http", "vibes", "operator"}:
        numbers = [e164(person.phone or "") for person in spec.people.values()]
        for number in dict.fromkeys(number for number in numbers if number is not None):
            other = _with_number(step, number)
            if other != step:
                yield other


def names(step: Step, number: str) -> bool:
    """Whether a number stands in a step."""
    return bool(_with_number(step, number) == step != _with_number(step, ""))


def _ungiven(step: Step) -> Step:
    if "http" not in step:
        return step
    return {"http": {key: value for key, value in step["http"].items() if key != "gives"}}


def _with_number(value: Any, number: str) -> Any:
    """A part of a document with another number in place of whatever is one."""
    if isinstance(value, dict):
        return {key: _with_number(item, number) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_number(item, number) for item in value]
    known = e164(value) if isinstance(value, str) else None
    return value if known in (None, number) else number
