"""Files of several cases as they are run: by name, one alone, in reports, and side by side."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from harness.cli import call

FILE = """\
name: A yes after ${wait}
include: people.inc.yaml
cases:
  early: {wait: 23h, member: true}
  late: {wait: 25h, member: false}
  wrong: {wait: 26h, member: true}
steps:
  - reply: {person: ana, text: VIP}
  - advance: ${wait}
  - reply: {person: ana, text: Y}
  - expect:
      - member: {person: ana, list: 1001, is: "${member}"}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of three cases, one of which fails, and what it includes."""
    (tmp_path / "edge.sms.yaml").write_text(FILE)
    (tmp_path / "people.inc.yaml").write_text('people: {ana: {phone: "(312) 555-0101"}}\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_case_is_in_the_reports_by_itself(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Title, name, account and the line that does it again have the case; the file is the file."""
    flags = ("--junit", "j.xml", "--ndjson", "r.ndjson", "--html", "r.html")
    assert call(["run", ".", "--jobs", "3", *flags]) == 1
    told = capsys.readouterr().out
    assert "A yes after 26h[wrong]" in told
    assert "again: smsim run 'edge.sms.yaml[wrong]' --seed 0" in told
    assert "2 passed, 1 failed" in told
    cases = {case.get("classname"): case for case in ET.parse("j.xml").iter("testcase")}
    assert sorted(map(str, cases)) == ["edge[early]", "edge[late]", "edge[wrong]"]
    late = cases["edge[late]"]
    assert (late.get("name"), late.get("file")) == ("A yes after 25h[late]", "edge.sms.yaml")
    assert late.find("properties/property[@value='edge-late-0']") is not None
    lines = [json.loads(line) for line in (folder / "r.ndjson").read_text().splitlines()]
    results = {line["case"]: line for line in lines if line["type"] == "scenario"}
    assert results["early"]["file"] == "edge.sms.yaml[early]"
    assert sorted(line["file"] for line in lines if line["type"] == "scenario_started") == sorted(
        line["file"] for line in results.values()
    )
    (failure,) = results["wrong"]["failures"]
    assert failure["position"] == "edge.sms.yaml:12:9"
    page = (folder / "r.html").read_text()
    assert page.count("A yes after 25h[late]") >= 1


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["edge.sms.yaml[late]"], 0, "1 passed, 0 failed"),
        ([".", "-k", "edge[e"], 0, "1 passed, 0 failed"),
        ([".", "-k", "25h"], 0, "1 passed, 0 failed"),
        (["edge.sms.yaml[late]", "edge.sms.yaml[early]"], 0, "2 passed, 0 failed"),
        (["edge.sms.yaml[lat]"], 2, 'no case "lat"; did you mean "late"?'),
        (["people.inc.yaml"], 2, "an included file is no scenario"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_case_may_be_run_alone(
    arguments: list[str], status: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its file with the case, or by a part of its name."""
    assert call(["run", *arguments]) == status
    said = capsys.readouterr()
    assert told in said.out + said.err


@pytest.mark.usefixtures("folder")
def test_explore_takes_one_case(capsys: pytest.CaptureFixture[str]) -> None:
    """Of several it says which there are."""
    assert call(["explore", "edge.sms.yaml"]) == 2
    assert capsys.readouterr().err == (
        "smsim: edge.sms.yaml has 3 cases; name one: 'edge.sms.yaml[early]', "
        "'edge.sms.yaml[late]', 'edge.sms.yaml[wrong]'\n"
    )
    assert call(["explore", "edge.sms.yaml[late]", "--examples", "3"]) == 0


@pytest.mark.usefixtures("folder")
def test_check_counts_cases_and_tells_mistakes_of_each(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file with cases is as many scenarios as it has."""
    assert call(["check", "."]) == 0
    assert "3 scenarios are right" in capsys.readouterr().out
    (folder / "edge.sms.yaml").write_text(FILE.replace("wait: 25h", "wait: 25 h"))
    assert call(["check", "."]) == 2
    assert capsys.readouterr().err.startswith(
        'edge.sms.yaml:9:5: "25 h" is not a duration; write "24h", "1h30m", "250ms", "1 day" or '
        '"PT24H" (wait is set at 5:10, case "late")\n'
    )


def test_what_new_writes_is_right_with_and_without_its_comments(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The starter passes as it stands, and with its cases in place of the Y."""
    assert call(["new", "mine"]) == 0
    assert call(["run", "mine.sms.yaml"]) == 0
    text = (folder / "mine.sms.yaml").read_text().replace("text: Y", 'text: "${reply}"')
    lines = [
        line.removeprefix("# ")
        if line.startswith(("# cases", "#   small", "#   capital"))
        else line
        for line in text.splitlines()
    ]
    (folder / "mine.sms.yaml").write_text("\n".join(lines))
    assert call(["run", "mine.sms.yaml"]) == 0
    assert "A yes in time makes a member[capital]" in capsys.readouterr().out


def test_the_schemas_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """One for scenarios, one for included files."""
    assert call(["schema"]) == 0
    assert "ScenarioOfCases" in json.loads(capsys.readouterr().out)["$defs"]
    assert call(["schema", "--included"]) == 0
    assert "steps" not in json.loads(capsys.readouterr().out)["properties"]
