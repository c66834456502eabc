"""The results as JUnit XML, as CI servers read it: a test case per scenario."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from harness.events import (
    Explanation,
    Failure,
    RunEvent,
    RunFinished,
    Rung,
    ScenarioFinished,
    ScenarioResult,
    Verdict,
)
from harness.reporting.ladder import brief

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class JunitReporter:
    """Collects results and writes one file at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._results: list[ScenarioResult] = []
        self._took_s: float | None = None

    def handle(self, event: RunEvent) -> None:
        """Remember a finished scenario."""
        if isinstance(event, ScenarioFinished):
            self._results.append(event.result)
        elif isinstance(event, RunFinished):
            self._took_s = event.took_s

    def close(self) -> None:
        """Write the file; of an interrupted run with what there is."""
        counts = {verdict: 0 for verdict in Verdict}
        for result in self._results:
            counts[result.verdict] += 1
        took_s = self._took_s
        if took_s is None:
            took_s = sum(result.took_s for result in self._results)
        totals = {
            "tests": str(len(self._results)),
            "failures": str(counts[Verdict.FAILED]),
            "errors": str(counts[Verdict.BROKEN]),
            "time": f"{took_s:.3f}",
        }
        suites = ET.Element("testsuites", totals)
        suite = ET.SubElement(suites, "testsuite", {"name": "smsim", **totals})
        for result in self._results:
            suite.append(_case(result))
        ET.ElementTree(suites).write(self._path, encoding="utf-8", xml_declaration=True)


def _case(result: ScenarioResult) -> ET.Element:
    case = ET.Element(
        "testcase",
        classname=_printable(result.name),
        name=_printable(result.title),
        file=_printable(result.path),
        time=f"{result.took_s:.3f}",
    )
    properties = ET.SubElement(case, "properties")
    for name, value in _properties(result):
        ET.SubElement(properties, "property", name=name, value=_printable(value))
    if result.broken is not None:
        error = ET.SubElement(case, "error", message=_printable(result.broken), type="broken")
        error.text = _printable(f"{result.broken}\n{result.reproduce}")
    if result.failures:
        first, *others = result.failures
        more = f" (and {len(others)} more)" if others else ""
        message = _printable(f"{_words(first)}{more}")
        # One element for all: what reads JUnit shows the first alone.
        failed = ET.SubElement(case, "failure", message=message, type="failed")
        lines = [line for item in result.failures for line in _lines(item)]
        failed.text = _printable("\n".join([*lines, result.reproduce]))
    said = [line for item in result.explanations for line in _explained(item)]
    if said or result.log:
        ET.SubElement(case, "system-out").text = _printable("\n".join([*said, *result.log]))
    return case


def _properties(result: ScenarioResult) -> Iterator[tuple[str, str]]:
    yield "seed", str(result.seed)
    yield "rules", " ".join(result.rules)
    yield "account", result.account
    yield "steps", str(result.steps)
    yield "checks", str(result.checks)
    yield "messages", str(result.messages)
    yield "reproduce", result.reproduce


def _words(failure: Failure) -> str:
    return f"expected {failure.expected}; {failure.actual}"


def _lines(failure: Failure) -> Iterator[str]:
    yield f"{failure.position}: {_words(failure)}"
    for name, rungs in failure.timelines.items():
        yield f"timeline of {name}:"
        yield from map(_line, brief(rungs))


def _explained(explanation: Explanation) -> Iterator[str]:
    yield f"{explanation.position}: what happened to {explanation.who}"
    yield from map(_line, explanation.lines)


def _line(rung: Rung) -> str:
    return f"  {rung.after}  {rung.side:9}  {rung.text}"


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", text)
