"""The scenario file of a finding: the setup of the scenario explored, and the shrunk steps.

The file is played once from where it is written, and gets its name when that fails as it must.
"""

from __future__ import annotations

import os
from pathlib import Path
from shlex import quote

from harness.explore.playing import Breakage, CannotBeDone, Ground
from harness.explore.searching import Finding
from harness.scenario.reading import SUFFIXES, Scenario, check
from harness.scenario.source import read_file
from harness.scenario.yaml_text import block, flow, lines
from simulator.errors import SmsimError, UserError

_OWN = ("name", "rules", "about", "invariants", "steps")


class NotRepeated(SmsimError):
    """The history broke something when it was found, and does not when it is played again."""


def write(finding: Finding, folder: Path, ground: Ground) -> Path:
    """Write the finding's scenario into a folder, and play it from there.

    Raises NotRepeated where it does not break the same, and UserError where nothing can be written;
    nothing is left then, nor where it is interrupted.
    """
    kind = finding.breakage.kind.replace(" ", "_")
    name = finding.scenario.name.replace("[", "-").replace("]", "")
    path = folder / f"{name}-{kind}{SUFFIXES[0]}"
    part = folder / f".{path.name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            part.write_text(text_of(finding, path), encoding="utf-8")
            _must_break(part, finding.breakage, ground)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from error
    return path


def text_of(finding: Finding, path: Path) -> str:
    """The scenario file's text."""
    scenario, breakage = finding.scenario, finding.breakage
    document = scenario.source.document
    what = f"invariant {breakage.kind}" if breakage.is_invariant else breakage.kind
    whom = f" of {breakage.number}" if breakage.number is not None else ""
    parts = [
        f"# Found by: smsim explore {quote(scenario.file)} "
        f"--seed {finding.seed} --examples {finding.examples}",
        *(f"# {line}" for line in lines([f"It breaks {what}{whom}: {breakage.text}"])),
        f"# Again: smsim run {quote(str(path))}",
        block({"name": f"Found in {scenario.name}: {what} breaks"}),
    ]
    setup = {key: value for key, value in document.items() if key not in _OWN}
    if "sut" in setup:
        setup["sut"] = {**setup["sut"], "cwd": _folder(scenario, path.parent)}
    off = list(scenario.spec.invariants.off)
    invariants = {**(document.get("invariants") or {}), "off": off}
    if not off:
        del invariants["off"]
    if invariants:
        setup["invariants"] = invariants
    parts += [block({key: value}) for key, value in setup.items()]
    steps = [f"  - {key}: {flow(value)}" for step in finding.steps for key, value in step.items()]
    return "\n".join([*parts, "steps:", *steps, ""])


def _folder(scenario: Scenario, folder: Path) -> str:
    """Where an application under test runs, as a file in the folder says it."""
    written = scenario.source.document["sut"].get("cwd", ".")
    return os.path.relpath(Path(scenario.file).parent / written, folder)


def _must_break(path: Path, breakage: Breakage, ground: Ground) -> None:
    try:
        broken = ground.play(check(read_file(path)))
    except CannotBeDone as error:
        raise NotRepeated(
            f"a step could be done, and cannot be when it is played again: {error}"
        ) from error
    if breakage.kind not in {item.kind for item in broken}:
        raise NotRepeated(
            f"{breakage.kind} broke ({breakage.text}), and did not when it was played again: "
            "something is not the same each time"
        )
