from __future__ import annotations

import asyncio

import msgspec
import pytest

from simulator.domain.commands import AddPerson
from simulator.domain.instants import HOUR, Instant
from simulator.domain.person import PersonPatch
from simulator.runtime.ports import Store
from tests.contract.rows import START, Author, attempt


def _add(author: Author, name: str) -> None:
    author.do(AddPerson(patch=PersonPatch(external_person_id=name, custom_fields={})))


async def test_rows_come_back_as_they_were_written(store: Store) -> None:
    """seq, at, kind, type, body and the decoded value are equal after a commit."""
    author = Author()
    await store.save_account(author.record)
    _add(author, "ann")
    batch = author.batch()
    await store.commit(batch)
    kept, written = (
        [(row.seq, row.at, row.kind, row.type, row.body, row.value) for row in rows]
        for rows in (await store.entries("acme"), batch.entries)
    )
    assert kept == written
    assert [row.kind for row in batch.entries] == ["command", "event"]


@pytest.mark.parametrize(
    ("after", "limit", "types", "found"),
    [
        (0, None, (), [1, 2, 3, 4, 5, 6]),
        (2, None, (), [3, 4, 5, 6]),
        (0, 2, (), [1, 2]),
        (3, 2, (), [4, 5]),
        (0, None, ("PersonAdded",), [2, 4, 6]),
        (2, 1, ("PersonAdded",), [4]),
        (0, None, ("PersonAdded", "AddPerson"), [1, 2, 3, 4, 5, 6]),
        (0, None, ("Nothing",), []),
        (6, None, (), []),
        (99, 5, (), []),
    ],
)
async def test_rows_are_narrowed(
    store: Store, after: int, limit: int | None, types: tuple[str, ...], found: list[int]
) -> None:
    """after excludes, types choose, and limit counts what was chosen."""
    author = Author()
    await store.save_account(author.record)
    for name in ("a", "b", "c"):
        _add(author, name)
    await store.commit(author.batch())
    rows = await store.entries("acme", after, limit, types)
    assert [row.seq for row in rows] == found


async def test_batches_append_in_the_order_they_were_handed_over(store: Store) -> None:
    """Commits that are under way together keep their rows in order."""
    author = Author()
    await store.save_account(author.record)
    batches = []
    for number in range(20):
        _add(author, str(number))
        batches.append(author.batch(attempt(number)))
    await asyncio.gather(*(store.commit(batch) for batch in batches))
    assert [row.seq for row in await store.entries("acme")] == list(range(1, 41))
    assert [item.attempt for item in await store.attempts("acme")] == list(range(20))


async def test_attempts_come_back_in_full(store: Store) -> None:
    """An attempt is stored with its exchange."""
    author = Author()
    await store.save_account(author.record)
    await store.commit(author.attempted(attempt(1)))
    await store.commit(author.attempted(attempt(2)))
    assert await store.attempts("acme") == [attempt(1), attempt(2)]


async def test_the_newest_attempts_come_page_by_page(store: Store) -> None:
    """Newest first, so many, then those below the last place; another account's are not among them."""
    ours, theirs = Author("acme"), Author("other")
    for author in (ours, theirs):
        await store.save_account(author.record)
    for number in range(1, 6):
        await store.commit(ours.attempted(attempt(number)))
        await store.commit(theirs.attempted(attempt(100 + number)))
    first = await store.newest_attempts("acme", 2)
    second = await store.newest_attempts("acme", 2, first[-1][0])
    third = await store.newest_attempts("acme", 2, second[-1][0])
    pages = [[item for _, item in page] for page in (first, second, third)]
    assert pages == [[attempt(5), attempt(4)], [attempt(3), attempt(2)], [attempt(1)]]
    assert await store.newest_attempts("acme", 2, third[-1][0]) == []
    assert await store.newest_attempts("acme", 9, 10**9) == first + second + third


async def test_attempts_at_some_deliveries_are_found(store: Store) -> None:
    """Each once and in the order they were made, whatever order they are asked for in."""
    author = Author()
    await store.save_account(author.record)
    named = [
        msgspec.structs.replace(attempt(number), delivery_id=key)
        for number, key in enumerate(("a", "b", "a", "c", "b"))
    ]
    await store.commit(author.attempted(*named[:2]))
    await store.commit(author.attempted(*named[2:]))
    found = await store.attempts("acme", ["b", "a", "b", "nobody"])
    assert [item.attempt for item in found] == [0, 1, 2, 4]
    assert await store.attempts("acme", []) == []


async def test_an_instant_of_any_size_is_kept(store: Store) -> None:
    """Times before 1970 and far ahead come back as they were."""
    author = Author()
    await store.save_account(author.record)
    for at in (-HOUR, START, 2**53):
        author.do(AddPerson(patch=PersonPatch(external_person_id=str(at))), at)
    await store.commit(author.batch())
    instants = [row.at for row in await store.entries("acme", types=["PersonAdded"])]
    assert instants == [Instant(-HOUR), START, Instant(2**53)]
