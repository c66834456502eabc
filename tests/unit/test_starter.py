"""The file that `smsim new` writes: it is right, passes, and so does it without its `#`."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cli import call
from harness.commands.starter import typed
from harness.scenario.doubts import warnings
from harness.scenario.reading import load_all


@pytest.fixture
def starter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A starter in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    assert call(["new", "My first"]) == 0
    return tmp_path / "my_first.sms.yaml"


def test_the_starter_passes(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As it is written."""
    assert call(["new", "My first one"]) == 0
    told = capsys.readouterr().out
    assert (
        told == "my_first_one.sms.yaml is written; run it with: smsim run my_first_one.sms.yaml\n"
    )
    assert call(["run", str(starter)]) == 0


def test_the_starter_is_made_in_the_folder_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the page of runs says where there is no scenario; a file is no folder."""
    monkeypatch.chdir(tmp_path)
    assert call(["new", "scenarios/My first"]) == 0
    assert "scenarios/my_first.sms.yaml is written" in capsys.readouterr().out
    assert len(load_all([tmp_path / "scenarios"])) == 1
    assert call(["new", "scenarios/my_first.sms.yaml/x"]) == 2
    assert "scenarios/my_first.sms.yaml exists already" in capsys.readouterr().err


def test_what_the_starter_leaves_out_passes_too(
    starter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each commented part is right where it stands; those of other files apart."""
    text = starter.read_text()
    apart = ("yaml-", "An editor", "One sentence", "include", "cases", "  small", "  capital")
    hidden = tuple(f"# {word}" for word in apart)
    lines = (
        line if line.startswith(hidden) else line.removeprefix("# ") for line in text.splitlines()
    )
    starter.write_text("\n".join(lines) + "\n")
    assert warnings(load_all([starter])) == []
    status = call(["run", str(starter)])
    told = capsys.readouterr().out
    assert status == 0, told


def test_a_command_is_told_as_it_can_be_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its path where its name is not found; from below that folder, relative."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    monkeypatch.setattr("sys.argv", [str(tmp_path / ".venv" / "bin" / "smsim")])
    assert typed() == ".venv/bin/smsim"
    monkeypatch.setattr("sys.argv", ["/opt/other/bin/smsim"])
    assert typed() == "/opt/other/bin/smsim"
    monkeypatch.setattr("sys.argv", ["pytest"])
    assert typed() == "smsim"


def test_the_help_of_the_schema_says_how_an_editor_gets_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The first line of the starter is what it says."""
    with pytest.raises(SystemExit):
        call(["schema", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "# yaml-language-server: $schema=sms.schema.json" in told
