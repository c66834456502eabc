"""smsim in a process of its own, out of reach of whatever the project calls its folders."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smsim_pytest.control import SmsError
from smsim_pytest.launch import LATER

START_LIMIT_S = 60
END_LIMIT_S = 10

_DROPPED = ("PYTHONPATH", "PYTHONWARNINGS")
"""What is meant for the tests, not for us."""


def command(*arguments: str) -> list[str]:
    """The command smsim with these arguments; `-P` keeps the current folder off its path."""
    return [sys.executable, "-P", str(Path(__file__).with_name("launch.py")), *arguments]


def environment() -> dict[str, str]:
    """This process's environment without what would lead smsim astray."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _DROPPED and not name.startswith("SMSIM_")
    }
    later = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    return {**kept, LATER: os.pathsep.join(map(os.path.abspath, later))}


@contextmanager
def served() -> Iterator[str]:
    """A simulator on a free port of this machine that keeps nothing; its URL. Raises SmsError."""
    with tempfile.TemporaryDirectory(prefix="smsim-") as folder:
        ready, errors = Path(folder, "ready.json"), Path(folder, "errors.txt")
        flags = ("--port", "0", "--smpp-port", "0", "--db", ":memory:", "--ready-file", str(ready))
        with errors.open("wb") as stderr:
            process = subprocess.Popen(
                command("serve", *flags),
                cwd=folder,
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,  # Ctrl-C is for the tests; they end it when they are done
            )
        try:
            _wait_for_a_word(process)
            if not ready.exists():
                words = errors.read_text(encoding="utf-8", errors="replace").strip()
                raise SmsError(f"the simulator did not start: {words or 'it said nothing'}")
            yield str(json.loads(ready.read_text(encoding="utf-8"))["url"])
        finally:
            _end(process)


def _wait_for_a_word(process: subprocess.Popen[bytes]) -> None:
    """Return once it has said that it serves, or has ended."""
    assert process.stdout is not None
    limit = threading.Timer(START_LIMIT_S, process.kill)
    limit.start()
    try:
        process.stdout.readline()
    finally:
        limit.cancel()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(END_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        pipe.close()
