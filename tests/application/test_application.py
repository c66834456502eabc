"""An application as a process: ready, called, watched, and ended with all it started."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import application as module
from harness.application import Application, ApplicationError, Launch, fill, log_of
from harness.application_log import LONGEST_LINE, MOST_LINES, Log
from harness.scenario.answers import UnexpectedAnswer
from harness.scenario.application import ApplicationSpec, HttpStep, call
from simulator.documents import read
from simulator.errors import BadSpec

LIMIT_S = 10

SERVICE = """
import json, os, signal, subprocess, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    asked = 0
    def do_GET(self):
        Handler.asked += 1
        if self.path == "/die":
            print("it is over", flush=True)
            os._exit(3)
        if self.path == "/env":
            return self.say(200, json.dumps(dict(os.environ)))
        if self.path == "/cookie":
            self.send_response(303)
            self.send_header("Set-Cookie", "seen=yes; Path=/")
            self.send_header("Location", "/elsewhere")
            return self.end_headers()
        self.say(200 if Handler.asked > 2 else 503, self.headers.get("Cookie", "none"))
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.say(201, f"{self.headers['Content-Type']} {self.headers.get('X-A')} [{body}]")
    def say(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

if "--deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "--brood" in sys.argv:
    alive = os.open("alive", os.O_WRONLY)
    os.set_inheritable(alive, True)
    subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], close_fds=False)
print("serving", os.environ["PORT"], flush=True)
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""

Make = Callable[..., Application]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """An application of the service above, with flags."""
    (tmp_path / "service.py").write_text(SERVICE)

    def made(*flags: str, **more: object) -> Application:
        command = ("{python}", "service.py", *flags)
        told: dict[str, object] = {"ready": "/ready", "cwd": tmp_path, **more}
        return Application(Launch(command=command, **told))  # type: ignore[arg-type]

    return made


async def _gone(reader: int) -> None:
    """Wait until no process has the pipe open for writing any more."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(reader, readable.set)
    try:
        async with asyncio.timeout(LIMIT_S):
            await readable.wait()
        assert os.read(reader, 1) == b""
    finally:
        loop.remove_reader(reader)
        os.close(reader)


def _alive(folder: Path) -> int:
    os.mkfifo(folder / "alive")
    return os.open(folder / "alive", os.O_RDONLY | os.O_NONBLOCK)


async def test_it_is_ready_when_its_path_answers_2xx_and_can_be_called(make: Make) -> None:
    """Not at the first 503, nor at the second; then it answers, redirects shown, cookies kept."""
    async with make() as application:
        assert (await application.call("GET", "/")).text == "none"
        assert (await application.call("GET", "/cookie")).status == 303
        assert (await application.call("GET", "/")).text == "seen=yes"
        answer = await application.call("POST", "/", {"a": 1}, {"X-A": "b"})
        assert answer.text == 'application/json b [{"a": 1}]'
        assert (await application.call("POST", "/", "plain")).text.endswith("[plain]")
        assert application.log.lines[0] == f"serving {application.address.partition(':')[2]}"


async def test_without_a_path_it_is_ready_when_its_port_takes_a_connection(make: Make) -> None:
    """So a service without a health page can be tested too."""
    async with make(ready=None) as application:
        assert (await application.call("GET", "/")).status == 503


async def test_it_is_told_where_it_is_and_has_a_folder_that_is_removed(make: Make) -> None:
    """PORT, the callback URL and its own variables, placeholders filled; what is not known, not."""
    env = {"DB": "{folder}/a.db", "SHAPE": '{"a":{"b":1}}', "WORD": "{{port}}"}
    async with make(env=env) as application:
        told = (await application.call("GET", "/env")).text
        values: dict[str, str] = json.loads(told)
        assert values["PORT"] == application.address.partition(":")[2]
        assert values["SMSIM_CALLBACK_URL"] == "http://app.test"
        assert (values["SHAPE"], values["WORD"]) == ('{"a":{"b":1}}', "{port}")
        assert "VIBES_USERNAME" not in values
        folder = Path(values["DB"]).parent
        assert folder.is_dir()
    assert not folder.exists()


async def test_a_death_before_it_is_ready_is_told_at_once_with_its_log(tmp_path: Path) -> None:
    """The status and the last words in a line; the whole log is the error's note."""
    script = "print('one'); print('two'); raise SystemExit('no such table')"
    launch = Launch(command=(sys.executable, "-c", script), cwd=tmp_path, ready_within_s=3600)
    with pytest.raises(ApplicationError) as caught:
        async with asyncio.timeout(LIMIT_S), Application(launch):
            pass
    assert str(caught.value) == "the application ended with status 1; its last words: no such table"
    assert log_of(caught.value) == ("one", "two", "no such table")


