"""What the simulator can do on this machine, each figure beside a yardstick: `make bench`.

    python -m tests.bench --only participants submits --rounds 3 --scale small

A run of everything at full scale writes docs/performance.json, docs/performance.md and its drawings;
any other writes below build/bench, unless told where. The exit status is 0 where all was measured,
whatever the figures say, 1 where something went wrong, 2 for a call that is wrong itself.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from harness.load.watching import stolen_s
from tests.bench import machine, report
from tests.bench.results import BenchError, Result, line
from tests.bench.runner import MEASUREMENTS, Measure, chosen, measured
from tests.bench.sizes import FULL, SMALL, Sizes

ROOT = Path(__file__).parents[2]
SCALES = {"small": SMALL, "full": FULL}
MOST_ROUNDS = 50


async def bench(wanted: dict[str, Measure], rounds: int, sizes: Sizes) -> list[Result]:
    """Measure, and tell each result as it comes."""
    results: list[Result] = []
    with TemporaryDirectory(prefix="smsim-bench-", dir=_below("build/bench")) as folder:
        started = perf_counter()
        async for name, told in measured(wanted, rounds, sizes, Path(folder)):
            for item in told:
                _say(line(item))
            _say(f"  ({name}: {perf_counter() - started:.0f} s so far)")
            results += told
    return results


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for and write the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help=", ".join(MEASUREMENTS)
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", choices=tuple(SCALES), default="full")
    parser.add_argument("--into", type=Path, help="the folder of the report")
    told = parser.parse_args(arguments)
    try:
        wanted = dict(chosen(told.only))
        if not 1 <= told.rounds <= MOST_ROUNDS:
            raise BenchError(f"--rounds is {told.rounds}; it may be 1 to {MOST_ROUNDS}")
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)  # noqa: T201
        return 2
    where = machine.describe()
    machine.pin(os.getpid(), machine.CLIENT_CORE)
    started, stolen = perf_counter(), stolen_s()
    results = asyncio.run(bench(wanted, told.rounds, SCALES[told.scale]))
    seconds = perf_counter() - started
    stolen = (stolen_s() - stolen) / seconds
    whole = told.scale == "full" and not told.only
    folder = told.into or (ROOT / "docs" if whole else _below("build/bench/report"))
    folder.mkdir(parents=True, exist_ok=True)
    made = report.make(where, told.scale, told.rounds, seconds, stolen, results)
    for path in report.write(made, folder):
        _say(f"wrote {path}")
    return 1 if any(item.name in MEASUREMENTS for item in made.missing) else 0


def _below(path: str) -> Path:
    folder = ROOT / path
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
