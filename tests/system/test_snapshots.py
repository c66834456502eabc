"""Snapshots over HTTP: an account is kept, goes back, and is branched; what the inbox does too."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from simulator.app import build
from simulator.config import ServerSettings
from simulator.domain.instants import DAY, SECOND, Instant
from simulator.journal import replay
from simulator.runtime.accounts import MOST_SNAPSHOTS
from tests.system.company import Company, call
from tests.system.receiver import Receiver


class Wall:
    """A wall that a test moves."""

    real = Instant(0)

    def now(self) -> Instant:
        """Microseconds."""
        return self.real


ANN = "+13125550101"
BOB = "+13125550102"
FAULT = {"id": "f", "match": {"surface": "carrier"}, "effect": {"delay": "1h"}}
READS = ("/events", "/messages", "/callbacks/deliveries", f"/handsets/{ANN}", "/clock", "/faults")


async def _seen(company: Company) -> list[Any]:
    return [(await company.control("GET", read)).json for read in READS]


async def _take(company: Company, name: str = "") -> str:
    taken = await company.control("POST", "/snapshots", {"name": name})
    assert taken.status == 201
    return str(taken.json["id"])


@asynccontextmanager
async def _served(http: ClientSession, path: Path) -> AsyncIterator[Company]:
    async with build(ServerSettings(port=0, db=path, accounts=())) as system:
        url = await system.listen()
        made = await call(http, "POST", f"{url}/_sim/accounts", {"company_key": "acme"})
        if made.status == 409:
            made = await call(http, "GET", f"{url}/_sim/accounts/acme")
        yield Company(http, url, made.json)


async def test_an_account_goes_back_and_lives_on(company: Company) -> None:
    """Time, messages, faults and pending opt-ins are as they were; another answer leads elsewhere."""
    await company.join(ANN)
    before = await _seen(company)
    snapshot = await _take(company, "asked")
    assert await _seen(company) == before
    await company.text(ANN, "Y")
    await company.control("POST", "/faults", FAULT)
    await company.advance("25h")
    assert await company.member(ANN)
    back = await company.control("POST", f"/snapshots/{snapshot}/restore")
    assert (back.status, back.json["clock"]["now"]) == (200, before[4]["now"])
    assert await _seen(company) == before
    await company.advance("24h")
    assert (await company.text(ANN, "Y"))["taken_as"] == "unmatched"
    assert not await company.member(ANN)
    await company.control("POST", f"/snapshots/{snapshot}/restore")
    await company.text(ANN, "Y")
    assert await company.member(ANN)


async def test_a_fork_is_another_account_of_the_same_past(company: Company) -> None:
    """Its credentials and URLs are its own, each goes its way, and the same steps do the same there."""
    await company.join(ANN)
    snapshot = await _take(company)
    body = {"company_key": "beta", "username": "bea", "password": "pw"}
    made = await company.control("POST", f"/snapshots/{snapshot}/fork", body)
    assert made.status == 201
    assert (made.json["company_key"], made.json["username"], made.json["password"]) == (
        "beta",
        "bea",
        "pw",
    )
    other = Company(company.http, company.url, made.json)
    assert await _seen(other) == [_renamed(item) for item in await _seen(company)]
    found = await other.platform("GET", "campaigns/acquisition")
    assert found.status == 200
    assert "/companies/acme" not in found.body.decode()
    assert (await other.platform("GET", "campaigns/acquisition", auth=company.auth)).status in (
        401,
        403,
    )
    for one in (company, other):
        await one.text(ANN, "Y")
        await one.advance("1h")
    assert await _seen(other) == [_renamed(item) for item in await _seen(company)]
    await company.text(ANN, "STOP")
    assert (await company.member(ANN), await other.member(ANN)) == (False, True)
    assert (await other.control("GET", "/snapshots")).json == {"items": []}


def _renamed(seen: Any) -> Any:
    """What the fork shows: its first rows name it in place of the account, and nothing else does."""
    told = json.dumps(seen)
    return json.loads(
        told.replace('"company_key": "acme"', '"company_key": "beta"').replace(
            '"username": "acme"', '"username": "bea"'
        )
    )


async def test_all_of_it_outlives_a_restart_and_replays(
    http: ClientSession, tmp_path: Path
) -> None:
    """Snapshots are in the file; a restored account and a fork follow from their commands."""
    path = tmp_path / "sim.db"
    async with _served(http, path) as company:
        await company.join(ANN)
        first = await _take(company, "asked")
        await company.text(ANN, "Y")
        await company.advance("1h")
        second = await _take(company, "joined")
        await company.control("POST", f"/snapshots/{first}/restore")
        await company.control("POST", f"/snapshots/{second}/fork", {"company_key": "beta"})
        listed = (await company.control("GET", "/snapshots")).json["items"]
        assert [(item["id"], item["name"]) for item in listed] == [("1", "asked"), ("2", "joined")]
        assert listed[0]["seq"] < listed[1]["seq"]
    async with _served(http, path) as company:
        assert (await company.control("GET", "/snapshots")).json["items"] == listed
        assert not await company.member(ANN)
        await company.control("POST", f"/snapshots/{second}/restore")
        assert await company.member(ANN)
    assert [(key, difference) for key, _rows, difference in await replay(path)] == [
        ("acme", None),
        ("beta", None),
    ]


async def test_a_callback_that_was_due_is_sent_after_going_back(
    company: Company, receiver: Receiver
) -> None:
    """A delivery that waits for its retry in the snapshot waits for it again."""
    receiver.answers.append(500)
    await company.register("person_added", f"{receiver.url}/p")
    await company.platform("POST", "mobiledb/persons", {"external_person_id": "ann"})
    await company.settle()
    snapshot = await _take(company)
    for _ in range(2):
        await company.control("POST", f"/snapshots/{snapshot}/restore")
        await company.advance("5m")
    assert [got.headers["X-Vibes-Delivery-Attempt"] for got in receiver.got] == ["1", "2", "2"]
    items = (await company.control("GET", "/callbacks/deliveries")).json["items"]
    assert [item["attempt"] for item in items] == [1, 2]


async def test_a_live_clock_goes_on_from_where_it_stood(http: ClientSession) -> None:
    """Days that passed on the wall since the snapshot are not the account's."""
    wall = Wall()
    async with build(ServerSettings(port=0, accounts=()), wall=wall) as system:
        spec = {"company_key": "acme", "clock": {"mode": "live", "now": "2030-01-01T00:00:00Z"}}
        url = await system.listen()
        made = await call(http, "POST", f"{url}/_sim/accounts", spec)
        company = Company(http, url, made.json)
        await company.join(ANN)
        wall.real = Instant(5 * SECOND)  # no row is as late as the snapshot
        snapshot = await _take(company)
        wall.real = Instant(2 * DAY)
        assert (await company.control("GET", "/clock")).json["now"] == "2030-01-03T00:00:00Z"
        back = await company.control("POST", f"/snapshots/{snapshot}/restore")
        assert back.json["clock"] == {"mode": "live", "now": "2030-01-01T00:00:05Z"}
        assert (await company.text(ANN, "Y"))["taken_as"] == "yes"
        wall.real = Instant(2 * DAY + SECOND)
        assert (await company.control("GET", "/clock")).json["now"] == "2030-01-01T00:00:06Z"
        fork = await company.control("POST", f"/snapshots/{snapshot}/fork", {})
        assert fork.json["clock"] == {"mode": "live", "now": "2030-01-01T00:00:05Z"}


