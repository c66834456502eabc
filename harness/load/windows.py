"""The answers of a load test in windows of a few seconds, as Locust's process leaves them in a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct, json

LOOK_S = 2
"""How long a window is, when nothing holds Locust up."""


class Window(Struct, frozen=True, kw_only=True):
    """The answers of some seconds that ended at `at`, of the wall; times in whole milliseconds.

    `turns` is what each kind of users began, `users` how many there are of it, `unanswered` the turns
    of an open rate that had not ended, `locust_cpu_s` the processor time of Locust until then.
    """

    at: float
    seconds: float
    requests: int
    failures: int
    p50_ms: int
    p95_ms: int
    p99_ms: int
    turns: dict[str, int]
    users: dict[str, int]
    unanswered: int
    locust_cpu_s: float


def write(prefix: str, windows: Sequence[Window]) -> None:
    """PREFIX_windows.json."""
    Path(f"{prefix}_windows.json").write_bytes(json.encode(windows))


def read(path: Path) -> list[Window]:
    """What `write` wrote; nothing where there is no such file."""
    return json.decode(path.read_bytes(), type=list[Window]) if path.exists() else []


def began(found: Sequence[Window]) -> float:
    """When the first of them began; 0 where there are none."""
    return found[0].at - found[0].seconds if found else 0.0
