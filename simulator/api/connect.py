"""Vibes Connect's HTTP Message API, `/MessageApi/...` (XML).

The user name decides the account. Errors are rows of Connect's table (http-error-and-status-codes).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from simulator.api.basic_auth import speaker
from simulator.domain.decide import Refusal
from simulator.domain.messages import Accepted, Mt
from simulator.domain.refusals import Fault, Problem
from simulator.runtime.universe import Universe
from simulator.wire import connect_xml
from simulator.wire.connect_xml import ConnectFault, Shown

STATUS: dict[int, int] = {
    1000: 500,
    1001: 500,
    1010: 401,
    1011: 403,
    1020: 400,
    1022: 400,
    1023: 413,
    1024: 404,
    1026: 415,
    1031: 422,
    1032: 422,
    1034: 405,
}
"""The HTTP status of each code of the table that can occur here."""

RETRIABLE = frozenset({1001})

_XML = ("text/xml", "application/xml")

Handler = Callable[[web.Request, Universe], Awaitable[web.Response]]


async def submit(request: web.Request, universe: Universe) -> web.Response:
    """POST /MessageApi/mt/messages: 200 with the message id; accepted, not yet delivered.

    Source: Connect: send-an-sms-message.
    """
    if request.content_type not in _XML:
        raise ConnectFault(
            1026,
            f"Request media type not supported. Supported Media Types: '{', '.join(_XML)}'.",
        )
    command = connect_xml.read_mt(await request.read())
    reply = await universe.engine.submit(command)
    if isinstance(reply, Refusal):
        raise _fault(reply.problems[0])
    assert isinstance(reply, Accepted)
    return _answer(200, connect_xml.accepted(reply.mt))


async def get(request: web.Request, universe: Universe) -> web.Response:
    """GET /MessageApi/mt/messages/{id}: the message, or the part of one, that has the id.

    Source: Connect: retrieve-info-from-the-api.
    """
    await universe.engine.committed()
    found = await universe.message(request.match_info["message_id"])
    if found is None or found[0].direction != "mt":
        raise ConnectFault(1024, "Resource not found.")
    record, part = found
    return _answer(200, connect_xml.message(Shown(msgspec.json.decode(record.body, type=Mt), part)))


async def not_simulated(request: web.Request, _universe: Universe) -> web.Response:
    """Whatever else Connect has: said plainly, with status 501 (docs/fidelity.md)."""
    text = f"not simulated: {request.method} {request.path}; see docs/fidelity.md"
    return _answer(501, connect_xml.error(1000, text, retriable=False))


def add_routes(app: web.Application) -> None:
    """Put every operation of Connect into the application (docs/fidelity.md)."""
    base = "/MessageApi"
    app.router.add_resource(f"{base}/mt/messages{{slash:/?}}").add_route("POST", _handled(submit))
    one = app.router.add_resource(f"{base}/mt/messages/{{message_id:[^/]+}}{{slash:/?}}")
    one.add_route("GET", _handled(get))
    for path in (
        "mt/messages/{message_id}/parts",
        "mt/messages/{message_id}/responses",
        "mt/messageBundles",
        "mdns/{mdn:.+}",
    ):
        resource = app.router.add_resource(f"{base}/{path}{{slash:/?}}")
        resource.add_route("*", _handled(not_simulated))


def failed(fault: ConnectFault) -> web.Response:
    """The answer for a row of the error table (Connect: http-error-and-status-codes)."""
    headers = {"WWW-Authenticate": 'Basic realm="Vibes"'} if fault.code == 1010 else {}
    body = connect_xml.error(fault.code, fault.description, retriable=fault.code in RETRIABLE)
    return _answer(STATUS[fault.code], body, headers)


def _handled(handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            universe = speaker(request)
            if universe is None:
                raise ConnectFault(1010, "Invalid User/Password.")
            return await handler(request, universe)
        except ConnectFault as fault:
            return failed(fault)

    return handle


def _fault(problem: Problem) -> ConnectFault:
    if problem.fault is Fault.CODE_NOT_YOURS:
        return ConnectFault(1011, "User not authorized to send MT messages from code.")
    if problem.fault is Fault.NOT_MOBILE:
        mdn, carrier = problem.values
        return ConnectFault(
            1031,
            f"{mdn} is not a mobile phone number or its carrier [{carrier}] "
            "is currently not supported.",
        )
    if problem.fault is Fault.TEXT_TOO_LONG:
        return ConnectFault(
            1032, f"Message text length [{problem.values[0]}] exceeds 160 characters."
        )
    return ConnectFault(1000, f"General Processing Error. '{problem.message}'")


def _answer(status: int, body: bytes, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(status=status, body=body, content_type="text/xml", headers=headers)
