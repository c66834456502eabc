"""Who reads a journal whose first rows were let go: it works on, or says why it cannot."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest
from aiohttp import ClientSession

from harness import chronicle
from harness.cli import main
from harness.environment import Control, SimAccount, patient_wire
from harness.load.audit import audit
from harness.load.ledger import Ledger
from simulator.app import Simulator
from simulator.errors import RowsLetGo
from simulator.journal import export, replay
from simulator.runtime import retention
from tests.system.company import Company
from tests.system.retaining import ANN, BOB, days, first_row, messages, rested, served

LET_GO = r"its rows before \d+ were let go by --keep-messages or --keep-for"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(retention, "LEAST", 10)
    return tmp_path / "sim.db"


@pytest.fixture
async def old(http: ClientSession, path: Path) -> AsyncIterator[Company]:
    """An account of which the first days were let go."""
    async with served(http, path) as (system, company):
        await _live(system, company)
        yield company


async def _live(system: Simulator, company: Company) -> None:
    await company.subscribe(ANN, BOB)
    await days(company, 0, 12)
    await company.text(BOB, "STOP")
    await company.advance("1h")
    await rested(system)
    assert await first_row(company) > 1


async def _page(company: Company, path: str, status: int = 200) -> str:
    """A page of the inbox as text without markup, spaces made one."""
    async with company.http.get(f"{company.url}/inbox/acme{path}") as answer:
        text = await answer.text()
        assert answer.status == status, text
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "/messages",
        "/messages?q=text:day",
        "/phones",
        "/people",
        "/callbacks",
        "/faults",
        "/time",
    ],
)
async def test_pages_are_shown(old: Company, shown: str) -> None:
    """With what is left."""
    assert await _page(old, shown)


async def test_the_events_page_ends_with_the_first_row_there_is(old: Company) -> None:
    """Page by page, and nothing is offered beyond."""
    first, before, seen = await first_row(old), "", list[int]()
    while True:
        async with old.http.get(f"{old.url}/inbox/acme/events{before}") as answer:
            text = await answer.text()
        further = re.search(r"before=(\d+)", text)
        seen.append(int(further[1]) if further else first)
        if further is None:
            break
        before = f"?before={further[1]}"
    assert seen == sorted(seen, reverse=True)
    assert min(seen) >= first
    assert len(seen) > 1


async def test_the_past_says_what_is_missing(old: Company) -> None:
    """The world is not made of what is left."""
    last = (await old.control("GET", "/events?limit=10000")).json["items"][-1]["seq"]
    told = await _page(old, f"/time?seq={last}", 400)
    assert re.search(f"the world cannot be made anew from the journal: {LET_GO}", told)


async def test_a_persons_history_says_so(old: Company) -> None:
    """What is known is told, and that there was more."""
    people = (await old.http.get(f"{old.url}/inbox/acme/people")).text()
    key = re.findall(r"/inbox/acme/people/([^\"?#]+)", await people)[0]
    told = await _page(old, f"/people/{key}")
    assert re.search(r"rows of the journal before \d+, and messages of theirs, were let go", told)


async def test_a_message_that_is_gone_is_no_fault_of_the_page(old: Company) -> None:
    """It is told why it may not be there."""
    told = await _page(old, "/messages/nobody", 400)
    assert "were let go by" in told


async def test_the_harness_says_that_it_cannot_tell(old: Company) -> None:
    """It needs all of the journal; from a row that is there it reads on."""
    async with patient_wire() as wire:
        account = SimAccount(Control(old.url, wire), old.made)
        with pytest.raises(RowsLetGo, match=LET_GO):
            async for _rows in chronicle.pages(account, ["MtAccepted"]):
                pass
        after = (await first_row(old)) - 1
        texts = [
            row
            async for rows in chronicle.pages(account, ["MtAccepted"], after=after)
            for row in rows
        ]
        left = [item for item in await messages(old) if item["direction"] == "mt"]
        assert [row["data"]["mt"]["message_id"] for row in texts] == [item["id"] for item in left]


async def test_a_load_run_is_told_that_it_cannot_be_reconciled(old: Company) -> None:
    """No count is made up of what is left."""
    page = (await old.control("GET", "/events?types=MtAccepted")).body
    found = audit(lambda _path: page, Ledger, 1, lambda _seconds: None)
    assert found.counts is None
    assert re.fullmatch(
        f"the journal cannot be reconciled: {LET_GO}; run it with all kept", found.faults[0]
    )


async def test_a_file_is_exported_and_not_replayed(
    http: ClientSession, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows that are there are written; recomputing, consent and copying say why they cannot."""
    async with served(http, path) as (system, company):
        await _live(system, company)
        first = await first_row(company)
    lines = await export(path, "acme")
    assert lines[0].startswith(b'{"seq":%d,' % first)
    ((_key, _rows, difference),) = await replay(path)
    assert re.fullmatch(f"the journal cannot be recomputed: {LET_GO}", difference or "")
    for call, why in (
        (["consent", str(path), "--number", BOB], "the evidence cannot be told from the journal"),
        (["copy", "--db", str(path)], "the session cannot be copied from the journal"),
    ):
        with pytest.raises(SystemExit) as ended:
            await asyncio.to_thread(main, [*call, "--account", "acme"])
        assert ended.value.code == 2
        assert re.fullmatch(f"smsim: {why}: {LET_GO}\n", capsys.readouterr().err)
