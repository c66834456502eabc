"""The command `smsim`, as a person calls it: in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from harness.scenario.reading import load_all
from tests.unit.test_scenario_source import TEN_MISTAKES

ROOT = Path(__file__).parents[2]
ONE = str(ROOT / "scenarios" / "opt_in" / "yes_in_time.sms.yaml")


def _smsim(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "harness", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )


def test_serve_says_when_it_is_ready_and_ends_cleanly(tmp_path: Path) -> None:
    """One line and the ready file tell the URL; SIGTERM ends it with status 0."""
    ready = tmp_path / "ready.json"
    database = tmp_path / "smsim.db"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "harness", "serve", "--port", "0"),
            *("--db", str(database), "--ready-file", str(ready)),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        told = json.loads(ready.read_text())
        assert line == f"smsim ready {told['url']}\n"
        assert told["pid"] == process.pid
        assert told["smpp"] is None
        with urllib.request.urlopen(f"{told['url']}/_sim/health") as response:
            health = {"status": "ok", "version": told["version"], "smpp": None}
            assert json.load(response) == health
        with urllib.request.urlopen(f"{told['url']}/_sim/accounts") as response:
            (demo,) = json.load(response)["items"]
    finally:
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=20)
    assert (process.returncode, rest) == (0, "")
    assert demo["company_key"] == demo["username"] == demo["password"] == "demo"
    assert [item["id"] for item in demo["acquisition_campaigns"]] == ["JoinVip01", "JoinNews01"]


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    """Another program on the port: exit 2 and a single line that names the mend."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = _smsim("serve", "--port", port, "--db", str(tmp_path / "x.db"))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"127.0.0.1:{port} cannot be listened on" in done.stderr
    assert "--port" in done.stderr


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--smpp-port", "many"], "smpp_port"),
        (["--smpp-port", "0", "--smpp-cert", "nowhere.pem"], "nowhere.pem"),
        (["--host", "0.0.0.0"], "give a --control-token"),
        (["--port", "many"], "port"),
        (["--queue-limit", "0"], "queue_limit"),
        (["--config", "nowhere.toml"], "nowhere.toml cannot be read"),
    ],
)
def test_what_serve_cannot_do_is_said(flags: list[str], told: str) -> None:
    """A call that cannot be served ends with status 2 and the reason."""
    done = _smsim("serve", "--db", ":memory:", *flags)
    assert done.returncode == 2
    assert told in done.stderr


def test_a_file_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    """A database that is not smsim's is refused, and not one byte of it changes."""
    path = tmp_path / "other.db"
    path.write_bytes(b"not a database, but somebody's work" * 100)
    before = path.read_bytes()
    done = _smsim("serve", "--port", "0", "--db", str(path))
    assert done.returncode == 2
    assert "left as it is" in done.stderr
    assert path.read_bytes() == before


def test_mistakes_of_a_scenario_run_nothing(tmp_path: Path) -> None:
    """A scenario with mistakes: each told with its place, exit 2, no report written."""
    path = tmp_path / "bad.sms.yaml"
    path.write_text(TEN_MISTAKES)
    done = _smsim("run", str(path), ONE, "--junit", str(tmp_path / "junit.xml"))
    assert done.returncode == 2
    assert done.stderr.count(f"{path}:") == 11
    assert "nothing was run" in done.stderr
    assert not (tmp_path / "junit.xml").exists()
    assert _smsim("check", str(path)).returncode == 2
    assert _smsim("check", ONE).returncode == 0


def test_run_ends_with_the_verdict(tmp_path: Path) -> None:
    """0 when all pass; 1 when one fails, with both sides and the line that does it again."""
    text = Path(ONE).read_text().replace("Welcome to VIP Deals*", "Goodbye*")
    failing = tmp_path / "failing.sms.yaml"
    failing.write_text(text)
    assert _smsim("run", ONE, "--seed", "5").returncode == 0
    done = _smsim("run", str(failing), "--seed", "5")
    assert done.returncode == 1
    assert 'expected  ana received "Reply Y to join VIP Deals*", "Goodbye*"' in done.stdout
    assert f"again: smsim run {failing} --seed 5" in done.stdout


def test_a_url_without_a_simulator_is_one_line() -> None:
    """No simulator at --url: exit 2, and the URL in the reason."""
    done = _smsim("run", ONE, "--url", "http://127.0.0.1:9")
    assert done.returncode == 2
    assert "no simulator answers at http://127.0.0.1:9" in done.stderr


def test_demo_plays_reports_and_leaves_a_journal_that_replays(tmp_path: Path) -> None:
    """Without a terminal the demo ends with its verdict; its journal follows from its commands."""
    folder = tmp_path / "demo"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "harness", "demo", str(ROOT / "scenarios" / "dedupe")),
            *("--folder", str(folder), "--port", "0"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "CI": "true"},
    )
    assert done.returncode == 0, done.stderr
    for name in ("report.html", "junit.xml", "deliveries.ndjson"):
        assert (folder / name).stat().st_size > 0
    replayed = _smsim("replay", str(folder / "smsim.db"))
    assert replayed.returncode == 0
    played = len(load_all([ROOT / "scenarios" / "dedupe"]))
    assert replayed.stdout.count("rows follow from their commands") == played + 1
    exported = _smsim("export", str(folder / "smsim.db"), "--account", "one_phone_one_list-0")
    first = json.loads(exported.stdout.splitlines()[0])
    assert (first["seq"], first["type"]) == (1, "OpenAccount")
    assert _smsim("export", str(folder / "smsim.db"), "--account", "nobody").returncode == 2
