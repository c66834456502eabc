"""The journal: a page of it as JSON, or a live feed as server-sent events."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import msgspec
from aiohttp import hdrs, web
from pydantic import AfterValidator, Field

from simulator.api.control import views
from simulator.api.control.call import respond, universe_of
from simulator.documents import Spec, rather, read
from simulator.domain import commands, events
from simulator.runtime.ports import Entry
from simulator.runtime.universe import Universe

PAGE = 1_000
MOST = 2**63 - 1
LONGEST_NUMBER = 20


def _known_types(value: str) -> str:
    known = [*commands.__all__, *events.__all__]
    for name in filter(None, value.split(",")):
        if name not in known:
            raise ValueError(f'there is no command or event "{name}"{rather(name, known)}')
    return value


class Position(Spec):
    """The query string of the journal."""

    after: int = Field(default=0, ge=0, le=MOST)
    types: Annotated[str, AfterValidator(_known_types)] = ""
    """Comma-separated names of commands and events."""
    limit: int = Field(default=PAGE, ge=1, le=10_000)


async def index(request: web.Request) -> web.StreamResponse:
    """GET events: `{"items","next","first"}`; with `Accept: text/event-stream` a feed that goes on."""
    universe = universe_of(request)
    wish = read(Position, dict(request.query))
    types = [name for name in wish.types.split(",") if name]
    if "text/event-stream" in request.headers.get(hdrs.ACCEPT, ""):
        after = request.headers.get("Last-Event-ID", "")
        told = after.isascii() and after.isdigit() and len(after) < LONGEST_NUMBER
        start = min(int(after), MOST) if told else wish.after
        return await _stream(request, universe, start, types)
    await universe.engine.committed()
    entries = await universe.store.entries(
        universe.record.company_key, wish.after, wish.limit, types
    )
    following = entries[-1].seq if len(entries) == wish.limit else None
    items = [views.event(entry) for entry in entries]
    return respond({"items": items, "next": following, "first": await universe.begins()})


async def _stream(
    request: web.Request, universe: Universe, after: int, types: list[str]
) -> web.StreamResponse:
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    await response.prepare(request)
    with suppress(ConnectionResetError):  # the reader has left
        while not universe.feed.closed:
            for entry in await universe.store.entries(universe.record.company_key, after, PAGE):
                after = entry.seq
                if not types or entry.type in types:
                    await response.write(_told(entry))
            await universe.feed.wait(after)
    return response


def _told(entry: Entry) -> bytes:
    data = msgspec.json.encode(views.event(entry)).decode()
    return f"id: {entry.seq}\nevent: {entry.type}\ndata: {data}\n\n".encode()
