"""News: a stream that says that something happened, at most once a second, so that pages look again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web

from simulator.runtime.universe import Universe
from simulator.ui.page import Page

AT_MOST_EVERY_S = 1.0
"""Real seconds between two pieces of news: a page looks again, whatever came in between."""


async def news(page: Page) -> web.StreamResponse:
    """GET live: `news` with the number of the last row; one at once, for rows may have come meanwhile.

    Whoever connects has a page of some moments ago, or has lost the stream for a while.
    """
    universe = page.universe
    last = page.request.headers.get("Last-Event-ID", "")
    known = int(last) if last.isascii() and last.isdigit() and len(last) < 20 else -1
    after = known if known <= universe.engine.seq else -1  # the account may have begun anew
    return await stream(page.request, _rows(universe, after))


async def stream(request: web.Request, numbers: AsyncIterator[int]) -> web.StreamResponse:
    """`news` with each number as it comes, until there are no more or the reader leaves."""
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    await response.prepare(request)
    with suppress(ConnectionResetError):  # the reader has left
        await response.write(b"retry: 1000\n\n")
        async for number in numbers:
            await response.write(f"id: {number}\nevent: news\ndata: {number}\n\n".encode())
            await asyncio.sleep(AT_MOST_EVERY_S)
    return response


async def _rows(universe: Universe, after: int) -> AsyncIterator[int]:
    while not universe.feed.closed:
        await universe.feed.wait(after)
        after = universe.engine.seq
        yield after
