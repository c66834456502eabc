"""Every answer where the sources are silent has a shipped scenario that shows it."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from harness.environment import start
from harness.events import RunFinished, Verdict
from harness.runner import run
from harness.scenario.reading import Scenario, load_all
from tests.scenarios.coverage import Answer, answers, covers, with_answer

SHIPPED = load_all([Path(__file__).parents[2] / "scenarios"])
ANSWERS = answers()
ALIKE = {frozenset({"first", "lowest_id"})}
"""Answers nothing can tell apart: an audience stands in the order of ids, so its first is the lowest."""

PAIRS = [
    (one, other)
    for one, other in permutations(ANSWERS, 2)
    if one.setting == other.setting and frozenset({one.value, other.value}) not in ALIKE
]


def test_the_questions_are_all_there() -> None:
    """A question without a setting has one answer, and is no more than a rule."""
    assert {answer.rule for answer in ANSWERS} == {"A1", "A3", "A5", "A6", "A7", "A8", "A9", "A11"}


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_every_answer_is_covered(answer: Answer) -> None:
    """Some scenario names its row and has it."""
    assert [item.name for item in SHIPPED if covers(item, answer)] != []


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=str)
async def test_an_answer_is_told_from_every_other(one: Answer, other: Answer) -> None:
    """What covers an answer does not pass with another one: it shows the answer, not just has it."""
    changed = [with_answer(item, other) for item in SHIPPED if covers(item, one)]
    assert Verdict.FAILED in await _verdicts(changed)


async def _verdicts(scenarios: list[Scenario]) -> list[Verdict]:
    async with start() as environment:
        async for event in run(scenarios, environment):
            if isinstance(event, RunFinished):
                return [result.verdict for result in event.results]
    raise AssertionError("the run never finished")
