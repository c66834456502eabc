"""A project of somebody's, in a folder of its own, whose tests are run by a pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ASYNCIO = (
    *("-p", "pytest_asyncio.plugin", "-o", "asyncio_mode=auto"),
    *("-o", "asyncio_default_fixture_loop_scope=function"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a run of pytest ended, and all it said."""

    status: int
    words: str


class Project:
    """Files, and pytest run on them with the plugin and no others but those that are named."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("pytest.ini", "[pytest]\naddopts = --strict-markers\nfilterwarnings = error")

    def write(self, name: str, text: str) -> Path:
        """A file of the project."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).strip() + "\n", encoding="utf-8")
        return path

    def read(self, name: str) -> list[str]:
        """The lines of a file that the tests wrote."""
        return (self.folder / name).read_text(encoding="utf-8").splitlines()

    def run(self, *flags: str, env: Mapping[str, str] | None = None) -> Run:
        """`python -m pytest` in the project's folder."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "smsim_pytest.plugin", *flags],
            cwd=self.folder,
            env={**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COLUMNS": "200", **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Run(status=done.returncode, words=done.stdout + done.stderr)
