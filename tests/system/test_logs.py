"""Log lines: of a real `smsim serve`, as JSON, and of a simulator in this process."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from multidict import CIMultiDict

from simulator.app import build
from simulator.config import ServerSettings
from tests.system.company import Answer, Company, call
from tests.system.test_failures_of_ours import FullDisk

ANN = "+13125550101"
NOWHERE = "http://user:hunter2@127.0.0.1:9/cb?token=s3cret"
"""A callback's destination where nobody listens, with what must not be told."""

Line = dict[str, Any]


class Served:
    """A simulator in a process of its own; its lines are there once it has ended."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.lines: list[Line] = []
        self.said = ""

    def of(self, event: str) -> list[Line]:
        """The lines of one kind."""
        return [line for line in self.lines if line["event"] == event]


@contextmanager
def served(tmp_path: Path, *flags: str, **environment: str) -> Iterator[Served]:
    """Serve; what it said is read when it has ended."""
    ready = tmp_path / "ready.json"
    with (tmp_path / "log").open("w+") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "harness", "serve", "--port", "0", "--db", ":memory:"),
                *("--control-token", "t0p-token", "--ready-file", str(ready), *flags),
            ],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, **environment},
        )
        try:
            assert process.stdout is not None
            assert process.stdout.readline()
            told = Served(json.loads(ready.read_text())["url"])
            yield told
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)
        log.seek(0)
        told.said = log.read()
    if told.said.startswith("{"):
        told.lines = [json.loads(line) for line in told.said.splitlines()]


def _id(answer: Answer) -> str:
    return CIMultiDict(answer.headers)["X-Request-Id"]


async def _company(http: ClientSession, url: str, **spec: object) -> Company:
    made = await call(http, "POST", f"{url}/_sim/accounts", {"company_key": "acme", **spec})
    assert made.status == 201, made.body
    return Company(http, url, made.json)


async def test_lines_of_a_server(http: ClientSession, tmp_path: Path) -> None:
    """Start, accounts, requests, callbacks that failed, end: each a line of JSON, and no more said.

    No text of a message, no whole number, no credential stands in any.
    """
    with served(tmp_path, "--log-level", "info", "--log-format", "json") as simulator:
        company = await _company(http, simulator.url, password="pa55word")
        assert (await company.register("subscription_added", NOWHERE)).status == 201
        await company.join(ANN)
        await company.text(ANN, "Y")
        await company.text(ANN, "my dog is ill")
        await company.settle()
        await company.connect("GET", "mdns/13125550101")
        await company.control("GET", f"/handsets/{ANN}")
        await call(http, "GET", f"{simulator.url}/nowhere/{ANN}")
        await company.send(ANN, "A secret sale")
        await company.control("DELETE")
    assert [line["event"] for line in simulator.lines if line["event"] != "request"] == [
        "account_made",
        "started",
        "listening",
        "account_made",
        "callback_attempt_failed",
        "account_removed",
        "ended",
    ]
    assert all({"timestamp", "level", "event"} <= set(line) for line in simulator.lines)
    secrets = ("3125550101", "dog", "secret sale", "pa55word", "t0p-token", "hunter2", "s3cret")
    assert [word for word in secrets if word.lower() in simulator.said.lower()] == []
    requests = {
        (line["method"], line["path"]): (line["status"], line["account"])
        for line in simulator.of("request")
    }
    one = "/_sim/accounts/{key}"
    assert requests["POST", "/_sim/accounts"] == (201, None)
    assert requests["POST", f"{one}/handsets/{{mdn}}/messages"] == (202, "acme")
    assert requests["GET", f"{one}/handsets/{{mdn}}"] == (200, "acme")
    assert requests["GET", "/MessageApi/mdns/{mdn}"] == (200, "acme")
    assert requests["GET", "other"] == (404, None)
    (failed,) = simulator.of("callback_attempt_failed")
    assert (failed["account"], failed["type"], failed["attempt"]) == (
        "acme",
        "subscription_added",
        1,
    )
    assert (failed["destination"], failed["status"]) == ("127.0.0.1:9", None)
    assert re.fullmatch(r"\w+Error", failed["error"])


async def test_a_request_has_an_id_that_its_answer_carries(
    http: ClientSession, tmp_path: Path
) -> None:
    """The caller's own where it is printable and short, else one that no other request has."""
    given = {"X-Request-Id": "check-out 7"}
    with served(tmp_path, SMSIM_LOG_LEVEL="info", SMSIM_LOG_FORMAT="json") as simulator:
        url = f"{simulator.url}/_sim/health"
        answers = [
            await call(http, "GET", url, None, headers)
            for headers in (given, None, None, {"X-Request-Id": "x" * 129})
        ]
    ids = [_id(answer) for answer in answers]
    assert ids[0] == "check-out 7"
    assert len(set(ids)) == 4
    assert all(len(made) < 30 for made in ids)
    assert [line["request_id"] for line in simulator.of("request")] == ids


