"""Time: the account's clock from the head of every page."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from simulator.domain.instants import Instant, parse_duration
from simulator.errors import UserError
from simulator.ui.page import Page


async def shown(page: Page) -> web.Response:
    """The clock as it stands now: the part of every page that is looked at again."""
    return page.show("clock.html.j2")


async def move(page: Page) -> web.Response:
    """So far on, to the next thing that is due, or let it run."""
    told = await page.form()
    wish = told.get("move", "")
    if wish == "live":
        rate = told.get("rate", "1")
        if not (rate.isascii() and rate.isdigit() and 1 <= int(rate) <= 100_000):
            raise UserError("a rate is a number from 1 to 100000")
        await page.universe.set_clock("live", int(rate))
    elif wish == "manual":
        await page.universe.set_clock("manual", 1)
    elif wish == "next":
        await page.universe.advance(_next(page))
    else:
        try:
            duration = parse_duration(wish)
        except ValueError as error:
            raise UserError(str(error)) from error
        await page.universe.advance(lambda now: Instant(now + duration))
    return page.back()


def _next(page: Page) -> Callable[[Instant], Instant]:
    timer = page.universe.world.timers.next()
    if timer is None:
        raise UserError("nothing is due")
    due = timer.due
    return lambda _now: due
