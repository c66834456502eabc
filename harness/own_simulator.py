"""A simulator for one scenario alone, which may end in the middle and come back as it was.

    async with OwnSimulator() as own:
        account = await own.environment.account({})
        await own.restart("kill")
        await account.advance("1h")         # the same account, on the same port

It runs in a process of its own on a database of its own. Between its lives the port is held, so that
no other program gets it. SMPP has another port in each of them.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from harness.environment import Control, Environment, patient_wire, serve_apart
from simulator.errors import UserError

END_LIMIT_S = 30
"""Real time it has to end cleanly."""

Ending = Literal["stop", "kill"]
"""How it ends: asked to and cleanly, or by SIGKILL in the middle of whatever it does."""


class OwnSimulator:
    """A simulator process. Use it as an async context manager; `environment` leads to it."""

    def __init__(self) -> None:
        self.environment: Environment
        self._folder: Path
        self._port = 0
        self._process: asyncio.subprocess.Process | None = None
        self._open = AsyncExitStack()

    async def __aenter__(self) -> OwnSimulator:
        try:
            self._folder = Path(self._open.enter_context(TemporaryDirectory(prefix="smsim-own-")))
            self._port = self._open.enter_context(_held_port())
            self._open.push_async_callback(self._end, "kill")
            url = await self._begin()
            wire = await self._open.enter_async_context(patient_wire())
        except BaseException:
            await self._open.aclose()
            raise
        self.environment = Environment(Control(url, wire), "spawned")
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._open.aclose()

    async def restart(self, ending: Ending) -> None:
        """End it so, and start it again on the same database and port. Raises UserError."""
        await self._end(ending)
        await self._begin()

    async def _begin(self) -> str:
        db = str(self._folder / "own.db")
        flags = ("--port", str(self._port), "--smpp-port", "0", "--db", db)
        self._process, url = await serve_apart(self._folder, *flags)
        return url

    async def _end(self, ending: Ending) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        if ending == "kill":
            process.kill()
            await process.wait()
            return
        process.terminate()
        try:
            status = await asyncio.wait_for(process.wait(), END_LIMIT_S)
        except TimeoutError as error:
            raise UserError(f"the simulator did not end in {END_LIMIT_S} s") from error
        if status:
            raise UserError(f"the simulator ended with status {status}; its words are above")


@contextmanager
def _held_port() -> Iterator[int]:
    """A free loopback port; on Linux nobody else gets it until the context ends.

    There the simulator may listen on it all the same: both ask for SO_REUSEADDR, and this one never
    listens. Elsewhere two sockets cannot share it, so it is only found.
    """
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        if sys.platform != "linux":
            held.close()
        yield port
