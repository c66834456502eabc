"""A restart from an image of the world: the journal before it is not read, and nothing else differs."""

from __future__ import annotations

import os
import pickle
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from zlib import compress

import msgspec
import pytest
from aiohttp import ClientSession

from simulator.app import build
from simulator.config import ServerSettings
from simulator.errors import EngineFailed
from simulator.journal import replay
from simulator.runtime import images
from tests.system.company import Company, call

ANN = "+13125550101"
READS = ("/events?limit=10000", "/messages", f"/handsets/{ANN}", "/clock", "/faults", "/alarms", "")
PEOPLE = 300


@asynccontextmanager
async def _served(http: ClientSession, path: Path) -> AsyncIterator[Company]:
    async with build(ServerSettings(port=0, db=path, accounts=())) as system:
        url = await system.listen()
        made = await call(http, "POST", f"{url}/_sim/accounts", {"company_key": "acme", "seed": 3})
        if made.status == 409:
            made = await call(http, "GET", f"{url}/_sim/accounts/acme")
        yield Company(http, url, made.json)


async def _lived(company: Company) -> None:
    """Much of what there is: opt-ins at every stage, messages under way, a fault, an alarm, retries."""
    await company.register("subscription_added", "http://127.0.0.1:9/nobody")
    fault = {
        "id": "late",
        "match": {"surface": "carrier"},
        "effect": {"delay": "1h"},
        "ratio": "1/3",
    }
    await company.control("POST", "/faults", fault)
    alarm = {"at": "2026-01-09T15:00:00Z", "url": "http://127.0.0.1:9/alarm"}
    await company.control("PUT", "/alarms/tea", alarm)
    persons = [{"mdn": f"+1312556{number:04d}"} for number in range(PEOPLE)]
    await company.control("POST", "/lists/1001/subscribers", {"persons": persons})
    body = {
        "name": "Sale",
        "send_scheduled_date": "2026-01-05T16:00:00Z",
        "targeting": {"message_template": "Sale", "source_lists": ["1001"]},
    }
    assert (await company.platform("POST", "mobiledb/broadcasts", body)).status == 201
    await company.subscribe(ANN)
    await company.join("+13125550102")
    await company.advance("2h")
    await company.send(ANN, "Still on its way")


async def _seen(company: Company) -> list[object]:
    return [(await company.control("GET", read)).json for read in READS]


def _image(path: Path) -> tuple[int, bytes]:
    with closing(sqlite3.connect(path)) as db:
        row: tuple[int, bytes] = db.execute("SELECT seq, body FROM image").fetchone()
        return row


def _change(path: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(sql, values)


async def _continued(http: ClientSession, path: Path) -> list[object]:
    """What a restarted account does with what was due, and with what comes."""
    async with _served(http, path) as company:
        await company.text("+13125550102", "Y")
        await company.text(ANN, "STOP")
        await company.advance("96h")
        return await _seen(company)


async def test_what_begins_from_an_image_goes_on_as_what_reads_it_all(
    http: ClientSession, tmp_path: Path
) -> None:
    """Two copies of a file, one without the image: the same rows and answers, before and after."""
    with_image, without = tmp_path / "a.db", tmp_path / "b.db"
    async with _served(http, with_image) as company:
        await _lived(company)
        before = await _seen(company)
    without.write_bytes(with_image.read_bytes())
    _change(without, "DELETE FROM image")
    seq, _ = _image(with_image)
    assert seq == (await _last(with_image))
    async with _served(http, with_image) as company:
        assert await _seen(company) == before
    assert await _continued(http, with_image) == await _continued(http, without)
    assert [difference for _key, _rows, difference in await replay(with_image)] == [None]


async def _last(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT max(last) FROM journal").fetchone()[0])


async def test_what_is_before_the_image_is_not_read(http: ClientSession, tmp_path: Path) -> None:
    """Rows that nobody could read do no harm there, and stop the start where they come after it."""
    path = tmp_path / "sim.db"
    async with _served(http, path) as company:
        await _lived(company)
    _change(path, "UPDATE journal SET lines = CAST('x' AS BLOB) WHERE last <= ?", _image(path)[0])
    async with _served(http, path) as company:
        assert await company.member(ANN)
    _change(path, "DELETE FROM image")
    with pytest.raises((EngineFailed, msgspec.DecodeError)):
        async with _served(http, path):
            pass


class _Evil:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"touch {self._path}",)


@pytest.mark.parametrize("kind", ["foreign", "evil", "torn", "other code", "no world"])
async def test_an_image_that_is_odd_is_left_alone(
    http: ClientSession, tmp_path: Path, kind: str
) -> None:
    """The journal is read in its place; nothing that an image says is run."""
    path, trace = tmp_path / "sim.db", tmp_path / "trace"
    async with _served(http, path) as company:
        await _lived(company)
        before = await _seen(company)
    whole = _image(path)[1]
    odd = {
        "foreign": b"something else",
        "evil": images._code() + compress(pickle.dumps(_Evil(trace))),
        "torn": whole[:-100],
        "other code": b"\0" * len(images._code()) + whole[len(images._code()) :],
        "no world": images._code() + compress(pickle.dumps({"a": 1})),
    }[kind]
    assert images.world_of(whole) is not None
    assert images.world_of(odd) is None
    _change(path, "UPDATE image SET body = ?", odd)
    async with _served(http, path) as company:
        assert await _seen(company) == before
    assert not trace.exists()
    assert images.world_of(_image(path)[1]) is not None  # a good one is in its place again


async def test_a_process_that_was_killed_reads_on_from_the_image(
    http: ClientSession, tmp_path: Path
) -> None:
    """What came after the image is read from the journal."""
    path, killed = tmp_path / "sim.db", tmp_path / "killed.db"
    async with _served(http, path) as company:
        await _lived(company)
    image = _image(path)
    async with _served(http, path) as company:
        await company.text(ANN, "STOP")
        await company.advance("1h")
        before = await _seen(company)
        for name in ("", "-wal"):
            Path(f"{killed}{name}").write_bytes(Path(f"{path}{name}").read_bytes())
    async with _served(http, killed) as company:
        assert await _seen(company) == before
    assert _image(killed) == image


async def test_going_back_begins_from_no_image_of_what_was_undone(
    http: ClientSession, tmp_path: Path
) -> None:
    """An image goes with the journal it was made of: reset, restored, deleted."""
    path = tmp_path / "sim.db"
    async with _served(http, path) as company:
        taken = await company.control("POST", "/snapshots", {})
        await _lived(company)
    assert _image(path)
    async with _served(http, path) as company:
        await company.control("POST", f"/snapshots/{taken.json['id']}/restore")
    async with _served(http, path) as company:
        assert not await company.member(ANN)
        assert (await company.control("GET", "/messages")).json["items"] == []


async def test_a_small_journal_is_read(http: ClientSession, tmp_path: Path) -> None:
    """Nothing is kept where there is little to read."""
    path = tmp_path / "sim.db"
    async with _served(http, path) as company:
        await company.subscribe(ANN)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM image").fetchone() == (0,)
