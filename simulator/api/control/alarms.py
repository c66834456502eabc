"""Alarms: an application that waits is called when the account's time gets there."""

from __future__ import annotations

from aiohttp import web
from pydantic import Field

from simulator.api.control.call import respond, taken, told, universe_of
from simulator.documents import Spec
from simulator.domain.alarms import ClearAlarm, SetAlarm
from simulator.domain.instants import iso, parse_instant
from simulator.runtime.universe import Universe
from simulator.specs.values import InstantText


class AlarmSpec(Spec):
    """When to call, and where."""

    at: InstantText
    url: str = Field(pattern=r"^https?://")


async def index(request: web.Request) -> web.Response:
    """GET alarms: those that are set."""
    universe = universe_of(request)
    await universe.engine.committed()
    return respond({"items": _shown(universe)})


async def put(request: web.Request) -> web.Response:
    """PUT alarms/{name}: `{"alarm","at"}` is posted to the URL at that instant."""
    universe, name = universe_of(request), request.match_info["name"]
    spec = await told(request, AlarmSpec)
    command = SetAlarm(name=name, at=parse_instant(spec.at), url=spec.url)
    taken(await universe.engine.submit(command))
    return respond({"items": _shown(universe)})


async def delete(request: web.Request) -> web.Response:
    """DELETE alarms/{name}: it does not ring; 204."""
    command = ClearAlarm(name=request.match_info["name"])
    taken(await universe_of(request).engine.submit(command))
    return web.Response(status=204)


def _shown(universe: Universe) -> list[dict[str, object]]:
    return [
        {"name": item.name, "at": iso(item.at), "url": item.url}
        for item in universe.world.alarms.values()
    ]
