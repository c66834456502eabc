"""The yardstick: an aiohttp handler that reads the same body and answers as much, and does nothing.

    python -m tests.bench.bare --parses json --answer FILE --status 201

It reads JSON with msgspec and XML with expat as the simulator does. `--answer` is an answer of the
simulator: JSON is decoded once and encoded for every call, XML goes out as it is.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import msgspec
from aiohttp import web

from simulator.wire import xml


def application(parses: str, answer: bytes, status: int) -> web.Application:
    """One route for everything."""
    told = msgspec.json.decode(answer) if parses != "xml" else None
    kind = "text/xml" if parses == "xml" else "application/json"

    async def handle(request: web.Request) -> web.Response:
        body = await request.read()
        if parses == "json":
            msgspec.json.decode(body)
        elif parses == "xml":
            xml.read(body)
        out = answer if told is None else msgspec.json.encode(told)
        return web.Response(body=out, status=status, content_type=kind)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    return app


async def serve(app: web.Application) -> None:
    """Serve on a free port, say so, and stay until ended."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"ready http://127.0.0.1:{runner.addresses[0][1]}", flush=True)  # noqa: T201
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parses", choices=("json", "xml", "nothing"), default="nothing")
    parser.add_argument("--answer", type=Path, required=True)
    parser.add_argument("--status", type=int, default=200)
    wish = parser.parse_args()
    asyncio.run(serve(application(wish.parses, wish.answer.read_bytes(), wish.status)))
