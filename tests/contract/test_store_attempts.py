"""Attempts at callbacks in a file: they stand with the rows they came by, and are found by delivery."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from simulator.runtime.ports import Attempt, Batch
from simulator.store import sqlite_journal
from tests.contract.kills import at_its_kill, opened
from tests.contract.rows import Author, attempt


@pytest.mark.usefixtures("few_at_a_time")
async def test_attempts_are_known_while_a_full_tail_is_written(tmp_path: Path) -> None:
    """All, the newest and by delivery, after every commit and after a kill, each once."""
    author, made = Author(), list[Attempt]()
    store = await opened(tmp_path / "s.db", author)
    for number in range(1, 10):
        some = [attempt(number), msgspec.structs.replace(attempt(number), delivery_id="d2")]
        await store.commit(author.attempted(*some))
        made += some
        killed = await opened(at_its_kill(tmp_path / "s.db"), author)
        assert await killed.attempts("acme") == made
        assert await killed.attempts("acme", ["d2"]) == made[1::2]
        newest = await killed.newest_attempts("acme", 3)
        assert newest == list(zip(range(2 * number, 0, -1), reversed(made), strict=True))[:3]
        await killed.close()
    assert await store.attempts("acme") == made
    await store.close()


async def test_attempts_of_a_batch_of_many_rows_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though its rows are several of the table, and though some of these are let go of."""
    monkeypatch.setattr(sqlite_journal, "MOST_LINES", 4)
    author = Author()
    store = await opened(tmp_path / "s.db", author)
    made = [msgspec.structs.replace(attempt(n), delivery_id=f"e{n}") for n in range(10)]
    await store.commit(author.attempted(*made))
    await store.commit(author.attempted(attempt(10)))
    for number, item in enumerate(made):
        assert await store.attempts("acme", [f"e{number}"]) == [item]
    assert await store.newest_attempts("acme", 2, 4) == [(3, made[2]), (2, made[1])]
    await store.forget_before("acme", 5)
    assert await store.attempts("acme") == [*made[4:], attempt(10)]
    assert await store.attempts("acme", ["e3"]) == []
    await store.close()


async def test_an_attempt_without_the_row_it_came_by_is_refused(tmp_path: Path) -> None:
    """It would have no place of its own."""
    author = Author()
    store = await opened(tmp_path / "s.db", author)
    with pytest.raises(ValueError, match="with the commands they came by"):
        await store.commit(Batch("acme", [], [attempt(1)]))
    assert await store.attempts("acme") == []
    await store.close()
