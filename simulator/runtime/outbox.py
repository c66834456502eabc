"""The outbox of one account: takes released callbacks to their destinations.

In manual time deliveries go out one by one in the order they were released, so that a run has one
history whatever a receiver's latency; through SMPP binds side by side, and recorded in that order.
In live time destinations are served side by side. What became of an attempt goes back to the engine
as a command.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress

from simulator.domain.lines import CallbackReleased, Delivery, RecordAttempt, is_smpp
from simulator.errors import EngineFailed
from simulator.runtime.engine import Engine
from simulator.runtime.ports import Attempt, Entry, Exchange, Transport

SIDE_BY_SIDE = 50


class Outbox:
    """Delivers what the engine releases; `attempted` counts the attempts that were answered."""

    def __init__(self, engine: Engine, transport: Transport, hosts: Mapping[str, str]) -> None:
        self.attempted = 0
        self.hosts = hosts
        self._engine = engine
        self._transport = transport
        self._todo: deque[tuple[Delivery, int]] = deque(engine.world.lines.released())
        self._owed = len(self._todo)
        self._wake = asyncio.Event()
        self._settled = asyncio.Event()
        self._room = asyncio.Semaphore(SIDE_BY_SIDE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False
        self._main: asyncio.Task[None] | None = None
        engine.listeners.append(self._heard)

    def start(self) -> None:
        """Begin to deliver, first of all what a crash left unanswered."""
        self._note()
        self._main = asyncio.create_task(self._run(), name=f"outbox {self._engine.key}")

    async def stop(self) -> None:
        """End at once; what is unanswered is tried again at the next start."""
        self._stopped = True
        self._settled.set()
        tasks = [task for task in (self._main, *self._tasks) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def idle(self) -> None:
        """Wait until every released delivery is answered or timed out, and that is recorded.

        Raises EngineFailed where the account is removed meanwhile.
        """
        await self._settled.wait()
        if self._stopped:
            raise EngineFailed(f'account "{self._engine.key}" was stopped or removed meanwhile')

    def _heard(self, entries: Sequence[Entry]) -> None:
        deliveries = self._engine.world.lines.deliveries
        for entry in entries:
            if entry.type == CallbackReleased.__name__:
                released = entry.value
                assert isinstance(released, CallbackReleased)
                self._todo.append((deliveries[released.delivery_id], released.attempt))
                self._owed += 1
        self._note()

    def _note(self) -> None:
        if self._todo:
            self._wake.set()
        if self._owed and not self._stopped:
            self._settled.clear()
        else:
            self._settled.set()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            while self._todo:
                if self._engine.world.clock.mode == "manual":
                    await self._deliver_in_order()
                else:
                    delivery, attempt = self._todo.popleft()
                    await self._room.acquire()
                    task = asyncio.create_task(self._deliver_beside(delivery, attempt))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
            self._wake.clear()

    async def _deliver_beside(self, delivery: Delivery, attempt: int) -> None:
        try:
            await self._deliver(delivery, attempt)
        finally:
            self._room.release()

    async def _try(self, delivery: Delivery, attempt: int) -> Exchange:
        """One attempt. A transport that breaks is told as an attempt that failed, never as silence."""
        account = self._engine.world.account
        try:
            return await self._transport.send(account, delivery, attempt, self.hosts)
        except Exception as error:  # noqa: BLE001 - the supervised edge
            return Exchange(
                request_headers={},
                request_body="",
                status=None,
                error=f"{type(error).__name__}: {error}",
                response_body="",
                took_ms=0,
            )

    async def _deliver_in_order(self) -> None:
        """Deliver the next, and record it; through SMPP binds all that is next at once."""
        together = [self._todo.popleft()]
        while is_smpp(together[0][0].url) and self._todo and is_smpp(self._todo[0][0].url):
            together.append(self._todo.popleft())
        exchanges = await asyncio.gather(*(self._try(*item) for item in together))
        for (delivery, attempt), exchange in zip(together, exchanges, strict=True):
            await self._record(delivery, attempt, exchange)

    async def _deliver(self, delivery: Delivery, attempt: int) -> None:
        await self._record(delivery, attempt, await self._try(delivery, attempt))

    async def _record(self, delivery: Delivery, attempt: int, exchange: Exchange) -> None:
        record = Attempt(
            delivery_id=delivery.delivery_id,
            attempt=attempt,
            at=self._engine.now(),
            callback_type=delivery.callback_type,
            method=delivery.method,
            url=delivery.url,
            exchange=exchange,
        )
        result = RecordAttempt(
            delivery_id=delivery.delivery_id,
            attempt=attempt,
            status=exchange.status,
            error=exchange.error,
        )
        with suppress(EngineFailed):  # its callers were told, and a restart tries again
            await self._engine.submit(result, attempt=record)
        self.attempted += 1
        self._owed -= 1
        self._note()
