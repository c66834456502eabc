"""The file itself: whether it is one of ours, who has it, and why it could not be opened."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import aiosqlite

from simulator.errors import DatabaseInUse, ForeignDatabase, UserError

FORMAT_VERSION = 7
APPLICATION_ID = 0x534D5331  # "SMS1"


_OWNED = set[Path]()
"""The files this process has: SQLite keeps them from other processes alone."""


def own(path: Path) -> Path:
    """Be the one who has the file in this process; what is to be disowned. Raises DatabaseInUse."""
    try:
        owned = path.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise cannot_open(path, error) from error
    if owned in _OWNED:
        raise _in_use(path)
    _OWNED.add(owned)
    return owned


def disown(owned: Path) -> None:
    """Let another one have it."""
    _OWNED.discard(owned)


async def connected(path: Path) -> aiosqlite.Connection:
    """A connection to a file that this process has to itself, once anything is read or written by one.

    Raises sqlite3.Error.
    """
    uri = f"{path.absolute().as_uri()}?vfs=unix-excl"
    return await aiosqlite.connect(uri, uri=True, isolation_level=None, timeout=0)


@asynccontextmanager
async def transaction(db: aiosqlite.Connection) -> AsyncIterator[None]:
    """Whole or not at all."""
    try:
        await db.execute("BEGIN")
        yield
        await db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            await db.rollback()
        raise


def cannot_open(path: Path, error: Exception) -> UserError:
    """What to tell of a file that SQLite could not open."""
    code = getattr(error, "sqlite_errorcode", None)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return _in_use(path)
    return UserError(f"{path} cannot be opened: {error}; give another file with --db")


def checked(path: Path) -> bool:
    """Whether the file is one of ours; False where there is none. Reads it, changes nothing."""
    try:
        if not path.exists() or path.stat().st_size == 0:
            return False
        # without a log beside it the file is all there is, and reading it need leave no trace
        alone = not Path(f"{path}-wal").exists()
        uri = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"
        with closing(sqlite3.connect(uri, uri=True, timeout=0)) as connection:
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            version = connection.execute("PRAGMA user_version").fetchone()[0]
    except (sqlite3.OperationalError, OSError) as error:
        raise cannot_open(path, error) from error
    except sqlite3.DatabaseError as error:
        raise ForeignDatabase(f"{path} is no SQLite database; it was left as it is") from error
    if application != APPLICATION_ID:
        raise ForeignDatabase(f"{path} is no smsim database; it was left as it is")
    if version != FORMAT_VERSION:
        raise ForeignDatabase(
            f"{path} has format version {version}, this smsim reads {FORMAT_VERSION}; "
            "it was left as it is. Use the smsim that wrote it, or another file with --db"
        )
    return True


def _in_use(path: Path) -> DatabaseInUse:
    return DatabaseInUse(f"{path} is in use by another smsim; stop it, or give another --db")
