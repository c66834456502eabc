"""The machine and the versions that figures were measured with."""

from __future__ import annotations

import os
import platform
import sqlite3
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

_CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else []
SERVER_CORE, CLIENT_CORE = _CORES[:2] if len(_CORES) > 1 else (0, 0)

LIBRARIES = ("aiohttp", "aiosqlite", "msgspec", "yarl", "multidict")


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """Where and when figures were measured; `load` is the load average before the first of them."""

    date: str
    cpu: str
    cores: int
    memory_gib: float
    system: str
    python: str
    pinned: bool
    load: float
    libraries: dict[str, str]


def describe() -> Machine:
    """This machine, now."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Machine(
        date=datetime.now(UTC).date().isoformat(),
        cpu=_cpu(),
        cores=os.cpu_count() or 1,
        memory_gib=round(pages / 2**30, 1),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        pinned=can_pin(),
        load=round(os.getloadavg()[0], 2),
        libraries={
            **{name: version(name) for name in LIBRARIES},
            "sqlite": sqlite3.sqlite_version,
        },
    )


def can_pin() -> bool:
    """Whether the server can have a core to itself, and the clients another."""
    return SERVER_CORE != CLIENT_CORE


def pin(pid: int, core: int) -> None:
    """Keep every thread of a process on one core, where the machine has two."""
    if not can_pin():
        return
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})


def memory_mib(pid: int, what: str = "VmRSS") -> float:
    """The memory of a process in MiB: `VmRSS` now, `VmHWM` the highest it ever was."""
    for row in Path(f"/proc/{pid}/status").read_text().splitlines():
        if row.startswith(f"{what}:"):
            return int(row.split()[1]) / 1024
    raise OSError(f"/proc/{pid}/status has no {what}")


def _cpu() -> str:
    try:
        rows = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [row.partition(":")[2].strip() for row in rows if row.startswith("model name")]
    return names[0] if names else "unknown"
