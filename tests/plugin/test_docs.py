"""docs/pytest.md: its examples run as they stand, and it names all there is."""

from __future__ import annotations

import re
from inspect import getmembers
from pathlib import Path
from textwrap import dedent

import smsim_pytest
from smsim_pytest import Account, expectations
from tests.plugin.project import ASYNCIO, Project

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/pytest.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(?:^    .*\n|^\n(?=    ))+", re.MULTILINE)


def test_the_examples_run(project: Project) -> None:
    """Joined in their order they are a test file that passes."""
    examples = [block for block in BLOCK.findall(PAGE) if "def test_" in block]
    project.write("test_examples.py", "\n\n".join(dedent(block) for block in examples))
    project.write("stop.sms.yaml", (ROOT / "scenarios/opt_out/stop.sms.yaml").read_text())
    run = project.run("-q", *ASYNCIO, "test_examples.py")
    assert "4 passed" in run.words, run.words


def test_it_names_everything_public() -> None:
    """Each thing one can import, each member of the account, each expectation's argument."""
    members = [name for name, _ in getmembers(Account) if not name.startswith("_")]
    wanted = {*smsim_pytest.__all__, *members} - {"pages"}
    assert sorted(name for name in wanted if name not in PAGE) == []
    for name in ("delivered", "sent", "failed", "received", "subscribed", "callback"):
        arguments = ", ".join(getattr(expectations, name).__kwdefaults__ or ("mdn", "list"))
        assert f"`{name}({arguments})`" in PAGE
