"""The metrics of this simulator, for a Prometheus to scrape."""

from __future__ import annotations

from aiohttp import hdrs, web

from simulator.api.control.call import fault
from simulator.api.keys import METRICS


async def scrape(request: web.Request) -> web.Response:
    """GET /metrics: Prometheus text, or OpenMetrics for who asks for that."""
    accept = ",".join(request.headers.getall(hdrs.ACCEPT, []))
    metrics = request.app.get(METRICS)
    if metrics is None:
        return fault(404, "nothing is counted here; `smsim serve` counts")
    text, kind = metrics.text(accept)
    return web.Response(body=text, headers={hdrs.CONTENT_TYPE: kind})
