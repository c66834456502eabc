"""A copy held against a run: played once, so that what it expects is so when it is played again.

What broke in the session itself (an invariant), or is not the same without what could not be copied
(a check), is taken out, and said where it stood.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from harness.copying.session import Rows
from harness.copying.writing import Copy, copy, text_of
from harness.environment import start
from harness.events import RunFinished, ScenarioResult, Verdict
from harness.runner import run
from harness.scenario.parts import Mistakes
from harness.scenario.reading import SUFFIXES, Scenario, load_all

_INVARIANT = re.compile(r"invariant (\w+) holds")

MOST_TIMES = 4
"""How often a copy is played until it passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A copy, and whether it passes; `why` it does not where it does not."""

    text: str
    remarks: tuple[str, ...]
    passes: bool
    why: str = ""


async def copied_and_played(rows: Rows, name: str | None = None) -> Played:
    """The scenario of a session, played in a simulator of its own until it passes. Raises UserError."""
    made, why, passes = copy(rows, name), "", False
    for _ in range(MOST_TIMES):
        why = await _amended(made)
        passes = not why
        if passes or not _is_amended(why):
            break
    return Played(
        text=text_of(made),
        remarks=tuple(made.remarks),
        passes=passes,
        why=why.removeprefix(_AGAIN),
    )


_AGAIN = "again: "


def _is_amended(why: str) -> bool:
    return why.startswith(_AGAIN)


async def _amended(made: Copy) -> str:
    """Play it; empty where it passes, else why not. What failed is taken out of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"copy{SUFFIXES[0]}"
        path.write_text(text_of(made), encoding="utf-8")
        try:
            scenario = load_all([path])[0]
        except Mistakes as error:
            return "; ".join(mistake.message for mistake in error.mistakes)
        result = await _played(scenario)
    if result.verdict is Verdict.PASSED:
        return ""
    if result.broken is not None:
        return result.broken.replace(f"{path}:", "line ")
    return _take_out(made, scenario, result)


async def _played(scenario: Scenario) -> ScenarioResult:
    async with start() as environment:
        async for event in run([scenario], environment):
            if isinstance(event, RunFinished):
                return event.results[0]
    raise AssertionError("a run ends with RunFinished")


def _take_out(made: Copy, scenario: Scenario, result: ScenarioResult) -> str:
    last = len(scenario.spec.steps) - 1
    places = {
        str(scenario.at(("steps", last, "expect", index))): check
        for index, check in enumerate(made.checks)
    }
    for failure in result.failures:
        invariant = _INVARIANT.fullmatch(failure.expected)
        check = places.get(failure.position)
        if invariant is not None:
            made.off.setdefault(invariant[1], failure.actual)
        elif check is not None:
            made.checks.remove(check)
            made.dropped.append((check, failure.actual))
        else:
            return f"expected {failure.expected}; {failure.actual}"
    first = result.failures[0]
    return f"{_AGAIN}expected {first.expected}; {first.actual}"
