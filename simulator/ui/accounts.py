"""Accounts: made at the front page; their credentials, reset and deletion on a page of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from simulator.api.keys import ACCOUNTS, SETTINGS
from simulator.domain.instants import iso
from simulator.errors import AccountExists, BadSpec, EngineFailed, UserError
from simulator.runtime.ports import AccountRecord
from simulator.spec import read_account
from simulator.ui.page import Page, refused, respond
from simulator.ui.snippets import snippets

NOTHING = {"company_key": "", "seed": "", "mode": "manual"}


async def home(request: web.Request) -> web.Response:
    """GET /: the accounts that run here, and a form for one more."""
    return refused(request) or _home(request, NOTHING)


async def make(request: web.Request) -> web.Response:
    """POST /: one more account; on to its settings, where its credentials are."""
    no = refused(request)
    if no is not None:
        return no
    form = {name: str(value).strip() for name, value in (await request.post()).items()}
    told = {**NOTHING, **form}
    accounts = request.app[ACCOUNTS]
    try:
        spec = {"seed": request.app[SETTINGS].seed, **_spec(told)}
        account, password = read_account(spec, key=accounts.new_key(), now=accounts.wall.now())
        record = AccountRecord(account.company_key, account.username, password)
        await accounts.create(record, account)
    except (UserError, EngineFailed) as error:
        status = 409 if isinstance(error, AccountExists) else 400
        return _home(request, told, _words(error), status)
    return web.Response(status=303, headers={"Location": f"/inbox/{account.company_key}/settings"})


async def settings(page: Page) -> web.Response:
    """What a client needs of this account, and what can be done to the account as a whole."""
    return _settings(page, None)


async def ask_reset(page: Page) -> web.Response:
    """Whether it shall really be reset."""
    return _settings(page, "reset")


async def ask_delete(page: Page) -> web.Response:
    """Whether it shall really be deleted."""
    return _settings(page, "delete")


async def reset(page: Page) -> web.Response:
    """Back to its spec at its start time, where the key was typed."""
    return await _sure(page, "reset", page.request.app[ACCOUNTS].reset, f"{page.base}/settings")


async def delete(page: Page) -> web.Response:
    """The account and all it recorded are gone, where the key was typed."""
    return await _sure(page, "delete", page.request.app[ACCOUNTS].delete, "/")


async def _sure(
    page: Page, what: str, do: Callable[[str], Awaitable[object]], to: str
) -> web.Response:
    typed = (await page.form()).get("key", "").strip()
    if typed != page.key:
        fault = f'type "{page.key}" to {what} it; "{typed}" is not its key'
        return _settings(page, what, fault)
    await do(page.key)
    return web.Response(status=303, headers={"Location": to})


def _settings(page: Page, asking: str | None, fault: str | None = None) -> web.Response:
    universe = page.universe
    url = f"{page.request.scheme}://{page.request.host}"
    return page.show(
        "account_settings.html.j2",
        200 if fault is None else 400,
        asking=asking,
        fault=fault,
        url=url,
        record=universe.record,
        account=universe.account,
        rows=universe.engine.seq,
        start=iso(universe.account.clock.now),
        snippets=snippets(url, universe.record, universe.account),
    )


def _home(
    request: web.Request, told: Mapping[str, str], fault: str | None = None, status: int = 200
) -> web.Response:
    accounts = [
        {
            "key": item.record.company_key,
            "username": item.record.username,
            "now": iso(item.engine.now() // 1_000_000 * 1_000_000),
            "manual": item.world.clock.mode == "manual",
        }
        for item in request.app[ACCOUNTS].all()
    ]
    return respond("home.html.j2", status, accounts=accounts, told=told, fault=fault)


def _spec(told: Mapping[str, str]) -> dict[str, object]:
    """The account spec of the form. Raises UserError."""
    spec: dict[str, object] = {}
    if told["company_key"]:
        spec["company_key"] = told["company_key"]
    if told["seed"]:
        if not (told["seed"].isascii() and told["seed"].isdigit() and len(told["seed"]) < 19):
            raise UserError(f'"{told["seed"]}" is no seed; write a whole number from 0 up')
        spec["seed"] = int(told["seed"])
    if told["mode"] not in ("manual", "live"):
        raise UserError(f'"{told["mode"]}" is no clock; it is manual or live')
    spec["clock"] = {"mode": told["mode"]}
    return spec


def _words(error: Exception) -> str:
    if isinstance(error, BadSpec) and any(path == ("company_key",) for path, _ in error.faults):
        return "a key has letters, digits, dots, hyphens and underscores, 64 at most, no dot first"
    return str(error)
