"""The log of a file: moved to it beside the commits, begun anew when it is long; the file has one owner."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from pathlib import Path

import aiosqlite
import pytest

from simulator.domain.commands import SubmitMt
from simulator.domain.numbers import Mdn
from simulator.errors import DatabaseInUse
from simulator.store import sqlite_log
from simulator.store.sqlite import SqliteStore
from tests.contract.rows import Author

COMMITS = 400
MDN = Mdn("+13125550101")
OPENS = """
import asyncio, pathlib, sys
from simulator.errors import DatabaseInUse
from simulator.store.sqlite import SqliteStore

async def main():
    store = SqliteStore(pathlib.Path(sys.argv[1]))
    try:
        await store.open()
    except DatabaseInUse as error:
        sys.exit(str(error))
    await store.close()

asyncio.run(main())
"""


async def _filled(path: Path) -> SqliteStore:
    store, author = SqliteStore(path), Author()
    await store.open()
    await store.save_account(author.record)
    for number in range(COMMITS):
        author.do(SubmitMt(mdn=MDN, code="65047", text=f"{number} {'x' * 150}"))
        await store.commit(author.batch())
    return store


async def _opened_elsewhere(path: Path) -> tuple[int | None, str]:
    command = (sys.executable, "-c", OPENS, str(path))
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, told = await process.communicate()
    return process.returncode, told.decode().strip()


def _length(path: Path) -> int:
    return path.stat().st_size


async def test_a_log_begins_anew_while_commits_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was committed is in the file, and the log is far shorter than one that nobody moves."""
    monkeypatch.setattr(sqlite_log, "EVERY_S", 3600)
    never = await _filled(tmp_path / "never.db")
    monkeypatch.setattr(sqlite_log, "EVERY_S", 0)
    monkeypatch.setattr(sqlite_log, "LONG", 20)
    store = await _filled(tmp_path / "s.db")
    lengths = [_length(tmp_path / name) for name in ("s.db-wal", "never.db-wal")]
    assert 4 * lengths[0] < lengths[1]
    assert _length(tmp_path / "s.db") > 4 * _length(tmp_path / "never.db")
    assert await store.entries("acme") == await never.entries("acme")
    await store.close()
    await never.close()


async def test_it_is_moved_for_what_is_no_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of a journal, an image: their pages too are moved while nothing else is written."""
    monkeypatch.setattr(sqlite_log, "EVERY_S", 0)
    monkeypatch.setattr(sqlite_log, "LONG", 20)
    store = await _filled(tmp_path / "s.db")
    before = _length(tmp_path / "s.db-wal")
    for number in range(60):
        await store.copy_journal("acme", "kept")
        await store.save_image("acme", number, bytes(500_000))
    assert _length(tmp_path / "s.db-wal") - before < 10_000_000
    await store.close()


async def test_a_log_that_cannot_be_moved_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commits go on, and so does the log when it can be moved again."""
    failed = list[bool]()
    moved = sqlite_log._move

    async def fails(db: aiosqlite.Connection) -> tuple[int, int]:
        failed.append(len(failed) < 5)
        if failed[-1]:
            raise sqlite3.OperationalError("database or disk is full")
        return await moved(db)

    monkeypatch.setattr(sqlite_log, "EVERY_S", 0)
    monkeypatch.setattr(sqlite_log, "_move", fails)
    store = await _filled(tmp_path / "s.db")
    assert failed[-1] is False
    assert _length(tmp_path / "s.db") > COMMITS * 100
    await store.close()


async def test_another_process_cannot_have_the_file(tmp_path: Path) -> None:
    """It is told who has it; it can have it once it is closed."""
    path = tmp_path / "s.db"
    store = await _filled(path)
    code, told = await _opened_elsewhere(path)
    assert code == 1
    assert told == f"{path} is in use by another smsim; stop it, or give another --db"
    await store.close()
    assert await _opened_elsewhere(path) == (0, "")


async def test_no_one_else_in_this_process_can_have_the_file(tmp_path: Path) -> None:
    """Nor by another name, until it is closed; then it can."""
    path, link = tmp_path / "s.db", tmp_path / "other.db"
    store = await _filled(path)
    link.symlink_to(path)
    for name in (path, link):
        for _ in range(2):
            refused = SqliteStore(name)
            with pytest.raises(DatabaseInUse, match="another --db"):
                await refused.open()
            await refused.close()
    await store.close()
    again = SqliteStore(path)
    await again.open()
    assert len(await again.entries("acme")) > COMMITS
    await again.close()


async def test_a_file_that_was_refused_can_be_had(tmp_path: Path) -> None:
    """Who could not open it does not keep it."""
    path = tmp_path / "s.db"
    path.write_bytes(b"no database, but longer than nothing")
    for _ in range(2):
        with pytest.raises(Exception, match="is no SQLite database"):
            await SqliteStore(path).open()
    path.unlink()
    store = SqliteStore(path)
    await store.open()
    await store.close()
