"""The campaign system's own HTTP endpoint, where Vibes calls back.

One listener serves every campaign system of a process, each below a path of its own:
`POST /{key}/callbacks`, `POST /{key}/receipts`, and `GET /{key}/idle`, which answers when all work
that callbacks caused is done.
"""

from __future__ import annotations

from aiohttp import web

from harness.campaigns.system import CampaignSystem


class Endpoint:
    """A real HTTP server on a free loopback port. Use it as an async context manager."""

    def __init__(self) -> None:
        self.address = ""
        self._systems: dict[str, CampaignSystem] = {}
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Endpoint:
        app = web.Application()
        app.router.add_post("/{key}/callbacks", self._callback)
        app.router.add_post("/{key}/receipts", self._receipt)
        app.router.add_get("/{key}/idle", self._idle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"{host}:{port}"
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def add(self, key: str, system: CampaignSystem) -> None:
        """Serve a campaign system below `/{key}/`."""
        self._systems[key] = system

    def remove(self, key: str) -> None:
        """Serve it no longer."""
        self._systems.pop(key, None)

    async def _callback(self, request: web.Request) -> web.Response:
        self._system(request).hear_callback(await request.json())
        return web.Response(status=204)

    async def _receipt(self, request: web.Request) -> web.Response:
        self._system(request).hear_receipt(await request.text())
        return web.Response(status=204)

    async def _idle(self, request: web.Request) -> web.Response:
        await self._system(request).drain()
        return web.json_response({"idle": True})

    def _system(self, request: web.Request) -> CampaignSystem:
        system = self._systems.get(request.match_info["key"])
        if system is None:
            raise web.HTTPNotFound(text="no campaign system of that key")
        return system
