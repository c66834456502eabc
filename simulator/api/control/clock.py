"""The account's clock: read it, move it, let it run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Annotated, Literal

import aiohttp
from aiohttp import web
from pydantic import AfterValidator, Field, StrictBool, StrictInt, model_validator
from yarl import URL

from simulator.api.control.call import respond, told, universe_of
from simulator.api.keys import NEAR
from simulator.documents import Spec
from simulator.domain.instants import (
    MILLISECOND,
    SECOND,
    Instant,
    iso,
    parse_duration,
    parse_instant,
)
from simulator.errors import UserError
from simulator.runtime.universe import Probe, Universe
from simulator.specs.values import DurationText, InstantText

LONGEST_WAIT_S = 60
"""How long a probe may take, and a quiet window may be, in real seconds."""


def _bearable(value: str) -> str:
    if parse_duration(value) > LONGEST_WAIT_S * SECOND:
        raise ValueError(f"a quiet window is at most {LONGEST_WAIT_S}s")
    return value


class ClockCall(Spec):
    """What to do with the clock: exactly one of advance, to, mode and settle."""

    advance: DurationText | None = None
    to: InstantText | None = None
    mode: Literal["manual", "live"] | None = None
    rate: StrictInt = Field(default=1, ge=1, le=100_000)
    settle: StrictBool = False
    quiet: Annotated[DurationText, AfterValidator(_bearable)] = "0s"
    """Real time in which nothing may be asked before time moves on; at most a minute."""
    probe: str | None = Field(default=None, pattern=r"^https?://")
    """A URL of the application under test that answers once it is idle."""

    @model_validator(mode="after")
    def _one(self) -> ClockCall:
        wishes = [self.advance is not None, self.to is not None, self.mode is not None, self.settle]
        if sum(wishes) != 1:
            raise ValueError(
                'write one of {"advance":"24h"}, {"to":"2026-01-06T15:00:00Z"}, '
                '{"mode":"live","rate":1}, {"settle":true}'
            )
        return self


async def get(request: web.Request) -> web.Response:
    """GET clock."""
    return respond(_shown(universe_of(request)))


async def move(request: web.Request) -> web.Response:
    """POST clock: answers when all that is due has happened and every callback is answered."""
    universe = universe_of(request)
    call = await told(request, ClockCall)
    quiet_ms = parse_duration(call.quiet) // MILLISECOND
    async with AsyncExitStack() as sessions:
        probe = None
        if call.probe is not None or quiet_ms:
            probe = _probe(request, await _asking(request, sessions, call.probe), call.probe)
        if call.mode is not None:
            await universe.set_clock(call.mode, call.rate)
            return respond(_shown(universe))
        if call.settle:
            settled = await universe.settle(probe, quiet_ms)
            return respond({**_shown(universe), "fired": 0, "settled": settled})
        done = await universe.advance(
            _target(call), probe, quiet_ms, lambda: _must_be_there(request)
        )
    return respond({**_shown(universe), "fired": done.fired, "settled": done.settled})


def _target(call: ClockCall) -> Callable[[Instant], Instant]:
    """How far to move, given where time stands once the call has its turn."""
    if call.advance is not None:
        duration = parse_duration(call.advance)
        return lambda now: Instant(now + duration)
    assert call.to is not None
    to = parse_instant(call.to)
    return lambda _now: to


def _must_be_there(request: web.Request) -> None:
    """Raise where the caller of the clock has left."""
    if request.transport is None or request.transport.is_closing():
        raise UserError("the caller has left; time stands where it is")


Asking = Callable[[], Awaitable[int]]
"""Asks the application once; the status of its answer."""


async def _asking(request: web.Request, sessions: AsyncExitStack, url: str | None) -> Asking | None:
    """How the probe is asked: without a socket where it is of this process."""
    if url is None:
        return None
    target = URL(url)
    server = request.app[NEAR].get(target.authority)
    if server is not None:
        headers = {"Host": target.authority}

        async def hand_over() -> int:
            return (await server.exchange("GET", target.relative(), headers, None)).status

        return hand_over
    session = await sessions.enter_async_context(
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout())
    )

    async def get_it() -> int:
        async with session.get(url) as response:
            return response.status

    return get_it


def _probe(request: web.Request, ask: Asking | None, url: str | None) -> Probe:
    """Ask the application whether it is idle; give up where the caller of the clock has left."""

    async def probe() -> None:
        _must_be_there(request)
        if ask is None:
            return
        try:
            async with asyncio.timeout(LONGEST_WAIT_S):
                status = await ask()
        except TimeoutError as error:
            raise UserError(f"the probe {url} took over {LONGEST_WAIT_S} s") from error
        except aiohttp.ClientError as error:
            raise UserError(f"the probe {url} did not answer: {error}") from error
        if status >= 400:
            raise UserError(f"the probe {url} answered {status}")

    return probe


def _shown(universe: Universe) -> dict[str, object]:
    world = universe.world
    timer = world.timers.next()
    return {
        "now": iso(universe.engine.now()),
        "mode": world.clock.mode,
        "rate": world.clock.rate,
        "next_timer": iso(timer.due) if timer is not None else None,
    }
