"""A control call: who may make one, what it reads, and how it answers."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import TypeVar

import msgspec
from aiohttp import hdrs, web
from pydantic import BaseModel

from simulator.api.keys import ACCOUNTS, SETTINGS
from simulator.documents import read
from simulator.domain.decide import Refusal
from simulator.domain.numbers import InvalidMdn, Mdn, parse_any_mdn
from simulator.domain.record import Record
from simulator.domain.refusals import Fault
from simulator.errors import (
    AccountExists,
    BadSpec,
    ClockBackwards,
    UnknownAccount,
    UnknownSnapshot,
    UserError,
)
from simulator.runtime.universe import Universe

T = TypeVar("T", bound=BaseModel)

STATUS: dict[type[UserError], int] = {
    UnknownAccount: 404,
    UnknownSnapshot: 404,
    AccountExists: 409,
    ClockBackwards: 409,
}


def universe_of(request: web.Request) -> Universe:
    """The account a path names. Raises UnknownAccount."""
    return request.app[ACCOUNTS].get(request.match_info["key"])


def mdn_of(request: web.Request) -> Mdn:
    """The number a path names, in any common form. Raises UserError."""
    try:
        return parse_any_mdn(request.match_info["mdn"])
    except InvalidMdn as error:
        raise UserError(str(error)) from error


async def document(request: web.Request) -> object:
    """The JSON body; an empty body is an empty object. Raises UserError."""
    body = await request.read()
    try:
        return msgspec.json.decode(body) if body.strip() else {}
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UserError(f"the body is not JSON: {error}") from error
    except RecursionError as error:
        raise UserError("the body is nested too deeply") from error


async def told(request: web.Request, model: type[T]) -> T:
    """The body as a model. Raises BadSpec with every fault."""
    return read(model, await document(request))


def taken(reply: Record) -> Record:
    """The reply of a command, unless it was refused. Raises UserError or UnknownThing."""
    if isinstance(reply, Refusal):
        told = "; ".join(problem.message for problem in reply.problems)
        missing = reply.problems[0].fault is Fault.NOT_FOUND
        raise UnknownThing(told) if missing else UserError(told)
    return reply


class UnknownThing(UserError):
    """Something the path or the body names does not exist."""


def respond(body: object, status: int = 200) -> web.Response:
    """A JSON answer."""
    return web.Response(
        body=msgspec.json.encode(body), status=status, content_type="application/json"
    )


def denied(request: web.Request) -> web.Response | None:
    """None where the caller may make control calls, else the answer that says why not.

    A loopback caller needs no token, any other needs the one the server was started with; a page
    of another site is never let in through its visitor's browser.
    """
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return fault(403, "another site's page may not make control calls")
    token = request.app[SETTINGS].control_token
    if _loopback(request.remote):
        return None
    if token is None:
        return fault(403, "control calls from another machine need --control-token at start")
    given = request.headers.get(hdrs.AUTHORIZATION, "")
    if hmac.compare_digest(given.encode(errors="replace"), f"Bearer {token}".encode()):
        return None
    return fault(401, "Authorization: Bearer with the control token is required")


def failed(error: UserError) -> web.Response:
    """The answer for a caller's fault; a bad document is told with every path."""
    if isinstance(error, BadSpec):
        errors = [
            {"message": text, "path": ".".join(map(str, path))} for path, text in error.faults
        ]
        return respond({"errors": errors}, 400)
    if isinstance(error, UnknownThing):
        return fault(404, str(error))
    return fault(STATUS.get(type(error), 400), str(error))


def fault(status: int, message: str) -> web.Response:
    """One error."""
    return respond({"errors": [{"message": message}]}, status)


def _loopback(remote: str | None) -> bool:
    try:
        return remote is not None and ip_address(remote).is_loopback
    except ValueError:
        return False
