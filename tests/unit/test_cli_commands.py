"""The commands of `smsim`: each is found without the others being loaded."""

from __future__ import annotations

import re

import pytest

from harness.cli import COMMANDS, call


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_found_by_its_name(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Its module has a command of that name."""
    with pytest.raises(SystemExit) as ended:
        call([command, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: smsim {command}")


def test_help_tells_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    """No module has a command that the table lacks."""
    with pytest.raises(SystemExit):
        call(["--help"])
    told = re.findall(r"^    ([a-z]+) ", capsys.readouterr().out, re.MULTILINE)
    assert told == list(COMMANDS)
