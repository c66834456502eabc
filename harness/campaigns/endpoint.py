"""The campaign system's own HTTP endpoint, where Vibes calls back.

One listener serves every campaign system of a process, each below a path of its own:
`POST /{key}/callbacks`, `POST /{key}/receipts`, `POST /{key}/alarm` when it wished to be woken,
`GET /{key}/l/{code}` for a tracked link, and `GET /{key}/idle`, which answers when all work that
these caused is done. It can be made to answer badly, as real endpoints do.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal, Protocol

import aiohttp
from aiohttp import web

from harness.campaigns.rounds import CampaignsNeverEnd
from harness.campaigns.system import CampaignSystem

Kind = Literal["callbacks", "receipts"]
LONGEST_ANSWER_S = 20
"""So soon `idle` answers, done or not: whoever asks has no patience without end."""

KINDS: tuple[Kind, ...] = ("callbacks", "receipts")


@dataclass(slots=True)
class Manner:
    """How what is told is answered: `times` of it, or all; heeded or thrown away."""

    status: int
    times: int | None
    heeded: bool


class Neighbour(Protocol):
    """Where a simulator is that may be in this process."""

    def introduce(self, address: str, server: web.Server) -> None:
        """A server of this process is at `host:port`."""
        ...

    def part(self, address: str) -> None:
        """It is there no longer."""
        ...


class Endpoint:
    """A real HTTP server on a free loopback port. Use it as an async context manager.

    A simulator in this process, as `environment` may have, reaches it without the port.
    """

    def __init__(self, environment: Neighbour | None = None) -> None:
        self._environment = environment
        self.address = ""
        self._systems: dict[str, CampaignSystem] = {}
        self._manners: dict[str, dict[str, Manner]] = {}
        self._working: dict[str, asyncio.Task[None]] = {}
        self._runner: web.AppRunner | None = None

    @property
    def server(self) -> web.Server:
        """The server of one more connection, for who runs in this process."""
        server = self._runner.server if self._runner is not None else None
        assert server is not None, "it is not open"
        return server

    async def __aenter__(self) -> Endpoint:
        app = web.Application()
        app.router.add_post("/{key}/callbacks", self._callback)
        app.router.add_post("/{key}/receipts", self._receipt)
        app.router.add_post("/{key}/alarm", self._alarm)
        app.router.add_get("/{key}/idle", self._idle)
        app.router.add_get("/{key}/l/{code}", self._click)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"{host}:{port}"
        if self._environment is not None:
            self._environment.introduce(self.address, self.server)
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._environment is not None:
            self._environment.part(self.address)
        if self._runner is not None:
            await self._runner.cleanup()
        for work in self._working.values():
            work.cancel()

    def add(self, key: str, system: CampaignSystem) -> None:
        """Serve a campaign system below `/{key}/`."""
        self._systems[key] = system

    def remove(self, key: str) -> None:
        """Serve it no longer."""
        self._systems.pop(key, None)
        self._manners.pop(key, None)
        if (work := self._working.pop(key, None)) is not None:
            work.cancel()

    def answer(self, key: str, kind: Kind, manner: Manner) -> None:
        """From now on, answer what is told at `/{key}/{kind}` so."""
        self._manners.setdefault(key, {})[kind] = manner

    async def _callback(self, request: web.Request) -> web.Response:
        system, manner = self._system(request), self._manner(request, "callbacks")
        told = await request.json()
        if manner.heeded:
            system.hear_callback(told)
        return web.Response(status=manner.status)

    async def _receipt(self, request: web.Request) -> web.Response:
        system, manner = self._system(request), self._manner(request, "receipts")
        told = await request.text()
        if manner.heeded:
            system.hear_receipt(told)
        return web.Response(status=manner.status)

    async def open(self, key: str, code: str) -> str:
        """Open a tracked link as a phone does; where it leads. Raises ValueError."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://{self.address}/{key}/l/{code}", allow_redirects=False) as answer,
        ):
            if answer.status != 302:
                raise ValueError(f"link {code} leads nowhere: {answer.status}")
            return answer.headers["Location"]

    async def _alarm(self, request: web.Request) -> web.Response:
        self._system(request).wake((await request.json())["at"])
        return web.Response(status=204)

    async def _click(self, request: web.Request) -> web.Response:
        destination = self._system(request).hear_click(request.match_info["code"])
        if destination is None:
            return web.Response(status=404)
        return web.Response(status=302, headers={"Location": destination})

    async def _idle(self, request: web.Request) -> web.Response:
        """Answers when the work is done, or in good time where it is long: then it is asked again."""
        system, key = self._system(request), request.match_info["key"]
        work = self._working.get(key)
        if work is None and system.idle:
            return web.json_response({"idle": True})
        if work is None:
            work = self._working[key] = asyncio.create_task(system.drain(), name=f"drain {key}")
        done, _ = await asyncio.wait({work}, timeout=LONGEST_ANSWER_S)
        if done:
            self._working.pop(key, None)
            try:
                work.result()
            except CampaignsNeverEnd as error:
                return web.Response(status=500, text=str(error))
        return web.json_response({"idle": bool(done)})

    def _system(self, request: web.Request) -> CampaignSystem:
        system = self._systems.get(request.match_info["key"])
        if system is None:
            raise web.HTTPNotFound(text="no campaign system of that key")
        return system

    def _manner(self, request: web.Request, kind: Kind) -> Manner:
        """How this is answered; it counts."""
        manners = self._manners.get(request.match_info["key"], {})
        manner = manners.get(kind, Manner(204, None, True))
        if manner.times is not None:
            manner.times -= 1
            if not manner.times:
                del manners[kind]
        return manner
