"""Your own application as a process of its own: started, watched, and ended with all it started.

    launch = Launch(command=("{python}", "shop.py"), ready="/health", idle="/idle")
    async with running(launch, account) as application:
        answer = await application.call("POST", "/signup", {"phone": "(312) 555-0101"})

`Application` runs any launch with values for its placeholders; `running` takes them from an account
and makes the application known to the simulator as `app.test`, so that no port is journaled.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import aiohttp

from harness.application_log import Log, Output
from harness.environment import SimAccount
from simulator.errors import UserError

HOST = "app.test"
"""The name an application has in callback URLs."""

PLACEHOLDERS = {
    "python": "the interpreter smsim runs in",
    "port": "a free port of 127.0.0.1, to listen on",
    "folder": "an empty folder of its own, removed when it ends",
    "callback_url": "what it is called in callback URLs: http://app.test",
    "url": "the simulator",
    "platform_url": "the base of the Platform's URLs: what stands before /companies",
    "connect_url": "the base of Connect's URLs: what stands before /MessageApi",
    "company_key": "the account's key",
    "username": "the account's user name, for both APIs",
    "password": "the account's password",
    "code": "the account's first source code",
    "control_url": "the account's control API: its clock, its phones, its alarms",
}
"""What `{name}` may stand for in a command and its environment."""

GIVEN = {
    "PORT": "{port}",
    "VIBES_PLATFORM_URL": "{platform_url}",
    "VIBES_CONNECT_URL": "{connect_url}",
    "VIBES_COMPANY_KEY": "{company_key}",
    "VIBES_USERNAME": "{username}",
    "VIBES_PASSWORD": "{password}",
    "VIBES_CODE": "{code}",
    "SMSIM_CALLBACK_URL": "{callback_url}",
    "SMSIM_CONTROL_URL": "{control_url}",
    "PYTHONUNBUFFERED": "1",
}
"""The environment variables every application has, beside those smsim has itself."""

GRACE_S = 5.0
"""How long it may take to end after SIGTERM."""
CALL_LIMIT_S = 30.0
"""How long it may take to answer a call."""
DRAIN_S = 1.0
"""How long its last words are waited for."""
LOOK_EVERY_S = 0.02
NOTICE_S = 0.3
"""How long after a failed call its death may still be noticed as the cause."""
NOTED = 60
"""How many lines of its log an error carries."""

_NOTE = "the application's log:"
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}|(?<!\$)\{(\w+)\}")

T = TypeVar("T")


class ApplicationError(UserError):
    """The application did not start, or ended; its log is a note of the error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How an application is started, and how it is known that it is ready, and done."""

    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path = Path()
    ready: str | None = None
    """A path that answers 2XX when it is ready; without one, its port takes a connection."""
    ready_within_s: float = 30.0
    idle: str | None = None
    """A path that answers when its work is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What it answered."""

    status: int
    text: str


def unknown_placeholders(text: str, known: Iterable[str] = PLACEHOLDERS) -> list[str]:
    """What is wrong with the placeholders of a text, each with the mend."""
    valid = list(known)
    told: list[str] = []
    for match in _PLACEHOLDER.finditer(text):
        name = match[2]
        if name is not None and name not in valid:
            close = get_close_matches(name, valid, n=1, cutoff=0.6)
            mend = f'did you mean "{{{close[0]}}}"?' if close else f"there is {', '.join(valid)}"
            told.append(
                f'no placeholder "{{{name}}}"; {mend} For the word itself: "{{{{{name}}}}}"'
            )
    return told


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with `{name}` replaced, and `{{name}}` as `{name}`. Raises ApplicationError."""
    wrong = unknown_placeholders(text, values)
    if wrong:
        raise ApplicationError("; ".join(wrong))
    return _PLACEHOLDER.sub(lambda match: values[match[2]] if match[2] else f"{{{match[1]}}}", text)


