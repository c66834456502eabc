"""`smsim explore` as a person calls it: its words, its status, its file."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.commands import explore, run
from harness.scenario.parts import Mistakes
from simulator.errors import UserError
from tests.explore import planted

ROOT = Path(__file__).parents[2]
STOP = str(ROOT / "scenarios" / "opt_out" / "stop.sms.yaml")


@pytest.fixture
def planting() -> Iterator[pytest.MonkeyPatch]:
    """For what is planted."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    explore.add(commands)
    run.add(commands)
    return parser


def _call(*arguments: object) -> int:
    told = _parser().parse_args([*map(str, arguments)])
    return int(told.command(told))


def test_nothing_found_is_status_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing is written."""
    assert _call("explore", STOP, "--examples", 5, "--out", tmp_path / "out") == 0
    assert capsys.readouterr().out.startswith("nothing found in 5 histories")
    assert not (tmp_path / "out").exists()


def test_what_is_found_is_told_and_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], planting: pytest.MonkeyPatch
) -> None:
    """Status 1, the violation, its timeline, the file; `smsim run` of it fails the same, check passes."""
    planted.blocklist_ignored(planting)
    assert _call("explore", STOP, "--out", tmp_path) == 1
    told = capsys.readouterr().out
    path = tmp_path / "stop-audience.sms.yaml"
    assert told.startswith("invariant audience breaks, found in history ")
    assert '"Sale" sent to ana (+13125550101): ana is blocklisted' in told
    assert "timeline of +13125550101" in told
    assert f"{path}: 2 steps\nagain: smsim run {path}\n" in told
    text = path.read_text()
    assert f"# Found by: smsim explore {STOP} --seed 0 --examples 200\n" in text
    assert "# It breaks invariant audience of +13125550101:" in text
    assert _call("check", path) == 0
    assert _call("run", path) == 1
    assert "invariant audience holds" in capsys.readouterr().out
    assert _call("explore", STOP, "--out", tmp_path, "--off", "audience", "--examples", 60) == 0


@pytest.mark.parametrize(
    "flags",
    [["--examples", "0"], ["--seconds", "x"], ["--seed", "-1"], ["--off", "manners"]],
    ids=lambda flags: flags[0],
)
def test_a_bad_call_is_status_2(flags: list[str]) -> None:
    """Before anything is played."""
    with pytest.raises(SystemExit) as ended:
        _call("explore", STOP, *flags)
    assert ended.value.code == 2


def test_a_bad_file_is_told(tmp_path: Path) -> None:
    """No file, no scenario, several, and no folder to write to: each is the caller's fault."""
    with pytest.raises(Mistakes):
        _call("explore", tmp_path / "nothing.sms.yaml")
    with pytest.raises(UserError, match="name the file of one"):
        _call("explore", ROOT / "scenarios" / "opt_out")
    (tmp_path / "taken").write_text("")
    with pytest.raises(UserError, match="no folder"):
        _call("explore", STOP, "--out", tmp_path / "taken")


def test_an_interrupt_ends_it_at_once(tmp_path: Path) -> None:
    """In a process of its own: Ctrl-C in the middle of a search; no file, no leavings."""
    program = (
        "import argparse, signal, sys\n"
        "from harness.commands import explore\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored below a shell's &
        "parser = argparse.ArgumentParser()\n"
        "explore.add(parser.add_subparsers())\n"
        "told = parser.parse_args(sys.argv[1:])\n"
        "print('begun', flush=True)\n"
        "try:\n"
        "    sys.exit(told.command(told))\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(130)\n"
    )
    arguments = ("explore", STOP, "--examples", "1000000", "--out", "out")
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    try:
        process.wait(1.5)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (130, "")
    assert list(tmp_path.iterdir()) == []
