"""Where scenarios run: a simulator in this process, in a child process, or at a URL. One API.

    async with start() as environment:            # in-process
    async with spawn() as environment:            # its own process
    async with connect("http://...") as environment:
        account = await environment.account({"seed": 7})
        await account.advance("24h")

All three speak HTTP to the simulator, so what passes in one passes in the others.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp

from harness.vibes import VibesClient
from simulator.app import build
from simulator.config import ServerSettings
from simulator.errors import UserError

START_LIMIT_S = 30


PATIENT = aiohttp.ClientTimeout(total=None, connect=30)
"""A control call may take as long as what it sets going; a simulator that is gone ends it."""


class ControlError(UserError):
    """The simulator refused a control call; the message is its own."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"HTTP {status}: {message}")
        self.status = status


class Control:
    """The control API of one simulator."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url.rstrip("/")
        self._session = session

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """One control call below `/_sim`; the JSON it answers. Raises ControlError."""
        try:
            async with self._session.request(
                method, f"{self.url}/_sim{path}", json=body
            ) as response:
                told = await response.json(content_type=None) if response.status != 204 else None
        except ValueError as error:
            raise ControlError(0, f"what answers at {self.url} is no smsim") from error
        except aiohttp.ClientError as error:
            raise ControlError(0, f"no simulator answers at {self.url}: {error}") from error
        if response.status >= 400:
            messages = [
                f"{item['path']}: {item['message']}" if item.get("path") else str(item["message"])
                for item in (told or {}).get("errors", [])
            ]
            raise ControlError(response.status, "; ".join(messages) or f"{method} {path}")
        return told


class SimAccount:
    """One account of the simulator: its credentials, its clock, its phones, what it recorded."""

    def __init__(self, control: Control, shown: dict[str, Any]) -> None:
        self.key = str(shown["company_key"])
        self.shown = shown
        self.now = str(shown["clock"]["now"])
        self.probe: str | None = None
        self.quiet: str | None = None
        self._control = control

    @property
    def url(self) -> str:
        """The simulator's URL, which is the base of both Vibes APIs."""
        return self._control.url

    def vibes(self) -> VibesClient:
        """A client of the Vibes APIs with this account's credentials."""
        return VibesClient(
            self._control.url, self.key, str(self.shown["username"]), str(self.shown["password"])
        )

    async def advance(self, duration: str) -> None:
        """Move time on; returns when all that is due has happened and settled."""
        await self._clock({"advance": duration})

    async def move_to(self, instant: str) -> None:
        """Move time to an instant."""
        await self._clock({"to": instant})

    async def look(self) -> None:
        """Look at the clock, which may move while somebody else advances it."""
        self.now = str((await self._call("GET", "/clock"))["now"])

    async def set_alarm(self, name: str, at: str, url: str) -> None:
        """Have a URL called when time gets to an instant."""
        await self._call("PUT", f"/alarms/{name}", {"at": at, "url": url})

    async def clear_alarm(self, name: str) -> None:
        """Take an alarm back."""
        await self._call("DELETE", f"/alarms/{name}")

    async def settle(self) -> None:
        """Wait until every callback of this instant is answered; time stands still."""
        await self._call("POST", "/clock", {"settle": True})

    async def settle_idle(self) -> None:
        """Settle, and wait as well until the application is idle, as `probe` or `quiet` tell."""
        await self._clock({"settle": True})

    async def text(self, mdn: str, text: str, to: str | None = None) -> dict[str, Any]:
        """The subscriber sends a text; the message, with what it was taken for."""
        body = {"text": text} if to is None else {"text": text, "to": to}
        return dict(await self._call("POST", f"/handsets/{mdn}/messages", body))

    async def conversation(self, mdn: str) -> list[dict[str, Any]]:
        """Every message of a phone, oldest first."""
        return list((await self._call("GET", f"/handsets/{mdn}"))["messages"])

    async def set_handset(self, mdn: str, state: dict[str, object]) -> None:
        """Change a phone: persona, reachable, carrier, connected."""
        await self._call("PUT", f"/handsets/{mdn}", state)

    async def import_subscribers(self, list_id: str, persons: list[dict[str, str]]) -> None:
        """Put people on a list at once, in calls of a bounded size."""
        for start in range(0, len(persons), 5_000):
            body = {"persons": persons[start : start + 5_000]}
            await self._call("POST", f"/lists/{list_id}/subscribers", body)

    async def operate(self, method: str, path: str, body: dict[str, Any]) -> Any:
        """A control call on this account, as an operator makes by hand. Raises ControlError."""
        return await self._call(method, path, body)

    async def set_hosts(self, hosts: dict[str, str]) -> None:
        """Let names in callback URLs stand for addresses."""
        await self._call("PUT", "/hosts", {"hosts": hosts})

    async def messages(self) -> list[dict[str, Any]]:
        """Every recorded message, oldest first."""
        return await self._pages("/messages", "cursor")

    async def events(self) -> list[dict[str, Any]]:
        """The whole journal."""
        return await self._pages("/events", "after")

    async def message(self, message_id: str) -> dict[str, Any]:
        """One message with its history."""
        return dict(await self._call("GET", f"/messages/{message_id}"))

    async def deliveries(self) -> list[dict[str, Any]]:
        """Every attempt at a callback."""
        return list((await self._call("GET", "/callbacks/deliveries"))["items"])

    async def add_fault(self, rule: dict[str, Any]) -> None:
        """Let a fault rule, or a profile of them, hold from now on."""
        await self._call("POST", "/faults", rule)

    async def heal(self, fault_id: str | None = None) -> None:
        """End a fault rule, or all."""
        await self._call("DELETE", "/faults" if fault_id is None else f"/faults/{quote(fault_id)}")

    async def faults(self) -> list[dict[str, Any]]:
        """The fault rules that hold, with how often each has fired."""
        return list((await self._call("GET", "/faults"))["items"])

    async def delete(self) -> None:
        """Remove the account from the simulator."""
        await self._call("DELETE", "")

    async def _clock(self, body: dict[str, object]) -> None:
        if self.probe is not None:
            body = {**body, "probe": self.probe}
        if self.quiet is not None:
            body = {**body, "quiet": self.quiet}
        self.now = str((await self._call("POST", "/clock", body))["now"])

    async def _pages(self, path: str, cursor: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        following: int | None = 0
        while following is not None:
            page = await self._call("GET", f"{path}?limit=10000&{cursor}={following}")
            items += page["items"]
            following = page["next"]
        return items

    async def _call(self, method: str, path: str, body: object = None) -> Any:
        return await self._control.call(method, f"/accounts/{self.key}{path}", body)


class Environment:
    """A simulator to run against."""

    def __init__(self, control: Control, kind: str) -> None:
        self.kind = kind
        self._control = control

    @property
    def url(self) -> str:
        """Where the simulator is."""
        return self._control.url

    async def account(self, spec: dict[str, Any]) -> SimAccount:
        """A fresh account of that spec. Where its key is taken, `-2`, `-3`, ... are tried."""
        key = spec.get("company_key")
        number = 1
        while True:
            try:
                return SimAccount(
                    self._control, await self._control.call("POST", "/accounts", spec)
                )
            except ControlError as error:
                if error.status != 409 or key is None:
                    raise
                number += 1
                spec = {**spec, "company_key": f"{key}-{number}", "username": f"{key}-{number}"}


@asynccontextmanager
async def start(settings: ServerSettings | None = None) -> AsyncIterator[Environment]:
    """A simulator in this process, on a free loopback port, in memory unless told otherwise."""
    settings = settings or ServerSettings(port=0, accounts=())
    async with build(settings) as simulator, aiohttp.ClientSession(timeout=PATIENT) as session:
        yield Environment(Control(await simulator.listen(), session), "in-process")


@asynccontextmanager
async def spawn(*flags: str) -> AsyncIterator[Environment]:
    """A simulator in a process of its own; it is ended when the context ends."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "harness", "serve", "--port", "0", "--ready-file", str(ready), *flags),
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            assert process.stdout is not None
            line = await asyncio.wait_for(process.stdout.readline(), START_LIMIT_S)
            if not line:
                raise UserError("the simulator did not start; its own words are above")
            url = json.loads(ready.read_text())["url"]
            async with aiohttp.ClientSession(timeout=PATIENT) as session:
                yield Environment(Control(url, session), "spawned")
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


@asynccontextmanager
async def connect(url: str, token: str | None = None) -> AsyncIterator[Environment]:
    """A simulator that runs already. Raises ControlError where none answers."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession(headers=headers, timeout=PATIENT) as session:
        control = Control(url, session)
        health = await control.call("GET", "/health")
        if not isinstance(health, dict) or health.get("status") != "ok":
            raise ControlError(0, f"what answers at {url} is no smsim")
        yield Environment(control, url)
