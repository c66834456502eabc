"""Copies of the two packages, one with each fault, and scenarios run by them in processes."""

from __future__ import annotations

import compileall
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.planted.mutation import Mutation, planted

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
PACKAGES = ("simulator", "harness")
SUFFIX = ".sms.yaml"
LONGEST_S = 300.0

_WHERE = "import harness, simulator; print(simulator.__file__); print(harness.__file__)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended: its exit status, and the scenarios by how they ended."""

    status: int
    verdicts: tuple[tuple[str, str], ...]
    """Each scenario's file and verdict: passed, failed, broken; a file may have several."""
    output: str

    @property
    def failed(self) -> list[str]:
        """The files with scenarios that failed, below the folder of all, without the suffix."""
        return sorted({named(file) for file, verdict in self.verdicts if verdict == "failed"})


def named(file: str) -> str:
    """A scenario file as a mutation names it, `opt_out/stop`; its case stands behind it."""
    return str(Path(file).relative_to(SCENARIOS)).replace(SUFFIX, "")


def path_of(name: str) -> Path:
    """The file or the folder that a mutation names."""
    file = SCENARIOS / f"{name}{SUFFIX}"
    return file if file.exists() else SCENARIOS / name


def copy_packages(folder: Path) -> Path:
    """A compiled copy of both packages in a folder; that folder."""
    for name in PACKAGES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        compileall.compile_dir(folder / name, quiet=2)
    return folder


@contextmanager
def planting(mutation: Mutation, copy: Path) -> Iterator[None]:
    """The fault in a copy of the packages, for as long as the context is open.

    Raises NotPlantable.
    """
    file = copy / mutation.file
    whole = file.read_bytes()
    _write(file, planted(whole.decode("utf-8"), mutation).encode("utf-8"))
    try:
        yield
    finally:
        _write(file, whole)


def _write(file: Path, content: bytes) -> None:
    """Write a module, and forget what was compiled of it: the clock may be too coarse to tell."""
    file.write_bytes(content)
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        compiled.unlink()


def play(copy: Path, scratch: Path, *paths: Path, jobs: int = 1) -> Outcome:
    """Run scenarios by the packages of a copy, in a process that starts in a scratch folder."""
    record = scratch / "record.ndjson"
    record.unlink(missing_ok=True)
    told = ["run", *map(str, paths), "--ndjson", str(record), "--jobs", str(jobs)]
    done = _python(copy, scratch, "-m", "harness", *told)
    lines = record.read_text("utf-8").splitlines() if record.exists() else []
    ended = [line for line in map(json.loads, lines) if line["type"] == "scenario"]
    return Outcome(
        status=done.returncode,
        verdicts=tuple((line["file"], line["verdict"]) for line in ended),
        output=done.stdout + done.stderr,
    )


def packages_of(copy: Path, scratch: Path) -> list[str]:
    """From which files the two packages are imported where a copy is played."""
    return _python(copy, scratch, "-c", _WHERE).stdout.split()


def _python(copy: Path, scratch: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python as it is here, but that it finds the copy first, and that nothing measures it."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=scratch,
        env={**kept, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
