"""Carriers: the codes there are, the daily disconnect files, and the SMPP sessions of an account."""

from __future__ import annotations

from aiohttp import web

from simulator.api.control.call import UnknownThing, respond, universe_of
from simulator.domain.carriers import NAMES
from simulator.domain.instants import iso
from simulator.domain.profiles import SHIPPED
from simulator.wire import disconnect_files


async def index(_request: web.Request) -> web.Response:
    """GET carriers: every carrier code with its name, and the shipped profiles."""
    codes = [
        {"code": code, "name": name, "country": _country(code)} for code, name in NAMES.items()
    ]
    return respond({"items": codes, "profiles": list(SHIPPED.values())})


async def binds(request: web.Request) -> web.Response:
    """GET binds: the SMPP sessions that are bound."""
    universe = universe_of(request)
    await universe.engine.committed()
    return respond(
        {"items": [{"id": key, "type": kind} for key, kind in universe.world.binds.open.items()]}
    )


async def disconnects(request: web.Request) -> web.Response:
    """GET disconnects/{file}: the numbers US carriers dropped on a day, once that day is over.

    `disconnect_YYYY_MM_DD.tsv.gz` has ten digits, `disconnect_intl_YYYY_MM_DD.tsv.gz` E.164.
    """
    universe, name = universe_of(request), request.match_info["name"]
    await universe.engine.committed()
    day = disconnect_files.day_of(name)
    if day is None:
        raise UnknownThing(
            f'no file "{name}"; there are disconnect_YYYY_MM_DD.tsv.gz '
            "and disconnect_intl_YYYY_MM_DD.tsv.gz"
        )
    if universe.engine.now() < day.ends:
        raise UnknownThing(
            f"{name} is there once its day is over in US Central time, at {iso(day.ends)}"
        )
    lines = [
        item
        for item in universe.world.handsets.disconnects
        if day.starts <= item.at < day.ends and _country(item.carrier) == "US"
    ]
    return web.Response(
        body=disconnect_files.write(lines, international=day.international),
        content_type="application/gzip",
    )


def _country(carrier: str) -> str:
    return "CA" if carrier >= "300" else "US"
