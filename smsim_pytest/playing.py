"""Playing a scenario file: the command smsim in a process, its record read back."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smsim_pytest import process

__tracebackhide__ = True
"""A failure shows the test's lines, not ours."""

MOST_LINES = 40


class ScenarioFailed(AssertionError):
    """A scenario did not pass, or could not be read; the text is what smsim says of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A scenario that passed: how much it checked, and what it sent to whom."""

    file: str
    title: str
    seed: int
    steps: int
    checks: int
    messages: int
    people: Sequence[Mapping[str, Any]]
    """Everyone of it with what they were sent, as `smsim run --ndjson` records it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """Where and how scenarios are played: in the run's own process unless there is a URL."""

    folder: Path
    """The folder that paths are shown relative to."""
    url: str | None = None
    token: str | None = None
    seed: int | None = None

    def play(self, path: Path, seed: int | None = None, case: str | None = None) -> Played:
        """Play one file, or one of its cases, with that seed, the session's, or its own.

        Raises ScenarioFailed.
        """
        path = path if case is None else path.with_name(f"{path.name}[{case}]")
        seed = self.seed if seed is None else seed
        with tempfile.TemporaryDirectory(prefix="smsim-") as folder:
            record = Path(folder, "record.ndjson")
            done = subprocess.run(
                process.command(
                    "run", *self._flags(seed), "--ndjson", str(record), self._named(path)
                ),
                cwd=self.folder,
                env={**process.environment(), "PYTHONIOENCODING": "utf-8"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
            lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
        told = [json.loads(line) for line in lines]
        results = [item for item in told if item["type"] == "scenario"]
        if len(results) > 1:
            first, *others = (str(result["file"]) for result in results)
            raise ScenarioFailed(f"it has several cases; play one: {first} or {', '.join(others)}")
        if done.returncode not in (0, 1) or not results:
            raise ScenarioFailed(_said(done))
        if done.returncode != 0:
            raise ScenarioFailed(_failure(results[0]))
        return _played(results[0], [item for item in told if item["type"] == "person"])

    def _flags(self, seed: int | None) -> list[str]:
        wishes = {"--url": self.url, "--control-token": self.token, "--seed": seed}
        return [part for flag, w in wishes.items() if w is not None for part in (flag, str(w))]

    def _named(self, path: Path) -> str:
        """The path as one would type it in that folder; never taken for a flag."""
        named = (
            os.path.relpath(path, self.folder) if path.is_relative_to(self.folder) else str(path)
        )
        return f"./{named}" if named.startswith("-") else named


def _played(result: Mapping[str, Any], people: Sequence[Mapping[str, Any]]) -> Played:
    names = ("file", "title", "seed", "steps", "checks", "messages")
    return Played(**{name: result[name] for name in names}, people=people)


def _said(done: subprocess.CompletedProcess[str]) -> str:
    """Mistakes in the file, each with its place, or why it could not be played at all."""
    words = done.stderr.strip() or done.stdout.strip()
    return words or f"smsim ended with {done.returncode} and said nothing"


def _failure(result: Mapping[str, Any]) -> str:
    """What the console report says of a scenario: places, both sides, timelines, the line to repeat."""
    lines = [str(result["title"])]
    if result["broken"] is not None:
        lines.append(str(result["broken"]))
    for failure in result["failures"]:
        lines.append(str(failure["position"]))
        lines.append(f"  expected  {failure['expected']}")
        lines.append(f"  actual    {failure['actual']}")
        for name, rungs in failure["timelines"].items():
            lines.append(f"  timeline of {name}")
            if len(rungs) > MOST_LINES:
                lines.append(f"    ... {len(rungs) - MOST_LINES} before")
            lines += [f"    {r['after']}  {r['side']:9}  {r['text']}" for r in rungs[-MOST_LINES:]]
    return "\n".join([*lines, f"again: {result['reproduce']}"])
