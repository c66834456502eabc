"""Retention: of an account that lives long, what is finished and old is let go.

Kept are the newest messages, so many, and those not older than a span of the account's time. No message
that is not finished goes, nor what is younger than the oldest of these: so one row of the journal is the
bound. It is moved in bulk and seldom, beside whatever the account does, a slice of rows at a time. The
world needs none of the rows, and its image is kept with the first slice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from simulator.domain.instants import Instant
from simulator.errors import LET_GO, EngineFailed
from simulator.runtime.engine import Engine
from simulator.runtime.images import pieces
from simulator.runtime.ports import Entry, MessageQuery, Store
from simulator.runtime.stills import still

LEAST = 2_000
"""So many messages, and rows, are worth letting go of; so many rows at least lie between two looks."""

SHARE = 10
"""Nor is anything let go of before a tenth is too many, or too old by a tenth."""

SLICE = 2_000
"""Rows that are let go of before anybody else is served."""


class Keeping(NamedTuple):
    """The newest messages, so many, for so long in microseconds; None where that is no bound."""

    messages: int | None
    span: int | None


class Retention:
    """Looks after one account, whenever it has gone on far enough."""

    def __init__(self, engine: Engine, store: Store, keeping: Keeping) -> None:
        self._engine, self._store, self._keeping = engine, store, keeping
        self._look_at_row, self._look_at = 0, engine.world.now
        self._task: asyncio.Task[None] | None = None
        self._ended = False
        engine.listeners.append(self._heard)

    async def stop(self) -> None:
        """End with the slice that is under way."""
        self._ended = True
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    def _heard(self, _entries: Sequence[Entry]) -> None:
        engine = self._engine
        if engine.seq < self._look_at_row and engine.world.now < self._look_at:
            return
        if not self._ended and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._look(), name=f"retention {engine.key}")

    async def _look(self) -> None:
        try:
            below = await self._bound()
            if below is not None:
                await self._let_go(below)
        except EngineFailed:  # the account has stopped, or its file has no room: nothing was let go
            self._look_at_row = max(self._look_at_row, self._engine.seq + LEAST)

    async def _bound(self) -> int | None:
        """The row before which all goes now, and when to look again."""
        engine, keeping = self._engine, self._keeping
        await engine.committed()
        last, now = engine.seq, engine.world.now
        unfinished = next(iter(engine.world.messages.in_flight), None)
        bounds = [await self._beyond(last), await self._outlived(last, now)]
        wanted = max((bound for bound in bounds if bound is not None), default=None)
        if keeping.span is not None:
            self._look_at = Instant(now + max(keeping.span // SHARE, 1))
        if wanted is None or unfinished is None:
            return None if wanted is None else min(wanted, last)  # younger ones are not finished
        found = await self._store.message(engine.key, unfinished)
        return None if found is None else min(wanted, found[0].position)

    async def _beyond(self, last: int) -> int | None:
        """The row after the messages that are too many, once they are worth it."""
        many = self._keeping.messages
        if many is None:
            self._look_at_row = 2**63
            return None
        worth = max(many // SHARE, LEAST)
        over, newest = await self._store.beyond(self._engine.key, many)
        self._look_at_row = last + max(worth - over, LEAST)  # a message is a row at least
        return newest + 1 if over >= worth else None

    async def _outlived(self, last: int, now: int) -> int | None:
        """The first row of what is young enough, once what is not is too old by a tenth."""
        span, key = self._keeping.span, self._engine.key
        if span is None:
            self._look_at = Instant(2**63)
            return None
        oldest = await self._store.entries(key, 0, 1)
        if not oldest or oldest[0].at >= now - span - span // SHARE:
            return None
        young = MessageQuery(since=Instant(now - span), limit=1)
        found = await self._store.messages(key, young)
        return found[0].position if found else last

    async def _let_go(self, below: int) -> None:
        engine, store = self._engine, self._store
        begins = await store.first(engine.key)
        if below - begins < LEAST:
            return
        await engine.committed()
        seq, world, image = engine.seq, still(engine.world), list[bytes]()
        for piece in pieces(world):
            image.append(piece)
            await asyncio.sleep(0)
        kept = seq, b"".join(image)
        for place, bound in enumerate([*range(begins + SLICE, below, SLICE), below]):
            if self._ended:
                return
            await store.forget_before(engine.key, bound, kept if place == 0 else None)


def may_be_gone(begins: int) -> str:
    """A hint for who asks for something old that is not there; empty where nothing was let go."""
    return f"; {gone_before(begins)}" if begins > 1 else ""


def gone_before(begins: int) -> str:
    """What is not there, where the journal begins with that row."""
    return f"rows of the journal before {begins}, and messages of theirs, {LET_GO}"
