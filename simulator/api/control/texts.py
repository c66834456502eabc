"""What a text would take to send: its alphabet, its segments, and what made them so many."""

from __future__ import annotations

import msgspec
from aiohttp import web
from pydantic import Field

from simulator.api.control.call import respond, told, universe_of
from simulator.documents import Spec
from simulator.domain.text import estimate as estimated


class TextSpec(Spec):
    """The text."""

    text: str = Field(max_length=10_000)


async def estimate(request: web.Request) -> web.Response:
    """POST text: alphabet, units, segments, the characters that forced UCS-2, a price."""
    universe = universe_of(request)
    text = (await told(request, TextSpec)).text
    account = universe.account
    price = account.prices.segment_micros or account.settings.price_micros
    found = estimated(text, price_micros=price)
    return respond(msgspec.structs.asdict(found))
