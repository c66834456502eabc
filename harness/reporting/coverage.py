"""Coverage by rule: which scenarios show which rule, and which rules nobody shows."""

from __future__ import annotations

from collections.abc import Iterable

from harness.events import ScenarioResult, Verdict
from harness.scenario.rules import RULES


def by_rule(results: Iterable[ScenarioResult]) -> dict[str, list[ScenarioResult]]:
    """Every rule with the scenarios that passed and cover it, in the order of the rules."""
    covered: dict[str, list[ScenarioResult]] = {rule: [] for rule in RULES}
    for result in results:
        if result.verdict is Verdict.PASSED:
            for rule in result.rules:
                covered[rule].append(result)
    return covered
