"""Snapshots on the account's settings page: taken, gone back to, branched from, deleted."""

from __future__ import annotations

from aiohttp import web

from simulator.api.control.snapshots import ForkSpec, SnapshotSpec
from simulator.api.keys import ACCOUNTS
from simulator.documents import read
from simulator.ui.page import Page


async def take(page: Page) -> web.Response:
    """Keep the account as it is."""
    spec = read(SnapshotSpec, {"name": (await page.form()).get("name", "").strip()})
    await page.request.app[ACCOUNTS].take_snapshot(page.key, spec.name)
    return _settings(page.key)


async def restore(page: Page) -> web.Response:
    """The account as it was then."""
    await page.request.app[ACCOUNTS].restore(page.key, page.request.match_info["snapshot"])
    return _settings(page.key)


async def fork(page: Page) -> web.Response:
    """A new account of the same past, and on to its settings."""
    accounts = page.request.app[ACCOUNTS]
    told = (await page.form()).get("company_key", "").strip()
    record = read(ForkSpec, {"company_key": told or None}).record(accounts)
    await accounts.fork(page.key, page.request.match_info["snapshot"], record)
    return _settings(record.company_key)


async def delete(page: Page) -> web.Response:
    """Forget the snapshot; the account stays."""
    await page.request.app[ACCOUNTS].drop_snapshot(page.key, page.request.match_info["snapshot"])
    return _settings(page.key)


def _settings(key: str) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/inbox/{key}/settings#snapshots"})
