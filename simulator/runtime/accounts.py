"""All accounts of a simulator, found by company key or by user name."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec

from simulator.domain.account import Account
from simulator.domain.instants import Instant
from simulator.errors import AccountExists, RowsLetGo, UnknownAccount, UnknownSnapshot, UserError
from simulator.runtime.clock import Wall
from simulator.runtime.ports import AccountRecord, Snapshot, Store, Transport
from simulator.runtime.retention import Keeping
from simulator.runtime.universe import Universe, begin, resume

MOST_SNAPSHOTS = 50
"""How many an account has at once: each takes as much room as the account did."""

P = ParamSpec("P")
T = TypeVar("T")


def _whole(
    change: Callable[Concatenate[Accounts, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Accounts, P], Coroutine[Any, Any, T]]:
    """One change at a time, each done to its end, though whoever asked may be cancelled meanwhile."""

    @wraps(change)
    async def done(self: Accounts, /, *args: P.args, **kwargs: P.kwargs) -> T:
        async def alone() -> T:
            async with self._changing:
                return await change(self, *args, **kwargs)

        task = asyncio.create_task(alone())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    return done


class Accounts:
    """The running universes. Keys and user names are unique across the simulator.

    `keeping` is how much of what is finished each keeps; all of it where nothing is said.
    """

    keeping: Keeping | None = None

    def __init__(self, store: Store, transport: Transport, wall: Wall, queue_limit: int) -> None:
        self.store = store
        self.wall = wall
        self._queue_limit = queue_limit
        self._transport = transport
        self._by_key: dict[str, Universe] = {}
        self._by_user: dict[str, str] = {}
        self._named = 0
        self._changing = asyncio.Lock()
        self._under_way: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._by_key)

    def __contains__(self, key: str) -> bool:
        return key in self._by_key

    def new_key(self) -> str:
        """A company key that nobody has, for an account that names none; never the same twice."""
        while True:
            self._named += 1
            key = f"acct{self._named:04d}"
            if key not in self._by_key and key not in self._by_user:
                return key

    def all(self) -> list[Universe]:
        """Every universe, in the order they were made."""
        return list(self._by_key.values())

    def get(self, key: str) -> Universe:
        """The universe of a company key. Raises UnknownAccount."""
        universe = self._by_key.get(key)
        if universe is None:
            raise UnknownAccount(key)
        return universe

    def of_user(self, username: str) -> Universe | None:
        """The universe whose user that is, or None."""
        key = self._by_user.get(username)
        return self._by_key[key] if key is not None else None

    async def open(self) -> None:
        """Rebuild every account of the store."""
        for record in await self.store.accounts():
            await self._resume(record)

    async def close(self) -> None:
        """Finish what is under way, then stop every account."""
        await asyncio.gather(*self._under_way, return_exceptions=True)
        for universe in self.all():
            await universe.stop()
            await universe.keep_image()

    @_whole
    async def create(self, record: AccountRecord, account: Account) -> Universe:
        """Make an account. Raises AccountExists where the key or the user name is taken."""
        self._must_be_new(record)
        record = msgspec.structs.replace(record, account=account)
        await self.store.save_account(record)
        universe = await begin(
            record, account, self.store, self._transport, self.wall, self._queue_limit
        )
        self._keep(universe)
        return universe

    @_whole
    async def delete(self, key: str) -> None:
        """Remove an account and all it recorded. Raises UnknownAccount."""
        await self._remove(self.get(key))

    @_whole
    async def reset(self, key: str) -> Universe:
        """Put an account back to its spec, at its start time. Raises UnknownAccount."""
        universe = self.get(key)
        stood = universe.engine.now()
        await universe.stop()  # whoever asks meanwhile is told to ask again
        try:
            await self.store.clear_journal(key)
        finally:
            fresh = await self._resume(universe.record, stood)
        return fresh

    @_whole
    async def set_hosts(self, key: str, hosts: dict[str, str]) -> None:
        """Map callback hosts of an account to addresses. Raises UnknownAccount."""
        universe = self.get(key)
        await self._change(universe, msgspec.structs.replace(universe.record, hosts=hosts))

    @_whole
    async def take_snapshot(self, key: str, name: str) -> Snapshot:
        """Keep an account as it is now. Raises UnknownAccount, UserError."""
        universe = self.get(key)
        record = universe.record
        if len(record.snapshots) >= MOST_SNAPSHOTS:
            raise UserError(f"an account has at most {MOST_SNAPSHOTS} snapshots; delete one")
        await universe.engine.committed()
        taken, stood = record.taken + 1, universe.engine.now()
        last = await self.store.copy_journal(key, _kept(key, str(taken)))
        snapshot = Snapshot(str(taken), name, last.seq, Instant(max(last.at, stood)))
        kept = (*record.snapshots, snapshot)
        await self._change(
            universe, msgspec.structs.replace(universe.record, snapshots=kept, taken=taken)
        )
        return snapshot

    @_whole
    async def restore(self, key: str, snapshot_id: str) -> Universe:
        """Put an account back to a snapshot, which stays. Raises UnknownAccount, UnknownSnapshot."""
        universe = self.get(key)
        snapshot, stood = self._snapshot(universe, snapshot_id), universe.engine.now()
        await universe.stop()  # whoever asks meanwhile is told to ask again
        try:
            await self.store.copy_journal(_kept(key, snapshot_id), key)
            stood = snapshot.at
        finally:
            restored = await self._resume(universe.record, stood)
        return restored

    @_whole
    async def fork(self, key: str, snapshot_id: str, record: AccountRecord) -> Universe:
        """Make an account of a snapshot: another name and the same past.

        Raises UnknownAccount, UnknownSnapshot, AccountExists, RowsLetGo.
        """
        universe = self.get(key)
        snapshot = self._snapshot(universe, snapshot_id)
        self._must_be_new(record)
        begins = await self.store.first(_kept(key, snapshot_id))
        if begins > 1:
            raise RowsLetGo(begins, f'snapshot "{snapshot_id}" can be gone back to, and not forked')
        account = msgspec.structs.replace(
            universe.account, company_key=record.company_key, username=record.username
        )
        record = msgspec.structs.replace(record, account=account, hosts=universe.record.hosts)
        await self.store.copy_journal(_kept(key, snapshot_id), record.company_key, record)
        return await self._resume(record, snapshot.at)

    @_whole
    async def drop_snapshot(self, key: str, snapshot_id: str) -> None:
        """Forget a snapshot. Raises UnknownAccount, UnknownSnapshot."""
        universe = self.get(key)
        dropped = self._snapshot(universe, snapshot_id)
        left = tuple(item for item in universe.record.snapshots if item is not dropped)
        await self._change(universe, msgspec.structs.replace(universe.record, snapshots=left))
        await self.store.clear_journal(_kept(key, snapshot_id))

    def _snapshot(self, universe: Universe, snapshot_id: str) -> Snapshot:
        for item in universe.record.snapshots:
            if item.id == snapshot_id:
                return item
        there = ", ".join(item.id for item in universe.record.snapshots) or "none"
        raise UnknownSnapshot(f'no snapshot "{snapshot_id}" here; there is {there}')

    def _must_be_new(self, record: AccountRecord) -> None:
        if record.company_key in self._by_key:
            raise AccountExists(f'the company_key "{record.company_key}" is taken')
        if record.username in self._by_user:
            raise AccountExists(f'the user name "{record.username}" is taken')

    async def _change(self, universe: Universe, record: AccountRecord) -> None:
        await self.store.save_account(record)
        universe.keep(record)

    async def _resume(self, record: AccountRecord, stood: Instant | None = None) -> Universe:
        universe = await resume(
            record, self.store, self._transport, self.wall, self._queue_limit, stood
        )
        self._keep(universe)
        return universe

    def _keep(self, universe: Universe) -> None:
        if self.keeping is not None:
            universe.retain(self.keeping)
        self._by_key[universe.record.company_key] = universe
        self._by_user[universe.record.username] = universe.record.company_key

    async def _remove(self, universe: Universe) -> None:
        await universe.stop()
        record = universe.record
        await self.store.delete_account(record.company_key)
        del self._by_key[record.company_key]
        del self._by_user[record.username]
        for item in record.snapshots:
            await self.store.clear_journal(_kept(record.company_key, item.id))


def _kept(key: str, snapshot_id: str) -> str:
    """Where the journal of a snapshot is: under a key that no account can have."""
    return f"{key}/{snapshot_id}"
