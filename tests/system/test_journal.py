from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from aiohttp import ClientResponse, ClientSession

from simulator.app import build
from simulator.config import ServerSettings
from tests.system.company import Company, call

ANN = "+13125550101"


async def _feed(response: ClientResponse) -> AsyncIterator[tuple[int, str, Any]]:
    """The server-sent events of a response: id, name, data."""
    while True:
        block = (await response.content.readuntil(b"\n\n")).decode()
        fields = dict(line.split(": ", 1) for line in block.strip().splitlines())
        yield int(fields["id"]), fields["event"], msgspec.json.decode(fields["data"])


async def _take(response: ClientResponse, count: int) -> list[tuple[int, str, Any]]:
    items: list[tuple[int, str, Any]] = []
    async with asyncio.timeout(5):
        async for item in _feed(response):
            items.append(item)
            if len(items) == count:
                break
    return items


def _live(company: Company, query: str = "", **headers: str) -> Any:
    url = f"{company.url}/_sim/accounts/{company.key}/events{query}"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return company.http.get(url, headers={"Accept": "text/event-stream", **named})


async def test_the_journal_holds_commands_and_what_followed(company: Company) -> None:
    """Rows count from 1 without a gap; a command stands before its events."""
    await company.join(ANN)
    rows = await company.events()
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert [(row["kind"], row["type"]) for row in rows] == [
        ("command", "OpenAccount"),
        ("event", "AccountOpened"),
        ("command", "AddParticipant"),
        ("event", "PersonAdded"),
        ("event", "ParticipationOpened"),
        ("event", "MtAccepted"),
    ]
    assert rows[2]["data"]["campaign_id"] == "JoinVip01"
    assert rows[2]["at"] == "2026-01-05T15:00:00Z"


async def test_the_journal_is_paged_and_narrowed(company: Company) -> None:
    """after, limit and types; `next` is null on a page that is not full."""
    await company.join(ANN)
    page = (await company.control("GET", "/events?after=1&limit=2")).json
    assert ([row["seq"] for row in page["items"]], page["next"]) == ([2, 3], 3)
    last = (await company.control("GET", "/events?after=4")).json
    assert ([row["seq"] for row in last["items"]], last["next"]) == ([5, 6], None)
    chosen = await company.events("PersonAdded", "MtAccepted")
    assert [row["type"] for row in chosen] == ["PersonAdded", "MtAccepted"]


async def test_the_journal_holds_no_password(company: Company) -> None:
    """What may be shown around has no credentials in it."""
    assert "s3cret" not in str(await company.events())


@pytest.mark.parametrize("query", ["after=x", "after=-1", "limit=0", "limit=10001", "since=1"])
async def test_a_wrong_position_is_400(company: Company, query: str) -> None:
    """A position that is none is told."""
    assert (await company.control("GET", f"/events?{query}")).status == 400


async def test_the_feed_shows_what_was_and_goes_on_with_what_comes(company: Company) -> None:
    """The stream begins with the journal so far; a later event arrives on the open stream."""
    async with _live(company) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert [item[:2] for item in await _take(response, 2)] == [
            (1, "OpenAccount"),
            (2, "AccountOpened"),
        ]
        await company.platform("POST", "mobiledb/persons", {"external_person_id": "ann"})
        later = await _take(response, 2)
    assert [item[:2] for item in later] == [(3, "AddPerson"), (4, "PersonAdded")]
    assert later[1][2]["data"]["person"]["external_person_id"] == "ann"


async def test_a_reader_that_comes_back_misses_nothing(company: Company) -> None:
    """Last-Event-ID resumes right after that row, whatever `after` says."""
    await company.join(ANN)
    async with _live(company, "?after=5", Last_Event_ID="2") as response:
        rows = await _take(response, 4)
    assert [seq for seq, _, _ in rows] == [3, 4, 5, 6]


async def test_the_feed_can_be_narrowed(company: Company) -> None:
    """With types only those rows are sent, under their own numbers."""
    await company.join(ANN)
    async with _live(company, "?types=PersonAdded,MtAccepted") as response:
        rows = await _take(response, 2)
    assert [item[:2] for item in rows] == [(4, "PersonAdded"), (6, "MtAccepted")]


async def test_the_feed_ends_with_its_account(company: Company) -> None:
    """Removing the account ends the stream."""
    async with _live(company) as response:
        await _take(response, 2)
        await company.control("DELETE")
        async with asyncio.timeout(5):
            assert await response.content.read() == b""


async def test_the_feed_ends_cleanly_when_the_simulator_stops(http: ClientSession) -> None:
    """A reader sees the end of the stream, not a broken connection."""
    async with build(ServerSettings(port=0, accounts=())) as system:
        url = await system.listen()
        made = await call(http, "POST", f"{url}/_sim/accounts", {})
        response = await _live(Company(http, url, made.json))
        await _take(response, 2)
    assert await response.content.read() == b""


async def test_a_reader_that_leaves_is_no_failure_of_ours(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    """After a reader closed its stream, events go on and nothing is logged as an error."""
    async with _live(company) as response:
        await _take(response, 2)
        response.close()
    for mdn in (ANN, "+13125550102", "+13125550103"):
        await company.join(mdn)
    assert [record.getMessage() for record in caplog.records] == []


async def test_a_position_beyond_the_end_is_an_empty_page(company: Company) -> None:
    """after=2**70 is nothing yet, not a failure."""
    answer = await company.control("GET", f"/events?after={2**70}")
    assert answer.status in (200, 400)
