"""Bad calls of the command line: one line that names the fault, status 2, nothing half done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.cli import call
from harness.scenario.reading import check
from harness.scenario.source import read_file

ONE = str(Path(__file__).parents[2] / "scenarios" / "opt_in" / "yes_in_time.sms.yaml")


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--db", "/dev/null/x.db"], "/dev/null/x.db cannot be opened"),
        (["--db", "/proc/x.db"], "/proc/x.db cannot be opened"),
        (["--db", "."], "cannot be opened"),
        (["--host", "203.0.113.9", "--control-token", "x"], "203.0.113.9:0 cannot be listened on"),
        (["--ready-file", "/nowhere/x"], "--ready-file /nowhere/x cannot be written"),
    ],
)
def test_what_cannot_be_served_is_one_line(
    flags: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A place that cannot be opened, listened on or written: a line and status 2."""
    given = [] if "--db" in flags else ["--db", ":memory:"]
    assert call(["serve", "--port", "0", *given, *flags]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_a_config_that_is_no_text_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bytes that are no UTF-8 are told as such."""
    path = tmp_path / "smsim.toml"
    path.write_bytes(b"\xff\xfe")
    assert call(["serve", "--config", str(path), "--db", ":memory:"]) == 2
    assert "is not UTF-8 text" in capsys.readouterr().err


def test_first_accounts_are_made_all_or_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A config with one account twice makes none, so that the next start is not a half one."""
    path = tmp_path / "smsim.toml"
    path.write_text('[[accounts]]\ncompany_key = "a"\n[[accounts]]\ncompany_key = "a"\n')
    database = tmp_path / "x.db"
    for _ in range(2):
        flags = ["--config", str(path), "--db", str(database), "--port", "0"]
        assert call(["serve", *flags]) == 2
        assert "stands twice" in capsys.readouterr().err


@pytest.mark.parametrize("flag", ["--html", "--junit", "--ndjson"])
def test_a_report_that_cannot_be_written_stops_the_run_before_it_starts(
    flag: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder in place of a file is told before a scenario is played."""
    assert call(["run", ONE, flag, str(tmp_path)]) == 2
    told = capsys.readouterr()
    assert "cannot be written" in told.err
    assert told.out == ""


def test_new_writes_a_scenario_that_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The starter is right as it stands, and is not written over another."""
    monkeypatch.chdir(tmp_path)
    assert call(["new", "My first: join"]) == 0
    path = tmp_path / "my_first_join.sms.yaml"
    assert check(read_file(path)).spec.rules == ("R12",)
    assert call(["run", str(path)]) == 0
    assert call(["new", "My first: join"]) == 2
    assert "exists already" in capsys.readouterr().err


def test_schema_is_the_language(capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON Schema names the members as they are written."""
    assert call(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert {"name", "people", "campaigns", "steps"} <= set(schema["properties"])
    assert "is" in schema["$defs"]["InboxCheck"]["properties"]


def test_doctor_says_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    """Each finding is a line; missing ones end it with 1."""
    status = call(["doctor"])
    told = capsys.readouterr().out
    assert "smsim" in told
    assert status == (1 if "missing" in told else 0)
