"""Source codes (Vibes: source-code-api)."""

from __future__ import annotations

from aiohttp import web

from simulator.api.platform.call import Call
from simulator.api.platform.errors import respond
from simulator.wire import platform_views


async def index(call: Call) -> web.Response:
    """GET sourcecodes: the account's codes (Vibes: source-code-api)."""
    return respond([platform_views.source_code(item) for item in call.account.source_codes])
