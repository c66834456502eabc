"""The processes under load: the simulator on a file, the bare handler; each on the server's core."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.request import Request, urlopen

from harness.environment import Control, SimAccount, patient_wire
from tests.bench import machine
from tests.bench.results import BenchError

START_LIMIT_S = 60
END_LIMIT_S = 120


class Served(NamedTuple):
    """A running simulator: where, its process, its control API, where SMPP is."""

    url: str
    pid: int
    control: Control
    smpp_port: int

    async def account(self, spec: dict[str, object]) -> SimAccount:
        """A new account."""
        return SimAccount(self.control, await self.control.call("POST", "/accounts", spec))

    async def known(self, key: str) -> SimAccount:
        """An account that is there."""
        return SimAccount(self.control, await self.control.call("GET", f"/accounts/{key}"))


@asynccontextmanager
async def smsim(folder: Path, limit_s: float = START_LIMIT_S) -> AsyncIterator[Served]:
    """`smsim serve` on a file in that folder, with SMPP; ended with the context."""
    folder.mkdir(parents=True, exist_ok=True)
    ready = folder / "ready.json"
    command = (sys.executable, "-m", "harness", "serve", "--port", "0", "--smpp-port", "0")
    flags = ("--db", str(database(folder)), "--ready-file", str(ready))
    async with started((*command, *flags), "smsim ready ", limit_s=limit_s) as (process, url):
        port = int(json.loads(ready.read_text())["smpp"].rsplit(":", 1)[1])
        async with patient_wire() as wire:
            yield Served(url, process.pid, Control(url, wire), port)


def database(folder: Path) -> Path:
    """The file that the simulator of a folder has its journal in."""
    return folder / "bench.db"


@asynccontextmanager
async def bare(folder: Path, parses: str, answer: bytes, status: int) -> AsyncIterator[str]:
    """The bare handler with an answer of the simulator's; its URL."""
    async with bare_process(folder, parses, answer, status) as (_, url):
        yield url


def bare_process(
    folder: Path, parses: str, answer: bytes, status: int
) -> AbstractAsyncContextManager[tuple[asyncio.subprocess.Process, str]]:
    """The same, with its process."""
    sample = folder / f"answer-{parses}-{status}"
    sample.write_bytes(answer)
    command = (sys.executable, "-m", "tests.bench.bare")
    flags = ("--parses", parses, "--answer", str(sample), "--status", str(status))
    return started((*command, *flags), "ready ")


@asynccontextmanager
async def started(
    command: Sequence[str], says: str | int, *, limit_s: float = START_LIMIT_S
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A process on the server's core, ready: `says` begins what it prints then, or is its port.

    What it printed after `says` comes with it. Raises BenchError where it does not get ready.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    drain: asyncio.Task[None] | None = None
    try:
        try:
            async with asyncio.timeout(limit_s):
                rest = await (_said(process, says) if isinstance(says, str) else _open(says))
        except TimeoutError as error:
            raise BenchError(f"{command[0]} was not ready after {limit_s:.0f} s") from error
        machine.pin(process.pid, machine.SERVER_CORE)
        drain = asyncio.create_task(_drain(process))
        yield process, rest
    finally:
        if drain is not None:
            drain.cancel()
        await end(process)


async def end(process: asyncio.subprocess.Process) -> None:
    """End it, whether it wishes to or not."""
    if process.returncode is None:
        process.terminate()
        try:
            async with asyncio.timeout(END_LIMIT_S):
                await process.wait()
        except TimeoutError:
            process.kill()
    await process.wait()


def ask(octets: bytes, url: str) -> tuple[int, bytes]:
    """One of the bench's requests, asked at leisure: the status and the body."""
    head, _, body = octets.partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    method, path, _ = first.split(" ")
    headers = dict(row.split(": ", 1) for row in rest)
    with urlopen(Request(url + path, body or None, headers, method=method)) as answer:
        return answer.status, answer.read()


async def _said(process: asyncio.subprocess.Process, says: str) -> str:
    assert process.stdout is not None
    heard: list[str] = []
    while row := (await process.stdout.readline()).decode(errors="replace"):
        heard.append(row.strip())
        if says in row:
            return row.partition(says)[2].strip()
    raise BenchError(f"it did not start: {' / '.join(heard[-5:]) or 'it said nothing'}")


async def _open(port: int) -> str:
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return f"http://127.0.0.1:{port}"
        await asyncio.sleep(0.05)


async def _drain(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    while await process.stdout.read(65536):
        pass


def free_ports(many: int) -> list[int]:
    """Free ports of the loopback address, all different."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(many)]
    found: list[int] = [item.getsockname()[1] for item in held]
    for item in held:
        item.close()
    return found
