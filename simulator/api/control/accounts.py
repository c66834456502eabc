"""Accounts: make, show, remove, reset; alias callback hosts."""

from __future__ import annotations

from aiohttp import web

from simulator.api.control.call import document, respond, told, universe_of
from simulator.api.keys import ACCOUNTS, SETTINGS
from simulator.documents import Spec
from simulator.domain.instants import format_duration, iso
from simulator.runtime.ports import AccountRecord
from simulator.runtime.universe import Universe
from simulator.spec import read_account


class HostsSpec(Spec):
    """Which host names of callback URLs stand for which `host:port`."""

    hosts: dict[str, str]


async def create(request: web.Request) -> web.Response:
    """POST accounts: 201 with the credentials; 400 with every fault of the spec, 409 if taken."""
    accounts, settings = request.app[ACCOUNTS], request.app[SETTINGS]
    body = await document(request)
    if isinstance(body, dict):
        body = {"seed": settings.seed, **body}
    account, password = read_account(body, key=accounts.new_key(), now=accounts.wall.now())
    record = AccountRecord(account.company_key, account.username, password)
    return respond(shown(await accounts.create(record, account)), 201)


async def index(request: web.Request) -> web.Response:
    """GET accounts."""
    return respond({"items": [shown(item) for item in request.app[ACCOUNTS].all()]})


async def get(request: web.Request) -> web.Response:
    """GET accounts/{key}."""
    return respond(shown(universe_of(request)))


async def delete(request: web.Request) -> web.Response:
    """DELETE accounts/{key}: 204; its journal goes with it."""
    await request.app[ACCOUNTS].delete(request.match_info["key"])
    return web.Response(status=204)


async def reset(request: web.Request) -> web.Response:
    """POST accounts/{key}/reset: back to its spec at its start time."""
    return respond(shown(await request.app[ACCOUNTS].reset(request.match_info["key"])))


async def set_hosts(request: web.Request) -> web.Response:
    """PUT accounts/{key}/hosts: a callback to `http://app.test/x` goes to the address of `app.test`.

    It keeps the changing port of a receiver out of the journal, and reaches into containers.
    """
    hosts = (await told(request, HostsSpec)).hosts
    await request.app[ACCOUNTS].set_hosts(request.match_info["key"], hosts)
    return respond({"hosts": hosts})


def shown(universe: Universe) -> dict[str, object]:
    """An account as the control API shows it, credentials and all."""
    account, record = universe.account, universe.record
    return {
        "company_key": account.company_key,
        "username": account.username,
        "password": record.password,
        "seed": account.seed,
        "clock": {"mode": universe.world.clock.mode, "now": iso(universe.engine.now())},
        "source_codes": account.source_codes,
        "subscription_lists": list(universe.world.catalogue.lists.values()),
        "acquisition_campaigns": [
            {
                "id": item.id,
                "list": item.list_id,
                "code": item.code,
                "keywords": item.keywords,
                "opt_in": "double" if item.double_opt_in else "single",
                "window": format_duration(item.window),
                "confirmation": item.confirmation,
                "welcome": item.welcome,
            }
            for item in account.campaigns
        ],
        "hosts": record.hosts,
    }
