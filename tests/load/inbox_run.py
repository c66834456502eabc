"""How soon the inbox finds, among many messages: `python -m tests.load.inbox_run --messages 1000000`.

Every kind of word is asked three times of a store in a file and of one in memory; the best and the worst
are printed, and what a commit of a message costs. The exit status says whether every median kept to the
limit: the first that looks into a file may wait for the disk. The very first search is told by itself,
for that in memory reads every row before it finds.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import NamedTuple

from simulator.runtime.ports import Store
from simulator.store.memory import MemoryStore
from simulator.store.sqlite import SqliteStore
from simulator.ui import search
from tests.contract.rows import Author
from tests.load import inbox_rows

LIMIT_MS = 200.0
KEY = "acme"
TIMES = 3


def searches(count: int) -> Sequence[str]:
    """One of each kind, with many answers, few and none."""
    phone = inbox_rows.mdn_of(1)
    return (
        "",
        f"to:{phone}",
        f"from:{inbox_rows.mdn_of(0)}",
        "from:65047",
        "from:12345",
        "to:65047",
        "state:delivered",
        "state:undeliverable",
        "state:accepted",
        "text:order",
        f"text:GIFT-{count - count % 4 - 2}",
        "text:gift-1234567890",
        "text:ÉLODIE",
        "is:mo",
        "is:welcome",
        "list:1001",
        "list:nobody",
        "campaign:JoinVip01",
        "list:1002 state:undeliverable",
        "before:2026-01-05T15:00:10Z",
        "before:2026-01-05T15:00:00Z",
        "after:2026-01-05T15:00:10Z",
        "after:2030-01-01",
        "state:accepted text:order",
        "is:mo text:gift-1234567890",
        "state:undeliverable order after:2026-01-05T15:00:10Z",
    )


class Cost(NamedTuple):
    """Microseconds that a message took in the store: by the clock, and of the processor."""

    real: float
    processor: float

    def __str__(self) -> str:
        return f"{self.real:.1f} us a message, {self.processor:.1f} us of the processor"


async def fill(store: Store, count: int, *, short: bool = True) -> Cost:
    """Commit so many messages; what each cost."""
    await store.save_account(Author(KEY).record)
    real = processor = 0.0
    for batch in inbox_rows.batches(KEY, count, short=short):
        clock, work = perf_counter(), process_time()
        await store.commit(batch)
        real, processor = real + perf_counter() - clock, processor + process_time() - work
    return Cost(real / count * 1e6, processor / count * 1e6)


async def ask(store: Store, words: str) -> tuple[int, list[float]]:
    """How many came, and in how many milliseconds each time."""
    times, found = [], 0
    for _ in range(TIMES):
        started = perf_counter()
        found = len(await store.messages(KEY, search.read(words)))
        times.append((perf_counter() - started) * 1e3)
    return found, times


async def measure(store: Store, name: str, count: int) -> float:
    """Fill, ask and print; the milliseconds of the slowest."""
    await store.open()
    each = await fill(store, count)
    _say(f"{name}: {count:,} messages, commit: {each}")
    started = perf_counter()
    await store.messages(KEY, search.read("text:order"))
    _say(f"  the very first search {(perf_counter() - started) * 1e3:54.0f} ms")
    worst = 0.0
    for words in searches(count):
        found, times = await ask(store, words)
        worst = max(worst, median(times))
        _say(
            f"  {words or '(nothing asked)':<54} {found:>4} {min(times):8.1f} {max(times):8.1f} ms"
        )
    await store.close()
    return worst


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


async def _main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--store", choices=("memory", "sqlite", "both"), default="both")
    parser.add_argument("--only-commits", action="store_true", help="every state, nothing asked")
    wish = parser.parse_args()
    worst = 0.0
    with TemporaryDirectory() as folder:
        stores: dict[str, Store] = {
            "memory": MemoryStore(),
            "sqlite": SqliteStore(Path(folder) / "inbox.db"),
        }
        for name, store in stores.items():
            if wish.store not in (name, "both"):
                continue
            if wish.only_commits:
                await store.open()
                each = await fill(store, wish.messages, short=False)
                await store.close()
                _say(f"{name}: commit with every state: {each}")
            else:
                worst = max(worst, await measure(store, name, wish.messages))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    _say(f"slowest {worst:.0f} ms of {LIMIT_MS:.0f}; {peak} MiB at most")
    return 0 if worst < LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(_main()))
