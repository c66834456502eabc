"""The addresses of the inbox."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from simulator.ui import (
    accounts,
    callbacks,
    copying,
    events,
    faults,
    live,
    messages,
    people,
    phones,
    runs,
    snapshots,
    time,
)
from simulator.ui.page import Shown, page

STATIC = Path(__file__).parent / "static"

_ONE = "/inbox/{key}"

PAGES: tuple[tuple[str, str, Shown], ...] = (
    ("GET", f"{_ONE}/messages", messages.index),
    ("GET", f"{_ONE}/messages/{{message_id}}", messages.one),
    ("GET", f"{_ONE}/phones", phones.index),
    ("POST", f"{_ONE}/phones/{{mdn}}/texts", phones.text),
    ("POST", f"{_ONE}/phones/{{mdn}}", phones.change),
    ("GET", f"{_ONE}/people", people.index),
    ("GET", f"{_ONE}/people/{{person}}", people.one),
    ("GET", f"{_ONE}/callbacks", callbacks.index),
    ("POST", f"{_ONE}/callbacks/test", callbacks.rehearse),
    ("GET", f"{_ONE}/callbacks/{{delivery_id}}", callbacks.one),
    ("POST", f"{_ONE}/callbacks/{{delivery_id}}/repeat", callbacks.repeat),
    ("GET", f"{_ONE}/faults", faults.index),
    ("POST", f"{_ONE}/faults", faults.add),
    ("POST", f"{_ONE}/faults/heal", faults.heal),
    ("POST", f"{_ONE}/faults/{{fault_id}}/heal", faults.heal),
    ("GET", f"{_ONE}/time", time.index),
    ("GET", f"{_ONE}/events", events.index),
    ("GET", f"{_ONE}/events/journal.ndjson", events.export),
    ("GET", f"{_ONE}/settings", accounts.settings),
    ("GET", f"{_ONE}/settings/reset", accounts.ask_reset),
    ("POST", f"{_ONE}/settings/reset", accounts.reset),
    ("GET", f"{_ONE}/settings/delete", accounts.ask_delete),
    ("POST", f"{_ONE}/settings/delete", accounts.delete),
    ("POST", f"{_ONE}/snapshots", snapshots.take),
    ("POST", f"{_ONE}/snapshots/{{snapshot}}/restore", snapshots.restore),
    ("POST", f"{_ONE}/snapshots/{{snapshot}}/fork", snapshots.fork),
    ("POST", f"{_ONE}/snapshots/{{snapshot}}/delete", snapshots.delete),
    ("GET", f"{_ONE}/copy", copying.index),
    ("GET", f"{_ONE}/copy/scenario", copying.download),
    ("GET", f"{_ONE}/clock", time.shown),
    ("POST", f"{_ONE}/clock", time.move),
    ("GET", f"{_ONE}/live", live.news),
)
"""Every page and action below an account."""


RUNS: tuple[tuple[str, str, runs.Shown], ...] = (
    ("GET", "/runs", runs.index),
    ("POST", "/runs", runs.start),
    ("GET", r"/runs/{number:\d+}", runs.one),
    ("POST", r"/runs/{number:\d+}/stop", runs.stop),
    ("GET", r"/runs/{number:\d+}/live", runs.news),
)
"""Every page and action of scenario runs."""


async def to_messages(request: web.Request) -> web.Response:
    """GET /inbox/{key}: its messages."""
    return web.Response(
        status=302, headers={"Location": f"/inbox/{request.match_info['key']}/messages"}
    )


def add_routes(app: web.Application) -> None:
    """Put every page into the application."""
    app.router.add_get("/", accounts.home)
    app.router.add_post("/", accounts.make)
    app.router.add_get(_ONE, to_messages)
    app.router.add_static("/inbox-static", STATIC)
    for method, path, shown in PAGES:
        app.router.add_route(method, path, page(shown))
    for method, path, handler in RUNS:
        app.router.add_route(method, path, runs.runs_page(handler))
