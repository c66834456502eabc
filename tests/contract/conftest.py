"""Every store that implements `runtime.ports.Store`, open and empty."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulator.runtime.ports import Store
from simulator.store import sqlite_bulk, sqlite_tail
from simulator.store.memory import MemoryStore
from simulator.store.sqlite import SqliteStore


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    made: Store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "s.db")
    await made.open()
    yield made
    await made.close()


@pytest.fixture
def few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tail is full with three messages, and written one by one."""
    monkeypatch.setattr(sqlite_tail, "FULL", 3)
    monkeypatch.setattr(sqlite_bulk, "FEW", 1)
    monkeypatch.setattr(sqlite_tail, "FEW", 1)
