"""Callback registrations (Vibes: callback-api)."""

from __future__ import annotations

from aiohttp import web

from simulator.api.platform.call import Call, not_found
from simulator.api.platform.errors import respond
from simulator.domain.registrations import EndCallback, RegisterCallback, Registration
from simulator.wire import platform_json, platform_views


async def register(call: Call) -> web.Response:
    """POST config/callbacks: 201; numbers will be told in the version of this call.

    Source: Vibes: callback-api.
    """
    told = platform_json.read_registration(await call.request.read())
    command = RegisterCallback(
        callback_type=told.callback_type,
        scope=told.scope,
        url=told.url,
        method=told.method,
        content_type=told.content_type,
        version=call.version,
        start=told.start,
        end=told.end,
    )
    return respond(_shown(call, await call.submit(command)), 201)


async def index(call: Call) -> web.Response:
    """GET config/callbacks: active and future ones (Vibes: callback-api)."""
    world, now = await call.world(), call.now()
    return respond(
        [
            platform_views.registration(call.company, item)
            for item in world.callbacks.registrations.values()
            if item.end is None or item.end > now
        ]
    )


async def get(call: Call) -> web.Response:
    """GET config/callbacks/{id} (Vibes: callback-api)."""
    callback_id = call.path("callback_id")
    item = (await call.world()).callbacks.registrations.get(callback_id)
    if item is None:
        raise not_found(f'no callback "{callback_id}"')
    return respond(platform_views.registration(call.company, item))


async def end(call: Call) -> web.Response:
    """DELETE config/callbacks/{id}: it ends now; 200 with the registration as it ended.

    Source: Vibes: callback-api.
    """
    return respond(
        _shown(call, await call.submit(EndCallback(callback_id=call.path("callback_id"))))
    )


def _shown(call: Call, reply: object) -> platform_views.Json:
    assert isinstance(reply, Registration)
    return platform_views.registration(call.company, reply)
