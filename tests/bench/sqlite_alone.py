"""The yardstick of what writes much: SQLite alone, writing the same journal into a new file."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from time import perf_counter

from simulator.store import sqlite_stretches

MOST = 10_000
"""Rows of the table that are written, each of up to 128 of the journal; more would tell nothing new."""

AT_ONCE = 32
"""Rows of the table in one transaction."""


def rows_per_second(database: Path) -> float:
    """How many rows of this file's journal SQLite takes in a second, set as the simulator sets it."""
    with closing(sqlite3.connect(database)) as source:
        sql = "SELECT * FROM journal ORDER BY position LIMIT ?"
        rows = source.execute(sql, (MOST,)).fetchall()
    fresh = database.with_name("alone.db")
    alone = f"{fresh.absolute().as_uri()}?vfs=unix-excl"
    with closing(sqlite3.connect(alone, uri=True, isolation_level=None)) as target:
        target.execute("PRAGMA journal_mode = WAL")
        target.execute("PRAGMA synchronous = NORMAL")
        target.executescript(files("simulator.store").joinpath("schema.sql").read_text())
        started = perf_counter()
        for start in range(0, len(rows), AT_ONCE):
            target.execute("BEGIN")
            some = rows[start : start + AT_ONCE]
            target.executemany("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)", some)
            target.execute("COMMIT")
        seconds = perf_counter() - started
    for path in fresh.parent.glob(f"{fresh.name}*"):
        path.unlink()
    lines: int = sum(last - first + 1 for _, _, first, last, *_ in rows)
    return lines / seconds


def read_seconds(database: Path) -> float:
    """How long SQLite takes to hand over every row of the journal."""
    with closing(sqlite3.connect(database)) as source:
        started = perf_counter()
        for _ in source.execute("SELECT first, last, until, lines FROM journal ORDER BY position"):
            pass
        return perf_counter() - started


def find_ms(database: Path, key: str, ids: Sequence[str]) -> list[float]:
    """How long SQLite takes to find each of these messages."""
    sql = f"SELECT * FROM message WHERE company_key = ?1 AND position = {sqlite_stretches.MESSAGE}"
    took = list[float]()
    with closing(sqlite3.connect(database)) as source:
        for one in ids:
            started = perf_counter()
            source.execute(sql, (key, one)).fetchall()
            took.append((perf_counter() - started) * 1e3)
    return took


def journal_rows(database: Path, types: tuple[str, ...] = ()) -> int:
    """How many rows the journal has, or how many of these types."""
    marks = [f',"{name}",'.encode() for name in types]
    with closing(sqlite3.connect(database)) as source:
        if not types:
            return int(source.execute("SELECT sum(last - first + 1) FROM journal").fetchone()[0])
        every = source.execute("SELECT lines FROM journal")
        return sum(lines.count(mark) for (lines,) in every for mark in marks)


def states(database: Path) -> dict[str, int]:
    """How many messages stand where."""
    with closing(sqlite3.connect(database)) as source:
        return dict(source.execute("SELECT state, count(*) FROM message GROUP BY state"))
