"""`smsim demo`: every scenario against a simulator on a SQLite file, then a look at what is left."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from harness.commands.run import play
from harness.copying import pages as copying
from harness.environment import start
from harness.playing.pages import Scenarios
from harness.reporting import Reporter
from harness.reporting.console import ConsoleReporter
from harness.reporting.html import HtmlReporter
from harness.reporting.junit import JunitReporter
from harness.reporting.ndjson import NdjsonReporter
from harness.scenario.reading import load_all
from simulator.config import ServerSettings
from simulator.errors import PortInUse


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("demo", help="play every scenario over HTTP, then keep serving")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument(
        "--folder", type=Path, default=Path("build/demo"), help="for what it writes"
    )
    parser.add_argument(
        "--port", type=int, default=8080, help="where to serve (8080, or a free one)"
    )
    parser.set_defaults(command=command)


def command(told: argparse.Namespace) -> int:
    """Play, report, and serve on while a person looks; without a terminal, end with the verdict."""
    looked_at = sys.stdout.isatty() and os.environ.get("CI") != "true"
    try:
        return asyncio.run(_demo(told.paths, told.folder, told.port, looked_at=looked_at))
    except PortInUse:
        return asyncio.run(_demo(told.paths, told.folder, 0, looked_at=looked_at))


async def _demo(paths: list[Path], folder: Path, port: int, *, looked_at: bool) -> int:
    scenarios = load_all(paths)
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "smsim.db"
    for old in folder.glob("smsim.db*"):
        old.unlink()
    report = folder / "report.html"
    pages = Scenarios(paths)
    settings = ServerSettings(port=port, db=database)
    async with start(settings, (copying.fit, pages.fit), counted=True) as environment:
        pages.begin(environment)
        chosen: list[Reporter] = [
            ConsoleReporter(),
            HtmlReporter(report),
            JunitReporter(folder / "junit.xml"),
            NdjsonReporter(folder / "deliveries.ndjson"),
        ]
        passed = await play(environment, scenarios, chosen, keep=True)
        print(f"\nreport      {report.absolute()}")
        print(f"deliveries  {(folder / 'deliveries.ndjson').absolute()}")
        print(f"journal     {database.absolute()}")
        if looked_at:
            print(f"serving     {environment.url}   (Ctrl-C ends it)", flush=True)
            ended = asyncio.Event()
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, ended.set)
            await ended.wait()
    return 0 if passed else 1
