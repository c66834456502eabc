"""Accounts whose engines are listened to: what each committed is counted, what became of each is told."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.domain import events as e
from simulator.domain.account import Account
from simulator.domain.instants import SECOND, Instant
from simulator.errors import EngineFailed
from simulator.observing.counts import NANOSECONDS, Counts
from simulator.observing.logs import Log
from simulator.runtime.accounts import Accounts
from simulator.runtime.clock import Wall
from simulator.runtime.ports import AccountRecord, Entry, Store, Transport
from simulator.runtime.universe import Universe

_LOOKED_AT = frozenset(
    kind.__name__
    for kind in (
        e.MtAccepted,
        e.MtMoved,
        e.MoReceived,
        e.CallbackQueued,
        e.CallbackDelivered,
        e.CallbackDeferred,
        e.CallbackFailed,
        e.CallbackOverflowed,
    )
)
"""The events of which more is counted than that they happened."""

_UNKNOWN: tuple[str, Instant | None] = ("unknown", None)
"""What is told of a callback that was under way before the account was watched."""


class WatchedAccounts(Accounts):
    """Accounts, each watched from when it runs. The rows that open a new one come before that."""

    def __init__(
        self,
        store: Store,
        transport: Transport,
        wall: Wall,
        queue_limit: int,
        counts: Counts,
        log: Log,
    ) -> None:
        super().__init__(store, transport, wall, queue_limit)
        self._counts = counts
        self._log = log

    def _keep(self, universe: Universe) -> None:
        super()._keep(universe)
        watcher = _Watcher(universe, self._counts, self._log)
        universe.engine.listeners.append(watcher.heard)
        universe.engine.watch = watcher

    async def create(self, record: AccountRecord, account: Account) -> Universe:
        """Make an account. Raises AccountExists where the key or the user name is taken."""
        made = await super().create(record, account)
        self._log.info("account_made", account=record.company_key)
        return made

    async def delete(self, key: str) -> None:
        """Remove an account and all it recorded. Raises UnknownAccount."""
        await super().delete(key)
        self._log.info("account_removed", account=key)

    async def reset(self, key: str) -> Universe:
        """Put an account back to its spec, at its start time. Raises UnknownAccount."""
        fresh = await super().reset(key)
        self._log.info("account_reset", account=key)
        return fresh

    async def restore(self, key: str, snapshot_id: str) -> Universe:
        """Put an account back to a snapshot, which stays. Raises UnknownAccount, UnknownSnapshot."""
        restored = await super().restore(key, snapshot_id)
        self._log.info("account_restored", account=key, snapshot=snapshot_id)
        return restored

    async def fork(self, key: str, snapshot_id: str, record: AccountRecord) -> Universe:
        """Make an account of a snapshot: another name and the same past.

        Raises UnknownAccount, UnknownSnapshot, AccountExists.
        """
        made = await super().fork(key, snapshot_id, record)
        self._log.info("account_made", account=record.company_key, forked_from=key)
        return made


class _Watcher:
    """Counts what one engine commits. `_told` has its callbacks that have not ended."""

    def __init__(self, universe: Universe, counts: Counts, log: Log) -> None:
        self._key = universe.record.company_key
        self._counts = counts
        self._log = log
        lines = universe.world.lines
        self._told: dict[str, tuple[str, Instant | None]] = {
            delivery.delivery_id: (delivery.callback_type, delivery.queued_at)
            for delivery in lines.deliveries.values()
        }

    def committed(self, rows: int, took_ns: int) -> None:
        """A batch is durable."""
        self._counts.batch_rows.add(rows)
        self._counts.commit_seconds.add(took_ns / NANOSECONDS)

    def failed(self, error: Exception) -> None:
        """The engine ended: by itself, or because it was asked to."""
        if not isinstance(error, EngineFailed):
            self._log.error("account_stopped", account=self._key, error=type(error).__name__)

    def heard(self, entries: Sequence[Entry]) -> None:
        """Count the rows of a committed batch."""
        counts = self._counts
        for entry in entries:
            if entry.kind == "command":
                counts.commands[entry.type] += 1
                continue
            counts.events[entry.type] += 1
            if entry.type in _LOOKED_AT:
                self._look(entry)

    def _look(self, entry: Entry) -> None:
        counts = self._counts
        match entry.value:
            case e.MtMoved(state=state):
                counts.messages["mt", state.value] += 1
            case e.MtAccepted():
                counts.messages["mt", "accepted"] += 1
            case e.MoReceived():
                counts.messages["mo", "received"] += 1
            case e.CallbackQueued(delivery=delivery):
                told = delivery.callback_type, delivery.queued_at
                self._told[delivery.delivery_id] = told
                counts.callbacks[delivery.callback_type, "queued"] += 1
            case e.CallbackDelivered(delivery_id=key):
                self._ended(key, "delivered", entry.at)
            case e.CallbackFailed(delivery_id=key):
                self._ended(key, "failed", entry.at)
            case e.CallbackDeferred(delivery_id=key):
                counts.callbacks[self._told.get(key, _UNKNOWN)[0], "deferred"] += 1
            case e.CallbackOverflowed(delivery=delivery):
                counts.callbacks[delivery.callback_type, "overflowed"] += 1
            case _:
                pass

    def _ended(self, delivery_id: str, fate: str, at: Instant) -> None:
        kind, queued_at = self._told.pop(delivery_id, _UNKNOWN)
        self._counts.callbacks[kind, fate] += 1
        if queued_at is not None:
            self._counts.callback_waits[kind].add((at - queued_at) / SECOND)
