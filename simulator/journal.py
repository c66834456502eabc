"""A journal read back: written out as NDJSON, and recomputed from its commands.

The same seed and the same commands give the same journal, byte for byte; `replay` is the proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from simulator.domain.commands import AnyCommand, OpenAccount
from simulator.domain.decide import decide
from simulator.domain.world import World
from simulator.errors import RowsLetGo, UnknownAccount, UserError
from simulator.runtime.ports import Entry
from simulator.store.sqlite import SqliteStore

Replayed = tuple[str, int, str | None]
"""An account, how many rows were compared, and the first difference in words or None."""


async def export(path: Path, account: str) -> list[bytes]:
    """The journal of an account, a line of JSON per row. Raises UnknownAccount."""
    store = await _opened(path)
    try:
        await _must_have(store, account)
        return [entry.line for entry in await store.entries(account)]
    finally:
        await store.close()


async def replay(path: Path, account: str | None = None) -> list[Replayed]:
    """Recompute the journal of one account, or of all. Raises UnknownAccount."""
    store = await _opened(path)
    try:
        if account is not None:
            await _must_have(store, account)
        keys = [record.company_key for record in await store.accounts()]
        done: list[Replayed] = []
        for key in keys if account is None else [account]:
            entries = await store.entries(key)
            done.append((key, len(entries), first_difference(entries)))
        return done
    finally:
        await store.close()


def first_difference(entries: list[Entry]) -> str | None:
    """Where the journal stops following from its commands, in words; None where it never does."""
    if entries and entries[0].seq > 1:
        return str(RowsLetGo(entries[0].seq, "the journal cannot be recomputed"))
    world: World | None = None
    expected: Iterator[bytes] = iter(())
    encoder = msgspec.json.Encoder()
    for number, entry in enumerate(entries, start=1):
        if entry.seq != number:
            return f"row {number} is missing; the next is {entry.seq}"
        if entry.kind == "command":
            left = next(expected, None)
            if left is not None:
                return f"row {entry.seq}: the command before it leads to {left.decode()} as well"
            command: AnyCommand = entry.value  # type: ignore[assignment]
            if isinstance(command, OpenAccount):
                world = World(command.account)
            if world is None:
                return f"row {entry.seq}: the journal does not begin with OpenAccount"
            decision = decide(world, command, entry.at)
            expected = iter([encoder.encode(event) for event in decision.events])
            for event in decision.events:
                world.apply(event, entry.at)
        else:
            wanted = next(expected, None)
            if wanted != entry.body:
                shown = wanted.decode() if wanted is not None else "nothing"
                return f"row {entry.seq}: recorded {entry.body.decode()}, recomputed {shown}"
    left = next(expected, None)
    return None if left is None else f"the end: {left.decode()} is missing"


async def _opened(path: Path) -> SqliteStore:
    if not path.is_file() or not path.stat().st_size:
        raise UserError(f"{path} is no smsim database")
    store = SqliteStore(path)
    await store.open()
    return store


async def _must_have(store: SqliteStore, account: str) -> None:
    keys = [record.company_key for record in await store.accounts()]
    if account not in keys:
        raise UnknownAccount(account)
