"""`smsim explore`: look for a history that breaks an invariant, and make a scenario of it."""

from __future__ import annotations

import argparse
from pathlib import Path
from shlex import quote
from typing import Any

from rich.console import Console
from rich.markup import escape

from harness import explore as exploring
from harness import oracles
from harness.commands.numbers import natural, positive
from harness.explore import Breakage, Finding, Progress
from harness.scenario.reading import Scenario, load_all
from harness.stopwatch import reading
from simulator.errors import UserError


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("explore", help="look for what breaks an invariant of a scenario")
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="the scenario whose setup is used; of a file with cases FILE[case]",
    )
    parser.add_argument("--examples", type=positive, default=200, help="histories at most (200)")
    parser.add_argument("--seconds", type=positive, default=60, help="real time at most (60)")
    parser.add_argument("--seed", type=natural, default=0, help="what the draws follow from (0)")
    parser.add_argument(
        "--out", type=Path, default=Path("build/explore"), metavar="DIR", help="for what is found"
    )
    parser.add_argument(
        "--off",
        nargs="+",
        action="extend",
        default=[],
        choices=[str(name) for name in oracles.Name],
        metavar="NAME",
        help="invariants that are not looked at",
    )
    parser.set_defaults(command=command)


def command(told: argparse.Namespace) -> int:
    """Explore: 0 nothing was found, 1 something was."""
    scenario = _one(told.file)
    if told.out.exists() and not told.out.is_dir():
        raise UserError(f"{told.out} is no folder")
    shown = _Shown(Console(highlight=False))
    with exploring.Ground() as ground:
        with shown:
            finding = exploring.explore(
                scenario,
                ground,
                examples=told.examples,
                seconds=told.seconds,
                seed=told.seed,
                off=told.off,
                told=shown.progress,
            )
        if finding is None:
            shown.nothing()
            return 0
        shown.finding(finding)
        shown.file(exploring.write(finding, told.out, ground), finding)
    return 1


class _Shown:
    """What a person sees: progress on a terminal, and the end of it anywhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("starting")
        self._last = Progress(played=0, of=0)
        self._started = reading()

    def __enter__(self) -> None:
        self._status.start()

    def __exit__(self, *_exc: object) -> None:
        self._status.stop()

    def progress(self, told: Progress) -> None:
        """Show how far it is."""
        self._last = told
        text = f"history {told.played} of {told.of}"
        if told.found is not None:
            text = f"{_what(told.found)} breaks; shrinking, {told.steps} steps"
        self._status.update(escape(text))

    def nothing(self) -> None:
        """Nothing was found."""
        early = "; the time was over" if self._last.late else ""
        self._print(f"nothing found in {self._last.played} histories, {self._took()}{early}")

    def finding(self, finding: Finding) -> None:
        """What was found, and the lines of its history."""
        broken = finding.breakage
        self._print(
            f"[red]{escape(_what(broken))} breaks[/], found in history {finding.played}, {self._took()}"
        )
        self._print(f"  {escape(broken.text)}")
        if broken.number is not None:
            self._print(f"  timeline of {broken.number}")
        for line in broken.timeline:
            self._print(f"    {escape(line)}")

    def file(self, path: Path, finding: Finding) -> None:
        """Where it is written, and how to see it again."""
        count = len(finding.steps)
        self._print(f"{escape(str(path))}: {count} step{'s' if count > 1 else ''}")
        self._print(f"again: [bold]{escape(f'smsim run {path}')}[/]")

    def _print(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)

    def _took(self) -> str:
        return f"{reading() - self._started:.1f} s"


def _what(broken: Breakage) -> str:
    return f"invariant {broken.kind}" if broken.is_invariant else broken.kind


def _one(path: Path) -> Scenario:
    """The scenario of a file. Raises Mistakes, and UserError where there are several."""
    scenarios = load_all([path])
    if len(scenarios) == 1:
        return scenarios[0]
    cases = [item.file for item in scenarios if item.case is not None and path.is_file()]
    if cases:
        raise UserError(f"{path} has {len(cases)} cases; name one: {', '.join(map(quote, cases))}")
    raise UserError(f"{path} has {len(scenarios)} scenarios; name the file of one")
