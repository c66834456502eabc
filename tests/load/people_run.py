"""A day of 100,000 people in one scenario, timed: `python -m tests.load.people_run [--case all]`.

The scenario runs in a process of its own. Its time and its highest memory are printed; the exit
status is the scenario's.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

SCENARIO = Path(__file__).parent / "a_day.sms.yaml"


class Taken(NamedTuple):
    """What a run took: seconds from start to end, and its highest memory in MiB."""

    status: int
    seconds: float
    mebibytes: int


def run(case: str) -> Taken:
    """Play one case of the scenario."""
    started = perf_counter()
    command = [sys.executable, "-m", "harness", "run", f"{SCENARIO}[{case}]"]
    status = subprocess.run(command, check=False).returncode
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return Taken(status, perf_counter() - started, peak // 1024)


def main() -> int:
    """Run, and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", default="all", choices=("some", "all"))
    taken = run(parser.parse_args().case)
    print(f"{taken.seconds:.1f} s, {taken.mebibytes} MiB at most")  # noqa: T201
    return taken.status


if __name__ == "__main__":
    sys.exit(main())
