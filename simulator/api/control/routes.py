"""The control API's operations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from simulator import __version__
from simulator.api.branches import Branches
from simulator.api.control import (
    accounts,
    alarms,
    callbacks,
    carriers,
    clock,
    events,
    faults,
    handsets,
    incentives,
    lists,
    messages,
    metrics,
    platform_docs,
    snapshots,
    texts,
)
from simulator.api.control.call import denied, failed, fault, respond
from simulator.api.keys import SMPP
from simulator.errors import EngineFailed, UserError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_ONE = "/_sim/accounts/{key}"


async def health(request: web.Request) -> web.Response:
    """GET health: that it is well, which version it is, and where it takes SMPP if it does."""
    return respond({"status": "ok", "version": __version__, "smpp": request.app[SMPP]()})


OPERATIONS: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/_sim/health", health),
    ("GET", "/_sim/openapi.json", platform_docs.document),
    ("GET", "/_sim/docs", platform_docs.page),
    ("GET", "/_sim/accounts", accounts.index),
    ("POST", "/_sim/accounts", accounts.create),
    ("GET", _ONE, accounts.get),
    ("DELETE", _ONE, accounts.delete),
    ("POST", f"{_ONE}/reset", accounts.reset),
    ("PUT", f"{_ONE}/hosts", accounts.set_hosts),
    ("POST", f"{_ONE}/lists", lists.create),
    ("PUT", f"{_ONE}/lists/{{list_id}}", lists.rename),
    ("DELETE", f"{_ONE}/lists/{{list_id}}", lists.archive),
    ("POST", f"{_ONE}/lists/{{list_id}}/subscribers", lists.import_subscribers),
    ("POST", f"{_ONE}/opt-outs", lists.opt_out),
    ("POST", f"{_ONE}/callbacks/deliveries/{{delivery_id}}/repeat", callbacks.repeat),
    ("POST", f"{_ONE}/incentives/pools/{{id}}/codes", incentives.add_codes),
    ("GET", f"{_ONE}/clock", clock.get),
    ("POST", f"{_ONE}/clock", clock.move),
    ("POST", f"{_ONE}/handsets/{{mdn}}/messages", handsets.text),
    ("GET", f"{_ONE}/handsets/{{mdn}}", handsets.get),
    ("PUT", f"{_ONE}/handsets/{{mdn}}", handsets.put),
    ("GET", f"{_ONE}/messages", messages.index),
    ("GET", f"{_ONE}/messages/{{message_id}}", messages.get),
    ("GET", f"{_ONE}/events", events.index),
    ("GET", f"{_ONE}/callbacks/deliveries", callbacks.deliveries),
    ("GET", f"{_ONE}/faults", faults.index),
    ("POST", f"{_ONE}/faults", faults.create),
    ("DELETE", f"{_ONE}/faults", faults.clear),
    ("DELETE", f"{_ONE}/faults/{{id}}", faults.delete),
    ("GET", f"{_ONE}/binds", carriers.binds),
    ("GET", f"{_ONE}/alarms", alarms.index),
    ("PUT", f"{_ONE}/alarms/{{name}}", alarms.put),
    ("DELETE", f"{_ONE}/alarms/{{name}}", alarms.delete),
    ("GET", f"{_ONE}/disconnects/{{name}}", carriers.disconnects),
    ("POST", f"{_ONE}/text", texts.estimate),
    ("GET", "/_sim/carriers", carriers.index),
    ("GET", f"{_ONE}/snapshots", snapshots.index),
    ("POST", f"{_ONE}/snapshots", snapshots.create),
    ("DELETE", f"{_ONE}/snapshots/{{id}}", snapshots.delete),
    ("POST", f"{_ONE}/snapshots/{{id}}/restore", snapshots.restore),
    ("POST", f"{_ONE}/snapshots/{{id}}/fork", snapshots.fork),
    ("GET", "/metrics", metrics.scrape),
)


def add_routes(app: web.Application) -> None:
    """Put every control operation into the application."""
    branches = Branches(_ONE)
    for method, path, handler in OPERATIONS:
        if path.startswith(_ONE):
            branches.add(method, path.removeprefix(_ONE), _handled(handler))
        else:
            app.router.add_route(method, path, _handled(handler))
    app.router.register_resource(branches)


def _handled(handler: Handler) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        no = denied(request)
        if no is not None:
            return no
        try:
            return await handler(request)
        except UserError as error:
            return failed(error)
        except EngineFailed as error:
            return fault(503, str(error))

    return handle
