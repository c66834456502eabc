"""Vibes Connect's HTTP Message API, `/MessageApi/...` (XML).

The user name decides the account. Errors are rows of Connect's table (http-error-and-status-codes).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

import msgspec
from aiohttp import web

from simulator.api.basic_auth import speaker
from simulator.api.striking import way
from simulator.domain.carriers import STAGES, MtState
from simulator.domain.decide import Refusal
from simulator.domain.fault_rules import Effect, FaultRule, Occasion, Surface
from simulator.domain.handset import carrier_of, takes_texts
from simulator.domain.messages import Mt
from simulator.domain.notices import ReceiptNotice
from simulator.domain.numbers import InvalidMdn, Mdn, parse_any_mdn
from simulator.domain.refusals import Fault, Problem
from simulator.domain.sending import Accepted, BundleTaken, SubmitBundle, SubmitMt
from simulator.errors import Overloaded
from simulator.runtime import striking
from simulator.runtime.ports import MessageRecord
from simulator.runtime.universe import Universe
from simulator.wire import connect_requests, connect_xml
from simulator.wire.connect_requests import BadMember, ConnectFault
from simulator.wire.connect_xml import Shown, Taken

STATUS: dict[int, int] = {
    1000: 500,
    1001: 500,
    1002: 429,
    1010: 401,
    1011: 403,
    1020: 400,
    1022: 400,
    1023: 413,
    1024: 404,
    1025: 406,
    1026: 415,
    1027: 422,
    1028: 422,
    1029: 403,
    1030: 403,
    1031: 422,
    1032: 422,
    1033: 422,
    1034: 405,
}
"""The HTTP status of each code of the table."""

RETRIABLE = frozenset({1001, 1002})

_XML = ("text/xml", "application/xml")

_TOLD = {
    1000: "General Processing Error. '{}'",
    1001: "Processing error while handling request.",
    1002: "Throughput exceeded. Try again later.",
    1010: "Invalid User/Password.",
    1011: "User not authorized to send MT messages from code.",
    1020: "Invalid request format/content.",
    1022: "Request attribute '{}' has invalid value '{}'.",
    1023: "Message Size {}, exceeded maximum allowed: {}",
    1024: "Resource not found.",
    1025: "Code not provisioned on carrier.",
    1026: "Request media type not supported. Supported Media Types: '{}'.",
    1027: "Premium messaging is not supported on this code.",
    1028: "Request attribute '{}': '{}' could not be processed.",
    1029: "Company not authorized to send MT messages from the provided code.",
    1030: "User not authorized to send message for this company.",
    1031: "{} is not a mobile phone number or its carrier [{}] is currently not supported.",
    1032: "Message text length [{}] exceeds 160 characters.",
    1033: "Alternate message delivery (available for v3.1+ only) is not supported for multipart "
    "messages.",
    1034: "Method not allowed.",
}
"""What each row of the table says."""

_ROWS = {
    Fault.CODE_NOT_YOURS: 1011,
    Fault.NOT_PROVISIONED: 1025,
    Fault.CODE_NOT_THE_COMPANYS: 1029,
    Fault.COMPANY_NOT_YOURS: 1030,
    Fault.NOT_MOBILE: 1031,
    Fault.TEXT_TOO_LONG: 1032,
    Fault.ALTERNATE_MULTIPART: 1033,
}
"""The row of the error table for each refusal."""


class _Found(NamedTuple):
    """A recorded message: itself, which part was asked for, and what it was forwarded as."""

    mt: Mt
    part: int
    record: MessageRecord

    @property
    def forwarded_to(self) -> str | None:
        return next((s.note for s in self.record.history if s.state == "forwarded"), None)


class Call(NamedTuple):
    """What a handler works with; `struck` names the faults that hit the call (inferred)."""

    request: web.Request
    universe: Universe
    struck: tuple[str, ...]


Handler = Callable[[Call], Awaitable[web.Response]]


async def submit(call: Call) -> web.Response:
    """POST /MessageApi/mt/messages: 200 with the message id; accepted, not yet delivered.

    Source: Connect: send-an-sms-message.
    """
    command = connect_requests.read_mt(await _body(call.request))
    _meter(call.universe, 1)
    reply = await call.universe.engine.submit(_marked(command, call), patient=False)
    if isinstance(reply, Refusal):
        raise _fault(reply.problems[0])
    assert isinstance(reply, Accepted)
    return _answer(200, connect_xml.accepted(reply.mt))


async def submit_bundle(call: Call) -> web.Response:
    """POST /MessageApi/mt/messageBundles: 200 with each message's answer (Connect: messageBundles)."""
    bundle = connect_requests.read_bundle(await _body(call.request))
    header = call.request.headers.get("X-VibesAPI-BundleId")
    submitter_id = bundle.submitter_bundle_id or header
    orders = [_marked(item, call) for item in bundle.items if isinstance(item, SubmitMt)]
    _meter(call.universe, len(orders))
    reply = await call.universe.engine.submit(
        SubmitBundle(orders=tuple(orders), submitter_bundle_id=submitter_id), patient=False
    )
    assert isinstance(reply, BundleTaken)
    results = iter(reply.results)
    taken = [
        _refused(item) if isinstance(item, BadMember) else _taken(item.submitter_id, next(results))
        for item in bundle.items
    ]
    return _answer(200, connect_xml.bundle(reply.bundle_id, submitter_id, taken))


