"""The run on a terminal: a line per scenario as it ends, then failures, the table, the rules.

A terminal also has a bar with the rate and the time left; whatever else takes the words has none.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.events import (
    Explanation,
    Failure,
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
from harness.reporting.coverage import arrived, by_rule, skipped
from harness.reporting.ladder import brief
from harness.reporting.progress import Bar
from harness.scenario.finding import counted

_MARKS = {
    Verdict.PASSED: "[green]✓[/]",
    Verdict.FAILED: "[red]✗[/]",
    Verdict.BROKEN: "[red]![/]",
}

MOST_RUNGS = 40
MOST_LINES = 30


class ConsoleReporter:
    """Prints to a terminal, or plainly to whatever stands in for one.

    Rules that no scenario shows are told where `tells_missing`: of single files they say nothing.
    """

    def __init__(self, console: Console | None = None, *, tells_missing: bool = True) -> None:
        self._console = console or Console(highlight=False)
        self._tells_missing = tells_missing
        self._bar = Bar(self._console)

    def handle(self, event: RunEvent) -> None:
        """Show an event."""
        match event:
            case RunStarted():
                self._console.print(
                    f"{counted(event.scenarios, 'scenario')}, {escape(event.where)}"
                )
                self._bar.begin(event.scenarios)
            case ScenarioStarted():
                self._bar.at(event.file, event.title)
            case StepStarted():
                self._bar.at(event.file, event.title, event.number, event.of)
            case ScenarioFinished():
                self._scenario(event.result)
                self._bar.done(event.result.file)
            case RunFinished():
                self._bar.end()
                self._finish(event)

    def close(self) -> None:
        """Give the terminal back."""
        self._bar.end()

    def _scenario(self, result: ScenarioResult) -> None:
        took = f"[dim]{result.took_s * 1000:6.0f} ms[/]"
        self._console.print(
            f" {_MARKS[result.verdict]} {took}  {escape(result.title)}", soft_wrap=True
        )
        if result.broken is not None:
            self._console.print(f"     [red]{escape(result.broken)}[/]", soft_wrap=True)
        for failure in result.failures:
            self._failure(failure)
        for explanation in result.explanations:
            self._explanation(explanation)
        self._log(result)
        if result.verdict is not Verdict.PASSED:
            self._console.print(f"     again: [bold]{escape(result.reproduce)}[/]", soft_wrap=True)

    def _failure(self, failure: Failure) -> None:
        self._console.print(f"     {escape(failure.position)}", soft_wrap=True)
        self._console.print(
            f"       expected  [green]{escape(failure.expected)}[/]", soft_wrap=True
        )
        self._console.print(f"       actual    [red]{escape(failure.actual)}[/]", soft_wrap=True)
        for name, timeline in failure.timelines.items():
            self._console.print(f"       timeline of {escape(name)}")
            self._rungs(brief(timeline))

    def _explanation(self, explanation: Explanation) -> None:
        place, who = escape(explanation.position), escape(explanation.who)
        self._console.print(f"     {place}: what happened to {who}", soft_wrap=True)
        self._rungs(explanation.lines)
        if not explanation.lines:
            self._console.print("         nothing")

    def _rungs(self, rungs: Sequence[Rung]) -> None:
        if len(rungs) > MOST_RUNGS:
            self._console.print(f"         [dim]... {len(rungs) - MOST_RUNGS} before[/]")
        for rung in rungs[-MOST_RUNGS:]:
            line = f"         [dim]{rung.after}[/]  {rung.side:9}  {escape(rung.text)}"
            self._console.print(line, soft_wrap=True)

    def _log(self, result: ScenarioResult) -> None:
        if not result.log:
            return
        self._console.print("     the application's log")
        if len(result.log) > MOST_LINES:
            self._console.print(f"       [dim]... {len(result.log) - MOST_LINES} before[/]")
        for line in result.log[-MOST_LINES:]:
            self._console.print(f"       {escape(line)}", soft_wrap=True)

    def _finish(self, event: RunFinished) -> None:
        table = Table(title="Who got what", title_justify="left", box=None, pad_edge=False)
        table.add_column("scenario")
        table.add_column("rules")
        for column in ("people", "sent", "arrived", "skipped"):
            table.add_column(column, justify="right")
        table.add_column("")
        for result in event.results:
            table.add_row(
                escape(result.name),
                " ".join(result.rules),
                str(len(result.people)),
                str(result.messages),
                str(arrived(result)),
                str(skipped(result)),
                _MARKS[result.verdict],
            )
        self._console.print()
        self._console.print(table)
        self._rules(event)
        passed = sum(result.verdict is Verdict.PASSED for result in event.results)
        colour = "green" if event.passed else "red"
        self._console.print(
            f"[{colour}]{passed} passed, {len(event.results) - passed} failed[/] "
            f"in {event.took_s:.1f} s"
        )

    def _rules(self, event: RunFinished) -> None:
        covered = by_rule(event.results)
        shown = "  ".join(f"{rule} {len(found)}" for rule, found in covered.items() if found)
        missing = ", ".join(rule for rule, found in covered.items() if not found)
        self._console.print(f"\nScenarios by rule: {shown or 'none'}")
        if missing and self._tells_missing:
            self._console.print(f"[dim]No scenario here for {missing}[/]")
