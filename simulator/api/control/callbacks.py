"""Callback deliveries: every attempt with request, answer and fate."""

from __future__ import annotations

from aiohttp import web

from simulator.api.control import views
from simulator.api.control.call import UnknownThing, respond, taken, universe_of
from simulator.domain.lines import CallbackQueued, Delivery, RepeatCallback


async def deliveries(request: web.Request) -> web.Response:
    """GET callbacks/deliveries: attempts as they were made, what is unfinished, what failed."""
    universe = universe_of(request)
    await universe.engine.committed()
    attempts = await universe.store.attempts(universe.record.company_key)
    failed = await universe.store.entries(
        universe.record.company_key, types=["CallbackFailed", "CallbackOverflowed"]
    )
    book = universe.world.lines
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
            "failed": [views.failed(entry) for entry in failed],
        }
    )


async def repeat(request: web.Request) -> web.Response:
    """POST callbacks/deliveries/{id}/repeat: the same event once more, as at-least-once may; 202."""
    universe, wanted = universe_of(request), request.match_info["delivery_id"]
    await universe.engine.committed()
    rows = await universe.store.entries(universe.record.company_key, types=["CallbackQueued"])
    for row in rows:
        queued = row.value
        if isinstance(queued, CallbackQueued) and queued.delivery.delivery_id == wanted:
            reply = taken(await universe.engine.submit(RepeatCallback(delivery=queued.delivery)))
            assert isinstance(reply, Delivery)
            return respond({"delivery_id": reply.delivery_id, "event_id": reply.event_id}, 202)
    raise UnknownThing(f'no callback delivery "{wanted}"')