async def test_deleted_ones_are_gone_and_their_ids_do_not_come_again(company: Company) -> None:
    """DELETE is 204; what was taken next has a new id."""
    one, two = await _take(company), await _take(company)
    assert (await company.control("DELETE", f"/snapshots/{two}")).status == 204
    assert [item["id"] for item in (await company.control("GET", "/snapshots")).json["items"]] == [
        one
    ]
    assert await _take(company) == "3"
    gone = await company.control("POST", f"/snapshots/{two}/restore")
    assert (gone.status, gone.messages) == (404, ['no snapshot "2" here; there is 1, 3'])


async def test_they_stay_when_the_account_begins_anew_and_go_with_it(company: Company) -> None:
    """A reset can be undone; a deleted account leaves no snapshot to one of its name."""
    await company.subscribe(ANN)
    snapshot = await _take(company)
    await company.control("POST", "/reset")
    assert not await company.member(ANN)
    await company.control("POST", f"/snapshots/{snapshot}/restore")
    assert await company.member(ANN)
    await company.control("DELETE")
    made = await call(
        company.http, "POST", f"{company.url}/_sim/accounts", {"company_key": company.key}
    )
    again = Company(company.http, company.url, made.json)
    assert (await again.control("GET", "/snapshots")).json == {"items": []}
    assert await _take(again) == "1"


