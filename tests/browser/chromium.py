"""Finds a Chromium on this machine, or puts one there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MINUTES = 5 * 60


@cache
def find() -> Path:
    """The program: the machine's own, else Playwright's, else the system's package. Skips without one."""
    why = []
    for way in (_on_path, _of_playwright, _by_playwright, _by_apt):
        found, reason = way()
        if found is not None:
            return found
        why.append(reason)
    pytest.skip(f"no Chromium: {'; '.join(why)}")


def arguments() -> list[str]:
    """What it is started with: nobody but this machine is asked for anything."""
    apart = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--disable-gpu"]
    return [*apart, "--no-sandbox"] if os.geteuid() == 0 else apart


def _on_path() -> tuple[Path | None, str]:
    for name in NAMES:
        found = shutil.which(name)
        if found is not None and _starts(Path(found)):
            return Path(found), ""
    return None, f"none of {', '.join(NAMES)} is on the PATH and starts"


def _of_playwright() -> tuple[Path | None, str]:
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return (path, "") if path.exists() else (None, "Playwright has none")


def _by_playwright() -> tuple[Path | None, str]:
    failed = _run([sys.executable, "-m", "playwright", "install", "chromium"])
    return (None, f"playwright install: {failed}") if failed else _of_playwright()


def _by_apt() -> tuple[Path | None, str]:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None, "only root with apt-get can install the package"
    failed = _run(["apt-get", "update", "-qq"]) or _run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
    )
    return (None, f"apt-get: {failed}") if failed else _on_path()


def _starts(path: Path) -> bool:
    """A name may be a stub that only tells how to install it."""
    return _run([str(path), "--version"]) == ""


def _run(command: list[str]) -> str:
    """Empty where it went well, else the last line of what it said."""
    try:
        done = subprocess.run(
            command,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=MINUTES,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return "" if done.returncode == 0 else (lines[-1] if lines else f"status {done.returncode}")
