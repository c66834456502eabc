"""Puts the clients that others wrote on this machine, where they are not there yet."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NODE = ROOT / "build/peers/node"
PINNED = Path(__file__).parent
MINUTES = 5 * 60


def node_smpp() -> Path:
    """The folder of modules with the pinned `smpp`. Skips where there is no node or npm."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not on this machine")
    modules, wanted = NODE / "node_modules", json.loads((PINNED / "package.json").read_text())
    found = modules / "smpp/package.json"
    pinned = wanted["dependencies"]["smpp"]
    if not found.exists() or json.loads(found.read_text())["version"] != pinned:
        NODE.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PINNED / name, NODE / name)
        _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], NODE)
    return modules


def kannel() -> None:
    """Kannel's bearerbox and smsbox. Skips where they are missing and cannot be installed."""
    if shutil.which("bearerbox") is not None and shutil.which("smsbox") is not None:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        pytest.skip("kannel is not on this machine, and only root with apt-get can install it")
    before = _daemons()
    _run(["apt-get", "update", "-qq"], ROOT)
    _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "kannel"], ROOT)
    for pid in _daemons() - before:  # the package may start its own service
        os.kill(pid, signal.SIGTERM)


def _run(command: list[str], folder: Path) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=MINUTES,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}{done.stderr}"


def _daemons() -> set[int]:
    """The ids of Kannel's processes."""
    found = set()
    for name in Path("/proc").glob("[0-9]*/comm"):
        try:
            if name.read_text().strip() in ("bearerbox", "smsbox", "wapbox"):
                found.add(int(name.parent.name))
        except OSError:
            continue
    return found
