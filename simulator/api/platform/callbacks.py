"""Callback registrations (Vibes: callback-api)."""

from __future__ import annotations

from aiohttp import web

from simulator.api.platform.call import Call, not_found
from simulator.api.platform.errors import respond
from simulator.domain.registrations import (
    EndCallback,
    RegisterCallback,
    Registration,
    UpdateCallback,
)
from simulator.domain.rehearsal import Rehearsed, TestCallback
from simulator.wire import platform_json, platform_views, shapes
from simulator.wire.shapes import TestEvent


async def register(call: Call) -> web.Response:
    """POST config/callbacks: 201; numbers will be told in the version of this call.

    Source: Vibes: callback-api.
    """
    return respond(_shown(call, await call.submit(await _told(call))), 201)


async def update(call: Call) -> web.Response:
    """PUT config/callbacks/{id}: the whole registration anew; its type stays (Vibes: callback-api)."""
    command = UpdateCallback(callback_id=call.path("callback_id"), told=await _told(call))
    return respond(_shown(call, await call.submit(command)))


async def test(call: Call) -> web.Response:
    """POST config/callback_events/test: 201 with the event_id; 404 where nobody registered.

    Source: Vibes: a-test-callback-event.
    """
    kind, scope = platform_json.read_test(await call.body())
    reply = await call.submit(TestCallback(callback_type=kind, scope=scope))
    assert isinstance(reply, Rehearsed)
    text = "The test callback event was queued."
    return respond(TestEvent(message=text, event_id=reply.event_id), 201)


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


async def _told(call: Call) -> RegisterCallback:
    told = platform_json.read_registration(await call.body())
    return RegisterCallback(
        callback_type=told.callback_type,
        scope=told.scope,
        url=told.url,
        method=told.method,
        content_type=told.content_type,
        version=call.version,
        start=told.start,
        end=told.end,
        wanted=told.wanted,
    )


def _shown(call: Call, reply: object) -> shapes.Registration:
    assert isinstance(reply, Registration)
    return platform_views.registration(call.company, reply)
