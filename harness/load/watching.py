"""Watching a simulator's process from outside: its memory and processor time, and what waits in it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from threading import Event, Thread

from msgspec import Struct

from harness.load import gauges
from harness.load.gauges import Gauges, NoGauges

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
EVERY_S = 2
PIECES, PIECE = 3, 4_000


class NoMemory(Exception):
    """The memory of a process cannot be read here; the message says what would do."""


class Sample(Struct, frozen=True, kw_only=True):
    """A process at a moment of the wall; memory in MiB, None where the system does not tell it.

    `cpu_s` is its processor time since it began, `stolen_s` for how long the host of the machine has
    given a processor of it to others (steal, the mean of all), `work_ms` what a piece of work took,
    `waits` what waits in the simulator.
    """

    at: float
    rss_mib: float
    pss_mib: float | None
    anonymous_mib: float | None
    cpu_s: float
    stolen_s: float
    work_ms: float
    waits: Gauges | None


def look(pid: int, url: str) -> Sample:
    """A process and its simulator, now. Raises NoMemory."""
    at, stolen = time.time(), stolen_s()
    try:
        rss = _mebibytes(PROC / str(pid) / "status", "VmRSS")
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError as error:
        raise NoMemory(f"process {pid} has ended: {error}") from error
    if rss is None:
        raise NoMemory(f"process {pid} has no memory any more")
    rollup = PROC / str(pid) / "smaps_rollup"
    try:
        pss, anonymous = _mebibytes(rollup, "Pss"), _mebibytes(rollup, "Anonymous")
    except OSError:
        pss = anonymous = None
    try:
        waits = gauges.fetch(url)
    except NoGauges:
        waits = None
    return Sample(
        at=at,
        rss_mib=rss,
        pss_mib=pss,
        anonymous_mib=anonymous,
        cpu_s=(int(fields[11]) + int(fields[12])) / TICKS,
        stolen_s=stolen,
        work_ms=work_ms(),
        waits=waits,
    )


def stolen_s() -> float:
    """For how long the host of this machine has given its processors to others, the mean of all.

    Raises NoMemory where there is no /proc of Linux.
    """
    try:
        told = (PROC / "stat").read_text().partition("\n")[0].split()
    except OSError as error:
        raise NoMemory(f"{error}; this needs the /proc of Linux") from error
    return int(told[8]) / TICKS / (os.cpu_count() or 1)


def work_ms() -> float:
    """What a piece of work that is always the same takes of a processor, now, in milliseconds.

    Where that is more, its cores are shared, by others or by the load itself, or they run slower. Steal
    does not tell of that.
    """
    taken = []
    for _ in range(PIECES):
        began, written = time.thread_time_ns(), dict[int, str]()
        for number in range(PIECE):
            written[number % 100] = str(number)
        taken.append((time.thread_time_ns() - began) / 1e6)
    return median(taken)


@contextmanager
def watched(pid: int, url: str) -> Iterator[list[Sample]]:
    """The samples of a process, one each EVERY_S until the block ends. Raises NoMemory."""
    samples, over = [look(pid, url)], Event()

    def keep_looking() -> None:
        while not over.wait(EVERY_S):
            try:
                samples.append(look(pid, url))
            except NoMemory:  # it has ended, which its exit status tells
                return

    thread = Thread(target=keep_looking, daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        over.set()
        thread.join()


def _mebibytes(path: Path, name: str) -> float | None:
    for row in path.read_text().splitlines():
        if row.startswith(f"{name}:"):
            return round(int(row.split()[1]) / 1024, 2)
    return None
