"""Where scenarios run: a simulator in this process, in a child process, or at a URL. One API.

    async with start() as environment:            # in-process
    async with spawn() as environment:            # its own process
    async with connect("http://...") as environment:
        account = await environment.account({"seed": 7})
        await account.advance("24h")

All three speak HTTP to the simulator, in-process without a socket, so what passes in one passes in
the others.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aiohttp
import msgspec
from aiohttp import web
from yarl import URL

from harness.wires import HttpWire, NearWire, Wire
from simulator.app import Simulator, build
from simulator.config import ServerSettings
from simulator.errors import UserError
from simulator.nearby import Nearby

if TYPE_CHECKING:
    from harness.vibes import VibesClient

START_LIMIT_S = 30


PATIENT = aiohttp.ClientTimeout(total=None, connect=30)
"""A control call may take as long as what it sets going; a simulator that is gone ends it."""


@asynccontextmanager
async def patient_wire() -> AsyncIterator[Wire]:
    """A wire for control calls through sockets."""
    wire = HttpWire(PATIENT)
    try:
        yield wire
    finally:
        await wire.close()


class ControlError(UserError):
    """The simulator refused a control call; the message is its own."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"HTTP {status}: {message}")
        self.status = status


class Control:
    """The control API of one simulator."""

    def __init__(self, url: str, wire: Wire, token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._wire = wire
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """One control call below `/_sim`; the JSON it answers. Raises ControlError."""
        answer = await self.octets(method, path, body)
        try:
            return msgspec.json.decode(answer) if answer.strip() else None
        except msgspec.DecodeError as error:
            raise ControlError(0, f"what answers at {self.url} is no smsim") from error

    async def octets(self, method: str, path: str, body: object = None) -> bytes:
        """One control call below `/_sim`; its answer as it came. Raises ControlError."""
        headers, sent = self._headers, None
        if body is not None:
            headers = {**headers, "Content-Type": "application/json"}
            sent = msgspec.json.encode(body)
        url = URL(f"{self.url}/_sim{path}")
        try:
            status, answer = await self._wire.exchange(method, url, headers, sent)
            told = msgspec.json.decode(answer) if status >= 400 else None
        except msgspec.DecodeError as error:
            raise ControlError(0, f"what answers at {self.url} is no smsim") from error
        except aiohttp.ClientError as error:
            raise ControlError(0, f"no simulator answers at {self.url}: {error}") from error
        if status >= 400:
            errors = told.get("errors", []) if isinstance(told, dict) else []
            messages = [
                f"{item['path']}: {item['message']}" if item.get("path") else str(item["message"])
                for item in errors
            ]
            raise ControlError(status, "; ".join(messages) or f"{method} {path}")
        return answer


class SimAccount:
    """One account of the simulator: its credentials, its clock, its phones, what it recorded."""

    def __init__(self, control: Control, shown: dict[str, Any], wire: Wire | None = None) -> None:
        self.key = str(shown["company_key"])
        self.shown = shown
        self.now = str(shown["clock"]["now"])
        self.probe: str | None = None
        self.quiet: str | None = None
        self._control = control
        self._wire = wire

    @property
    def url(self) -> str:
        """The simulator's URL, which is the base of both Vibes APIs."""
        return self._control.url

    def vibes(self) -> VibesClient:
        """A client of the Vibes APIs with this account's credentials."""
        from harness.vibes import VibesClient  # here: a server without a client starts sooner

        return VibesClient(
            self._control.url,
            self.key,
            str(self.shown["username"]),
            str(self.shown["password"]),
            wire=self._wire,
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

    async def next_due(self) -> str | None:
        """When the next thing is due that time has to get to; None where nothing is."""
        due = (await self._call("GET", "/clock"))["next_timer"]
        return None if due is None else str(due)

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

    async def read(self, path: str) -> bytes:
        """What a call that changes nothing answers, as it came."""
        return await self._control.octets("GET", f"/accounts/{self.key}{path}")

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

    def __init__(self, control: Control, kind: str, simulator: Simulator | None = None) -> None:
        self.kind = kind
        self._control = control
        self.simulator = simulator

    @property
    def url(self) -> str:
        """Where the simulator is."""
        return self._control.url

    async def smpp(self) -> str | None:
        """Where it takes SMPP, `smpp://host:port`; one in this process listens once that is asked."""
        if self.simulator is not None:
            return await self.simulator.listen_smpp_nearby()
        told = (await self._control.call("GET", "/health")).get("smpp")
        return str(URL(told).with_host(URL(self.url).host or "")) if told is not None else None

    def introduce(self, address: str, server: web.Server) -> None:
        """Tell a simulator in this process of a server here: it needs no socket to reach it."""
        if self.simulator is not None:
            self.simulator.near[address] = Nearby(server)

    def part(self, address: str) -> None:
        """The server is no longer there."""
        if self.simulator is not None:
            del self.simulator.near[address]

    async def account(self, spec: dict[str, Any]) -> SimAccount:
        """A fresh account of that spec. Where its key is taken, `-2`, `-3`, ... are tried."""
        key = spec.get("company_key")
        number = 1
        while True:
            try:
                shown = await self._control.call("POST", "/accounts", spec)
                wire = NearWire(self.simulator.nearby) if self.simulator is not None else None
                return SimAccount(self._control, shown, wire)
            except ControlError as error:
                if error.status != 409 or key is None:
                    raise
                number += 1
                spec = {**spec, "company_key": f"{key}-{number}", "username": f"{key}-{number}"}


def within(simulator: Simulator, url: str) -> Environment:
    """A simulator of this process that listens."""
    return Environment(Control(url, NearWire(simulator.nearby)), "in-process", simulator)


@asynccontextmanager
async def start(
    settings: ServerSettings | None = None,
    fittings: Sequence[Callable[[web.Application], None]] = (),
    *,
    counted: bool = False,
) -> AsyncIterator[Environment]:
    """A simulator in this process, on a free loopback port, in memory unless told otherwise.

    `fittings` put into its application what the simulator itself does not know; one that is
    `counted` has metrics.
    """
    settings = settings or ServerSettings(port=0, accounts=())
    async with build(settings, counted=counted) as simulator:
        simulator.fittings += fittings
        yield within(simulator, await simulator.listen())


async def serve_apart(folder: Path, *flags: str) -> tuple[asyncio.subprocess.Process, str]:
    """A simulator in a process of its own, and its URL once it accepts calls. Raises UserError."""
    ready = folder / "ready.json"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "harness", "serve", "--ready-file", str(ready), *flags),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), START_LIMIT_S)
        if not line:
            raise UserError("the simulator did not start; its own words are above")
        return process, json.loads(ready.read_text())["url"]
    except BaseException:
        if process.returncode is None:
            process.kill()
        await process.wait()
        raise


@asynccontextmanager
async def spawn(*flags: str) -> AsyncIterator[Environment]:
    """A simulator in a process of its own, in memory unless told otherwise; it ends with the context.

    It takes SMPP on a free port, unless told otherwise.
    """
    flags = ("--smpp-port", "0", *flags)
    if "--db" not in flags:
        flags = ("--db", ":memory:", *flags)
    with tempfile.TemporaryDirectory() as folder:
        process, url = await serve_apart(Path(folder), "--port", "0", *flags)
        try:
            async with patient_wire() as wire:
                yield Environment(Control(url, wire), "spawned")
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


@asynccontextmanager
async def connect(url: str, token: str | None = None) -> AsyncIterator[Environment]:
    """A simulator that runs already. Raises ControlError where none answers."""
    async with patient_wire() as wire:
        control = Control(url, wire, token)
        health = await control.call("GET", "/health")
        if not isinstance(health, dict) or health.get("status") != "ok":
            raise ControlError(0, f"what answers at {url} is no smsim")
        yield Environment(control, url)
