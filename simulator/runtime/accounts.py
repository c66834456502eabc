"""All accounts of a simulator, found by company key or by user name."""

from __future__ import annotations

import asyncio

import msgspec

from simulator.domain.account import Account
from simulator.errors import AccountExists, UnknownAccount
from simulator.runtime.clock import Wall
from simulator.runtime.ports import AccountRecord, Store, Transport
from simulator.runtime.universe import Universe, begin, resume


class Accounts:
    """The running universes. Keys and user names are unique across the simulator."""

    def __init__(self, store: Store, transport: Transport, wall: Wall) -> None:
        self.store = store
        self.wall = wall
        self._transport = transport
        self._by_key: dict[str, Universe] = {}
        self._by_user: dict[str, str] = {}
        self._named = 0
        self._changing = asyncio.Lock()

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
            self._keep(await resume(record, self.store, self._transport, self.wall))

    async def close(self) -> None:
        """Stop every account."""
        for universe in self.all():
            await universe.stop()

    async def create(self, record: AccountRecord, account: Account) -> Universe:
        """Make an account. Raises AccountExists where the key or the user name is taken."""
        async with self._changing:
            if record.company_key in self._by_key:
                raise AccountExists(f'the company_key "{record.company_key}" is taken')
            if record.username in self._by_user:
                raise AccountExists(f'the user name "{record.username}" is taken')
            record = msgspec.structs.replace(record, account=account)
            await self.store.save_account(record)
            universe = await begin(record, account, self.store, self._transport, self.wall)
            self._keep(universe)
            return universe

    async def delete(self, key: str) -> None:
        """Remove an account and all it recorded. Raises UnknownAccount."""
        async with self._changing:
            await self._remove(self.get(key))

    async def reset(self, key: str) -> Universe:
        """Put an account back to its spec, at its start time. Raises UnknownAccount."""
        async with self._changing:
            universe = self.get(key)
            await self._stop(universe)
            await self.store.clear_journal(key)
            fresh = await begin(
                universe.record, universe.account, self.store, self._transport, self.wall
            )
            self._keep(fresh)
            return fresh

    async def set_hosts(self, key: str, hosts: dict[str, str]) -> None:
        """Map callback hosts of an account to addresses. Raises UnknownAccount."""
        universe = self.get(key)
        record = msgspec.structs.replace(universe.record, hosts=hosts)
        await self.store.save_account(record)
        universe.set_hosts(record)

    def _keep(self, universe: Universe) -> None:
        self._by_key[universe.record.company_key] = universe
        self._by_user[universe.record.username] = universe.record.company_key

    async def _stop(self, universe: Universe) -> None:
        del self._by_key[universe.record.company_key]
        del self._by_user[universe.record.username]
        await universe.stop()

    async def _remove(self, universe: Universe) -> None:
        await self._stop(universe)
        await self.store.delete_account(universe.record.company_key)
