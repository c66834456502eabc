"""A universe: one account's world with all that makes it run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal, NamedTuple

from simulator.domain.account import Account
from simulator.domain.commands import CloseAllBinds, OpenAccount, SetClock
from simulator.domain.events import AccountOpened, AnyEvent
from simulator.domain.instants import Instant
from simulator.domain.world import World
from simulator.errors import LET_GO, EngineFailed
from simulator.garbage import look_again
from simulator.runtime.clock import Wall
from simulator.runtime.engine import Engine
from simulator.runtime.feed import Feed
from simulator.runtime.images import WORTH, image_of, world_of
from simulator.runtime.outbox import Outbox
from simulator.runtime.ports import AccountRecord, Entry, MessageRecord, Store, Transport
from simulator.runtime.retention import Keeping, Retention
from simulator.runtime.throttle import Throttle

PAGE = 20_000
"""So many rows of a journal are read at a time."""

Probe = Callable[[], Awaitable[None]]


class Advanced(NamedTuple):
    """Where time stands now, how many timers fired and how many callbacks were answered."""

    now: Instant
    fired: int
    settled: int


class Universe:
    """One account, running. Everything asked of it goes through `engine.submit`."""

    def __init__(
        self,
        record: AccountRecord,
        engine: Engine,
        store: Store,
        transport: Transport,
        wall: Wall,
    ) -> None:
        self.record = record
        self.engine = engine
        self.store = store
        self.feed = Feed(engine)
        self.imaged = 0
        self._wall = wall
        settings = engine.world.account.settings
        self.calls = Throttle(wall, settings.calls_per_second)
        self.events = Throttle(wall, settings.events_per_second)
        self.submits = Throttle(wall, engine.world.account.connect.per_second)
        self.endings: list[Callable[[], None]] = []
        self.outbox = Outbox(engine, transport, record.hosts)
        self._retention: Retention | None = None

    @property
    def world(self) -> World:
        """The account's world, to read."""
        return self.engine.world

    @property
    def account(self) -> Account:
        """What the account was told at its birth."""
        return self.engine.world.account

    def start(self) -> None:
        """Begin to run."""
        self.engine.start()
        self.outbox.start()

    def retain(self, keeping: Keeping) -> None:
        """Keep no more than that of what is finished."""
        self._retention = Retention(self.engine, self.store, keeping)

    async def stop(self) -> None:
        """End cleanly: nothing acknowledged is lost. Whoever serves it is told by `endings`."""
        for end in list(self.endings):
            end()
        if self._retention is not None:
            await self._retention.stop()
        await self.outbox.stop()
        await self.engine.stop()
        self.feed.close()
        look_again()

    async def keep_image(self) -> None:
        """Once stopped: keep what the next start begins from, where that is worth it."""
        if not self.engine.failed:
            await _keep_image(
                self.store, self.record.company_key, self.world, self.engine.seq, self.imaged
            )

    async def message(self, message_id: str) -> tuple[MessageRecord, int] | None:
        """A recorded message by its id or a part's id, with the part's number."""
        return await self.store.message(self.record.company_key, message_id)

    async def begins(self) -> int:
        """The first row of the journal that is there: 1, unless what is old was let go."""
        return await self.store.first(self.record.company_key)

    def keep(self, record: AccountRecord) -> None:
        """Use what is known of it now: other host aliases for callbacks, other snapshots."""
        self.record = record
        self.outbox.hosts = record.hosts

    async def set_clock(self, mode: Literal["manual", "live"], rate: int) -> None:
        """Let time stand until moved, or run at a rate from where it is."""
        async with self.engine.moving:
            real = self._wall.now() if mode == "live" else None
            await self.engine.submit(SetClock(mode=mode, rate=rate, real=real))

    async def settle(self, probe: Probe | None = None, quiet_ms: int = 0) -> int:
        """Wait until all callbacks of this instant are answered and the application is idle.

        Idle means: `probe` returned and nothing new was asked meanwhile, or nothing was asked for
        `quiet_ms` of real time. Returns how many callbacks were answered.
        """
        before = self.outbox.attempted
        while True:
            await self.outbox.idle()
            seen = self.engine.seq
            if probe is not None:
                await probe()
            if quiet_ms:
                await asyncio.sleep(quiet_ms / 1000)
            await self.outbox.idle()
            if self.engine.seq == seen or not (probe or quiet_ms):
                return self.outbox.attempted - before

    async def advance(
        self,
        target: Callable[[Instant], Instant],
        probe: Probe | None = None,
        quiet_ms: int = 0,
        wanted: Callable[[], None] | None = None,
    ) -> Advanced:
        """Move manual time, settling after every instant that told somebody something.

        `wanted` is asked before each settling, and raises where nobody waits for it any more.
        """
        settled = 0

        async def settle() -> None:
            nonlocal settled
            if wanted is not None:
                wanted()
            settled += await self.settle(probe, quiet_ms)

        fired = await self.engine.advance(target, settle)
        return Advanced(self.engine.now(), fired, settled)


