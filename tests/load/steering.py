"""A run of Locust that ends once enough happened, however long that takes."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.load import run

LIMIT_S = 300
"""What a steered run may take where what it waits for never comes; it ends with status 3 then."""

WRITTEN_S = 1
"""How often Locust writes a row of its history."""

STEERED = Path(__file__).parent / "steered_locustfile.py"
LOCUST = (sys.executable, "-m", "locust", "-f", f"{run.LOCUSTFILE},{STEERED}")


def limits(folder: Path) -> str:
    """A file of thresholds that no slow machine fails."""
    file = folder / "limits.toml"
    file.write_text('[total]\nfailures = "0%"\nthrottled = "0%"\n', encoding="utf-8")
    return str(file)


def steer(
    monkeypatch: pytest.MonkeyPatch,
    rows: Mapping[str, int],
    *,
    users: int = 0,
    unanswered: int = 0,
    then_s: float = 0,
    opens: str | None = None,
    fault: object = None,
) -> None:
    """Let runs end once that is counted in those rows, of so many users and turns unanswered at once.

    They go on for `then_s` seconds, and ask for the path `opens` before they end. The fault is planted
    when the account is there and before any user acts.
    """
    wish = {
        "rows": rows,
        "users": users,
        "unanswered": unanswered,
        "then_s": then_s,
        "opens": opens,
        "fault": fault,
    }
    monkeypatch.setenv("STEERED", json.dumps(wish))
    monkeypatch.setattr(run, "LOCUST", LOCUST)
