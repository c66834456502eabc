"""The addresses of the inbox."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from simulator.api.control.call import denied
from simulator.api.keys import ACCOUNTS
from simulator.domain.instants import iso
from simulator.ui import live, messages, phones, time
from simulator.ui.page import Shown, page, respond

STATIC = Path(__file__).parent / "static"

_ONE = "/inbox/{key}"

PAGES: tuple[tuple[str, str, Shown], ...] = (
    ("GET", f"{_ONE}/messages", messages.index),
    ("GET", f"{_ONE}/messages/{{message_id}}", messages.one),
    ("GET", f"{_ONE}/phones", phones.index),
    ("POST", f"{_ONE}/phones/{{mdn}}/texts", phones.text),
    ("POST", f"{_ONE}/phones/{{mdn}}", phones.change),
    ("GET", f"{_ONE}/clock", time.shown),
    ("POST", f"{_ONE}/clock", time.move),
    ("GET", f"{_ONE}/live", live.news),
)
"""Every page and action below an account."""


async def home(request: web.Request) -> web.Response:
    """GET /: the accounts that run here."""
    no = denied(request)
    if no is not None:
        return no
    accounts = [
        {
            "key": item.record.company_key,
            "username": item.record.username,
            "now": iso(item.engine.now() // 1_000_000 * 1_000_000),
            "manual": item.world.clock.mode == "manual",
        }
        for item in request.app[ACCOUNTS].all()
    ]
    return respond("home.html.j2", accounts=accounts)


async def to_messages(request: web.Request) -> web.Response:
    """GET /inbox/{key}: its messages."""
    return web.Response(
        status=302, headers={"Location": f"/inbox/{request.match_info['key']}/messages"}
    )


def add_routes(app: web.Application) -> None:
    """Put every page into the application."""
    app.router.add_get("/", home)
    app.router.add_get(_ONE, to_messages)
    app.router.add_static("/inbox-static", STATIC)
    for method, path, shown in PAGES:
        app.router.add_route(method, path, page(shown))
