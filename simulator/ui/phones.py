"""Phones: conversations side by side, as handsets show them, and what a phone can be made to do."""

from __future__ import annotations

from aiohttp import web

from simulator.api.control import handsets, views
from simulator.domain.carriers import NAMES
from simulator.domain.delivery import SetHandset
from simulator.domain.inbound import ReceiveMo
from simulator.domain.numbers import InvalidMdn, Mdn, parse_any_mdn
from simulator.domain.personas import SHIPPED
from simulator.errors import UserError
from simulator.runtime.ports import MessageQuery
from simulator.ui.page import Page

SIDE_BY_SIDE = 4
"""How many conversations a page has room for."""

LATEST = 300
"""Among so many of the newest messages the phones are found that a page offers."""

BUBBLES = 200
"""The newest bubbles of a conversation that are shown."""


async def index(page: Page) -> web.Response:
    """The phones that are asked for, else the last that something happened to."""
    known = await latest(page)
    asked = [_mdn(value) for value in page.request.query.getall("mdn", []) if value.strip()]
    chosen = list(dict.fromkeys(asked))[-SIDE_BY_SIDE:] or known[:1]
    return page.show(
        "phones.html.j2",
        known=known,
        chosen=chosen,
        phones=[await conversation(page, mdn) for mdn in chosen],
        codes=[item.code for item in page.universe.account.source_codes],
        personas=[*page.universe.account.personas, *SHIPPED],
        carriers=NAMES,
    )


async def text(page: Page) -> web.Response:
    """The phone texts."""
    told = await page.form()
    said, code = told.get("text", ""), told.get("to", "")
    if not 1 <= len(said) <= 1_600:
        raise UserError("a text has 1 to 1600 characters")
    await page.submit(ReceiveMo(mdn=_of_path(page), code=code, text=said))
    return page.back("phones")


async def change(page: Page) -> web.Response:
    """The phone goes off or on, changes its carrier or its habits."""
    told, mdn = await page.form(), _of_path(page)
    if "reachable" in told:
        await page.submit(SetHandset(mdn=mdn, reachable=told["reachable"] == "on"))
    if told.get("carrier"):
        if told["carrier"] not in NAMES:
            raise UserError(f'no carrier "{told["carrier"]}"')
        await page.submit(SetHandset(mdn=mdn, carrier=told["carrier"]))
    if told.get("persona"):
        account = page.universe.account
        if told["persona"] not in account.personas and told["persona"] not in SHIPPED:
            raise UserError(f'no persona "{told["persona"]}"')
        await page.submit(SetHandset(mdn=mdn, persona=account.persona(told["persona"])))
    return page.back("phones")


async def conversation(page: Page, mdn: Mdn) -> dict[str, object]:
    """A phone as it is, and its newest bubbles."""
    query = MessageQuery(mdn=mdn, newest_first=True, limit=BUBBLES)
    records = await page.universe.store.messages(page.key, query)
    shown = handsets.shown(page.universe, mdn)
    prices = page.universe.account.prices
    bubbles = [{**views.message(item, prices), "micros": item.at} for item in reversed(records)]
    return {**shown, "messages": bubbles, "cut": len(records) == BUBBLES}


async def latest(page: Page) -> list[Mdn]:
    """The phones that something happened to last."""
    query = MessageQuery(newest_first=True, limit=LATEST)
    records = await page.universe.store.messages(page.key, query)
    return list(dict.fromkeys(Mdn(record.mdn) for record in records))


def _of_path(page: Page) -> Mdn:
    return _mdn(page.request.match_info["mdn"])


def _mdn(value: str) -> Mdn:
    try:
        return parse_any_mdn(value)
    except InvalidMdn as error:
        raise UserError(f'"{value}" is no phone number: {error}') from error
