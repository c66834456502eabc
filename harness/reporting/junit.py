"""The results as JUnit XML, as CI servers read it: a test case per scenario."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

from harness.events import RunEvent, RunFinished, ScenarioFinished, ScenarioResult, Verdict

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class JunitReporter:
    """Collects results and writes one file at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._results: list[ScenarioResult] = []
        self._took_s = 0.0

    def handle(self, event: RunEvent) -> None:
        """Remember a finished scenario."""
        if isinstance(event, ScenarioFinished):
            self._results.append(event.result)
        elif isinstance(event, RunFinished):
            self._took_s = event.took_s

    def close(self) -> None:
        """Write the file."""
        counts = {verdict: 0 for verdict in Verdict}
        for result in self._results:
            counts[result.verdict] += 1
        suite = ET.Element(
            "testsuite",
            name="smsim",
            tests=str(len(self._results)),
            failures=str(counts[Verdict.FAILED]),
            errors=str(counts[Verdict.BROKEN]),
            time=f"{self._took_s:.3f}",
        )
        for result in self._results:
            suite.append(_case(result))
        suites = ET.Element("testsuites")
        suites.append(suite)
        ET.ElementTree(suites).write(self._path, encoding="utf-8", xml_declaration=True)


def _case(result: ScenarioResult) -> ET.Element:
    case = ET.Element(
        "testcase",
        classname=result.name,
        name=_printable(result.title),
        file=result.file,
        time=f"{result.took_s:.3f}",
    )
    properties = ET.SubElement(case, "properties")
    for name, value in (("seed", str(result.seed)), ("rules", " ".join(result.rules))):
        ET.SubElement(properties, "property", name=name, value=value)
    if result.broken is not None:
        error = ET.SubElement(case, "error", message=_printable(result.broken))
        error.text = _printable(f"{result.broken}\n{result.reproduce}")
    for failure in result.failures:
        words = f"expected {failure.expected}; {failure.actual}"
        element = ET.SubElement(case, "failure", message=_printable(words))
        lines = [f"{failure.position}: {words}"]
        for name, rungs in failure.timelines.items():
            lines.append(f"timeline of {name}:")
            lines += [f"  {rung.after}  {rung.side:9}  {rung.text}" for rung in rungs]
        element.text = _printable("\n".join([*lines, result.reproduce]))
    return case


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", text)
