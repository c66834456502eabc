"""The load test itself: it passes against the simulator, and fails where something is wrong."""

from __future__ import annotations

import csv
import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import run
from threading import Event, Thread
from typing import ClassVar

import pytest

from harness.load import run as load_run
from harness.load import windows
from harness.load.run import LOCUSTFILE, LoadError, Outcome, Plan
from harness.load.script import METRICS
from harness.load.windows import LOOK_S
from tests.load.steering import LIMIT_S, WRITTEN_S, limits, steer
from tests.load.test_load_script import ACCOUNT

Answers = Mapping[str, tuple[int, str]]

RIGHT: Answers = {
    "/_sim/accounts": (201, ACCOUNT),
    "/_sim/accounts/locust-run": (204, ""),
    "/_sim/accounts/locust-run/events": (200, '{"items": [], "next": null}'),
    "/companies/locust-run/config/callbacks": (201, '{"callback_id": "a1b2c3d4"}'),
}
"""What a server must answer for a run to begin and to be reconciled."""

OPEN = "/open"


class Stub(BaseHTTPRequestHandler):
    """Answers what `answers` says for the longest start of a path, else 500.

    The Message API answers once the gate is open; a call of OPEN opens it.
    """

    protocol_version = "HTTP/1.1"
    answers: ClassVar[Answers] = {}
    gate: ClassVar[Event | None] = None

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        starts = [start for start in self.answers if self.path.startswith(start)]
        status, body = self.answers[max(starts, key=len)] if starts else (500, "out of order")
        if self.gate is not None and self.path == OPEN:
            self.gate.set()
        if self.gate is not None and self.path.startswith("/MessageApi"):
            self.gate.wait(60)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    do_POST = do_DELETE = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def stub(answers: Answers, gate: Event | None = None) -> Iterator[str]:
    handler = type("Answering", (Stub,), {"answers": answers, "gate": gate})
    server_class = type("Patient", (ThreadingHTTPServer,), {"request_queue_size": 128})
    with server_class(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        if gate is not None:
            gate.set()
        server.shutdown()
        thread.join()


def rows(path: Path, key: str = "Name") -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}


def users_of(folder: Path) -> list[int]:
    """How many users there were, each time that Locust wrote it down."""
    with (folder / "run_stats_history.csv").open(encoding="utf-8", newline="") as file:
        every = list(csv.DictReader(file))
    return [int(row["User Count"]) for row in every if row["Name"] == "Aggregated"]


def verdict(folder: Path) -> dict[str, object]:
    told: dict[str, object] = json.loads((folder / "run_verdict.json").read_text(encoding="utf-8"))
    return told


ALL_KINDS = {
    "MO keyword",
    "MO stop",
    "MT short",
    "MT to who stopped",
    "callbacks: list",
    "participants: new",
    *METRICS,
}
"""A row of each kind of user, and each metric."""