def values_of(account: SimAccount) -> dict[str, str]:
    """What the placeholders about an account stand for."""
    return {
        "url": account.url,
        "platform_url": account.url,
        "connect_url": account.url,
        "company_key": account.key,
        "username": str(account.shown["username"]),
        "password": str(account.shown["password"]),
        "code": str(account.shown["source_codes"][0]["code"]),
        "control_url": f"{account.url}/_sim/accounts/{account.key}",
    }


def log_of(error: BaseException) -> tuple[str, ...]:
    """The lines of the log that an error carries away from an application."""
    notes = [note.split("\n") for note in getattr(error, "__notes__", ())]
    return tuple(line for head, *lines in notes if head == _NOTE for line in lines)


@asynccontextmanager
async def running(
    launch: Launch, account: SimAccount, hosts: Mapping[str, str] | None = None
) -> AsyncIterator[Application]:
    """The application, run for an account: told where and who it is, and known as `app.test`.

    `hosts` are the account's other host aliases. The caller gives the clock its `idle_url`.
    """
    application = Application(launch, values_of(account))
    await account.set_hosts({**(hosts or {}), HOST: application.address})
    async with application:
        yield application


class Application:
    """A process that serves HTTP on a loopback port. Use it as an async context manager.

    It leads a process group; the group is ended with it: SIGTERM, and SIGKILL after 5 s. What it
    prints is kept, the last 200 lines of it, and is a note of whatever error leaves the context.
    The port is free when it is chosen; a program that takes it first makes the start fail.
    """

    def __init__(self, launch: Launch, values: Mapping[str, str] | None = None) -> None:
        self.log = Log()
        self.address = f"127.0.0.1:{_free_port()}"
        self._launch = launch
        self._values = dict(values or {})
        self._process: asyncio.subprocess.Process | None = None
        self._group_ended = False
        self._watching: asyncio.Task[int] | None = None
        self._output: Output | None = None
        self._folder: TemporaryDirectory[str] | None = None
        self._http: aiohttp.ClientSession | None = None
        self._seen = "nothing yet"

    @property
    def idle_url(self) -> str | None:
        """What to probe for whether its work is done, if it has such a path."""
        return None if self._launch.idle is None else f"http://{self.address}{self._launch.idle}"

    async def __aenter__(self) -> Application:
        try:
            await self._start()
            await self._until_ready()
        except BaseException as error:
            await self.__aexit__(type(error), error, None)
            raise
        return self

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        try:
            if self._http is not None:
                await self._http.close()
            if self._watching is not None and not self._watching.done():
                self._signal(signal.SIGTERM)
                await asyncio.wait({self._watching}, timeout=GRACE_S)
        finally:
            await self._clear_away()
        if error is not None:
            error.add_note("\n".join([_NOTE, *(self.log.end(NOTED) or ["(it printed nothing)"])]))

    async def call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | list[Any] | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Call it: text is sent as it is, anything else as JSON. Cookies are kept, redirects shown.

        Raises ApplicationError where it does not answer.
        """
        assert self._http is not None, "use the application as an async context manager"
        sent: dict[str, Any] = {"data": body} if isinstance(body, str) else {"json": body}
        try:
            async with self._http.request(
                method,
                f"http://{self.address}{path}",
                headers=headers,
                allow_redirects=False,
                **(sent if body is not None else {}),
            ) as response:
                return Answer(status=response.status, text=await response.text(errors="replace"))
        except TimeoutError as error:
            raise ApplicationError(
                f"{method} {path} was not answered in {CALL_LIMIT_S:g} s"
            ) from error
        except aiohttp.ClientError as error:
            raise ApplicationError(f"{method} {path} was not answered: {error}") from error

    async def attended(self, work: Coroutine[Any, Any, T]) -> T:
        """Do work that needs it; its death meanwhile is told at once. Raises ApplicationError."""
        assert self._watching is not None, "use the application as an async context manager"
        task = asyncio.create_task(work)
        try:
            await asyncio.wait({task, self._watching}, return_when=asyncio.FIRST_COMPLETED)
            if task.done() and not task.cancelled() and task.exception() is not None:
                await asyncio.wait({self._watching}, timeout=NOTICE_S)
            if not self._watching.done():
                return await task
        finally:
            task.cancel()
            await asyncio.wait({task})
        cause = None if task.cancelled() else task.exception()
        raise ApplicationError(f"the application {self._end()}") from cause

    async def _start(self) -> None:
        """Start the process with its output kept. Raises ApplicationError."""
        self._folder = TemporaryDirectory(prefix="smsim-app-", ignore_cleanup_errors=True)
        port = self.address.partition(":")[2]
        values = {
            "python": sys.executable,
            "port": port,
            "folder": self._folder.name,
            "callback_url": f"http://{HOST}",
            **self._values,
        }
        given = {key: text for key, text in GIVEN.items() if not unknown_placeholders(text, values)}
        filled = {key: fill(text, values) for key, text in {**given, **self._launch.env}.items()}
        command = [fill(part, values) for part in self._launch.command]
        if not self._launch.cwd.is_dir():
            raise ApplicationError(f"cwd: {self._launch.cwd} is no folder")
        self._http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            timeout=aiohttp.ClientTimeout(total=CALL_LIMIT_S),
        )
        self._output = Output(self.log)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=await self._output.open(),
                stderr=asyncio.subprocess.STDOUT,
                cwd=self._launch.cwd,
                env={**os.environ, **filled},
                start_new_session=True,
            )
        except OSError as error:
            mend = "it is run without a shell; its first part must be a program on the PATH"
            raise ApplicationError(f"{command[0]}: {error.strerror}; {mend}") from error
        finally:
            self._output.opened()
        self._watching = asyncio.create_task(self._watch(self._process, self._output))

    async def _clear_away(self) -> None:
        """Leave nothing behind, whatever interrupted the grace."""
        self._signal(signal.SIGKILL)
        try:
            if self._watching is not None:
                await asyncio.wait({self._watching})
        finally:
            if self._output is not None:
                self._output.close()
            if self._folder is not None:
                self._folder.cleanup()

    async def _watch(self, process: asyncio.subprocess.Process, output: Output) -> int:
        """Wait for its end, end what it left behind, and hear its last words; its status."""
        status = await process.wait()
        self._signal(signal.SIGKILL)
        self._group_ended = True
        await output.ended(DRAIN_S)
        return status

    async def _until_ready(self) -> None:
        limit_s = self._launch.ready_within_s
        try:
            async with asyncio.timeout(limit_s):
                await self.attended(self._ready())
        except TimeoutError as error:
            waited = f"GET {self._launch.ready}" if self._launch.ready else "a connection"
            raise ApplicationError(
                f"the application was not ready in {limit_s:g} s; "
                f"{waited} at {self.address} came to: {self._seen}"
            ) from error

    async def _ready(self) -> None:
        while True:
            if await self._looks_ready():
                return
            await asyncio.sleep(LOOK_EVERY_S)

    async def _looks_ready(self) -> bool:
        try:
            if self._launch.ready is None:
                host, _, port = self.address.partition(":")
                _, writer = await asyncio.open_connection(host, int(port))
                writer.close()
                return True
            answer = await self.call("GET", self._launch.ready)
        except (ApplicationError, OSError) as error:
            self._seen = str(error)
            return False
        self._seen = str(answer.status)
        return 200 <= answer.status < 300

    def _signal(self, number: signal.Signals) -> None:
        """Signal the whole group, while it can be no other's."""
        if self._process is not None and not self._group_ended:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)

    def _end(self) -> str:
        """How it ended, with its last words."""
        status = self._process.returncode if self._process is not None else None
        how = f"ended with status {status}"
        if status is not None and status < 0:
            how = f"was ended by {signal.Signals(-status).name}"
        last = self.log.end(1)
        return f"{how}; its last words: {last[0]}" if last else f"{how} and said nothing"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