async def test_who_is_never_ready_is_told_what_came_of_the_last_look(tmp_path: Path) -> None:
    """The limit and the path as well; the process is ended."""
    reader = _alive(tmp_path)
    script = "exec 3>alive; sleep 600"
    told = r"not ready in 0.2 s; GET /x at 127.0.0.1:\d+ came to: GET /x was not answered: "
    with pytest.raises(ApplicationError, match=told):
        async with Application(
            Launch(command=("sh", "-c", script), cwd=tmp_path, ready="/x", ready_within_s=0.2)
        ):
            pass
    await _gone(reader)


async def test_a_death_while_work_is_done_ends_the_work_at_once(make: Make) -> None:
    """However long the work would have waited."""
    async with asyncio.timeout(LIMIT_S), make() as application:
        forever = asyncio.Event()

        async def work() -> None:
            with pytest.raises(ApplicationError, match="GET /die was not answered"):
                await application.call("GET", "/die")
            await forever.wait()

        with pytest.raises(ApplicationError, match="ended with status 3; its last words: it is o"):
            await application.attended(work())


async def test_the_death_is_told_rather_than_the_call_it_spoilt(make: Make) -> None:
    """The call's failure is the death's, and its cause in the trace."""
    async with make() as application:
        with pytest.raises(ApplicationError, match="the application ended with status 3") as caught:
            await application.attended(application.call("GET", "/die"))
        assert "was not answered" in str(caught.value.__cause__)
        with pytest.raises(ApplicationError, match="the application ended"):
            await application.attended(asyncio.sleep(0))


async def test_work_that_fails_by_itself_is_told_as_it_failed(make: Make) -> None:
    """An application that lives is not blamed."""

    async def work() -> None:
        raise ValueError("mine")

    async with make() as application:
        with pytest.raises(ValueError, match="mine"):
            await application.attended(work())


async def test_nothing_it_started_outlives_it(make: Make, tmp_path: Path) -> None:
    """The group ends with the context, be it the application that goes on or its child."""
    reader = _alive(tmp_path)
    async with make("--brood"):
        pass
    await _gone(reader)


async def test_nothing_it_started_outlives_its_death(make: Make, tmp_path: Path) -> None:
    """An application that dies leaves no child behind either, long before the context ends."""
    reader = _alive(tmp_path)
    async with make("--brood") as application:
        with pytest.raises(ApplicationError):
            await application.call("GET", "/die")
        await _gone(reader)


