"""The shape of the repository: files of one idea, public things that say what they are, and why."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = sorted([*ROOT.glob("simulator/**/*.py"), *ROOT.glob("harness/**/*.py")])
LONGEST = 400
SOURCE = re.compile(
    r"Vibes: |Connect: |Marketo: |CTIA|FCC|3GPP|SMPP 3\.4|docs/fidelity|inferred|\bR\d|\bA\d"
)


def test_no_file_is_a_god_file() -> None:
    """Every module and test stays well below what one head can hold."""
    files = [*PACKAGES, *ROOT.glob("tests/**/*.py")]
    lengths = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in files}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def _rule_bearing() -> list[Path]:
    """The modules that hold rules of Vibes, carriers, phones or campaigns."""
    ground = {"draws", "ids", "instants", "timers", "turn", "record", "refusals", "invariants"}
    frame = {"world", "decide", "events", "commands", "activity_log", "endpoint", "routes"}
    folders = ("simulator/domain", "simulator/wire", "simulator/api/platform", "harness/campaigns")
    found = [path for folder in folders for path in sorted((ROOT / folder).glob("*.py"))]
    found.append(ROOT / "simulator/api/connect.py")
    return [path for path in found if path.stem not in ground | frame]


@pytest.mark.parametrize(
    "path", _rule_bearing(), ids=lambda path: f"{path.parent.name}.{path.stem}"
)
def test_every_public_thing_that_holds_a_rule_names_its_source(path: Path) -> None:
    """The docstring of each public class and function says which page or rule it rests on."""
    silent = [
        node.name
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not SOURCE.search(ast.get_docstring(node) or "")
    ]
    assert silent == []


def test_wall_time_is_read_in_one_module_of_the_simulator() -> None:
    """`time` is imported by runtime.clock alone, and nothing imports random, secrets or uuid."""
    importers: dict[str, set[str]] = {}
    for path in ROOT.glob("simulator/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                importers.setdefault(name, set()).add(path.name)
    assert importers.get("time") == {"clock.py"}
    assert {"random", "secrets", "uuid"} & set(importers) == set()


def test_the_architecture_names_every_folder_and_module_of_the_top() -> None:
    """Whoever opens ARCHITECTURE.md finds every room there is."""
    page = (ROOT / "ARCHITECTURE.md").read_text()
    rooms = {path.parent.name for path in PACKAGES} - {"simulator", "harness"}
    tops = {path.stem for path in [*ROOT.glob("simulator/*.py"), *ROOT.glob("harness/*.py")]}
    domain = {path.stem for path in ROOT.glob("simulator/domain/*.py")}
    wanted = (rooms | tops | domain) - {"__init__", "__main__", "stopwatch", "refusals", "record"}
    assert sorted(name for name in wanted if name not in page) == []
