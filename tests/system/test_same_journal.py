"""The promise of determinism: one seed, one journal, whoever runs it and however."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from harness.campaigns.endpoint import Endpoint
from harness.environment import start
from harness.runner import play
from harness.scenario.reading import load_all
from simulator.config import ServerSettings
from simulator.journal import export

ROOT = Path(__file__).parents[2]
FOLDERS = [ROOT / "scenarios" / name for name in ("opt_in", "opt_out", "delivery", "platform")]


def _demo(folder: Path, hash_seed: str) -> None:
    subprocess.run(
        [
            *(sys.executable, "-m", "harness", "demo", *map(str, FOLDERS)),
            *("--folder", str(folder), "--port", "0"),
        ],
        check=True,
        timeout=100,
        capture_output=True,
        env={**os.environ, "CI": "true", "PYTHONHASHSEED": hash_seed},
    )


async def test_two_processes_under_different_hash_seeds_write_the_same_bytes(
    tmp_path: Path,
) -> None:
    """Two runs with one seed give byte-identical journals, also under other PYTHONHASHSEEDs."""
    _demo(tmp_path / "a", "1")
    _demo(tmp_path / "b", "4242")
    compared = 0
    for scenario in load_all(FOLDERS):
        key = f"{scenario.name}-{scenario.spec.seed}"
        one = await export(tmp_path / "a" / "smsim.db", key)
        other = await export(tmp_path / "b" / "smsim.db", key)
        assert one == other, key
        compared += len(one)
    assert compared > 1_500


async def test_the_file_and_memory_hold_the_same_journal(tmp_path: Path) -> None:
    """A scenario leaves the same rows in a SQLite file as in memory."""
    (scenario,) = load_all([ROOT / "scenarios" / "opt_out" / "stop.sms.yaml"])
    journals = []
    for database in (None, tmp_path / "smsim.db"):
        settings = ServerSettings(port=0, db=database, accounts=())
        async with start(settings) as environment, Endpoint(environment) as endpoint:
            async for _event in play(scenario, environment, endpoint, 9, keep=True):
                pass
            account = await environment.account({"company_key": "other"})
            shown = await account._control.call("GET", "/accounts/stop-9/events?limit=10000")
            journals.append(shown["items"])
    assert journals[0] == journals[1]
    assert len(journals[0]) > 30


async def test_another_seed_is_another_journal(tmp_path: Path) -> None:
    """The seed matters: ids and delays of another seed are others."""
    (scenario,) = load_all([ROOT / "scenarios" / "opt_out" / "stop.sms.yaml"])
    journals = []
    for seed in (1, 2):
        settings = ServerSettings(port=0, accounts=())
        async with start(settings) as environment, Endpoint(environment) as endpoint:
            async for _event in play(scenario, environment, endpoint, seed, keep=True):
                pass
            path = f"/accounts/stop-{seed}/events?types=MtMoved"
            account = await environment.account({})
            journals.append((await account._control.call("GET", path))["items"])
    assert journals[0] != journals[1]
