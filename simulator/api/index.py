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
<style>:root{{color-scheme:light dark}}body{{margin:2rem auto;max-width:60rem;padding:0 1rem;
font:15px/1.5 system-ui,sans-serif}}td,th{{text-align:left;padding:.3rem .8rem .3rem 0;vertical-align:top}}
td:nth-child(2){{white-space:nowrap}}caption{{text-align:left;font-weight:600}}
@media(max-width:40rem){{td{{display:block;padding:0}}th{{display:none}}
tr{{display:block;margin:.8rem 0}}}}</style>
</head>
<body><main><h1>smsim {version}</h1>
<p>A local Vibes. The inbox is not built yet; until then these are the accounts that run here, and
what each recorded as JSON.</p>
<table><caption>Accounts</caption>
<tr><th scope="col">Account</th><th scope="col">Time</th><th scope="col">Recorded</th></tr>
{rows}</table>
<p>Make an account of your own with <code>POST /_sim/accounts</code>; it stands still until you advance its
clock. docs/control-api.md tells the rest.</p></main></body></html>
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
        headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
    )


def add_routes(app: web.Application) -> None:
    """Put the page at /."""
    app.router.add_get("/", index)
