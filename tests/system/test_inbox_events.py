"""The inbox's events: the journal as sentences, filtered, paged, and all of it to keep."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from html import unescape

import pytest
from aiohttp import ClientSession

from harness.environment import Environment, SimAccount, start

ANA, BEN = "+13125550101", "+13125550102"


@pytest.fixture
async def environment() -> AsyncIterator[Environment]:
    async with start() as running:
        yield running


@pytest.fixture
async def account(environment: Environment) -> SimAccount:
    """Ana joined; Ben texted something with markup in it."""
    account = await environment.account({"company_key": "acme", "seed": 7})
    await account.text(ANA, "VIP")
    await account.advance("1m")
    await account.text(ANA, "Y")
    await account.text(BEN, "<script>alert(1)</script>")
    await account.advance("1m")
    return account


async def page(account: SimAccount, path: str, status: int = 200) -> str:
    """A page of the account's inbox."""
    async with (
        ClientSession() as http,
        http.get(f"{account.url}/inbox/{account.key}/{path}") as answer,
    ):
        assert answer.status == status
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        return await answer.text()


def numbers(text: str) -> list[int]:
    """The rows that a page shows, in its order."""
    return [int(found) for found in re.findall(r'id="row-(\d+)"', text)]


async def test_rows_are_sentences_newest_first(account: SimAccount) -> None:
    """Every row stands once, the newest first, in words that name the phone and the list."""
    text = await page(account, "events")
    last = (await account.events())[-1]["seq"]
    assert numbers(text) == list(range(last, 0, -1))
    shown = unescape(text)
    assert '312 555 0101 texts "VIP" to 65047' in shown
    assert "312 555 0101 is on VIP Deals (1001) (consent: VIP)" in shown
    assert "Welcome to VIP Deals! Reply HELP for help, STOP to stop." in shown
    assert "is delivered" in shown


async def test_a_text_is_data(account: SimAccount) -> None:
    """What a phone texts stands on the page as text, never as markup."""
    text = await page(account, "events")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


async def test_a_filter_by_type(account: SimAccount) -> None:
    """Only rows of that type are shown, and every one of them."""
    text = await page(account, "events?type=MoReceived")
    wanted = [row["seq"] for row in await account.events() if row["type"] == "MoReceived"]
    assert numbers(text) == wanted[::-1]


async def test_a_filter_by_number_finds_its_messages_too(account: SimAccount) -> None:
    """Rows that name the phone only through a message of it or its person are about it as well."""
    text = await page(account, "events?number=3125550102")
    rows = {row["seq"]: row for row in await account.events()}
    shown = [rows[seq] for seq in numbers(text)]
    assert {"ReceiveMo", "MoReceived", "MtAccepted", "MtMoved"} <= {row["type"] for row in shown}
    assert not any(ANA in json.dumps(row["data"]) for row in shown)
    moved = [row["seq"] for row in shown if row["type"] == "MtMoved"]
    assert len(moved) == 3  # the reply was routed, sent, delivered


@pytest.mark.parametrize(
    ("query", "mend"),
    [
        ("type=MtMovd", 'there is no command or event "MtMovd"; did you mean "MtMoved"?'),
        ("number=12", '"12" is no phone number'),
    ],
)
async def test_a_wrong_filter_is_told(account: SimAccount, query: str, mend: str) -> None:
    """A filter that nothing could meet is told with the mend."""
    assert mend in unescape(await page(account, f"events?{query}", 400))


async def test_older_rows_are_a_page_further(account: SimAccount) -> None:
    """A hundred rows stand on a page, and following the links shows each row once."""
    for _ in range(30):
        await account.text(BEN, "what?")
        await account.advance("1m")
    last = (await account.events())[-1]["seq"]
    seen: list[int] = []
    path = "events"
    while path:
        text = await page(account, path)
        found = numbers(text)
        assert len(found) <= 100
        seen += found
        link = re.search(r'href="/inbox/acme/(events\?[^"]*before=\d+)"', text)
        path = unescape(link[1]) if link is not None else ""
    assert seen == list(range(last, 0, -1))


async def test_the_journal_can_be_kept(account: SimAccount) -> None:
    """The download has every row, as the journal keeps it."""
    rows = await account.events()
    async with (
        ClientSession() as http,
        http.get(f"{account.url}/inbox/acme/events/journal.ndjson") as answer,
    ):
        assert answer.status == 200
        assert answer.headers["Content-Disposition"] == 'attachment; filename="acme.ndjson"'
        lines = [json.loads(line) for line in (await answer.read()).splitlines()]
    assert [line["seq"] for line in lines] == [row["seq"] for row in rows]
    assert [line["data"] for line in lines] == [row["data"] for row in rows]
    assert {type(line["at"]) for line in lines} == {int}
