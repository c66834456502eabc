"""`smsim run` and `smsim check`: play scenarios, or only look whether they are right."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from harness.commands.numbers import natural, positive
from harness.environment import Environment, connect, start
from harness.events import RunFinished
from harness.reporting import Reporter
from harness.reporting.console import ConsoleReporter
from harness.reporting.files import writable
from harness.reporting.html import HtmlReporter
from harness.reporting.junit import JunitReporter
from harness.reporting.ndjson import NdjsonReporter
from harness.runner import run
from harness.scenario.doubts import warnings
from harness.scenario.finding import counted
from harness.scenario.reading import Scenario, load_all
from simulator.errors import UserError


def add(commands: Any) -> None:
    """Declare both commands."""
    runs = commands.add_parser("run", help="play scenario files or folders")
    runs.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="also FILE[case], one of its cases"
    )
    runs.add_argument("--url", help="a simulator that runs already; in-process if absent")
    runs.add_argument("--seed", type=natural, help="in place of every scenario's own seed")
    runs.add_argument("--jobs", type=positive, default=1, help="how many at a time (1)")
    runs.add_argument(
        "-k", dest="only", metavar="EXPR", help="only those whose name has this in it"
    )
    runs.add_argument("--keep", action="store_true", help="leave the accounts in the simulator")
    runs.add_argument("--control-token", help="of the simulator at --url")
    runs.add_argument("--junit", type=Path, metavar="FILE")
    runs.add_argument("--html", type=Path, metavar="FILE")
    runs.add_argument("--ndjson", type=Path, metavar="FILE")
    runs.set_defaults(command=command)
    checks = commands.add_parser("check", help="look whether scenario files are right")
    checks.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    checks.set_defaults(command=check)


def check(told: argparse.Namespace) -> int:
    """Read every file. Raises Mistakes with all there are."""
    scenarios = load_all(told.paths)
    _warn(scenarios)
    print(f"{counted(len(scenarios), 'scenario')} {'is' if len(scenarios) == 1 else 'are'} right")
    return 0


def command(told: argparse.Namespace) -> int:
    """Play: 0 all passed, 1 some failed."""
    scenarios = [item for item in load_all(told.paths) if _wanted(item, told.only)]
    if not scenarios:
        raise UserError(f'no scenario has "{told.only}" in its name')
    _warn(scenarios)
    where = start() if told.url is None else connect(told.url, told.control_token)
    return asyncio.run(
        _play(where, scenarios, reporters(told), seed=told.seed, jobs=told.jobs, keep=told.keep)
    )


def _warn(scenarios: Sequence[Scenario]) -> None:
    """Tell what is likely not meant, where no report is written."""
    for line in warnings(scenarios):
        print(line, file=sys.stderr)


def reporters(told: argparse.Namespace) -> list[Reporter]:
    """The reporters a call asks for; the console always."""
    single = not any(path.is_dir() for path in told.paths)
    chosen: list[Reporter] = [ConsoleReporter(tells_missing=not single)]
    if told.junit is not None:
        chosen.append(JunitReporter(writable(told.junit)))
    if told.html is not None:
        chosen.append(HtmlReporter(writable(told.html)))
    if told.ndjson is not None:
        chosen.append(NdjsonReporter(writable(told.ndjson)))
    return chosen


async def play(
    environment: Environment,
    scenarios: Sequence[Scenario],
    chosen: Sequence[Reporter],
    *,
    seed: int | None = None,
    jobs: int = 1,
    keep: bool = False,
) -> bool:
    """Play scenarios and let the reporters hear; whether all passed."""
    passed = False
    try:
        with _ended_by_sigterm():
            async for event in run(scenarios, environment, seed=seed, jobs=jobs, keep=keep):
                for reporter in chosen:
                    reporter.handle(event)
                if isinstance(event, RunFinished):
                    passed = event.passed
    finally:
        for reporter in chosen:
            reporter.close()
    return passed


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM cancels what runs here, so that applications under test are ended with it."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    with suppress(NotImplementedError):  # Windows has no such signal
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        yield
    finally:
        with suppress(NotImplementedError):
            loop.remove_signal_handler(signal.SIGTERM)


async def _play(
    where: AbstractAsyncContextManager[Environment],
    scenarios: Sequence[Scenario],
    chosen: Sequence[Reporter],
    *,
    seed: int | None,
    jobs: int,
    keep: bool,
) -> int:
    async with where as environment:
        passed = await play(environment, scenarios, chosen, seed=seed, jobs=jobs, keep=keep)
    return 0 if passed else 1


def _wanted(scenario: Scenario, only: str | None) -> bool:
    if only is None:
        return True
    names = (scenario.name, scenario.spec.name, *scenario.spec.rules)
    pattern = f"*{only.casefold()}*".replace("[", "[[]")
    return any(fnmatch(name.casefold(), pattern) for name in names)
