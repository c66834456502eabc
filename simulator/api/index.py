"""The first page: which accounts run here, and where to look. The inbox will take its place."""

from __future__ import annotations

from html import escape

from aiohttp import web

from simulator import __version__
from simulator.api.control.call import denied
from simulator.api.keys import ACCOUNTS
from simulator.domain.instants import iso

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>smsim</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"></head>
<body><main><h1>smsim {version}</h1>
<p>A local Vibes. The inbox is not built yet; until then these are the accounts that run here, and
what each recorded as JSON.</p>
<table><caption>Accounts</caption>
<tr><th scope="col">Account</th><th scope="col">Time</th><th scope="col">Recorded</th></tr>
{rows}</table></main></body></html>
"""

_ROW = (
    '<tr><td>{key}</td><td>{now} ({mode})</td><td><a href="/_sim/accounts/{key}/messages">messages'
    '</a> · <a href="/_sim/accounts/{key}/events">journal</a> · '
    '<a href="/_sim/accounts/{key}/callbacks/deliveries">callbacks</a></td></tr>\n'
)


async def index(request: web.Request) -> web.Response:
    """GET /: the accounts."""
    no = denied(request)
    if no is not None:
        return no
    rows = "".join(
        _ROW.format(
            key=escape(item.record.company_key),
            now=iso(item.engine.now() // 1_000_000 * 1_000_000),
            mode=item.world.clock.mode,
        )
        for item in request.app[ACCOUNTS].all()
    )
    return web.Response(
        text=_PAGE.format(version=__version__, rows=rows),
        content_type="text/html",
        headers={"Content-Security-Policy": "default-src 'none'"},
    )


def add_routes(app: web.Application) -> None:
    """Put the page at /."""
    app.router.add_get("/", index)
