"""Time: the account's clock from the head of every page, what is due next, and how it was before."""

from __future__ import annotations

import re
from collections.abc import Callable

from aiohttp import web

from simulator.domain.instants import Instant, parse_duration
from simulator.errors import UserError
from simulator.ui import events, past
from simulator.ui.page import Page
from simulator.ui.sentences import Known, why

NEXT = 50
"""How many of the things that are due a page tells."""

_NUMBER = re.compile(r"\d{1,18}")


async def index(page: Page) -> web.Response:
    """What is due next and why; with `seq` the world as it was at that row of the journal."""
    world, last, asked = page.universe.world, page.universe.engine.seq, page.query("seq")
    known, fault, then = Known(world), None, None
    timers = [
        {"micros": timer.due, "what": told[0], "whom": told[1]}
        for timer in world.timers.all()[:NEXT]
        for told in (why(timer, known),)
    ]
    try:
        if asked and not page.is_part:
            then = await _then(page, asked, last)
    except UserError as error:
        fault = str(error)
    return page.show(
        "time.html.j2",
        200 if fault is None else 400,
        timers=timers,
        due=len(world.timers),
        last=last,
        furthest=min(last, past.FURTHEST),
        bound=past.FURTHEST,
        asked=asked,
        then=then,
        fault=fault,
    )


async def _then(page: Page, asked: str, last: int) -> dict[str, object]:
    if not _NUMBER.fullmatch(asked) or not 1 <= int(asked) <= last:
        raise UserError(f'"{asked}" is no row; write a number from 1 to {last}')
    shown = await past.at(page.universe, int(asked))
    row = events.shown(shown.row, Known(shown.world, shown.messages))
    return {"told": past.told(shown), "row": row}


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
