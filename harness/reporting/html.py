"""The run as one self-contained HTML page: no script, no request, text from messages as text."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from harness.events import RunEvent, RunFinished, RunStarted, Verdict
from harness.reporting.coverage import by_rule
from harness.scenario.rules import RULES

MOST_PEOPLE = 50
"""How many people of a scenario the page lists; the NDJSON has all."""


class HtmlReporter:
    """Writes the page when the run is finished."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._where = ""
        self._finished: RunFinished | None = None

    def handle(self, event: RunEvent) -> None:
        """Remember where the run was, and its end."""
        if isinstance(event, RunStarted):
            self._where = event.where
        elif isinstance(event, RunFinished):
            self._finished = event

    def close(self) -> None:
        """Write the page; an interrupted run leaves none."""
        if self._finished is None:
            return
        pages = Environment(
            loader=PackageLoader("harness.reporting", "."),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        page = pages.get_template("report.html.j2").render(
            run=self._finished,
            where=self._where,
            passed=sum(item.verdict is Verdict.PASSED for item in self._finished.results),
            rules=by_rule(self._finished.results),
            meanings=RULES,
            most_people=MOST_PEOPLE,
        )
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(page, encoding="utf-8")
