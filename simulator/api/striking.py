"""Faults as a client of an HTTP surface meets them: instead of the answer, before it, or after it.

Whether a rule strikes is the account's decision (`simulator.domain.faults`); this carries it out on
the connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import NamedTuple

from aiohttp import web

from simulator.domain.fault_rules import Effect, FaultRule, Occasion
from simulator.domain.faults import MeetCall, Struck
from simulator.runtime.universe import Universe

INSTEAD = frozenset({Effect.STATUS, Effect.VENDOR_ERROR, Effect.THROTTLE, Effect.STORE_FULL})
"""Effects that answer in the handler's place: nothing was done."""

STRUCK: ContextVar[tuple[FaultRule, ...]] = ContextVar("struck", default=())
"""The rules that struck the call that is being answered."""

NOISE = bytes(range(128, 256)) * 2
"""What a broken peer sends: no HTTP at all."""


class Answer(NamedTuple):
    """How a call is answered: by its handler, or as its surface says a fault."""

    do: Callable[[], Awaitable[web.Response]]
    instead: Callable[[FaultRule], web.Response]


async def answer(
    request: web.Request, universe: Universe, occasion: Occasion | None, how: Answer
) -> web.Response:
    """Answer a call, with whatever faults strike it. No occasion: no rule holds, none is asked."""
    STRUCK.set(())
    if occasion is None:
        return await how.do()
    struck = await universe.engine.submit(MeetCall(occasion=occasion))
    assert isinstance(struck, Struck)
    STRUCK.set(struck.rules)
    effects: dict[Effect, int] = {}
    for rule in struck.rules:
        effects[rule.effect] = max(rule.wait_ms, effects.get(rule.effect, 0))
    if Effect.DELAY in effects:
        await asyncio.sleep(effects[Effect.DELAY] / 1000)
    instead = next((rule for rule in struck.rules if rule.effect in INSTEAD), None)
    if instead is not None:
        return how.instead(instead)
    if Effect.DROP in effects:
        return _cut_off(request, b"")
    if Effect.GARBAGE in effects:
        return _cut_off(request, NOISE)
    response = await how.do()
    if Effect.STORE_SLOW in effects:
        await asyncio.sleep(effects[Effect.STORE_SLOW] / 1000)
    if Effect.LOSE_ANSWER in effects:
        return _cut_off(request, b"")
    if Effect.HALF in effects:
        return _cut_off(request, _half(response))
    return response


def _half(response: web.Response) -> bytes:
    body = response.body if isinstance(response.body, bytes) else b""
    head = (
        f"HTTP/1.1 {response.status} {response.reason}\r\nContent-Type: {response.content_type}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    return head + body[: len(body) // 2] if body else head[: len(head) // 2]


def _cut_off(request: web.Request, sent: bytes) -> web.Response:
    """Send these bytes and close; the response returned here reaches nobody."""
    if request.transport is not None:
        request.transport.write(sent)
        request.transport.close()
    return web.Response(status=500)
