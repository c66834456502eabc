"""The edge of the HTTP server: whatever a handler did not answer is said in the surface's own words.

Outside of that each request is counted, told in the log where that is wanted, and given an id.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from simulator.api import connect
from simulator.api.basic_auth import speaker
from simulator.api.keys import ACCOUNTS, BODY_LIMIT, REQUESTS
from simulator.api.platform import errors
from simulator.errors import EngineFailed, UserError
from simulator.observing.logs import Log
from simulator.observing.requests import Requests
from simulator.runtime.clock import stopwatch
from simulator.wire.connect_requests import ConnectFault

log = logging.getLogger("smsim.api")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def observed(requests: Requests, log: Log) -> Callable[..., Awaitable[web.StreamResponse]]:
    """The middleware that counts a simulator's requests, and tells each in its log."""

    @web.middleware
    async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer: web.StreamResponse | None = None
        started = stopwatch()
        try:
            answer = await handler(request)
            return answer
        except web.HTTPException as raised:
            answer = raised
            raise
        finally:
            took_ns = stopwatch() - started
            status = answer.status if answer is not None else None
            if answer is None or type(answer) is web.StreamResponse:
                calls = requests.ended(request, status)
            else:
                calls = requests.answered(request, status, took_ns)
            if log.tells:
                log.info(
                    "request",
                    method=request.method[:16],
                    path=calls.operation.rpartition(" ")[2],
                    status=status,
                    ms=round(took_ns / 1_000_000, 3),
                    request_id=requests.id_of(request),
                    account=_account(request),
                )

    return observe


@web.middleware
async def in_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 404, 405, 413 and failures of ours in the envelope or XML of the path's surface."""
    try:
        return await handler(request)
    except web.HTTPException as raised:
        if raised.status < 400:
            raise
        return _plain(request, raised)
    except EngineFailed as failure:
        return _failed(request, errors.STOPPED, 1001, str(failure))
    except UserError as fault:
        return errors.answer(errors.MALFORMED, str(fault))
    except Exception:  # the supervised edge: log it, tell the client it is ours
        where = request.match_info.route.resource
        path = where.canonical if where is not None else "?"
        told = {"request_id": request.app[REQUESTS].id_of(request)}
        log.exception("%s %s failed", request.method, path, extra=told)
        text = f"{request.method} {request.path} failed inside the simulator; its log says more"
        return _failed(request, errors.OURS, 1000, text)


def _plain(request: web.Request, raised: web.HTTPException) -> web.Response:
    headers = {"Allow": raised.headers["Allow"]} if "Allow" in raised.headers else {}
    xml = request.path.startswith("/MessageApi")
    if raised.status == 413:
        size = request.content_length or "over the limit"
        text = f"Message Size {size}, exceeded maximum allowed: {BODY_LIMIT}"
        return (
            connect.failed(ConnectFault(1023, text))
            if xml
            else errors.answer(errors.TOO_LARGE, text)
        )
    if raised.status == 405:
        if xml:
            answer = connect.failed(ConnectFault(1034, "Method not allowed."))
            answer.headers.update(headers)
            return answer
        text = f"{request.method} is not allowed here; allowed: {headers.get('Allow')}"
        return errors.answer(errors.METHOD, text, **headers)
    if xml and raised.status == 404:
        return connect.failed(ConnectFault(1024, "Resource not found."))
    text = f"nothing is at {request.path}" if raised.status == 404 else raised.reason
    return errors.answer((raised.status, raised.status * 10), text)


def _failed(
    request: web.Request, fault: tuple[int, int], connect_code: int, text: str
) -> web.Response:
    if request.path.startswith("/MessageApi"):
        return connect.failed(ConnectFault(connect_code, text))
    return errors.answer(fault, text)


def _account(request: web.Request) -> str | None:
    """Whose request it was: the account of its path or of its user, if there is one."""
    named = request.match_info.get("company_key") or request.match_info.get("key")
    if named is None:
        universe = speaker(request)
        return universe.record.company_key if universe is not None else None
    return named if named in request.app[ACCOUNTS] else None