@pytest.mark.parametrize("workers", ["", "2"])
def test_the_simulator_passes_and_every_kind_of_user_was_at_it(
    workers: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """One process or a master with two workers: exit 0, all reconciled, a report of each kind."""
    steer(monkeypatch, dict.fromkeys(ALL_KINDS, 1))
    environ = {"LOAD_USERS": "32", "LOAD_SECONDS": str(LIMIT_S), "LOAD_CLOCK_RATE": "20"}
    environ |= {"WORKERS": workers, "LOAD_THRESHOLDS": limits(tmp_path)}
    status = load_run.main(environ, tmp_path)

    said = capfd.readouterr().out.splitlines()
    assert status == 0, said
    told = verdict(tmp_path)
    assert (told["failures"], told["faults"]) == (0, [])
    assert said[-1].startswith(
        f"load: PASSED: {told['requests']} requests by 32 users in {LIMIT_S} s"
    )
    counted = {
        name: int(row["Request Count"]) for name, row in rows(tmp_path / "run_stats.csv").items()
    }
    assert {name for name in ALL_KINDS if not counted.get(name)} == set()
    counts = told["counts"]
    assert isinstance(counts, dict)
    assert counts["accepted"] == counts["delivered"] + counts["failed"] > 0
    assert counts["failed"] == counted["MT to who stopped"]  # Vibes blocks what follows a STOP
    assert counts["callbacks"] == counts["callbacks_delivered"] > 0
    assert (tmp_path / "report.html").exists()
    assert "<h2>callback delay</h2>" in (tmp_path / "run_metrics.html").read_text(encoding="utf-8")
    measured = (tmp_path / "run_metrics.csv").read_text(encoding="utf-8")
    assert measured.startswith("metric,at_s,measured,p50_ms,p95_ms\n")


def test_callbacks_that_never_came_fail_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every answer is right and every message arrives, and nobody hears who joined."""
    lost = {"match": {"surface": "callback"}, "effect": {"lose": True}}
    steer(monkeypatch, {"MO yes": 1}, fault=lost)
    with load_run.serving(tmp_path) as (url, _):
        plan, environ = Plan(users=16, seconds=LIMIT_S), {"LOAD_CLOCK_RATE": "20"}
        outcome = load_run.attack(url, plan, tmp_path, environ)

    assert (outcome.status, outcome.failures) == (1, 0)
    missed = [fault for fault in outcome.why() if "that users waited for never came" in fault]
    assert len(missed) == 1
    assert outcome.amiss == missed
    assert outcome.counts["callbacks_unfinished"] == 0


def test_wrong_statuses_and_wrong_bodies_fail_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 500 is a failure, and so is a 200 whose body is not the expected one."""
    answers = {**RIGHT, "/MessageApi": (200, "<welcome/>")}
    answers["/_sim/accounts/locust-run/handsets"] = (500, "out of order")

    steer(monkeypatch, {"participants: new": 1, "MO keyword": 1, "MT short": 1})
    with stub(answers) as url:
        outcome = load_run.attack(url, Plan(users=8, seconds=LIMIT_S), tmp_path)

    assert outcome.status == 1
    assert outcome.failures > 0
    assert outcome.why()[0].startswith("failures of all answers is ")
    assert outcome.why()[0] not in outcome.amiss
    reasons = " ".join(rows(tmp_path / "run_failures.csv", "Error"))
    assert "HTTP 500: out of order (expected HTTP 201)" in reasons
    assert "HTTP 500: out of order (expected HTTP 202)" in reasons
    assert "the root element is 'welcome', not 'mtMessageRsp' (expected HTTP 200)" in reasons


def test_a_throttle_is_no_failure_and_a_message_that_is_nowhere_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers to come later have rows of their own; what was accepted and is in no journal fails."""
    accepted = '<mtMessageRsp messageId="b75f"/>'
    busy = '<error code="1002" description="Throughput exceeded. Try again later."/>'
    answers = {
        **RIGHT,
        "/MessageApi/mt/messages": (200, accepted),
        "/MessageApi/mt/messages/": (429, busy),
        "/_sim/accounts/locust-run/handsets": (503, "stopped"),
        "/companies/locust-run/campaigns": (429, '{"errors": []}'),
    }
    throttled = {"MT look-up (throttled)", "participants: new (throttled)"}
    steer(monkeypatch, dict.fromkeys({*throttled, "MT short", "MT split"}, 1))
    with stub(answers) as url:
        outcome = load_run.attack(url, Plan(users=16, seconds=LIMIT_S), tmp_path)

    assert outcome.status == 1
    stats = rows(tmp_path / "run_stats.csv")
    later = {name: row for name, row in stats.items() if name.endswith(" (throttled)")}
    assert throttled <= set(later)
    assert {row["Failure Count"] for row in later.values()} == {"0"}
    assert outcome.throttled == sum(int(row["Request Count"]) for row in later.values())
    sent = sum(int(stats[name]["Request Count"]) for name in ("MT short", "MT split"))
    unrecorded = "the journal has 0 submitted messages, the users were told of "
    [fault] = [fault for fault in outcome.why() if fault.startswith(unrecorded)]
    assert int(fault.removeprefix(unrecorded).split(",")[0]) == sent
    assert any("throttled of all answers" in fault for fault in outcome.why())


def test_arrivals_do_not_wait_for_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One user whose answers never come still begins one task after the other, no faster than the rate."""
    steer(monkeypatch, {}, unanswered=3, then_s=2 * LOOK_S, opens=OPEN)
    with stub({**RIGHT, "/MessageApi": (429, ""), OPEN: (204, "")}, Event()) as url:
        environ = {"LOAD_ARRIVALS": "10"}
        outcome = load_run.attack(url, Plan(users=1, seconds=LIMIT_S), tmp_path, environ)

    most = max(each.unanswered for each in windows.read(tmp_path / "run_windows.json"))
    asked = outcome.requests + outcome.throttled
    assert (outcome.status, most >= 3) == (1, True)
    seconds = asked / (outcome.requests_per_second - 0.05)  # it is rounded
    assert asked <= 10 * seconds + 1


def test_a_shape_and_its_thresholds_are_those_that_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The spike of 20 users begins with four of them; a file of thresholds is what the run must keep."""
    file = tmp_path / "most.toml"
    file.write_text("[total]\ncount = 1_000_000\n", encoding="utf-8")
    environ = {"LOAD_SHAPE": "spike", "LOAD_THRESHOLDS": str(file)}
    steer(monkeypatch, {"MT short (throttled)": 1}, then_s=2 * WRITTEN_S)
    with stub({**RIGHT, "/MessageApi": (429, "")}) as url:
        outcome = load_run.attack(url, Plan(users=20, seconds=LIMIT_S), tmp_path, environ)

    assert outcome.status == 1
    assert outcome.why()[0] == f"count of all answers is {outcome.requests}; least 1e+06"
    assert max(users_of(tmp_path)) == 4


@pytest.mark.parametrize(
    ("shape", "seconds", "least", "then_s", "most"),
    [("soak", 60, 20, 2 * WRITTEN_S, 20), ("ramp", 3_600, 1, 5, 1)],
)
def test_a_shape_follows_the_time_of_the_run(
    shape: str,
    seconds: int,
    least: int,
    then_s: int,
    most: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The soak of 20 users has all after a twentieth of its time; the ramp of an hour has one at first."""
    steer(monkeypatch, {}, users=least, then_s=then_s)
    with stub({**RIGHT, "/MessageApi": (429, "")}) as url:
        plan = Plan(users=20, seconds=seconds)
        outcome = load_run.attack(url, plan, tmp_path, {"LOAD_SHAPE": shape})

    assert (outcome.status, max(users_of(tmp_path))) == (1, most)


@pytest.mark.parametrize("shape", ["", "ramp"])
def test_a_run_ends_with_its_time(shape: str, tmp_path: Path) -> None:
    """After a second, with its verdict, however little was asked."""
    with stub(RIGHT) as url:
        plan, environ = Plan(users=1, seconds=1), {"LOAD_SHAPE": shape}
        outcome = load_run.attack(url, plan, tmp_path, environ)

    assert (outcome.status, (tmp_path / "run_verdict.json").exists()) == (1, True)


def test_without_an_account_there_is_no_run(tmp_path: Path) -> None:
    """A server that answers 500 to everything fails the run at its first call, at once."""
    with stub({}) as url:
        outcome = load_run.attack(url, Plan(users=4, seconds=60), tmp_path)

    assert outcome.status == 1
    assert outcome.why() == ["Locust ended with status 1; its own words are above"]


@pytest.mark.parametrize(
    ("environ", "status", "told"),
    [
        ({"LOAD_SHAPE": "spke"}, 1, 'there is no load shape "spke"; did you mean "spike"?'),
        ({"LOAD_THRESHOLDS": "gone.toml"}, 2, "gone.toml: cannot be read"),
        ({"LOAD_ARRIVALS": "many"}, 2, '"many" is no number above 0 and up to 100000'),
        ({"LOAD_PACES": "SendUser"}, 2, '"SendUser" is no pace; write KIND=NUMBER'),
        ({"LOAD_PACES": "SendUsr=1"}, 2, 'no kind of users "SendUsr"; did you mean "SendUser"?'),
        ({"LOAD_PEOPLE": "0"}, 2, '"0" is no whole number from 1 to 100000'),
        ({"LOAD_CLOCK_RATE": "0"}, 2, '"0" is no whole number from 1 to 100000'),
    ],
)
def test_a_wrong_wish_is_told_before_anything_is_asked(
    environ: dict[str, str], status: int, told: str, tmp_path: Path
) -> None:
    """Locust ends at once, and says what would do."""
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless"]
    command += ["--host", "http://127.0.0.1:9"]
    ended = run(
        command,
        env={**os.environ, **environ},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == status
    assert told in ended.stderr


@pytest.mark.parametrize(
    ("outcome", "faults"),
    [
        (Outcome(status=0), []),
        (
            Outcome(status=1, faults=["2 texts went to a phone twice"]),
            ["2 texts went to a phone twice"],
        ),
        (Outcome(status=2), ["Locust ended with status 2; its own words are above"]),
    ],
)
def test_a_run_fails_for_a_reason(outcome: Outcome, faults: list[str]) -> None:
    """What the verdict names, or Locust's own trouble, fails a run."""
    assert outcome.why() == faults


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("LOAD_USERS", "0"),
        ("LOAD_USERS", "5001"),
        ("LOAD_SECONDS", "604801"),
        ("LOAD_SECONDS", "half a minute"),
        ("WORKERS", "-1"),
        ("WORKERS", "65"),
    ],
)
def test_the_plan_is_bounded(
    name: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At most 5,000 users, a week and 64 workers; anything else is the caller's mistake, status 2."""
    with pytest.raises(LoadError, match=f'{name} is "{text}"'):
        Plan.read({name: text})
    assert load_run.main({name: text}, tmp_path) == 2
    assert f'load: {name} is "{text}"' in capsys.readouterr().err


def test_a_simulator_that_does_not_start_fails_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The verdict says that it did not start; Locust is not begun."""
    monkeypatch.setenv("SMSIM_SEED", "none")
    assert load_run.main({}, tmp_path) == 1
    assert "load: FAILED: the simulator did not start" in capfd.readouterr().out


def test_a_simulator_that_does_not_end_cleanly_fails_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """However good its answers were, a simulator that died has failed."""

    def attack(_url: str, _plan: Plan, folder: Path, _environ: Mapping[str, str]) -> Outcome:
        ready = json.loads((folder / "ready.json").read_text(encoding="utf-8"))
        os.kill(ready["pid"], signal.SIGKILL)
        return Outcome(status=0, requests=9)

    monkeypatch.setattr(load_run, "attack", attack)
    assert load_run.main({}, tmp_path) == 1
    assert "load: FAILED: the simulator ended with status -9" in capfd.readouterr().out
