"""The record of a run as NDJSON: a line per event, and a line per person before their scenario's.

Types: run_started, scenario_started, step, person, scenario, run_finished. A `took_s` is real time;
all else is the same for the same files and seeds.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from harness.events import (
    RunEvent,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioResult,
    ScenarioStarted,
    StepStarted,
    Verdict,
)


class NdjsonReporter:
    """Writes lines as they come, so that an interrupted run leaves what it had."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")

    def handle(self, event: RunEvent) -> None:
        """Write an event; of a scenario that ended first its people, then the rest of it."""
        match event:
            case RunStarted():
                self._line("run_started", **asdict(event))
            case ScenarioStarted():
                self._line("scenario_started", **asdict(event))
            case StepStarted():
                self._line("step", **asdict(event))
            case ScenarioFinished():
                for person in event.result.people:
                    self._line("person", scenario=event.result.name, **asdict(person))
                self._line("scenario", **_scenario(event.result))
                self._file.flush()
            case RunFinished():
                self._line("run_finished", **_end(event))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _line(self, kind: str, **told: object) -> None:
        line = json.dumps({"type": kind, **told}, ensure_ascii=False)
        # A lone surrogate has no UTF-8: it stands as JSON escapes it.
        self._file.write(line.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")


def _scenario(result: ScenarioResult) -> dict[str, object]:
    told = asdict(result)
    del told["people"]  # each has a line
    return {**told, "reproduce": result.reproduce}


def _end(event: RunFinished) -> dict[str, object]:
    counts = {str(name): sum(item.verdict is name for item in event.results) for name in Verdict}
    return {**counts, "scenarios": len(event.results), "took_s": event.took_s}
