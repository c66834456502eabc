"""Broadcasts (Vibes: broadcast-api)."""

from __future__ import annotations

from aiohttp import web

from simulator.api.platform.call import Call, not_found
from simulator.api.platform.errors import respond
from simulator.domain.broadcasts import (
    Broadcast,
    BroadcastState,
    CancelBroadcast,
    CreateBroadcast,
    UpdateBroadcast,
)
from simulator.wire.broadcast_json import read_broadcast, shown
from simulator.wire.platform_json import Malformed


async def create(call: Call) -> web.Response:
    """POST broadcasts: 201 (Vibes: broadcast-api)."""
    plan = read_broadcast(await call.body(), call.account)
    return respond(_shown(call, await call.submit(CreateBroadcast(plan=plan))), 201)


async def index(call: Call) -> web.Response:
    """GET broadcasts, all or those of a status (Vibes: broadcast-api)."""
    status = call.query("status")
    if status is not None and status not in list(BroadcastState):
        raise Malformed(f'status "{status}" is not one of {", ".join(BroadcastState)}')
    items = (await call.world()).broadcasts.all.values()
    return respond(
        [shown(call.account, item) for item in items if status in (None, item.state.value)]
    )


async def get(call: Call) -> web.Response:
    """GET broadcasts/{id}, or 404 (Vibes: broadcast-api)."""
    item = (await call.world()).broadcasts.all.get(call.path("broadcast_id"))
    if item is None:
        raise not_found(f'no broadcast "{call.path("broadcast_id")}"')
    return respond(shown(call.account, item))


async def update(call: Call) -> web.Response:
    """PUT broadcasts/{id}: 200, 403 once it started (Vibes: broadcast-api)."""
    plan = read_broadcast(await call.body(), call.account)
    command = UpdateBroadcast(broadcast_id=call.path("broadcast_id"), plan=plan)
    return respond(_shown(call, await call.submit(command)))


async def cancel(call: Call) -> web.Response:
    """DELETE broadcasts/{id}: 200 with the broadcast, 403 once it started (Vibes: broadcast-api)."""
    command = CancelBroadcast(broadcast_id=call.path("broadcast_id"))
    return respond(_shown(call, await call.submit(command)))


def _shown(call: Call, reply: object) -> object:
    assert isinstance(reply, Broadcast)
    return shown(call.account, reply)