async def begin(
    record: AccountRecord,
    account: Account,
    store: Store,
    transport: Transport,
    wall: Wall,
    queue_limit: int,
) -> Universe:
    """Start a new account, its journal opened by OpenAccount."""
    engine = Engine(record.company_key, World(account), store, wall, queue_limit)
    universe = Universe(record, engine, store, transport, wall)
    universe.start()
    await engine.submit(OpenAccount(account=account))
    if account.clock.mode == "live":
        await universe.set_clock("live", account.clock.rate)
    return universe


async def resume(
    record: AccountRecord,
    store: Store,
    transport: Transport,
    wall: Wall,
    queue_limit: int,
    stood: Instant | None = None,
) -> Universe:
    """Rebuild an account from its journal and let it run on; begin it where it never got to.

    A live clock has gone on meanwhile; `stood` lets it go on from there.
    """
    seq, imaged, world = await _world(record.company_key, store)
    if world is None:
        if record.account is None:
            raise EngineFailed(f'the account "{record.company_key}" has no journal')
        return await begin(record, record.account, store, transport, wall, queue_limit)
    engine = Engine(record.company_key, world, store, wall, queue_limit, seq)
    universe = Universe(record, engine, store, transport, wall)
    universe.imaged = imaged
    universe.start()
    if stood is not None and world.clock.mode == "live":
        anchored = SetClock(mode="live", rate=world.clock.rate, real=wall.now())
        await engine.submit(anchored, at=max(world.now, stood))
    if world.binds.open:
        await engine.submit(CloseAllBinds())
    return universe


async def _world(key: str, store: Store) -> tuple[int, int, World | None]:
    """The last row of a journal, that of its image, and its world; None where there is no row.

    Raises EngineFailed where the first rows were let go and their image cannot be read.
    """
    seq, world = 0, None
    kept, begins = await store.image(key), await store.first(key)
    if kept is not None:
        world = world_of(kept[1], of_any_code=begins > 1)
        seq = kept[0] if world is not None else 0
    if world is None and begins > 1:
        raise EngineFailed(
            f'the account "{key}" cannot be rebuilt: its rows before {begins} {LET_GO}, and this '
            "smsim cannot read the image of the world they led to; start the smsim that wrote it, reset "
            "the account there, or give another file with --db"
        )
    imaged = seq
    while entries := await store.entries(key, seq, PAGE):
        world = rebuild(entries, world)
        seq = entries[-1].seq
    if world is not None:
        imaged = await _keep_image(store, key, world, seq, imaged)
    return seq, imaged, world


async def _keep_image(store: Store, key: str, world: World, seq: int, imaged: int) -> int:
    """Keep an image where the last one is so far behind that it is worth it; where the last is then."""
    if store.at_once or seq - imaged < WORTH:
        return imaged
    await store.save_image(key, seq, image_of(world))
    return seq


def rebuild(entries: list[Entry], world: World | None = None) -> World:
    """The world a journal leads to: its first event opens it, the others are applied.

    With `world` the rows are those after it. Raises EngineFailed.
    """
    events = (entry for entry in entries if entry.kind == "event")
    if world is None:
        first = next(events, None)
        if first is None or not isinstance(first.value, AccountOpened):
            raise EngineFailed("the journal does not begin with AccountOpened")
        world = World(first.value.account)
        world.apply(first.value, first.at)
    for entry in events:
        event: AnyEvent = entry.value  # type: ignore[assignment]
        world.apply(event, entry.at)
    return world
