"""What the results come to: which scenarios show which rule, which nobody shows, what arrived."""

from __future__ import annotations

from collections.abc import Iterable

from harness.campaigns.activity_log import Kind
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


def arrived(result: ScenarioResult) -> int:
    """Messages that arrived, each once though several people may share its phone."""
    return len(
        {item.id for person in result.people for item in person.sent if item.state == "delivered"}
    )


_SKIPPED = tuple(f"{kind}{after}" for kind in Kind if kind.endswith("skipped") for after in " :")


def skipped(result: ScenarioResult) -> int:
    """What campaigns skipped: each activity that says so, of everyone."""
    return sum(why.startswith(_SKIPPED) for person in result.people for why in person.why_not)