async def test_a_server_is_quiet_unless_told(http: ClientSession, tmp_path: Path) -> None:
    """With no setting a failing callback and bad requests write nothing; answers have ids all the same."""
    with served(tmp_path) as simulator:
        company = await _company(http, simulator.url)
        await company.register("subscription_added", NOWHERE)
        await company.subscribe(ANN)
        await company.settle()
        assert _id(await call(http, "GET", f"{simulator.url}/nowhere"))
    assert simulator.said == ""


async def test_settings_of_a_file_hold_until_a_flag(http: ClientSession, tmp_path: Path) -> None:
    """A TOML file may say them; lines for people have no braces."""
    config = tmp_path / "smsim.toml"
    config.write_text('log_level = "error"\nlog_format = "console"\n')
    with served(tmp_path, "--config", str(config), "--log-level", "info") as simulator:
        await call(http, "GET", f"{simulator.url}/_sim/health")
    assert "request" in simulator.said
    assert "path=/_sim/health" in simulator.said
    assert "{" not in simulator.said


@pytest.mark.parametrize("flag", ["--log-level", "--log-format"])
def test_a_word_that_is_none_is_told_with_those_that_are(flag: str) -> None:
    """Exit status 2, and one line with the choices."""
    done = subprocess.run(
        [sys.executable, "-m", "harness", "serve", "--db", ":memory:", flag, "jsno"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert flag[2:].replace("-", "_") in done.stderr
    assert ("json" if flag == "--log-format" else "warning") in done.stderr


async def _broken(_request: web.Request) -> web.Response:
    raise RuntimeError(f"what about {ANN}?")


def _break(app: web.Application) -> None:
    app.router.add_get("/_sim/broken/{mdn}", _broken)


async def test_a_failure_of_ours_is_told_with_its_request(http: ClientSession) -> None:
    """With the traceback, the path's template and the request's id; of a number four digits stay."""
    lines = io.StringIO()
    async with build(ServerSettings(port=0, log_format="json"), log=lines) as system:
        system.fittings.append(_break)
        url = await system.listen()
        answer = await call(http, "GET", f"{url}/_sim/broken/{ANN}", None, {"X-Request-Id": "r1"})
        assert answer.status == 500
    (line,) = (json.loads(one) for one in lines.getvalue().splitlines())
    assert (line["level"], line["logger"], line["request_id"]) == ("error", "smsim.api", "r1")
    assert line["event"] == "GET /_sim/broken/{mdn} failed"
    assert line["exception"].endswith("RuntimeError: what about ...0101?")


async def test_an_account_that_stops_is_told(http: ClientSession) -> None:
    """A full disk is an error with the account; an account that ends with the server is none."""
    lines, disk = io.StringIO(), FullDisk()
    settings = ServerSettings(port=0, accounts=(), log_format="json")
    async with build(settings, store=disk, log=lines) as system:
        url = await system.listen()
        company = await _company(http, url)
        await call(http, "POST", f"{url}/_sim/accounts", {})
        disk.full = True
        await company.join(ANN)
    (line,) = (json.loads(one) for one in lines.getvalue().splitlines())
    assert (line["event"], line["account"], line["error"]) == ("account_stopped", "acme", "OSError")


async def test_in_process_nothing_is_logged(
    http: ClientSession, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever level is set, and however this process logs: lines need a stream."""
    before = list(logging.getLogger().handlers)
    with caplog.at_level(logging.DEBUG, "smsim"):
        async with build(ServerSettings(port=0, log_level="debug")) as system:
            await call(http, "GET", f"{await system.listen()}/_sim/health")
            assert logging.getLogger().handlers == before
    assert capfd.readouterr().err == ""
    assert [record for record in caplog.records if record.name.startswith("smsim")] == []


async def test_lines_nobody_reads_stop_nothing(http: ClientSession) -> None:
    """A request is answered though the stream of the lines is closed, and the handler goes with it."""
    lines = io.StringIO()
    lines.close()
    before = list(logging.getLogger().handlers)
    async with build(ServerSettings(port=0, log_level="info"), log=lines) as system:
        answer = await call(http, "GET", f"{await system.listen()}/_sim/health")
        assert logging.getLogger().handlers != before
    assert answer.status == 200
    assert logging.getLogger().handlers == before
