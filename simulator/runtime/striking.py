"""Faults as a client's call meets them: instead of the answer, before it, or after it.

Whether a rule strikes is the account's decision (`simulator.domain.faults`). What that makes of the
call is decided here for every surface; a surface says what its answers look like.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, NamedTuple, TypeVar

from simulator.domain.fault_rules import Effect, FaultRule, Occasion
from simulator.domain.faults import MeetCall, Struck
from simulator.runtime.universe import Universe

INSTEAD = frozenset({Effect.STATUS, Effect.VENDOR_ERROR, Effect.THROTTLE, Effect.STORE_FULL})
"""Effects that answer in the call's place: nothing was done."""

NOISE = bytes(range(128, 256)) * 2
"""What a broken peer sends: neither HTTP nor SMPP."""

A = TypeVar("A")


class Way(NamedTuple, Generic[A]):
    """How a surface answers a call.

    `do` does it, told "id effect" of each rule that struck, so that a message's history names them;
    `instead` answers as a fault says; `cut` sends these octets and ends the connection; `half` sends
    half of an answer and ends it.
    """

    do: Callable[[tuple[str, ...]], Awaitable[A]]
    instead: Callable[[FaultRule], A]
    cut: Callable[[bytes], A]
    half: Callable[[A], A]


async def answer(universe: Universe, occasion: Occasion | None, way: Way[A]) -> A:
    """Answer a call, with whatever faults strike it. No occasion: no rule holds, none is asked.

    Raises Overloaded where too much waits for the account.
    """
    if occasion is None:
        return await way.do(())
    struck = await universe.engine.submit(MeetCall(occasion=occasion), patient=False)
    assert isinstance(struck, Struck)
    effects: dict[Effect, int] = {}
    for rule in struck.rules:
        effects[rule.effect] = max(rule.wait_ms, effects.get(rule.effect, 0))
    if Effect.DELAY in effects:
        await asyncio.sleep(effects[Effect.DELAY] / 1000)
    instead = next((rule for rule in struck.rules if rule.effect in INSTEAD), None)
    if instead is not None:
        return way.instead(instead)
    if Effect.DROP in effects:
        return way.cut(b"")
    if Effect.GARBAGE in effects:
        return way.cut(NOISE)
    done = await way.do(tuple(f"{rule.id} {rule.effect}" for rule in struck.rules))
    if Effect.STORE_SLOW in effects:
        await asyncio.sleep(effects[Effect.STORE_SLOW] / 1000)
    if Effect.LOSE_ANSWER in effects:
        return way.cut(b"")
    return way.half(done) if Effect.HALF in effects else done