async def test_who_does_not_heed_sigterm_is_killed(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the grace, with all it started."""
    monkeypatch.setattr(module, "GRACE_S", 0.1)
    reader = _alive(tmp_path)
    async with make("--deaf", "--brood"):
        pass
    await _gone(reader)


async def test_a_cancelled_run_ends_it(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Ctrl-C does; twice, and what is left of the grace is not waited for."""
    reader = _alive(tmp_path)
    up, asked_to_end = asyncio.Event(), asyncio.Event()
    killpg = os.killpg

    def heard(group: int, number: int) -> None:
        killpg(group, number)
        asked_to_end.set()

    monkeypatch.setattr(os, "killpg", heard)

    async def run() -> None:
        async with make("--deaf", "--brood"):
            up.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(run())
    await up.wait()
    task.cancel()
    await asked_to_end.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await _gone(reader)


@pytest.mark.parametrize(
    ("launch", "told"),
    [
        (Launch(command=("no-such-program",)), "no-such-program: No such file .* without a shell"),
        (Launch(command=("/",)), "/: Permission denied; it is run without a shell"),
        (Launch(command=("true",), cwd=Path("/nowhere")), "cwd: /nowhere is no folder"),
        (Launch(command=("{prot}",)), r'no placeholder "\{prot\}"; did you mean "\{port\}"\?'),
        (Launch(command=("true",), env={"A": "{x}"}), r'"\{x\}"; there is .* itself: "\{\{x\}\}"'),
        (Launch(command=("true",)), "ended with status 0 and said nothing"),
        (Launch(command=("sh", "-c", "kill -9 $$")), "was ended by SIGKILL"),
    ],
)
async def test_what_cannot_start_says_why_and_what_would_do(launch: Launch, told: str) -> None:
    """The program, the folder and the placeholders, each with the mend."""
    with pytest.raises(ApplicationError, match=told):
        async with Application(launch):
            pass


def test_a_word_in_braces_is_a_placeholder_and_nothing_else_is() -> None:
    """JSON and shell expansions stay as they are."""
    values = {"port": "80"}
    assert fill('{port} {{port}} ${port} {"a": {}}', values) == '80 {port} ${port} {"a": {}}'


def test_the_log_keeps_the_last_lines_whatever_is_in_them() -> None:
    """Two hundred of them, colours taken out, long ones cut, bytes that are no text replaced."""
    log = Log()
    for number in range(1_000):
        log.feed(f"{number}\n".encode())
    assert (len(log.lines), log.lines[0], log.end(1)) == (MOST_LINES, "800", ("999",))
    log.feed(b"\x1b[31mred\x1b[0m \xff\xe2\x82")
    log.feed(b"\xac\r\n\n" + b"x" * 100_000)
    log.feed(b"x" * 100_000)
    assert log.lines[-3:] == ("red \ufffd\u20ac", "", "x" * LONGEST_LINE + "...")
    assert log.end(2) == ("red \ufffd\u20ac", "x" * LONGEST_LINE + "...")


async def test_an_http_step_holds_the_answer_against_what_it_must_be(make: Make) -> None:
    """Its status and a part of its text; what was answered is told."""
    async with make() as application:
        step = {"call": "POST /x", "body": {"a": 1}, "headers": {"X-A": 7}, "answers": 201}
        await call(read(HttpStep, {**step, "gives": '7 [{"a": *]'}), application)
        with pytest.raises(UnexpectedAnswer, match=r"^POST /x answered 201, not 200: application/"):
            await call(read(HttpStep, {**step, "answers": 200}), application)
        with pytest.raises(UnexpectedAnswer, match=r"^POST /x gave no 8 but application/json 7"):
            await call(read(HttpStep, {**step, "gives": "8"}), application)
        with pytest.raises(ApplicationError, match="GET /die was not answered"):
            await call(read(HttpStep, {"call": "GET /die"}), application)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"command": []}, 'command: name a program, as ["{python}", app.py]'),
        ({"command": [{"python": None}]}, 'command[0]: write it with quotes: "{python}"'),
        ({"command": ["{pithon}"]}, 'command[0]: no placeholder "{pithon}"; did you mean'),
        ({"command": ["a"], "env": {"A": "{x}"}}, 'env.A: no placeholder "{x}"; there is python'),
        ({"command": ["a"], "idle": "/i", "quiet": "1ms"}, "write either idle or quiet"),
        ({"command": ["a"], "quiet": "2m"}, "a quiet window is at most 60s"),
        ({"command": ["a"], "ready": "health"}, "ready: "),
        ({"command": ["a"], "ready_within": "soon"}, 'ready_within: "soon" is not a duration'),
    ],
)
def test_a_spec_that_cannot_be_taken_says_where_and_what_would_do(
    document: dict[str, object], told: str
) -> None:
    """So `smsim check` finds it."""
    with pytest.raises(BadSpec) as caught:
        read(ApplicationSpec, document)
    assert told in str(caught.value)


def test_a_spec_is_a_launch_beside_its_scenario() -> None:
    """The folder is the scenario file's own unless `cwd` says otherwise; numbers are text in env."""
    spec = read(ApplicationSpec, {"command": ["a", 8], "cwd": "../b", "env": {"N": 3}})
    launch = spec.launch("some/where/x.sms.yaml")
    assert launch.command == ("a", "8")
    assert (launch.cwd, launch.env, launch.ready_within_s) == (
        Path("some/where/../b"),
        {"N": "3"},
        30,
    )