def _refused(member: BadMember) -> Taken:
    fault = member.fault
    retriable = fault.code in RETRIABLE
    return Taken(member.submitter_id, None, fault.code, fault.description, retriable)


def _meter(universe: Universe, messages: int) -> None:
    """Refuse what is over the account's throughput, in messages. Raises ConnectFault 1002."""
    if universe.account.connect.per_second and not universe.submits.passes(messages):
        raise ConnectFault(1002, _TOLD[1002])


def _marked(order: SubmitMt, call: Call) -> SubmitMt:
    """The order with the faults that hit its call, so that the message's history names them."""
    return msgspec.structs.replace(order, struck=call.struck)


def _taken(submitter_id: str | None, result: Mt | Problem) -> Taken:
    if isinstance(result, Mt):
        return Taken(submitter_id, result)
    fault = _fault(result)
    return Taken(submitter_id, None, fault.code, fault.description, fault.code in RETRIABLE)


async def get(call: Call) -> web.Response:
    """GET /MessageApi/mt/messages/{id}: the message, or the part of one, that has the id.

    Source: Connect: retrieve-info-from-the-api.
    """
    found = await _find(call)
    return _answer(200, connect_xml.message(Shown(found.mt, found.part, found.forwarded_to)))


async def parts(call: Call) -> web.Response:
    """GET /MessageApi/mt/messages/{id}/parts: every part of it (Connect: split-messages)."""
    found = await _find(call)
    return _answer(200, connect_xml.parts(found.mt, found.forwarded_to))


async def responses(call: Call) -> web.Response:
    """GET /MessageApi/mt/messages/{id}/responses: what was told of it, whoever asked to be told.

    Of a split message, what was told of the part that has the id.

    Source: Connect: retrieve-message-responses.
    """
    found = await _find(call)
    profile = call.universe.account.profile(found.mt.carrier)
    states = {state for state in STAGES if profile.tells(state)}
    notices = [
        ReceiptNotice(
            message_id=found.mt.part_ids[found.part - 1],
            original_id=found.mt.message_id,
            submitter_id=found.mt.submitter_id,
            part=found.part,
            parts=len(found.mt.part_ids),
            stage=STAGES[MtState(step.state)],
            error_code=step.error_code,
            at=step.at,
            forwarded_to=found.forwarded_to if step.error_code is not None else None,
            forwarded_from=found.mt.forwarded_from,
        )
        for step in found.record.history
        if step.state in states
    ]
    return _answer(200, connect_xml.responses(notices))


async def look_up(call: Call) -> web.Response:
    """GET /MessageApi/mdns/{mdn}: its carrier; with `shortcode` whether that code reaches it.

    Source: Connect: retrieve-info-from-the-api.
    """
    request, universe = call.request, call.universe
    told = request.match_info["mdn"]
    try:
        mdn = parse_any_mdn(told)
    except InvalidMdn as error:
        raise ConnectFault(1022, f"Request attribute 'mdn' has invalid value '{told}'.") from error
    await universe.engine.committed(patient=False)
    carrier = carrier_of(universe.world, mdn)
    if not takes_texts(universe.world, mdn, carrier):
        raise _not_mobile(mdn, carrier)
    code, provisioned = request.query.get("shortcode"), None
    if code is not None:
        known = universe.account.code(code) is not None
        provisioned = known and universe.account.profile(carrier).reaches(code)
    return _answer(200, connect_xml.number(mdn, carrier, provisioned))


def add_routes(app: web.Application) -> None:
    """Put every operation of Connect into the application (docs/fidelity.md)."""
    for method, path, operation, handler in OPERATIONS:
        resource = app.router.add_resource(f"/MessageApi/{path}{{slash:/?}}")
        resource.add_route(method, _handled(operation, handler))


