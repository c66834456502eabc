"""The Platform's own documentation: for machines and for people."""

from __future__ import annotations

from aiohttp import web

from simulator.api import openapi, openapi_page
from simulator.api.control.call import respond


async def document(_request: web.Request) -> web.Response:
    """GET openapi.json: the OpenAPI document of the Platform's surface."""
    return respond(openapi.document())


async def page(_request: web.Request) -> web.Response:
    """GET docs: the same as a page."""
    return web.Response(
        text=openapi_page.page(),
        content_type="text/html",
        headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
    )
