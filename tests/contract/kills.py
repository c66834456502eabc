"""Files of a store, and what a killed process leaves of them."""

from __future__ import annotations

import shutil
from pathlib import Path

from simulator.store.sqlite import SqliteStore
from tests.contract.rows import Author


async def opened(path: Path, author: Author) -> SqliteStore:
    """A store on the file, with the author's account."""
    store = SqliteStore(path)
    await store.open()
    await store.save_account(author.record)
    return store


def copied(path: Path, to: Path) -> None:
    """Copy a file with its log."""
    for end in ("", "-wal"):
        shutil.copyfile(f"{path}{end}", f"{to}{end}")


def at_its_kill(path: Path) -> Path:
    """The file with its log as a killed process leaves them."""
    copy = path.with_name("killed.db")
    copied(path, copy)
    return copy
