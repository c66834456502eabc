"""The load test itself: it passes against the simulator, and fails where an answer is wrong."""

from __future__ import annotations

import csv
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from harness import load_run, load_script
from harness.load_run import LoadError, Outcome, Plan
from harness.load_script import Unexpected

ACCOUNT = json.dumps(
    {
        "company_key": "load",
        "username": "load",
        "password": "load",
        "acquisition_campaigns": [
            {"id": "JoinVip01", "list": "1001", "code": "65047", "keywords": ["VIP"]}
        ],
    }
)


class Stub(BaseHTTPRequestHandler):
    """Answers what `answers` says for the longest start of a path, else 500."""

    protocol_version = "HTTP/1.1"
    answers: ClassVar[dict[str, tuple[int, str]]] = {}

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        starts = [start for start in self.answers if self.path.startswith(start)]
        status, body = self.answers[max(starts, key=len)] if starts else (500, "out of order")
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def stub(answers: dict[str, tuple[int, str]]) -> Iterator[str]:
    handler = type("Answering", (Stub,), {"answers": answers})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def column(path: Path, name: str) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row[name] for row in csv.DictReader(file)]


def test_the_simulator_passes_and_both_kinds_of_user_were_at_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The launcher exits 0, having made requests of both kinds and left a report."""
    status = load_run.main({"LOAD_USERS": "4", "LOAD_SECONDS": "3"}, tmp_path)

    said = capfd.readouterr().out.splitlines()
    assert status == 0, said
    totals = json.loads((tmp_path / "run_totals.json").read_text(encoding="utf-8"))
    assert totals["requests"] > 0
    assert totals["failures"] == 0
    assert said[-1].startswith(f"load: PASSED: {totals['requests']} requests by 4 users in 3 s")
    assert {"participants: new", "MO yes", "MT short"} <= {
        *column(tmp_path / "run_stats.csv", "Name")
    }
    assert (tmp_path / "report.html").exists()


def test_wrong_statuses_and_wrong_bodies_fail_the_run(tmp_path: Path) -> None:
    """A 500 is a failure, and so is a 200 whose body is not the expected one."""
    answers = {"/_sim/accounts": (201, ACCOUNT), "/MessageApi": (200, "<welcome/>")}
    answers["/_sim/accounts/load"] = (500, "out of order")

    with stub(answers) as url:
        outcome = load_run.attack(url, Plan(users=4, seconds=2), tmp_path)

    assert outcome.status == 1
    assert outcome.failures == outcome.requests > 0
    assert outcome.faults() == [
        f"{outcome.requests} of {outcome.requests} answers were not the expected ones"
    ]
    reasons = " ".join(column(tmp_path / "run_failures.csv", "Error"))
    assert "HTTP 500: out of order (expected HTTP 201)" in reasons
    assert "the root element is 'welcome', not 'mtMessageRsp' (expected HTTP 200)" in reasons


def test_without_an_account_there_is_no_run(tmp_path: Path) -> None:
    """A server that answers 500 to everything fails the run at its first call, at once."""
    with stub({}) as url:
        outcome = load_run.attack(url, Plan(users=4, seconds=60), tmp_path)

    assert outcome.status == 1
    assert outcome.failures == outcome.requests == 1


@pytest.mark.parametrize(
    ("outcome", "fault"),
    [
        (Outcome(status=0), "no requests were made"),
        (Outcome(status=1, requests=9, failures=2), "2 of 9 answers were not the expected ones"),
        (Outcome(status=2, requests=9), "Locust ended with status 2"),
    ],
)
def test_a_run_fails_for_a_reason(outcome: Outcome, fault: str) -> None:
    """No requests, failures, and Locust's own trouble each fail a run."""
    assert outcome.faults() == [fault]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("LOAD_USERS", "0"),
        ("LOAD_USERS", "501"),
        ("LOAD_SECONDS", "601"),
        ("LOAD_SECONDS", "half a minute"),
        ("LOAD_SECONDS", ""),
    ],
)
def test_the_plan_is_bounded(
    name: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At most 500 users and 600 seconds; anything else is the caller's mistake, status 2."""
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

    def attack(_url: str, _plan: Plan, folder: Path) -> Outcome:
        ready = json.loads((folder / "ready.json").read_text(encoding="utf-8"))
        os.kill(ready["pid"], signal.SIGKILL)
        return Outcome(status=0, requests=9)

    monkeypatch.setattr(load_run, "attack", attack)
    assert load_run.main({}, tmp_path) == 1
    assert "load: FAILED: the simulator ended with status -9" in capfd.readouterr().out


def test_users_never_share_a_number() -> None:
    """A number is valid, is one user's alone, and is none of the magic ones."""
    users, numbers = (0, 1, 299, 300, 798), (0, 9_999, 10_000, 7_999_999)
    mdns = [load_script.mdn_of(user, number) for user in users for number in numbers]
    assert len(set(mdns)) == len(mdns)
    assert (mdns[0], mdns[-1]) == ("+12002000000", "+19999999999")
    assert {mdn[:5] for mdn in mdns} == {"+1200", "+1201", "+1499", "+1501", "+1999"}
    for user, number in ((799, 0), (-1, 0), (0, 8_000_000)):
        with pytest.raises(ValueError, match="no number"):
            load_script.mdn_of(user, number)


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (load_script.read_account, "{}"),
        (load_script.read_account, '{"acquisition_campaigns": []}'),
        (load_script.read_created, "out of order"),
        (load_script.read_pending, "not JSON"),
        (load_script.read_pending, '{"status": "SUBSCRIBED", "expire_date": "2026-01-06"}'),
        (load_script.read_pending, '{"status": "PENDING"}'),
        (load_script.read_refusal, '{"errors": []}'),
        (load_script.read_subscriber("+12002000000"), '{"mobile_phone": null}'),
        (load_script.read_subscriber("+12002000000"), '{"mobile_phone": {"mdn": "+12"}}'),
        (load_script.read_mo("yes"), '{"taken_as": "unmatched"}'),
        (load_script.read_mo("yes"), "[]"),
        (load_script.read_accepted, "<mtMessageRsp/>"),
        (load_script.read_accepted, "not XML"),
        (load_script.read_connect_error(1032), '<error code="1020"/>'),
        (load_script.read_mt("b75f", 1), '<mtMessage messageId="c86a"/>'),
        (load_script.read_mt("b75f", 3), '<mtMessage messageId="b75f"/>'),
    ],
)
def test_an_answer_that_is_not_the_expected_one_is_told(
    reader: load_script.Reader[object], text: str
) -> None:
    """Every reader raises Unexpected, and nothing else, at a body it does not expect."""
    with pytest.raises(Unexpected):
        reader(text)


def test_an_expected_answer_is_read() -> None:
    """What the next step needs comes out of the answer."""
    account = load_script.read_created(ACCOUNT)
    assert account is not None
    assert (account.campaign, account.list_id, account.keyword) == ("JoinVip01", "1001", "VIP")
    assert load_script.read_created('{"errors": [{"message": "is taken"}]}') is None
    assert load_script.read_accepted('<mtMessageRsp messageId="b75f"/>') == "b75f"
    load_script.read_pending('{"status": "PENDING", "expire_date": "2026-01-06T15:00:00Z"}')
    load_script.read_refusal('{"errors": [{"message": "InvalidMDNFormat", "code": 2}]}')
    load_script.read_subscriber("+12002000000")('{"mobile_phone": {"mdn": "+12002000000"}}')
    load_script.read_mt("b75f", 3)('<mtMessage messageId="b75f" noOfParts="3"/>')
    assert len(load_script.SPLIT_TEXT) == 400
