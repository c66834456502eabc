"""The run as one self-contained HTML page: no script, no request, text from messages as text."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from harness.events import (
    RunEvent,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioResult,
    Verdict,
)
from harness.reporting.coverage import by_rule
from harness.scenario.rules import RULES

MOST_PEOPLE = 50
"""How many people of a scenario the page lists; the NDJSON has all."""


class HtmlReporter:
    """Writes the page when the run is finished, or with what there is when it is interrupted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._where = ""
        self._results: list[ScenarioResult] = []
        self._scenarios = 0
        self._took_s: float | None = None

    def handle(self, event: RunEvent) -> None:
        """Remember where the run was, each result, and the end."""
        if isinstance(event, RunStarted):
            self._where, self._scenarios = event.where, event.scenarios
        elif isinstance(event, ScenarioFinished):
            self._results.append(event.result)
        elif isinstance(event, RunFinished):
            self._took_s = event.took_s

    def close(self) -> None:
        """Write the page."""
        pages = Environment(
            loader=PackageLoader("harness.reporting", "."),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        page = pages.get_template("report.html.j2").render(
            results=self._results,
            scenarios=self._scenarios,
            took_s=self._took_s,
            where=self._where,
            passed=sum(item.verdict is Verdict.PASSED for item in self._results),
            rules=by_rule(self._results),
            meanings=RULES,
            most_people=MOST_PEOPLE,
        )
        self._path.write_text(page, encoding="utf-8")