@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        ("/snapshots/9/fork", {}, 404, 'no snapshot "9" here; there is 1'),
        ("/snapshots/1/fork", {"company_key": "acme"}, 409, 'the company_key "acme" is taken'),
        (
            "/snapshots/1/fork",
            {"company_key": "b", "username": "acme"},
            409,
            'the user name "acme" is taken',
        ),
        ("/snapshots/1/fork", {"company_key": "a/1"}, 400, '"a/1" is no company_key; write "acme"'),
        ("/snapshots/1/fork", {"key": "b"}, 400, 'unknown member "key"'),
        ("/snapshots", {"name": "x" * 121}, 400, "120"),
    ],
)
async def test_a_wrong_call_is_told_and_changes_nothing(
    company: Company, path: str, body: object, status: int, told: str
) -> None:
    """What is wrong is named; no account is made of it."""
    await _take(company)
    before = await _seen(company)
    answer = await company.control("POST", path, body)
    assert answer.status == status
    assert told in answer.messages[0]
    accounts = await call(company.http, "GET", f"{company.url}/_sim/accounts")
    assert [item["company_key"] for item in accounts.json["items"]] == ["acme"]
    assert await _seen(company) == before


async def test_there_is_an_end_to_how_many(company: Company) -> None:
    """The one too many is refused with the mend."""
    for _ in range(MOST_SNAPSHOTS):
        await _take(company)
    refused = await company.control("POST", "/snapshots", {})
    assert (refused.status, refused.messages) == (
        400,
        [f"an account has at most {MOST_SNAPSHOTS} snapshots; delete one"],
    )


async def test_the_inbox_does_all_of_it(company: Company) -> None:
    """Taken, gone back to, forked and deleted by the forms of the settings page."""

    async def post(path: str, **form: str) -> str:
        url = f"{company.url}/inbox/acme/snapshots{path}"
        async with company.http.post(url, data=form, allow_redirects=False) as answer:
            assert answer.status == 303, await answer.text()
            return answer.headers["Location"]

    async def shown() -> str:
        async with company.http.get(f"{company.url}/inbox/acme/settings") as answer:
            return await answer.text()

    await company.join(ANN)
    assert await post("", name="<b>asked</b>") == "/inbox/acme/settings#snapshots"
    assert "&lt;b&gt;asked&lt;/b&gt;" in await shown()
    await company.advance("25h")
    await post("/1/restore")
    assert (await company.control("GET", "/clock")).json["now"] < "2026-01-06"
    assert await post("/1/fork", company_key="beta") == "/inbox/beta/settings#snapshots"
    await post("/1/delete")
    assert "&lt;b&gt;" not in await shown()
    async with company.http.post(f"{company.url}/inbox/acme/snapshots/1/restore") as answer:
        assert answer.status == 400
        assert "no snapshot" in await answer.text()
