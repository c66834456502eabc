"""`python -m tests.planted.run`: the whole shipped suite against every planted fault, as a table.

--only TEXT     those whose name has it
--jobs N        so many faults at a time (1)
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.planted.copies import SCENARIOS, Outcome, copy_packages, planting, play
from tests.planted.everything import MUTATIONS
from tests.planted.mutation import Mutation, NotPlantable

SHOWN = 4
"""How many of the scenarios that found a fault a line names."""

Found = tuple[Mutation, Outcome | NotPlantable]


def main(arguments: Sequence[str] | None = None) -> int:
    """Status 0 where every fault was found by some scenario, else 1."""
    parser = argparse.ArgumentParser(prog="tests.planted.run", description=__doc__)
    parser.add_argument("--only", default="", metavar="TEXT")
    parser.add_argument("--jobs", type=int, default=1)
    told = parser.parse_args(arguments)
    chosen = [item for item in MUTATIONS if told.only in item.name]
    missed, alone = 0, Counter[str]()
    for mutation, outcome in _played(chosen, told.jobs):
        found = [] if isinstance(outcome, NotPlantable) else outcome.failed
        missed += not found
        if len(found) == 1:
            alone[found[0]] += 1
        _say(f"{mutation.name:58} {_line(outcome)}")
    _say(f"{len(chosen) - missed} of {len(chosen)} planted faults were found")
    if alone:
        _say(f"found by one scenario alone: {', '.join(sorted(alone))}")
    return 1 if missed else 0


def _played(chosen: Iterable[Mutation], jobs: int) -> Iterable[Found]:
    with TemporaryDirectory() as name, ThreadPoolExecutor(jobs) as pool:
        folder = Path(name)
        copies = [copy_packages(_made(folder / f"copy{number}")) for number in range(jobs)]

        def one(mutation: Mutation) -> Found:
            copy = copies.pop()
            try:
                with planting(mutation, copy):
                    return mutation, play(copy, _made(copy / "scratch"), SCENARIOS)
            except NotPlantable as error:
                return mutation, error
            finally:
                copies.append(copy)

        yield from pool.map(one, chosen)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _line(outcome: Outcome | NotPlantable) -> str:
    if isinstance(outcome, NotPlantable):
        return f"NOT PLANTED  {outcome}"
    found = outcome.failed
    broken = sum(verdict == "broken" for _, verdict in outcome.verdicts)
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    counts = f"{len(found):3} failed {broken:3} broken"
    if not found:
        return f"{counts}  NOT FOUND (status {outcome.status})"
    return f"{counts}  {', '.join(found[:SHOWN])}{more}"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