OPERATIONS: tuple[tuple[str, str, str, Handler], ...] = (
    ("POST", "mt/messages", "submit", submit),
    ("POST", "mt/messageBundles", "submit_bundle", submit_bundle),
    ("GET", "mt/messages/{message_id:[^/]+}/parts", "parts", parts),
    ("GET", "mt/messages/{message_id:[^/]+}/responses", "responses", responses),
    ("GET", "mt/messages/{message_id:[^/]+}", "get", get),
    ("GET", "mdns/{mdn:[^/]+}", "look_up", look_up),
)
"""Method, path, the name fault rules know it by, handler."""


def failed(fault: ConnectFault) -> web.Response:
    """The answer for a row of the error table (Connect: http-error-and-status-codes)."""
    headers = {"WWW-Authenticate": 'Basic realm="Vibes"'} if fault.code == 1010 else {}
    body = connect_xml.error(fault.code, fault.description, retriable=fault.code in RETRIABLE)
    return _answer(STATUS[fault.code], body, headers)


def _handled(operation: str, handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            universe = speaker(request)
            if universe is None:
                raise ConnectFault(1010, "Invalid User/Password.")

            async def do(struck: tuple[str, ...]) -> web.Response:
                try:
                    return await handler(Call(request, universe, struck))
                except ConnectFault as fault:
                    return failed(fault)

            occasion = await _occasion(request, universe, operation)
            return await striking.answer(universe, occasion, way(request, do, _struck))
        except ConnectFault as fault:
            return failed(fault)
        except Overloaded:
            return failed(ConnectFault(1002, _TOLD[1002]))

    return handle


async def _occasion(request: web.Request, universe: Universe, operation: str) -> Occasion | None:
    """Whom a call is about, as a fault rule sees it; None where no rule holds.

    Of a bundle what all its messages have in common.
    """
    if not universe.world.faults.rules:
        return None
    told: list[tuple[Mdn, str | None, str | None]] = []
    try:
        if operation == "submit":
            orders = [connect_requests.read_mt(await request.read())]
        elif operation == "submit_bundle":
            items = connect_requests.read_bundle(await request.read()).items
            orders = [item for item in items if isinstance(item, SubmitMt)]
        else:
            orders = []
        told = [(order.mdn, order.code, order.carrier) for order in orders]
        if operation == "look_up":
            mdn = parse_any_mdn(request.match_info["mdn"])
            told = [(mdn, request.query.get("shortcode"), None)]
    except (ConnectFault, InvalidMdn):
        pass
    whole = [(mdn, code, given or carrier_of(universe.world, mdn)) for mdn, code, given in told]
    return Occasion(
        surface=Surface.CONNECT,
        operation=operation,
        mdn=_common(item[0] for item in whole),
        code=_common(item[1] for item in whole),
        carrier=_common(item[2] for item in whole),
    )


def _common(values: Iterable[str | None]) -> str | None:
    """The one value there is, or None where there are several."""
    known = set(values)
    return known.pop() if len(known) == 1 else None


def _struck(rule: FaultRule) -> web.Response:
    """The answer that a fault gives in the handler's place."""
    if rule.effect is Effect.THROTTLE:
        return failed(ConnectFault(1002, _TOLD[1002]))
    if rule.effect is Effect.STORE_FULL:
        return failed(ConnectFault(1001, _TOLD[1001]))
    number = rule.number or 1001
    if rule.effect is Effect.VENDOR_ERROR:
        told = _TOLD[number]
        return failed(ConnectFault(number, told.format(*["injected"] * told.count("{}"))))
    ours = number >= 500
    code = 1001 if ours else 1000
    return _answer(number, connect_xml.error(code, f"injected by fault {rule.id}", retriable=ours))


async def _body(request: web.Request) -> bytes:
    if request.content_type not in _XML:
        raise ConnectFault(
            1026,
            f"Request media type not supported. Supported Media Types: '{', '.join(_XML)}'.",
        )
    return await request.read()


async def _find(call: Call) -> _Found:
    await call.universe.engine.committed(patient=False)
    found = await call.universe.message(call.request.match_info["message_id"])
    if found is None or found[0].direction != "mt":
        raise ConnectFault(1024, "Resource not found.")
    record, part = found
    mt = msgspec.json.decode(record.body, type=Mt)
    if part > len(mt.part_ids):  # replaced by a shorter text
        raise ConnectFault(1024, "Resource not found.")
    return _Found(mt, part, record)


def _not_mobile(mdn: str, carrier: str) -> ConnectFault:
    return ConnectFault(1031, _TOLD[1031].format(mdn, carrier))


def _fault(problem: Problem) -> ConnectFault:
    code = _ROWS.get(problem.fault, 1000)
    values = problem.values if code != 1000 else (problem.message,)
    return ConnectFault(code, _TOLD[code].format(*values))


def _answer(status: int, body: bytes, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(status=status, body=body, content_type="text/xml", headers=headers)
