"""The journal in a SQLite file, through aiosqlite, with group commit.

Batches of all accounts that come in while a transaction runs share the next one. The file is in WAL
mode with `synchronous=NORMAL`: what is committed survives the death of the process (a power cut
may cost the last moments). One process owns the file at a time.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from importlib.resources import files
from pathlib import Path

import aiosqlite
import msgspec

from simulator.errors import EngineFailed
from simulator.runtime.ports import (
    AccountRecord,
    Attempt,
    Batch,
    Entry,
    MessageQuery,
    MessageRecord,
)
from simulator.store import (
    sqlite_attempts,
    sqlite_journal,
    sqlite_retention,
    sqlite_rows,
    sqlite_search,
    sqlite_stretches,
    sqlite_words,
)
from simulator.store.opening import opened
from simulator.store.sqlite_bulk import Tables
from simulator.store.sqlite_file import (
    APPLICATION_ID,
    FORMAT_VERSION,
    cannot_open,
    checked,
    connected,
    disown,
    own,
    transaction,
)
from simulator.store.sqlite_journal import Row
from simulator.store.sqlite_log import Log
from simulator.store.sqlite_rows import COLUMNS
from simulator.store.sqlite_tail import FULL, Known, told, whole_steps

_DERIVED = {
    "journal": sqlite_journal.COLUMNS,
    "message": f"{COLUMNS}, wording, told",
    "wording": f"number, {sqlite_words.COLUMNS}",
    "text_block": "first, last, positions, texts",
    "part": "position, number, id",
    "trail": "position, seq",
    "derived": "seq",
    "attempt": "position, delivery_id",
}
"""The tables of a journal, and their columns but for those that the file gives."""

_REACHED = "SELECT account.company_key, coalesce(seq, 0) FROM account LEFT JOIN derived USING (company_key)"
"""The row of each journal that what is derived from it is up to."""

_MESSAGE = f"SELECT {COLUMNS} FROM message WHERE company_key = ?1 AND position = {{}}"

CACHE_KIB = 16 * 1024
"""Pages of the file that are held in memory, at most."""

_SAVE = (
    "INSERT INTO account (company_key, record) VALUES (?, ?) "
    "ON CONFLICT (company_key) DO UPDATE SET record = excluded.record"
)


class SqliteStore:
    """Implements `runtime.ports.Store` on one file."""

    at_once = False

    def __init__(self, path: Path) -> None:
        self.path = path
        self._owned: Path | None = None
        self._connection: aiosqlite.Connection | None = None
        self._waiting: list[tuple[Batch, asyncio.Future[None]]] = []
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()
        self._log = Log(path, self._lock)
        self._tables = Tables()
        self._bringing = set[asyncio.Task[None]]()

    async def open(self) -> None:
        """Open or make the file. Raises ForeignDatabase (untouched) or DatabaseInUse."""
        self._owned = own(self.path)
        try:
            known = checked(self.path)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            sqlite3.connect(self.path, timeout=0).close()  # what cannot be opened is told from here
            self._connection = await connected(self.path)
            await self._prepare(known)
            await self._derive_again()
            await self._log.open()
            self._log.grew()
        except BaseException as error:
            await self._let_go()
            if isinstance(error, sqlite3.Error | OSError):
                raise cannot_open(self.path, error) from error
            raise
        self._writer = asyncio.create_task(self._write(), name=f"journal {self.path.name}")

    async def close(self) -> None:
        """Write what waits, and let go of the file."""
        if self._writer is not None:
            await asyncio.gather(*self._bringing, return_exceptions=True)
            await asyncio.gather(*(done for _, done in self._waiting), return_exceptions=True)
            async with self._lock:
                self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
            with suppress(sqlite3.Error):  # the journal has it all
                await self._tables.bring_up(self._db)
        await self._let_go()

    async def accounts(self) -> list[AccountRecord]:
        """Every account, in the order they were made."""
        rows = await self._all("SELECT record FROM account ORDER BY position")
        return [msgspec.json.decode(row[0], type=AccountRecord) for row in rows]

    async def save_account(self, record: AccountRecord) -> None:
        """Insert the record, or replace the one of that key in place."""
        await self._all(_SAVE, (record.company_key, msgspec.json.encode(record)))
        self._log.grew()

    async def delete_account(self, key: str) -> None:
        """Remove every row of the account, in one transaction."""
        await self._forget(key, "account", "image", *_DERIVED)

    async def clear_journal(self, key: str) -> None:
        """Remove every row of the account but its record, in one transaction."""
        await self._forget(key, "image", *_DERIVED)

    async def copy_journal(
        self, source: str, target: str, record: AccountRecord | None = None
    ) -> Entry:
        """Copy every row under the other key, in one transaction."""
        async with self._transaction() as db:
            await sqlite_retention.copy_image(self._ask, source, target)
            for table, columns in _DERIVED.items():
                await db.execute(f"DELETE FROM {table} WHERE company_key = ?", (target,))
                await db.execute(
                    f"INSERT INTO {table} (company_key, {columns}) SELECT ?, {columns} FROM {table} "
                    f"WHERE company_key = ? ORDER BY {columns.partition(',')[0]}",
                    (target, source),
                )
            if record is not None and (account := record.account) is not None:
                await db.execute(_SAVE, (target, msgspec.json.encode(record)))
                await sqlite_journal.reopen(self._ask, target, lambda row: opened(row, account))
        seq = await sqlite_journal.last(self._all, target)
        return (await sqlite_journal.these(self._all, target, [seq]))[seq]

    async def image(self, account: str) -> tuple[int, bytes] | None:
        """The image, and its row."""
        rows = await self._all("SELECT seq, body FROM image WHERE company_key = ?", (account,))
        return (rows[0][0], rows[0][1]) if rows else None

    async def save_image(self, account: str, seq: int, image: bytes) -> None:
        """One for an account."""
        await self._all(sqlite_retention.SAVE_IMAGE, (account, seq, image))
        self._log.grew()

    async def first(self, account: str) -> int:
        """Found without reading it."""
        return await sqlite_journal.first(self._all, account)

    async def beyond(self, account: str, count: int) -> tuple[int, int]:
        """Counted in the shortest of the indexes."""
        await self._brought_up()
        return await sqlite_retention.beyond(self._all, account, count)

    async def forget_before(
        self, account: str, below: int, image: tuple[int, bytes] | None = None
    ) -> None:
        """Rows of the table that stand wholly before `below`, in one transaction."""
        async with self._transaction():
            await sqlite_retention.let_go(self._ask, account, below, image)

    async def commit(self, batch: Batch) -> None:
        """Hand the batch to the next transaction; return when that is committed."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((batch, done))
        self._wake.set()
        await done

    async def entries(
        self, account: str, after: int = 0, limit: int | None = None, types: Sequence[str] = ()
    ) -> list[Entry]:
        """Rows after `after`, in order."""
        return await sqlite_journal.entries(self._all, account, after, limit, types)

    async def messages(self, account: str, query: MessageQuery) -> list[MessageRecord]:
        """Recorded messages that meet the query, oldest first or newest first."""
        await self._brought_up()
        return await sqlite_search.messages(self._all, account, query)

    async def message(self, account: str, message_id: str) -> tuple[MessageRecord, int] | None:
        """A message, or the message a part belongs to, from the table and what that is yet to be told."""
        async with self._asking():
            found = self._tables.begun(account, message_id)
            if found is None and (found := await self._in_table(account, message_id)) is not None:
                found = self._tables.on(account, found)
            return found

    async def trail(self, account: str, message_id: str) -> list[Entry]:
        """The rows that tell of a message beside its states, in order."""
        await self._brought_up()
        rows = await self._all(
            f"SELECT seq FROM trail WHERE company_key = ?1 AND position = {sqlite_stretches.MESSAGE}",
            (account, message_id),
        )
        found = await sqlite_journal.these(self._all, account, (row[0] for row in rows))
        return list(found.values())

    async def attempts(
        self, account: str, delivery_ids: Sequence[str] | None = None
    ) -> list[Attempt]:
        """Every attempt, or those at the deliveries, in order."""
        await self._brought_up()
        if delivery_ids is None:
            found = await sqlite_attempts.every(self._all, account)
        else:
            found = await sqlite_attempts.placed_at(self._all, account, delivery_ids)
        return [item for _, item in found]

    async def newest_attempts(
        self, account: str, limit: int, below: int | None = None
    ) -> list[tuple[int, Attempt]]:
        """Attempts with their places, newest first, those below a place."""
        await self._brought_up()
        return await sqlite_attempts.newest(self._all, account, limit, below)

    @property
    def _db(self) -> aiosqlite.Connection:
        assert self._connection is not None, "open() comes first"
        return self._connection

    async def _in_table(self, account: str, message_id: str) -> Known | None:
        asked = (account, message_id)
        rows, number = await self._ask(_MESSAGE.format(sqlite_stretches.MESSAGE), asked), 1
        if not rows and (parts := await self._ask(sqlite_stretches.PART, asked)):
            position, number = parts[0]
            rows = await self._ask(_MESSAGE.format("?2"), (account, position))
        found = await sqlite_rows.records(self._ask, account, rows)
        return Known(found[0], number) if found else None

    async def _all(self, sql: str, values: Iterable[object] = ()) -> list[Row]:
        async with self._asking():
            return await self._ask(sql, values)

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        """Nobody writes meanwhile. Raises EngineFailed."""
        async with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                raise EngineFailed(f"{self.path} could not be used: {error}") from error

    async def _ask(self, sql: str, values: Iterable[object] = ()) -> list[Row]:
        """The same, for one who has the lock."""
        return [tuple(row) for row in await self._db.execute_fetchall(sql, values)]

    async def _forget(self, key: str, *tables: str) -> None:
        async with self._transaction() as db:
            for table in tables:
                await db.execute(f"DELETE FROM {table} WHERE company_key = ?", (key,))

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        """A change of all there is of an account, whole or not at all. Raises EngineFailed."""
        async with self._lock:
            try:
                await self._tables.bring_up(self._db)
                self._tables.forget()
                async with transaction(self._db):
                    yield self._db
            except sqlite3.Error as error:
                raise self._cannot_change(error) from error
            self._log.grew()

    def _cannot_change(self, error: sqlite3.Error) -> EngineFailed:
        return EngineFailed(f"{self.path} could not be changed: {error}")

    async def _let_go(self) -> None:
        try:
            await self._log.close()
        finally:
            try:
                if self._connection is not None:  # its thread would keep the process
                    await self._connection.close()
            finally:
                if self._owned is not None:
                    disown(self._owned)
                self._owned = None

    async def _prepare(self, known: bool) -> None:
        db = self._db
        await db.execute("PRAGMA journal_mode = WAL")
        await db.execute("PRAGMA synchronous = NORMAL")
        await db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        await db.execute("PRAGMA wal_autocheckpoint = 0")  # `Log` does it
        if not known:
            schema = files("simulator.store").joinpath("schema.sql").read_text()
            await db.executescript(
                f"BEGIN; {schema} PRAGMA application_id = {APPLICATION_ID};"
                f"PRAGMA user_version = {FORMAT_VERSION}; COMMIT;"
            )
        await db.execute("PRAGMA busy_timeout = 1000")  # from here on only `Log` is beside it

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            async with self._lock:
                work, self._waiting = self._waiting, []
                if not work:
                    continue
                try:
                    come = await self._transact([batch for batch, _ in work])
                except Exception as error:  # noqa: BLE001 - disk full or gone: the engines stop
                    with suppress(sqlite3.Error):
                        await self._db.rollback()
                    self._tables.forget()
                    for _, done in work:
                        if not done.done():
                            done.set_exception(error)
                    continue
            for _, done in work:
                if not done.done():
                    done.set_result(None)
            self._log.grew()
            async with self._lock:
                await self._tables.go_on(self._db, come)

    async def _transact(self, batches: list[Batch]) -> int:
        """Commit some batches; how many rows they will have in the tables."""
        await self._tables.make_room(self._db)
        found = [told(batch) for batch in batches if batch.entries]
        rows, insert = sqlite_rows.committed(batches), sqlite_journal.INSERT
        if 0 < len(rows) <= sqlite_journal.AT_ONCE:
            values = [value for row in rows for value in row]
            await self._db.execute(sqlite_rows.inserting(insert, len(rows)), values)
        else:
            await self._db.execute("BEGIN")
            await self._db.executemany(insert, rows)
            await self._db.execute("COMMIT")
        return self._tables.take(found)

    async def _brought_up(self) -> None:
        """Let the tables be up to the journal, to be read. Done to its end, though the reader leave."""
        if self._tables.behind:
            task = asyncio.create_task(self._bring_up_in_turn())
            self._bringing.add(task)
            task.add_done_callback(self._bringing.discard)
            task.add_done_callback(lambda done: done.exception())
            await asyncio.shield(task)

    async def _bring_up_in_turn(self) -> None:
        async with self._lock:
            try:
                await self._tables.bring_up(self._db)
                self._log.grew()
            except sqlite3.Error as error:
                raise self._cannot_change(error) from error

    async def _derive_again(self) -> None:
        """What the tables had not been told of when the process was killed."""
        for key, reached in await self._all(_REACHED):
            while rows := await self.entries(key, reached, FULL):
                some = whole_steps(rows) if len(rows) == FULL else rows
                found = told(Batch(key, some))
                ids = msgspec.json.encode([move.message_id for _, move in found.moved]).decode()
                made = await sqlite_attempts.between(self._all, key, reached, some[-1].seq)
                there: dict[str, int] = dict(await self._all(sqlite_stretches.TOLD, (key, ids)))
                self._tables.take([found.beyond(there)._replace(attempts=made)])
                await self._tables.bring_up(self._db)
                reached = some[-1].seq
