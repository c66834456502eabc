"""`python -m tests.explore.shop_run`: how soon exploration finds each bug of the example shop.

--seeds N        so many seeds for each bug (5)
--examples N     histories at most (200)
--seconds N      real time at most (60)
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.explore import Finding, Ground, explore, write
from harness.scenario.reading import load_all
from harness.stopwatch import reading

DAY = Path(__file__).parents[2] / "scenarios" / "application" / "a_day_in_the_shop.sms.yaml"
BUGS = ("forgets_stop", "double_send", "late_yes")


def main(arguments: Sequence[str] | None = None) -> int:
    """Status 0 where each bug was found with at least one seed, and nothing without a bug."""
    parser = argparse.ArgumentParser(prog="tests.explore.shop_run", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--examples", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0)
    told = parser.parse_args(arguments)
    limits = told.examples, told.seconds
    found = {bug: [_explored(bug, seed, *limits) for seed in range(told.seeds)] for bug in BUGS}
    invented = _explored("", 0, *limits)
    missed = [bug for bug, findings in found.items() if not any(findings)]
    _say(f"not found: {', '.join(missed) or 'none'}")
    return 1 if missed or invented else 0


def _explored(bug: str, seed: int, examples: int, seconds: float) -> bool:
    """Explore with a bug and tell the figures; whether anything was found."""
    os.environ["SHOP_BUG"] = bug
    (scenario,) = load_all([DAY])
    began = reading()
    with TemporaryDirectory() as folder, Ground() as ground:
        finding = explore(scenario, ground, examples=examples, seconds=seconds, seed=seed)
        if finding is not None:
            write(finding, Path(folder), ground)
    _say(f"{bug or 'no bug':14} seed {seed}  {reading() - began:5.1f} s  {_told(finding)}")
    return finding is not None


def _told(finding: Finding | None) -> str:
    if finding is None:
        return "nothing found"
    steps = len(finding.steps)
    return f"history {finding.played:3}, {finding.breakage.kind}, {steps} steps"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
