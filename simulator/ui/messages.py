"""Messages: the list with its search, and one message with all that is known of it."""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

from aiohttp import web

from simulator.api.control import explain, views
from simulator.domain.carriers import MtState
from simulator.errors import UserError
from simulator.runtime.ports import MessageQuery, MessageRecord
from simulator.runtime.retention import may_be_gone
from simulator.runtime.universe import Universe
from simulator.ui import fault_words, origins, search
from simulator.ui.page import Page

LAST_POSITION = 2**63 - 1


class _Parts:
    """Lists of one account as they were shown last: pages that show the same share one."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.seq = -1
        self.shown: dict[tuple[str, str], web.Response] = {}

    async def show(self, page: Page) -> web.Response:
        """The list that the page asks for. Those of an earlier row are forgotten."""
        asked = page.request.host, page.request.query_string
        async with self.lock:
            if self.seq != page.universe.engine.seq:
                self.seq, self.shown = page.universe.engine.seq, {}
            shown = self.shown.get(asked)
            if shown is None:
                shown = await _list(page)
                self.shown[asked] = shown
        return web.Response(body=shown.body, status=shown.status, headers=_POLITE)


_POLITE = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}

_PARTS: WeakKeyDictionary[Universe, _Parts] = WeakKeyDictionary()
"""Kept as long as its account runs."""


async def index(page: Page) -> web.Response:
    """The newest that the search finds; older ones a page further."""
    if page.is_part:
        return await _PARTS.setdefault(page.universe, _Parts()).show(page)
    return await _list(page)


async def _list(page: Page) -> web.Response:
    asked, before = page.query("q"), page.query("before")
    fault, records, query = None, [], MessageQuery()
    try:
        place = min(int(before), LAST_POSITION) if _is_number(before) else None
        query = search.read(asked, before=place)
        records = await page.universe.store.messages(page.key, query)
    except UserError as error:
        fault = str(error)
    prices = page.universe.account.prices
    return page.show(
        "messages.html.j2",
        200 if fault is None else 400,
        items=[
            {**views.message(record, prices), **origins.shown(page, record), "micros": record.at}
            for record in records
        ],
        older=records[-1].position if len(records) == query.limit else None,
        q=asked,
        examples=search.EXAMPLES,
        fault=fault,
        unknown=None if records else origins.unknown(page, query),
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 100


def _why_free(page: Page, record: MessageRecord) -> str | None:
    """Why a message costs nothing; None where it costs something."""
    prices = page.universe.account.prices
    if record.direction == "mo":
        return (
            "texts from its carrier have no price"
            if not prices.of_received(record.carrier)
            else None
        )
    if not prices.of_sent(record.carrier):
        return "messages to its carrier have no price"
    sent = any(step.state == MtState.SENT for step in record.history)
    return None if sent else "no carrier took it"


async def one(page: Page) -> web.Response:
    """A message: its words, its way, its receipts."""
    found = await page.universe.message(page.request.match_info["message_id"])
    if found is None:
        gone = may_be_gone(await page.universe.begins())
        raise UserError(f'no message "{page.request.match_info["message_id"]}"{gone}')
    told = await explain.message(page.universe, found[0])
    return page.show(
        "message.html.j2",
        message=told,
        free=_why_free(page, found[0]),
        by_client=found[0].surface in ("connect", "smpp"),
        q="",
        effects=fault_words.EFFECTS,
        surfaces=fault_words.SURFACES,
        origin=origins.shown(page, found[0]),
    )
