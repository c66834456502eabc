"""Of an account that lives long what is finished and old is let go; nothing else can be told by it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from zlib import compress

import msgspec
import pytest
from aiohttp import ClientSession

from simulator.app import Simulator
from simulator.errors import EngineFailed
from simulator.runtime import images, retention, stills
from tests.system.company import Company
from tests.system.retaining import ANN, BOB, KEPT, days, first_row, messages, rested, served

CARL = "+13125550103"
READS = ("/events?limit=10000", "/messages", f"/handsets/{ANN}", "/clock", "/faults", "/alarms", "")
OFF = {"reachable": False}


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little is worth letting go of; it goes in many slices, the image is made of many pieces."""
    monkeypatch.setattr(stills, "SOME", 2)
    monkeypatch.setattr(retention, "LEAST", 10)
    monkeypatch.setattr(retention, "SLICE", 40)


@pytest.fixture(params=["memory", "file"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path / "sim.db" if request.param == "file" else None


async def _newest_day(company: Company) -> int:
    texts = [item["text"] for item in await messages(company)]
    return max(int(text.split()[1].rstrip(",")) for text in texts if text.startswith("Day"))


async def _seen(company: Company) -> list[object]:
    return [(await company.control("GET", read)).json for read in READS]


async def test_the_newest_messages_are_kept(http: ClientSession, path: Path | None) -> None:
    """So many, and not many more; who asks for one that is gone is told why it may be."""
    async with served(http, path) as (system, company):
        await days(company, 0, 3)
        old = (await messages(company))[0]["id"]
        await days(company, 3, 20)
        await rested(system)
        kept = await messages(company)
        assert KEPT <= len(kept) <= KEPT + 3 * 6
        assert await _newest_day(company) == 22
        assert await first_row(company) > 1
        gone = await company.control("GET", f"/messages/{old}")
        assert gone.status == 404
        assert "--keep-messages" in gone.json["errors"][0]["message"]
        assert (await company.control("GET", f"/messages/{kept[-1]['id']}")).status == 200


async def test_what_is_older_than_a_span_goes(http: ClientSession, path: Path | None) -> None:
    """By the account's time."""
    async with served(http, path, keep_messages=None, keep_for="5d") as (system, company):
        await days(company, 0, 4)
        await rested(system)
        assert await first_row(company) == 1
        await days(company, 4, 12)
        await rested(system)
        texts = [item["text"] for item in await messages(company)]
        assert 4 <= len({text[:7] for text in texts if text.startswith("Day")}) <= 7
        assert await _newest_day(company) == 15


async def test_a_message_that_is_not_finished_holds_all_that_is_younger(
    http: ClientSession, path: Path | None
) -> None:
    """Until it is finished."""
    async with served(http, path) as (system, company):
        await days(company, 0, 1)
        await company.control("PUT", f"/handsets/{CARL}", OFF)
        waiting = await company.send(CARL, "You are off")
        for number in range(3 * KEPT):
            await company.send(ANN, f"Meanwhile {number}")
        await company.advance("24h")
        await company.text(BOB, "HELP")
        await rested(system)
        kept = await messages(company)
        assert len(kept) > 3 * KEPT
        assert kept[0]["text"] == "You are off"
        assert kept[0]["state"] not in ("expired", "undeliverable")
        assert waiting
        await days(company, 1, 6)
        await rested(system)
        assert len(await messages(company)) < 3 * KEPT


async def test_all_is_kept_where_nothing_is_said(http: ClientSession, path: Path | None) -> None:
    """The setting is off by itself."""
    async with served(http, path, keep_messages=None) as (system, company):
        await days(company, 0, 20)
        assert len(await messages(company)) >= 20 * 5
        assert await first_row(company) == 1
        assert all(universe._retention is None for universe in system.accounts.all())


async def _lived(company: Company) -> None:
    """Old days, and much that is unfinished at the end of them."""
    await company.register("subscription_added", "http://127.0.0.1:9/nobody")
    await company.subscribe(ANN)
    await days(company, 0, 15)
    alarm = {"at": "2026-03-09T15:00:00Z", "url": "http://127.0.0.1:9/alarm"}
    await company.control("PUT", "/alarms/tea", alarm)
    await company.join(BOB)
    await company.subscribe(CARL)
    await company.send(ANN, "Still on its way")


def _of_the_world(system: Simulator) -> dict[str, object]:
    """All that a world holds."""
    world = vars(system.accounts.get("acme").world)
    return {name: getattr(part, "__dict__", part) for name, part in world.items()}


async def _continued(http: ClientSession, path: Path, **settings: Any) -> list[object]:
    """What a restarted account does with what was due, and with what comes; rows from there on."""
    async with served(http, path, **settings) as (system, company):
        last = system.accounts.get("acme").engine.seq
        await company.text(BOB, "Y")
        await company.text(ANN, "STOP")
        await company.advance("96h")
        rows = (await company.control("GET", f"/events?limit=10000&after={last}")).json["items"]
        return [last, rows, _of_the_world(system)]


async def test_a_restart_finds_the_same_world(http: ClientSession, tmp_path: Path) -> None:
    """After rows were let go all that is seen is the same, and it goes on as one that kept them all."""
    short, whole = tmp_path / "short.db", tmp_path / "whole.db"
    async with served(http, whole, keep_messages=None) as (_, company):
        await _lived(company)
    async with served(http, short) as (system, company):
        await _lived(company)
        await rested(system)
        assert await first_row(company) > 1
        before = await _seen(company)
    async with served(http, short, keep_messages=None) as (_, company):
        assert await _seen(company) == before
    assert await _continued(http, short) == await _continued(http, whole, keep_messages=None)


def _killed(path: Path) -> Path:
    """The file with its log as a killed process leaves them."""
    copy = path.with_name("killed.db")
    for end in ("", "-wal"):
        Path(f"{copy}{end}").write_bytes(Path(f"{path}{end}").read_bytes())
    return copy


async def test_a_kill_between_two_slices_loses_nothing(
    http: ClientSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The image was kept with the first of them."""
    path, done = tmp_path / "sim.db", list[tuple[Path, int]]()
    async with served(http, path) as (system, company):
        store = system.accounts.store
        forget: Callable[..., Any] = store.forget_before

        async def once(*values: Any) -> None:
            await forget(*values)
            if not done:
                universe = system.accounts.get("acme")
                done.append((_killed(path), universe.engine.seq))

        monkeypatch.setattr(store, "forget_before", once)
        await days(company, 0, 9)
        await company.send(ANN, "Still on its way")
        await rested(system)
    killed, seq = done[0]
    async with served(http, killed, keep_messages=None) as (system, company):
        assert system.accounts.get("acme").engine.seq >= seq
        assert await first_row(company) > 1
        await days(company, 9, 1)
        assert await _newest_day(company) == 9


def _change(path: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(sql, values)


def _image(path: Path) -> bytes:
    with closing(sqlite3.connect(path)) as db:
        body: bytes = db.execute("SELECT body FROM image").fetchone()[0]
        return body


async def _old(http: ClientSession, path: Path) -> list[object]:
    """An account whose first rows were let go."""
    async with served(http, path) as (system, company):
        await days(company, 0, 9)
        await rested(system)
        return await _seen(company)


async def test_an_image_of_other_code_is_read_where_it_is_all_there_is(
    http: ClientSession, tmp_path: Path
) -> None:
    """As long as a world has the same members."""
    path = tmp_path / "sim.db"
    before = await _old(http, path)
    _change(path, "UPDATE image SET body = ?", b"\0" * 32 + _image(path)[32:])
    async with served(http, path, keep_messages=None) as (_, company):
        assert await _seen(company) == before


@pytest.mark.parametrize("kind", ["none", "torn", "no world", "another shape"])
async def test_an_image_that_cannot_be_read_is_told(
    http: ClientSession, tmp_path: Path, kind: str
) -> None:
    """Which account, why, and what can be done; nothing is begun anew in its place."""
    path = tmp_path / "sim.db"
    await _old(http, path)
    whole = _image(path)
    world = images.world_of(whole)
    assert world is not None
    del world.opt_outs.confirmed_at
    odd = {
        "none": b"",
        "torn": whole[:-100],
        "no world": b"\0" * 32 + compress(b""),
        "another shape": b"\0" * 32 + images.image_of(world)[32:],
    }[kind]
    _change(path, "UPDATE image SET body = ?", odd)
    with pytest.raises(
        EngineFailed, match=r'"acme" cannot be rebuilt: its rows before \d+ were let'
    ):
        async with served(http, path):
            pass


async def test_snapshots_and_resets(http: ClientSession, path: Path | None) -> None:
    """A snapshot can be gone back to, cannot be forked; a reset begins with the first row."""
    async with served(http, path) as (system, company):
        await days(company, 0, 9)
        await rested(system)
        before = await _seen(company)
        taken = (await company.control("POST", "/snapshots", {})).json["id"]
        await company.subscribe(BOB)
        await days(company, 9, 9)
        await rested(system)
        fork = {"company_key": "beta", "username": "beta"}
        refused = await company.control("POST", f"/snapshots/{taken}/fork", fork)
        assert refused.status == 400
        assert (
            "gone back to, and not forked: its rows before"
            in msgspec.json.encode(refused.json).decode()
        )
        assert "beta" not in system.accounts
        await company.control("POST", f"/snapshots/{taken}/restore")
        assert (await _seen(company))[:-1] == before[:-1]
        assert not await company.member(BOB)
        await days(company, 9, 9)
        await rested(system)
        assert await _newest_day(company) == 17
        await company.control("POST", "/reset")
        assert await first_row(company) == 1
        assert await messages(company) == []
