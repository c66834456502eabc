"""What a bound client asks: decode, submit, encode. Each command is a row of `OPERATIONS`.

Rules: Connect response-codes; SMPP 3.4 for what the `generic` profile adds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from simulator.domain.callbacks import smpp_url
from simulator.domain.decide import Refusal
from simulator.domain.fault_rules import Effect, FaultRule, Occasion, Surface
from simulator.domain.handset import carrier_of
from simulator.domain.instants import to_datetime
from simulator.domain.messages import Mt
from simulator.domain.multipart import PartTaken
from simulator.domain.numbers import normalise_phone
from simulator.domain.refusals import Problem
from simulator.domain.sending import (
    Accepted,
    BundleTaken,
    CancelMt,
    ReplaceMt,
    SubmitBundle,
    SubmitMt,
)
from simulator.domain.text import segments
from simulator.runtime import striking
from simulator.runtime.ports import MessageRecord
from simulator.runtime.striking import Way
from simulator.runtime.throttle import Throttle
from simulator.runtime.universe import Universe
from simulator.smpp.session import Answer
from simulator.wire.smpp_bodies import (
    CancelSm,
    DataSm,
    Destination,
    MessageIdResp,
    QuerySm,
    QuerySmResp,
    ReplaceSm,
    ShortMessage,
    SubmitMulti,
    SubmitMultiResp,
    Unsuccessful,
)
from simulator.wire.smpp_codes import CommandId, Status
from simulator.wire.smpp_pdu import Pdu
from simulator.wire.smpp_receipts import MessageState, state_of
from simulator.wire.smpp_submits import (
    STATUS_OF,
    Refused,
    code_of,
    read_replacement,
    read_submit,
)
from simulator.wire.smpp_tlv import Tag, tlv_value


class Client(NamedTuple):
    """Who asks: the account, and the throttle of the bind where there is one."""

    universe: Universe
    throttle: Throttle | None


class Asked(NamedTuple):
    """What an operation works with; `struck` names the faults that hit the request."""

    universe: Universe
    pdu: Pdu
    struck: tuple[str, ...]


async def answer(client: Client, pdu: Pdu) -> Answer:
    """Do a request of a bound client, with whatever faults strike it. Raises Overloaded."""
    if not client.universe.world.faults.rules:
        return await _do(client, Asked(client.universe, pdu, ()))

    async def do(struck: tuple[str, ...]) -> Answer:
        return await _do(client, Asked(client.universe, pdu, struck))

    way = Way(
        do, _instead, lambda octets: Answer(cut=octets), lambda done: done._replace(half=True)
    )
    return await striking.answer(client.universe, _occasion(client.universe, pdu), way)


def _instead(rule: FaultRule) -> Answer:
    """The answer that a fault gives in the operation's place."""
    status = Status.RTHROTTLED if rule.effect is Effect.THROTTLE else Status.RSYSERR
    return Answer(rule.number or status)


def _occasion(universe: Universe, pdu: Pdu) -> Occasion:
    """Whom a request is about, as a fault rule sees it."""
    body = pdu.body
    to = getattr(body, "destination_addr", None)
    mdn = normalise_phone(to) if to else None
    told = tlv_value(getattr(body, "tlvs", ()), Tag.VIBES_CARRIER_CODE)
    carrier = told.decode("latin-1") if told else None
    if carrier is None and mdn is not None:
        carrier = carrier_of(universe.world, mdn)
    return Occasion(
        surface=Surface.SMPP,
        operation=CommandId(pdu.command).name.lower(),
        mdn=mdn,
        code=getattr(body, "source_addr", None),
        carrier=carrier,
    )


async def _do(client: Client, asked: Asked) -> Answer:
    submitted = _submitted(asked.pdu)
    if client.throttle is not None and submitted and not client.throttle.passes(submitted):
        return Answer(Status.RTHROTTLED)
    try:
        return await OPERATIONS[CommandId(asked.pdu.command)](asked)
    except Refused as refused:
        return Answer(refused.status)


def _submitted(pdu: Pdu) -> int:
    """How many messages a request submits."""
    if isinstance(pdu.body, SubmitMulti):
        return len(pdu.body.destinations)
    return 1 if isinstance(pdu.body, ShortMessage | DataSm) else 0


async def submit(asked: Asked) -> Answer:
    """submit_sm and data_sm: the message's id, or the part's (Connect: sending-receiving-messages)."""
    universe, body = asked.universe, asked.pdu.body
    assert isinstance(body, ShortMessage | DataSm)
    smpp = universe.account.connect.smpp
    read = read_submit(body, smpp, _url(universe), struck=asked.struck)
    reply = await universe.engine.submit(read, patient=False)
    if isinstance(reply, Refusal):
        return Answer(_status(reply.problems[0]))
    if isinstance(reply, PartTaken):
        return Answer(body=MessageIdResp(message_id=reply.part_id))
    assert isinstance(reply, Accepted)
    return Answer(body=MessageIdResp(message_id=reply.mt.message_id))


