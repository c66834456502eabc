"""Messages: the list with its search, and one message with all that is known of it."""

from __future__ import annotations

from aiohttp import web

from simulator.api.control import explain, views
from simulator.errors import UserError
from simulator.runtime.ports import MessageQuery
from simulator.ui import search
from simulator.ui.page import Page


async def index(page: Page) -> web.Response:
    """The newest that the search finds; older ones a page further."""
    asked, before = page.query("q"), page.query("before")
    fault, records, query = None, [], MessageQuery()
    try:
        place = int(before) if before.isascii() and before.isdigit() else None
        query = search.read(asked, before=place)
        records = await page.universe.store.messages(page.key, query)
    except UserError as error:
        fault = str(error)
    prices = page.universe.account.prices
    return page.show(
        "messages.html.j2",
        200 if fault is None else 400,
        items=[{**views.message(record, prices), "micros": record.at} for record in records],
        older=records[-1].position if len(records) == query.limit else None,
        q=asked,
        examples=search.EXAMPLES,
        fault=fault,
    )


async def one(page: Page) -> web.Response:
    """A message: its words, its way, its receipts."""
    found = await page.universe.message(page.request.match_info["message_id"])
    if found is None:
        raise UserError(f'no message "{page.request.match_info["message_id"]}"')
    told = await explain.message(page.universe, found[0])
    return page.show("message.html.j2", message=told, q="")
