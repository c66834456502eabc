"""The engine of one account: its only writer, at its own pace.

Commands queue; a batch is whatever queued while the last commit ran, with no waiting window. Each
command is stamped, decided and applied; the batch is committed; only then do replies leave and
listeners hear. Where too much waits, clients are refused; what the simulator itself and its
operators ask is never lost: it waits, however long the queue is. Manual time moves through
`advance`, timer by timer; live time through an alarm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, NamedTuple, Protocol

import msgspec

from simulator.domain.commands import AnyCommand, MoveClock
from simulator.domain.decide import decide
from simulator.domain.events import AnyEvent
from simulator.domain.instants import LAST_INSTANT, SECOND, Instant, iso
from simulator.domain.lines import CallbackReleased
from simulator.domain.record import Record
from simulator.domain.world import World
from simulator.errors import ClockBackwards, EngineFailed, Overloaded, UserError
from simulator.runtime.clock import Wall, stopwatch
from simulator.runtime.ports import Attempt, Batch, Entry, Store

BATCH_LIMIT = 1_000
TIMER_LIMIT = 2_000

Listener = Callable[[Sequence[Entry]], None]


class Watch(Protocol):
    """Who is told how an engine fares, beside what it committed."""

    def committed(self, rows: int, took_ns: int) -> None:
        """A batch is durable after so much real time."""
        ...

    def failed(self, error: Exception) -> None:
        """The engine takes no more commands."""
        ...


class Fired(NamedTuple):
    """How many timers fired, and whether a callback was released by them."""

    timers: int
    released: bool


class _Job(NamedTuple):
    """A command, or to fire what is due: up to an instant, or up to the time when it is done."""

    done: asyncio.Future[Record | Fired]
    command: AnyCommand | None
    until: Instant | None
    at: Instant | None
    attempt: Attempt | None


class Engine:
    """Runs one world. `seq` is the last committed journal row; who moves time holds `moving`.

    While `queue_limit` commands and reads wait, no more are taken from clients.
    """

    def __init__(
        self, key: str, world: World, store: Store, wall: Wall, queue_limit: int, seq: int = 0
    ) -> None:
        self.key = key
        self.world = world
        self.seq = seq
        self.listeners: list[Listener] = []
        self.watch: Watch | None = None
        self._store = store
        self._wall = wall
        self._queue: asyncio.Queue[_Job] = asyncio.Queue()
        self._queue_limit = queue_limit
        self._reads = 0
        self._entries: list[Entry] = []
        self._next_seq = seq
        self._idle = asyncio.Event()
        self._idle.set()
        self.moving = asyncio.Lock()
        self._alarm: asyncio.TimerHandle | None = None
        self._failure: Exception | None = None
        self._ended = False
        self._encoder = msgspec.json.Encoder()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to take commands."""
        self._task = asyncio.create_task(self._run(), name=f"engine {self.key}")
        self._set_alarm()

    async def stop(self) -> None:
        """Finish what is queued, then end. What was acknowledged is in the store already."""
        if self._alarm is not None:
            self._alarm.cancel()
        if self._task is not None:
            if self._failure is None:
                await self._queue.join()
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._failure is None:
            self._ended = True
            self._fail(EngineFailed("it was stopped or removed meanwhile"), [])

    def now(self) -> Instant:
        """The account's time: where it stands when manual, anchored to the wall when live."""
        clock, world = self.world.clock, self.world
        if clock.mode == "manual" or clock.real is None:
            return world.now
        elapsed = (self._wall.now() - clock.real) * clock.rate
        return Instant(max(world.now, min(world.clock_since + elapsed, LAST_INSTANT)))

    async def submit(
        self,
        command: AnyCommand,
        *,
        at: Instant | None = None,
        attempt: Attempt | None = None,
        patient: bool = True,
    ) -> Record:
        """Decide a command and make it durable; the reply. Who is not `patient` is a client.

        Raises Overloaded where too much waits for a client's, EngineFailed when the account has
        stopped.
        """
        job = _Job(self._future(), command, None, at, attempt)
        if self._store.at_once and self._queue.empty() and self._failure is None:
            await self._serve([job])  # nobody waits before it, and it need not wait
            reply = await job.done
        else:
            if not patient:
                self._must_have_room()
            reply = await self._ask(job)
        assert isinstance(reply, Record)
        return reply

    async def committed(self, *, patient: bool = True) -> None:
        """Wait until all that was applied is committed, so that a read shows nothing provisional.

        Raises Overloaded where too much waits for a client's read.
        """
        if not self._idle.is_set():
            if not patient:
                self._must_have_room()
            self._reads += 1
            try:
                await self._idle.wait()
            finally:
                self._reads -= 1
        if self._failure is not None:
            raise self._failed()

    async def advance(
        self, target: Callable[[Instant], Instant], settle: Callable[[], Awaitable[None]]
    ) -> int:
        """Move manual time, one due instant after the other, settling after each.

        `target` says how far, given the time as it is when no other advance is under way. Returns
        how many timers fired. Raises ClockBackwards.
        """
        self._must_be_manual()
        async with self.moving:
            self._must_be_manual()
            to = target(self.world.now)
            if to > LAST_INSTANT:
                raise UserError(f"time ends at {iso(LAST_INSTANT)}")
            if to < self.world.now:
                raise ClockBackwards(
                    f"time is {iso(self.world.now)}; it cannot go back to {iso(to)}"
                )
            await settle()
            total = 0
            while (fired := await self.fire(to)).timers:
                total += fired.timers
                if fired.released:
                    await settle()
            if to > self.world.now:
                await self.submit(MoveClock(), at=to)
            return total

    def _must_have_room(self) -> None:
        if self._queue.qsize() + self._reads >= self._queue_limit:
            raise Overloaded(f"{self._queue_limit} wait for this account already; ask again later")

    def _must_be_manual(self) -> None:
        if self.world.clock.mode != "manual":
            raise ClockBackwards('the clock runs live; POST {"mode":"manual"} to it first')

    async def fire(self, until: Instant) -> Fired:
        """Fire what is due up to `until`, stopping after an instant that released a callback."""
        fired = await self._ask(_Job(self._future(), None, until, None, None))
        assert isinstance(fired, Fired)
        return fired

    def _future(self) -> asyncio.Future[Record | Fired]:
        return asyncio.get_running_loop().create_future()

    async def _ask(self, job: _Job) -> Record | Fired:
        if self._failure is not None:
            raise self._failed()
        self._queue.put_nowait(job)
        return await job.done

    async def _run(self) -> None:
        while True:
            jobs = [await self._queue.get()]
            while len(jobs) < BATCH_LIMIT and not self._queue.empty():
                jobs.append(self._queue.get_nowait())
            await self._serve(jobs)
            for _ in jobs:
                self._queue.task_done()
            if self._failure is not None:
                return
            if self._reads or self._store.at_once:
                await asyncio.sleep(0)  # who waited in `committed` looks before the next batch

    async def _serve(self, jobs: list[_Job]) -> None:
        if self._failure is not None:  # it failed while these were on their way
            self._fail(self._failure, jobs)
            return
        try:
            await self._batch(jobs)
        except Exception as error:  # noqa: BLE001 - the supervised edge: the account stops, nothing is kept
            self._fail(error, jobs)

    async def _batch(self, jobs: list[_Job]) -> None:
        self._idle.clear()
        replies: list[Record | Fired] = []
        attempts: list[Attempt] = []
        for job in jobs:
            replies.append(self._do(job))
            if job.attempt is not None:
                attempts.append(job.attempt)
        entries, self._entries = self._entries, []
        if entries:
            started = stopwatch() if self.watch is not None else 0
            await self._store.commit(Batch(self.key, entries, attempts))
            if self.watch is not None:
                self.watch.committed(len(entries), stopwatch() - started)
        self.seq = self._next_seq
        self._idle.set()
        for listener in self.listeners:
            listener(entries)
        for job, reply in zip(jobs, replies, strict=True):
            if not job.done.done():
                job.done.set_result(reply)
        self._set_alarm()

    def _do(self, job: _Job) -> Record | Fired:
        if job.command is not None:
            if job.at is None and self.world.clock.mode == "live":
                self._catch_up()
            at = job.at if job.at is not None else self.now()
            return self._step(job.command, at, noted=job.attempt is not None)[0]
        return self._fire(self.now() if job.until is None else job.until)

    def _catch_up(self) -> None:
        """In live time, let all that is due happen before a command that comes later."""
        now = self.now()
        while self._fire(now).timers:
            pass

    def _fire(self, until: Instant) -> Fired:
        count, released, timers = 0, False, self.world.timers
        instant: Instant | None = None
        timer = timers.next()
        while timer is not None and timer.due <= until:
            if count >= TIMER_LIMIT or (released and timer.due != instant):
                break
            instant = timer.due
            _, told = self._step(timer.command, Instant(max(self.world.now, timer.due)))
            released |= told
            count += 1
            following = timers.next()
            if following is timer:
                raise RuntimeError(f"timer {timer.key} did nothing and would fire for ever")
            timer = following
        return Fired(count, released)

    def _step(
        self, command: AnyCommand, at: Instant, *, noted: bool = False
    ) -> tuple[Record, bool]:
        decision = decide(self.world, command, at)
        if not decision.events and not noted:
            return decision.reply, False
        self._note(at if decision.events else self.world.now, "command", command)
        released = False
        for event in decision.events:
            self.world.apply(event, at)
            self._note(at, "event", event)
            released |= isinstance(event, CallbackReleased)
        return decision.reply, released

    def _note(
        self, at: Instant, kind: Literal["command", "event"], value: AnyCommand | AnyEvent
    ) -> None:
        self._next_seq += 1
        name, body = type(value).__name__, self._encoder.encode(value)
        self._entries.append(Entry(self._next_seq, at, kind, name, body, value))

    def _set_alarm(self) -> None:
        """In live time, wake when the next timer is due."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self.world.clock.mode != "live" or self._failure is not None:
            return
        timer = self.world.timers.next()
        if timer is not None:
            wait = max(0, timer.due - self.now()) / (SECOND * self.world.clock.rate)
            self._alarm = asyncio.get_running_loop().call_later(wait, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        done = self._future()
        done.add_done_callback(lambda future: future.cancelled() or future.exception())
        self._queue.put_nowait(_Job(done, None, None, None, None))

    def _fail(self, error: Exception, jobs: list[_Job]) -> None:
        self._failure = error
        self._entries.clear()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._idle.set()
        while not self._queue.empty():
            jobs.append(self._queue.get_nowait())
        for job in jobs:
            if not job.done.done():
                job.done.set_exception(self._failed())
        if self.watch is not None:
            self.watch.failed(error)

    @property
    def queued(self) -> int:
        """How many commands wait."""
        return self._queue.qsize()

    @property
    def failed(self) -> bool:
        """Whether it stopped because something went wrong."""
        return self._failure is not None and not self._ended

    def _failed(self) -> EngineFailed:
        if self._ended:
            return EngineFailed(f'account "{self.key}" is put back or removed just now; ask again')
        failed = EngineFailed(
            f'account "{self.key}" has stopped: {type(self._failure).__name__}: {self._failure}; '
            "restart the simulator to go on from the last durable state"
        )
        failed.__cause__ = self._failure
        return failed