async def submit_multi(asked: Asked) -> Answer:
    """submit_multi: a message to each destination; the answer names the first one's id.

    Receipts name each message's own id. Source: SMPP 3.4, 4.5.
    """
    universe, body = asked.universe, asked.pdu.body
    assert isinstance(body, SubmitMulti)
    smpp, single = universe.account.connect.smpp, _single(body)
    failed: list[Unsuccessful] = []
    orders: list[tuple[Destination, SubmitMt]] = []
    for one in body.destinations:
        if not isinstance(one, Destination):
            return Answer(Status.RINVDLNAME)
        try:
            order = read_submit(single, smpp, _url(universe), one.address, asked.struck)
        except Refused as refused:
            if refused.status is not Status.RINVDSTADR:
                raise
            failed.append(_failed(one, refused.status))
            continue
        if not isinstance(order, SubmitMt):
            return Answer(Status.RINVESMCLASS)
        orders.append((one, order))
    bundle = SubmitBundle(orders=tuple(order for _, order in orders))
    reply = await universe.engine.submit(bundle, patient=False)
    assert isinstance(reply, BundleTaken)
    first = ""
    for (one, _), result in zip(orders, reply.results, strict=True):
        if isinstance(result, Mt):
            first = first or result.message_id
        else:
            failed.append(_failed(one, _status(result)))
    if not first:
        return Answer(failed[0].status)
    return Answer(body=SubmitMultiResp(message_id=first, unsuccessful=tuple(failed)))


def _single(body: SubmitMulti) -> ShortMessage:
    same = {name: getattr(body, name) for name in _SHARED}
    return ShortMessage(**same)


_SHARED = frozenset(SubmitMulti.__struct_fields__) & frozenset(ShortMessage.__struct_fields__)


def _failed(one: Destination, status: int) -> Unsuccessful:
    return Unsuccessful(ton=one.ton, npi=one.npi, address=one.address, status=status)


async def query(asked: Asked) -> Answer:
    """query_sm: where a message stands (SMPP 3.4, 4.8)."""
    body = asked.pdu.body
    assert isinstance(body, QuerySm)
    record = await _find(asked.universe, body.message_id, body.source_addr)
    under_way = record.state in ("accepted", "routed", "sent")
    state = MessageState.ENROUTE if under_way else state_of(record.error_code)
    ended = to_datetime(record.history[-1].at)
    return Answer(
        body=QuerySmResp(
            message_id=body.message_id,
            final_date="" if under_way else ended.strftime("%y%m%d%H%M%S") + "000+",
            message_state=state,
            error_code=(record.error_code or 0) & 0xFF,
        )
    )


async def cancel(asked: Asked) -> Answer:
    """cancel_sm: one message by its id, or all that go from one address to another.

    It is throttled before the first of them or not at all. Source: SMPP 3.4, 4.9.
    """
    universe, body = asked.universe, asked.pdu.body
    assert isinstance(body, CancelSm)
    if body.message_id:
        wanted = [(await _find(universe, body.message_id, body.source_addr)).id]
    else:
        await universe.engine.committed(patient=False)
        mdn = normalise_phone(body.destination_addr)
        wanted = [
            mt.message_id
            for mt in universe.world.messages.in_flight.values()
            if mt.mdn == mdn and mt.code == code_of(body.source_addr)
        ]
    replies = [
        await universe.engine.submit(CancelMt(message_id=key), patient=key != wanted[0])
        for key in wanted
    ]
    if not replies or any(isinstance(reply, Refusal) for reply in replies):
        return Answer(Status.RCANCELFAIL)
    return Answer()


async def replace(asked: Asked) -> Answer:
    """replace_sm: another text for a message that has not left (SMPP 3.4, 4.10)."""
    universe, body = asked.universe, asked.pdu.body
    assert isinstance(body, ReplaceSm)
    record = await _find(universe, body.message_id, body.source_addr)
    text = read_replacement(body, universe.account.connect.smpp)
    if not text or len(segments(text)) > 1:
        return Answer(Status.RINVMSGLEN)
    command = ReplaceMt(message_id=record.id, text=text)
    reply = await universe.engine.submit(command, patient=False)
    return Answer(Status.RREPLACEFAIL) if isinstance(reply, Refusal) else Answer()


OPERATIONS: dict[CommandId, Callable[[Asked], Awaitable[Answer]]] = {
    CommandId.SUBMIT_SM: submit,
    CommandId.DATA_SM: submit,
    CommandId.SUBMIT_MULTI: submit_multi,
    CommandId.QUERY_SM: query,
    CommandId.CANCEL_SM: cancel,
    CommandId.REPLACE_SM: replace,
}
"""Who does each command; which of them a profile knows is `table.SUPPORTED`."""


async def _find(universe: Universe, message_id: str, source: str) -> MessageRecord:
    """The message a client asks about, if it is one from that source address. Raises Refused."""
    await universe.engine.committed(patient=False)
    found = await universe.message(message_id)
    if found is None or found[0].direction != "mt" or found[0].code != code_of(source):
        raise Refused(Status.RINVMSGID, f'no message "{message_id}" from "{source}"')
    return found[0]


def _url(universe: Universe) -> str:
    return smpp_url(universe.account.username)


def _status(problem: Problem) -> Status:
    return STATUS_OF.get(problem.fault, Status.RSYSERR)
