"""The simulator's process: out of reach of the project's names, and never left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from smsim_pytest import process
from smsim_pytest.control import SmsError

DIES = """
import functools
import os
import subprocess
from smsim_pytest.process import served
ours = os.dup(1)
subprocess.Popen = functools.partial(subprocess.Popen, pass_fds=(ours,))
with served() as url:
    print(url, flush=True)
    os._exit(1)
"""


def test_it_ends_with_the_test_process_however_that_ended(tmp_path: Path) -> None:
    """It was handed our pipe, which is at its end only once the simulator is too."""
    done = subprocess.run(
        [sys.executable, "-c", DIES],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.startswith("http://127.0.0.1:")


def test_what_it_says_on_failing_to_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flag it does not know stands for whatever keeps it from starting."""
    plain = process.command
    monkeypatch.setattr(process, "command", lambda *words: plain(*words, "--nonsense"))
    with pytest.raises(SmsError, match=r"(?s)did not start: .*--nonsense"), process.served():
        pass


def test_the_environment_of_the_tests_does_not_reach_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither paths that come first, nor warnings as errors, nor settings meant for a server."""
    for name in ("harness", "simulator", "aiohttp"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong one')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    monkeypatch.setenv("SMSIM_HOST", "0.0.0.0")
    monkeypatch.chdir(tmp_path)
    with process.served() as url:
        assert url.startswith("http://127.0.0.1:")
