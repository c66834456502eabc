"""The bar of a run on a terminal: how far it is, how fast it goes, how long it will take still."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

from harness.reporting.ladder import wait_of

LONG_S = 3.0
"""From how long on the time left is told; before it nobody waits, and nobody could tell."""


class Bar:
    """A bar below what is printed; where there is no terminal it is never drawn."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.fields[done]}/{task.fields[scenarios]}"),
            BarColumn(bar_width=24),
            Rate(),
            Left(),
            TextColumn("{task.description}", markup=False),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("starting", total=None, done=0, scenarios=0)
        self._done = 0
        self._under_way: dict[str, float] = {}

    def begin(self, scenarios: int) -> None:
        """Draw it."""
        self._progress.reset(self._task, total=scenarios, done=0, scenarios=scenarios)
        self._progress.start()

    def at(self, file: str, words: str, number: int = 1, of: int = 1) -> None:
        """A scenario is at a step; the bar counts the steps before it."""
        self._under_way[file] = (number - 1) / of
        self._show(words)

    def done(self, file: str) -> None:
        """A scenario ended."""
        self._done += 1
        self._under_way.pop(file, None)
        self._show(None)

    def end(self) -> None:
        """Take it away."""
        self._progress.stop()

    def _show(self, words: str | None) -> None:
        self._progress.update(
            self._task,
            completed=self._done + sum(self._under_way.values()),
            done=self._done,
            description=None if words is None else " ".join(words.split()),
        )


class Rate(ProgressColumn):
    """Scenarios a second, or a minute where that is slow."""

    def render(self, task: Task) -> Text:
        """What it is now; nothing while it cannot be told."""
        elapsed = task.elapsed or 0.0
        if not task.completed or elapsed <= 0:
            return Text("")
        rate = task.completed / elapsed
        return Text(f"{rate:.1f}/s" if rate >= 1 else f"{rate * 60:.1f}/min", style="cyan")


class Left(ProgressColumn):
    """The time left at the rate until now, once a run is a long one."""

    def render(self, task: Task) -> Text:
        """What it is now; nothing while it cannot be told."""
        elapsed = task.elapsed or 0.0
        if task.total is None or not task.completed or elapsed < LONG_S:
            return Text("")
        left = elapsed / task.completed * (task.total - task.completed)
        return Text(f"{wait_of(left)} left", style="dim")
