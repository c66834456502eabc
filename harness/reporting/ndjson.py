"""The record of a run as NDJSON: a line per person and scenario, then a line per scenario."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from harness.events import RunEvent, ScenarioFinished, ScenarioResult


class NdjsonReporter:
    """Writes lines as scenarios finish, so that an interrupted run leaves what it had."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")

    def handle(self, event: RunEvent) -> None:
        """Write the people of a finished scenario, then its verdict."""
        if isinstance(event, ScenarioFinished):
            for person in event.result.people:
                self._line({"type": "person", "scenario": event.result.name, **asdict(person)})
            self._line(_scenario(event.result))
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _line(self, value: dict[str, object]) -> None:
        self._file.write(json.dumps(value, ensure_ascii=False) + "\n")


def _scenario(result: ScenarioResult) -> dict[str, object]:
    told = asdict(result)
    for name in ("people", "timelines", "took_s"):
        del told[name]
    return {"type": "scenario", **told, "reproduce": result.reproduce}
