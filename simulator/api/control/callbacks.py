"""Callback deliveries: every attempt with request, answer and fate."""

from __future__ import annotations

from aiohttp import web

from simulator.api.control import views
from simulator.api.control.call import respond, universe_of


async def deliveries(request: web.Request) -> web.Response:
    """GET callbacks/deliveries: attempts in the order they were made, and what is unfinished."""
    universe = universe_of(request)
    await universe.engine.committed()
    attempts = await universe.store.attempts(universe.record.company_key)
    book = universe.world.callbacks
    return respond(
        {
            "items": [views.attempt(item) for item in attempts],
            "unfinished": [
                {
                    "delivery_id": key,
                    "callback_type": delivery.callback_type,
                    "url": delivery.url,
                    "attempts": book.attempts.get(key, 0),
                }
                for key, delivery in book.deliveries.items()
            ],
        }
    )
