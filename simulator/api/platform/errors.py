"""How the Platform says no: the errors envelope, a status, and our stable code for each fault.

Vibes publishes no table of codes (technical-details); these are ours and will not change.
"""

from __future__ import annotations

import msgspec
from aiohttp import web

from simulator.domain.decide import Refusal
from simulator.domain.refusals import Fault
from simulator.wire import platform_views

_ENCODER = msgspec.json.Encoder()

MALFORMED = (400, 4000)
UNAUTHENTICATED = (401, 4010)
OTHER_COMPANY = (403, 4030)
NOT_FOUND = (404, 4040)
METHOD = (405, 4050)
TOO_LARGE = (413, 4130)
MEDIA_TYPE = (415, 4150)
THROTTLED = (429, 4290)
OURS = (500, 5000)
NOT_SIMULATED = (501, 5010)
STOPPED = (503, 5030)

STATUS_AND_CODE: dict[Fault, tuple[int, int]] = {
    Fault.NOT_FOUND: NOT_FOUND,
    Fault.ALREADY_SUBSCRIBED: (409, 4091),
    Fault.MDN_CONFLICT: (409, 4092),
    Fault.MDN_IMMUTABLE: (409, 4093),
    Fault.STARTED: (403, 4031),
    Fault.INVALID: (422, 4220),
    Fault.CONFIRMATION_BLOCK: (422, 4221),
    Fault.NOT_MOBILE: (422, 4222),
    Fault.EXTERNAL_ID_MISMATCH: (422, 4223),
    Fault.UNKNOWN_FIELD: (422, 4224),
    Fault.NO_PHONE: (422, 4225),
    Fault.NO_IDENTIFIER: (422, 4226),
    Fault.CODE_NOT_YOURS: (422, 4227),
    Fault.TEXT_TOO_LONG: (422, 4228),
    Fault.NOT_PROVISIONED: (422, 4229),
}


def answer(fault: tuple[int, int], *messages: str, **headers: str) -> web.Response:
    """The envelope with one error per message, all of one kind (Vibes: technical-details)."""
    status, code = fault
    return respond(
        platform_views.errors(*((_sayable(message), code) for message in messages)), status, headers
    )


def _sayable(message: str) -> str:
    """The message without what a header can hold and JSON cannot."""
    return message.encode(errors="replace").decode()


def refused(refusal: Refusal) -> web.Response:
    """The envelope of a refused command; the first problem decides the status.

    Source: Vibes: technical-details.
    """
    told = [(problem.message, STATUS_AND_CODE[problem.fault][1]) for problem in refusal.problems]
    return respond(platform_views.errors(*told), STATUS_AND_CODE[refusal.problems[0].fault][0])


def respond(body: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON answer; every answer but 204 has a body (Vibes: technical-details)."""
    named = {"Content-Type": "application/json"}
    if headers:
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
    return web.Response(body=_ENCODER.encode(body), status=status, headers=named)
