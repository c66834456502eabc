from __future__ import annotations

from pathlib import Path

from aiohttp import ClientSession

from simulator.app import build
from simulator.config import ServerSettings
from simulator.store.sqlite import SqliteStore
from tests.system.company import Company, call


async def test_an_account_whose_journal_was_cleared_begins_anew(
    http: ClientSession, tmp_path: Path
) -> None:
    """A process that dies between the two halves of a reset loses no account."""
    settings = ServerSettings(port=0, db=tmp_path / "smsim.db", accounts=())
    async with build(settings) as system:
        url = await system.listen()
        await call(http, "POST", f"{url}/_sim/accounts", {"company_key": "acme", "seed": 7})
    store = SqliteStore(tmp_path / "smsim.db")
    await store.open()
    await store.clear_journal("acme")
    await store.close()
    async with build(settings) as system:
        url = await system.listen()
        shown = (await call(http, "GET", f"{url}/_sim/accounts/acme")).json
        assert (shown["seed"], shown["clock"]["now"]) == (7, "2026-01-05T15:00:00Z")
        assert (await Company(http, url, shown).join("+13125550101")).status == 201


async def test_an_api_version_that_is_no_text_is_400(http: ClientSession) -> None:
    """A header of bytes that are no text is told, not a failure of ours."""
    async with build(ServerSettings(port=0, accounts=())) as system:
        url = await system.listen()
        made = await call(http, "POST", f"{url}/_sim/accounts", {})
        company = Company(http, url, made.json)
        headers = {"Authorization": company.auth, "X-API-Version": "\udcff"}
        path = f"{url}/companies/{company.key}/mobiledb/persons?mdn=3125550101"
        assert (await call(http, "GET", path, headers=headers)).status == 400
