"""A real HTTP server that takes callbacks, answers what it was told to, and remembers all it got."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import msgspec
from aiohttp import web


class Got(NamedTuple):
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return msgspec.json.decode(self.body)


class Receiver:
    """Answers with `answers` in turn, then with 200. While `hangs` is set it answers nothing.

    `first` is awaited before each answer, as an application that does its work first.
    """

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.answers: deque[int] = deque()
        self.hangs = False
        self.first: Callable[[], Awaitable[object]] | None = None
        self.arrived = asyncio.Event()
        self.released = asyncio.Event()
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen on a free port of the loopback address."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Let everyone go."""
        self.released.set()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def netloc(self) -> str:
        """`host:port`."""
        return self.url.removeprefix("http://")

    def bodies(self, path: str = "") -> list[Any]:
        """The JSON bodies that came to a path, in order."""
        return [got.json for got in self.got if got.path.startswith(path)]

    def types(self) -> list[str]:
        """The callback types that came, in order."""
        return [got.headers["X-Vibes-Callback-Type"] for got in self.got]

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.got.append(Got(request.method, request.path, dict(request.headers), body))
        self.arrived.set()
        if self.first is not None:
            await self.first()
        if self.hangs:
            await self.released.wait()
        return web.Response(status=self.answers.popleft() if self.answers else 200, text="noted")
