"""What a start of the server leaves alone until it is needed; docs/performance.md says what it saves."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SERVE = """
import atexit, gc, json, sys

there = {*sys.modules}  # what measures the tests has loaded some itself

passed_over = []
unfreeze = gc.unfreeze

def noted():  # what an account that ends lets be looked at again
    passed_over.append(gc.get_freeze_count())
    unfreeze()

gc.unfreeze = noted

def tell():
    collects = {"collects": gc.isenabled(), "passes_over": max(passed_over)}
    modules = {"modules": sorted(sys.modules), "its_own": sorted({*sys.modules} - there)}
    print(json.dumps({**modules, **collects}), file=sys.stderr)

atexit.register(tell)
from harness.cli import main
main()
"""

NEEDED_BY_NO_START = {
    "faker",
    "harness.campaigns",
    "harness.runner",
    "harness.scenario.reading",
    "harness.vibes",
    "hypothesis",
    "jinja2",
    "liquid",
    "phonenumbers",
    "prometheus_client",
    "rich",
    "structlog",
    "yaml",
}
"""What plays, draws pages, counts, logs or knows numbers."""

FOR_WHO_ASKS = {"platformdirs", "tomllib", "simulator.smpp.server", "simulator.store.memory"}
"""A config file, a database of no name, SMPP, a journal that is not kept."""


def _start(*flags: str) -> dict[str, Any]:
    """What a server says of itself that was started, got ready and was asked to end."""
    command = (sys.executable, "-c", SERVE, "serve", "--port", "0", *flags)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        process.terminate()
        _, told = process.communicate(timeout=20)
    assert ready.startswith("smsim ready "), told
    said: dict[str, Any] = json.loads(told)
    return said


def test_a_start_loads_what_it_needs(tmp_path: Path) -> None:
    """A file and HTTP need no SMPP, no store in memory, and nothing that only a call asks for."""
    loaded = {*_start("--db", str(tmp_path / "x.db"))["its_own"]}
    assert "simulator.store.sqlite" in loaded
    assert all(map(find_spec, NEEDED_BY_NO_START | FOR_WHO_ASKS))
    assert (NEEDED_BY_NO_START | FOR_WHO_ASKS) & loaded == set()


def test_who_asks_for_more_has_it_loaded(tmp_path: Path) -> None:
    """Each part under the name by which a start without it is known to be so."""
    config = tmp_path / "smsim.toml"
    config.write_text('db = ":memory:"\nsmpp_port = 0\n')
    loaded = {*_start("--config", str(config))["modules"]}
    assert FOR_WHO_ASKS - loaded == {"platformdirs"}
    assert "simulator.store.sqlite" not in loaded


def test_garbage_is_looked_for_again_once_all_is_loaded() -> None:
    """Among what comes after, and no more among what was loaded, as long as there is an account."""
    said = _start("--db", ":memory:")
    assert said["collects"]
    assert said["passes_over"] > 0
