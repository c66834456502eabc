from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession

from simulator.app import build
from simulator.config import ServerSettings
from simulator.errors import DatabaseInUse, ForeignDatabase, PortInUse
from tests.system.company import Company, call
from tests.system.receiver import Receiver

ANN = "+13125550101"


@asynccontextmanager
async def _served(http: ClientSession, path: Path, **spec: object) -> AsyncIterator[Company]:
    """A simulator on the file, and its account "acme", made if it is not there."""
    async with build(ServerSettings(port=0, db=path, accounts=())) as system:
        url = await system.listen()
        body = {"company_key": "acme", "password": "s3cret", **spec}
        made = await call(http, "POST", f"{url}/_sim/accounts", body)
        if made.status == 409:
            made = await call(http, "GET", f"{url}/_sim/accounts/acme")
        yield Company(http, url, made.json)


async def test_everything_is_there_after_a_restart(http: ClientSession, tmp_path: Path) -> None:
    """Journal, people, memberships, messages, attempts, phones, hosts and time are the same."""
    path = tmp_path / "sim.db"
    reads = ("/events", "/messages", "/callbacks/deliveries", f"/handsets/{ANN}", "/clock", "")
    async with _served(http, path) as company:
        await company.control("PUT", "/hosts", {"hosts": {"app.test": "127.0.0.1:1"}})
        await company.control("PUT", f"/handsets/{ANN}", {"carrier": "104"})
        await company.subscribe(ANN)
        await company.register("person_added", "http://app.test/p")
        await company.platform("POST", "mobiledb/persons", {"external_person_id": "x"})
        await company.send(ANN, "x" * 200, attributes='splitLongMessage="true"')
        await company.advance("1h")
        before = [(await company.control("GET", read)).json for read in reads]
    async with _served(http, path) as company:
        assert [(await company.control("GET", read)).json for read in reads] == before
        assert await company.member(ANN)


async def test_timers_go_on_after_a_restart(http: ClientSession, tmp_path: Path) -> None:
    """A pending opt-in lapses at its instant, and a message under way is delivered."""
    path = tmp_path / "sim.db"
    async with _served(http, path) as company:
        await company.join(ANN)
        due = (await company.control("GET", "/clock")).json["next_timer"]
    async with _served(http, path) as company:
        assert (await company.control("GET", "/clock")).json["next_timer"] == due
        await company.advance("24h")
        assert await company.phone(ANN) == [
            ("confirmation", "delivered", (await company.phone(ANN))[0][2])
        ]
        assert (await company.text(ANN, "Y"))["taken_as"] == "unmatched"


async def test_a_callback_that_waits_for_its_retry_is_sent_after_a_restart(
    http: ClientSession, tmp_path: Path, receiver: Receiver
) -> None:
    """A deferred delivery and the one behind it go out when due, in order, with their attempts."""
    path = tmp_path / "sim.db"
    receiver.answers.append(500)
    async with _served(http, path) as company:
        await company.register("person_added", f"{receiver.url}/p")
        for name in ("ann", "bob"):
            await company.platform("POST", "mobiledb/persons", {"external_person_id": name})
        await company.settle()
    async with _served(http, path) as company:
        await company.advance("5m")
    names = [body["person"]["external_person_id"] for body in receiver.bodies()]
    assert names == ["ann", "ann", "bob"]
    assert [got.headers["X-Vibes-Delivery-Attempt"] for got in receiver.got] == ["1", "2", "1"]


async def test_a_callback_that_was_unanswered_is_tried_again(
    http: ClientSession, tmp_path: Path, receiver: Receiver
) -> None:
    """Stopped while a receiver hangs, the same attempt is made at the next start."""
    path = tmp_path / "sim.db"
    receiver.hangs = True
    async with _served(http, path) as company:
        await company.register("person_added", f"{receiver.url}/p")
        await company.platform("POST", "mobiledb/persons", {"external_person_id": "ann"})
        async with asyncio.timeout(5):
            await receiver.arrived.wait()
    receiver.hangs = False
    async with _served(http, path) as company:
        await company.settle()
        items = (await company.control("GET", "/callbacks/deliveries")).json["items"]
    assert [(item["attempt"], item["fate"]) for item in items] == [(1, "delivered")]
    assert len({body["event_id"] for body in receiver.bodies()}) == 1


async def test_a_removed_account_stays_removed(http: ClientSession, tmp_path: Path) -> None:
    """DELETE is durable, and a reset one begins anew."""
    path = tmp_path / "sim.db"
    async with _served(http, path) as company:
        await company.subscribe(ANN)
        await company.control("POST", "/reset")
        assert (await company.control("GET")).status == 200
    async with _served(http, path) as company:
        assert not await company.member(ANN)
        await company.control("DELETE")
        gone = await company.control("GET")
    assert gone.status == 404
    async with build(ServerSettings(port=0, db=path, accounts=())) as system:
        assert system.accounts.all() == []


async def test_a_live_clock_goes_on_after_a_restart(http: ClientSession, tmp_path: Path) -> None:
    """A live account is live again, and its time never goes back."""
    path = tmp_path / "sim.db"
    clock = {"mode": "live", "now": "2030-01-01T00:00:00Z"}
    async with _served(http, path, clock=clock) as company:
        before = (await company.control("GET", "/clock")).json
    async with _served(http, path) as company:
        after = (await company.control("GET", "/clock")).json
    assert (before["mode"], after["mode"]) == ("live", "live")
    assert after["now"] >= before["now"]


@pytest.mark.parametrize("version", [3, 99])
async def test_a_file_of_another_version_is_refused_untouched(tmp_path: Path, version: int) -> None:
    """A database of another user_version stays byte for byte as it was."""
    path = tmp_path / "sim.db"
    async with build(ServerSettings(db=path, accounts=())):
        pass
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(ForeignDatabase, match=f"has format version {version}"):
        await build(ServerSettings(db=path)).__aenter__()
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"Dear diary,\n" * 200, b"x"])
async def test_a_file_that_is_no_database_is_refused_untouched(
    tmp_path: Path, content: bytes
) -> None:
    """A text file named as database is left alone."""
    path = tmp_path / "diary.txt"
    path.write_bytes(content)
    with pytest.raises(ForeignDatabase):
        await build(ServerSettings(db=path)).__aenter__()
    assert path.read_bytes() == content


async def test_another_programs_database_is_refused_untouched(tmp_path: Path) -> None:
    """A SQLite file without the application id is left alone."""
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE mine (x)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(ForeignDatabase):
        await build(ServerSettings(db=path)).__aenter__()
    assert path.read_bytes() == before


async def test_a_file_has_one_owner(tmp_path: Path) -> None:
    """The second simulator on a file gets DatabaseInUse; the first goes on, then the file is free."""
    settings = ServerSettings(db=tmp_path / "sim.db")
    async with build(settings) as first:
        with pytest.raises(DatabaseInUse):
            await build(settings).__aenter__()
        assert len(first.accounts) == 1
    async with build(settings) as second:
        assert len(second.accounts) == 1


async def test_a_port_has_one_owner() -> None:
    """Listening where another listens is PortInUse, with the mend in the message."""
    async with build(ServerSettings(port=0, accounts=())) as first:
        port = int((await first.listen()).rsplit(":", 1)[1])
        async with build(ServerSettings(port=port, accounts=())) as second:
            with pytest.raises(PortInUse, match="--port"):
                await second.listen()
