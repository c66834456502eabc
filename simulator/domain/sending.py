"""Taking a message in: one, a bundle, or the platform's own; and taking one back before it left.

Rules: Connect send-an-sms-message, split-messages, version-31-features (alternate delivery),
http-error-and-status-codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from simulator.domain import faults
from simulator.domain.carriers import NAMES, MtState
from simulator.domain.fate import BLOCKED, UNPROVISIONED, Passage, draw_fate
from simulator.domain.fault_rules import FaultRule, Occasion
from simulator.domain.fault_rules import Surface as FaultSurface
from simulator.domain.handset import carrier_of, takes_texts
from simulator.domain.messages import (
    Mt,
    MtAccepted,
    MtMoved,
    MtReplaced,
    Purpose,
    ReceiptWish,
    Surface,
)
from simulator.domain.numbers import Mdn
from simulator.domain.record import Command, Record
from simulator.domain.refusals import Fault, Problem, Refused, refuse
from simulator.domain.text import (
    MAX_CHARACTERS,
    MAX_UNSPLIT_CHARACTERS,
    segments,
    split_on_words,
    squeeze,
    substitute,
)

if TYPE_CHECKING:
    from simulator.domain.turn import Turn


class SubmitMt(Command, frozen=True, kw_only=True):
    """One text to one phone, by HTTP or SMPP (Connect: send-an-sms-message)."""

    mdn: Mdn
    code: str
    text: str
    surface: Surface = "connect"
    carrier: str | None = None
    company_id: str | None = None
    split: bool = False
    alternate: bool = False
    submitter_id: str | None = None
    transaction_id: str | None = None
    receipts: ReceiptWish | None = None
    struck: tuple[str, ...] = ()


class SubmitBundle(Command, frozen=True, kw_only=True):
    """Several messages in one call; each is accepted or refused by itself.

    Source: Connect: messageBundles.
    """

    orders: tuple[SubmitMt, ...]
    submitter_bundle_id: str | None = None


class CancelMt(Command, frozen=True, kw_only=True):
    """Take a message back that has not ended (SMPP 3.4, cancel_sm)."""

    message_id: str


class ReplaceMt(Command, frozen=True, kw_only=True):
    """Give a message that has not left another text (SMPP 3.4, replace_sm)."""

    message_id: str
    text: str


class Accepted(Record, frozen=True, kw_only=True):
    """Reply: the message as accepted (Connect: send-an-sms-message)."""

    mt: Mt


class BundleTaken(Record, frozen=True, kw_only=True):
    """Reply: what became of each message of a bundle, in its order (Connect: messageBundles)."""

    bundle_id: str
    results: tuple[Mt | Problem, ...]


def submit(turn: Turn, command: SubmitMt) -> Accepted:
    """Take in one message. Refused with a row of Connect's error table.

    Source: Connect: http-error-and-status-codes (1011, 1025, 1029 to 1033).
    """
    return Accepted(mt=_take(turn, command))


def submit_bundle(turn: Turn, command: SubmitBundle) -> BundleTaken:
    """Take in each message of a bundle that can be (Connect: messageBundles)."""
    results: list[Mt | Problem] = []
    for order in command.orders:
        try:
            results.append(_take(turn, order))
        except Refused as refused:
            results.append(refused.problems[0])
    first = next((item.message_id for item in results if isinstance(item, Mt)), str(turn.now))
    bundle_id = turn.uuid("bundle", f"{first} {command.submitter_bundle_id}")
    return BundleTaken(bundle_id=bundle_id, results=tuple(results))


def _take(turn: Turn, order: SubmitMt) -> Mt:
    check_source(turn, order.code, order.company_id)
    carrier = carrier_for(turn, order)
    if not may_split(turn, order) and len(order.text) > MAX_UNSPLIT_CHARACTERS:
        raise refuse(Fault.TEXT_TOO_LONG, "text too long", str(len(order.text)))
    if order.alternate and _is_multipart(turn, order):
        raise refuse(Fault.ALTERNATE_MULTIPART, "alternate delivery of a multipart message")
    return accept(turn, order, Purpose.CONNECT, carrier)


def carrier_for(turn: Turn, order: SubmitMt) -> str:
    """The carrier a message is for. Refused where its phone, or its code there, takes none.

    Source: Connect: http-error-and-status-codes (1025, 1031).
    """
    carrier = order.carrier or carrier_of(turn.world, order.mdn)
    if not takes_texts(turn.world, order.mdn, carrier):
        raise refuse(Fault.NOT_MOBILE, "not a mobile phone number", order.mdn, carrier)
    if not turn.account.profile(carrier).reaches(order.code):
        told = f"code {order.code} is not provisioned on {NAMES[carrier]}"
        raise refuse(Fault.NOT_PROVISIONED, told)
    return carrier


def check_source(turn: Turn, code: str, company_id: str | None = None) -> None:
    """Refuse a code that is not the account's, and a company that is not its own.

    Source: Connect: http-error-and-status-codes (1011, 1029, 1030).
    """
    if company_id is not None and turn.account.connect.company_id not in (None, company_id):
        raise refuse(Fault.COMPANY_NOT_YOURS, f'the account is not company "{company_id}"')
    if turn.account.code(code) is None:
        fault = Fault.CODE_NOT_YOURS if company_id is None else Fault.CODE_NOT_THE_COMPANYS
        raise refuse(fault, f'the account has no code "{code}"')


def may_split(turn: Turn, order: SubmitMt) -> bool:
    """Whether a long text is split: wished, and known to the account's version.

    Source: Connect: version-31-features.
    """
    return order.split and turn.account.connect.version != "3.0"


def _is_multipart(turn: Turn, order: SubmitMt) -> bool:
    return may_split(turn, order) and len(segments(order.text)) > 1


def is_barred(turn: Turn, code: str, mdn: Mdn) -> bool:
    """Whether a STOP stands between the code and the number (inferred; setting)."""
    standing = turn.world.opt_outs.get(code, mdn) is not None
    return standing and turn.account.settings.stop_blocks_sends


def send(
    turn: Turn,
    mdn: Mdn,
    code: str,
    text: str,
    purpose: Purpose,
    subject_id: str | None = None,
    *,
    campaign_id: str | None = None,
    list_ids: tuple[str, ...] = (),
    heeds_opt_out: bool = False,
) -> Mt:
    """A message of the platform itself: a prompt, a welcome, an automatic reply, a broadcast.

    Source: Connect: send-an-sms-message.
    """
    order = SubmitMt(mdn=mdn, code=code, text=text, surface="platform", split=True)
    carrier = carrier_of(turn.world, mdn)
    return accept(
        turn,
        order,
        purpose,
        carrier,
        subject_id=subject_id,
        campaign_id=campaign_id,
        list_ids=list_ids,
        heeds_opt_out=heeds_opt_out,
    )


def accept(
    turn: Turn,
    order: SubmitMt,
    purpose: Purpose,
    carrier: str,
    *,
    subject_id: str | None = None,
    campaign_id: str | None = None,
    list_ids: tuple[str, ...] = (),
    forwarded_from: str | None = None,
    heeds_opt_out: bool = True,
    part_ids: tuple[str, ...] = (),
    part_texts: tuple[str, ...] = (),
    part_receipts: tuple[ReceiptWish | None, ...] = (),
    failure: tuple[int, str] | None = None,
) -> Mt:
    """Take a message in whatever is said of it, with its fate (Connect: send-an-sms-message).

    `part_ids` and `part_texts` are those of a message that came in parts; `failure` is a receipt
    code and its reason, for one that Vibes stops itself.
    """
    profile = turn.account.profile(carrier)
    split = may_split(turn, order) or order.surface == "platform"
    shown = substitute(order.text, profile.shows)
    text = shown[:MAX_CHARACTERS] if split else squeeze(shown)
    texts = part_texts or (segments(text) if profile.concatenates else split_on_words(text))
    number = turn.count(f"mt {order.mdn}", turn.world.messages.mt_counts.get(order.mdn, 0))
    subject = f"{order.mdn} {number}"
    ids = part_ids or _ids(turn, subject, len(texts))
    failure = failure or _stopped(turn, order, purpose, carrier, heeds_opt_out=heeds_opt_out)
    passage = Passage(order.mdn, order.code, carrier, subject, len(ids), *(failure or ()))
    mt = Mt(
        message_id=ids[0],
        mdn=order.mdn,
        code=order.code,
        text=text,
        purpose=purpose,
        surface=order.surface,
        carrier=carrier,
        accepted_at=turn.now,
        part_ids=ids,
        fate=draw_fate(turn, passage, _struck(turn, passage, purpose, ids[0])),
        part_texts=part_texts or (() if profile.concatenates else texts),
        submitted_text=order.text if text != order.text else None,
        subject_id=subject_id,
        submitter_id=order.submitter_id,
        transaction_id=order.transaction_id,
        split=order.split,
        alternate=order.alternate and turn.account.connect.version != "3.0",
        forwarded_from=forwarded_from,
        receipts=order.receipts,
        part_receipts=part_receipts,
        struck=order.struck,
        campaign_id=campaign_id,
        list_ids=list_ids,
    )
    turn.emit(MtAccepted(mt=mt))
    return mt


def _struck(
    turn: Turn, passage: Passage, purpose: Purpose, message_id: str
) -> tuple[FaultRule, ...]:
    """The faults that strike a message at its carrier; none where it never gets there."""
    if passage.error_code is not None or not turn.world.faults.rules:
        return ()
    return faults.strike(
        turn,
        Occasion(
            surface=FaultSurface.CARRIER,
            operation=purpose,
            mdn=passage.mdn,
            code=passage.code,
            carrier=passage.carrier,
            message_id=message_id,
        ),
    )


def _ids(turn: Turn, subject: str, parts: int) -> tuple[str, ...]:
    extra = (turn.uuid("part", f"{subject} {part}") for part in range(2, parts + 1))
    return (turn.uuid("mt", subject), *extra)


def _stopped(
    turn: Turn, order: SubmitMt, purpose: Purpose, carrier: str, *, heeds_opt_out: bool
) -> tuple[int, str] | None:
    """The receipt code and the reason where a message cannot go its way."""
    if heeds_opt_out and is_barred(turn, order.code, order.mdn):
        return BLOCKED, f"{order.mdn} said STOP to {order.code}"
    if not turn.account.profile(carrier).reaches(order.code):
        return UNPROVISIONED, f"code {order.code} is not provisioned on {carrier}"
    home = carrier_of(turn.world, order.mdn)
    if turn.account.settings.wrong_carrier == "refuse" and carrier != home:
        return 107, f"submitted for carrier {carrier}, the number is with {home}"
    return None


def forward(turn: Turn, mt: Mt) -> Mt | None:
    """Send a message that failed again from its code's alternate, if it has one.

    Source: Connect: version-31-features.
    """
    code = turn.account.code(mt.code)
    if not mt.alternate or code is None or code.alternate is None:
        return None
    order = SubmitMt(
        mdn=mt.mdn,
        code=code.alternate,
        text=mt.submitted_text or mt.text,
        surface=mt.surface,
        split=mt.split,
        submitter_id=mt.submitter_id,
        transaction_id=mt.transaction_id,
        receipts=mt.receipts,
    )
    carrier = carrier_of(turn.world, mt.mdn)
    return accept(turn, order, mt.purpose, carrier, forwarded_from=mt.message_id)


def cancel(turn: Turn, command: CancelMt) -> Mt:
    """Take back a message that has not ended. Refused where there is none such.

    Source: SMPP 3.4, cancel_sm.
    """
    mt = turn.world.messages.in_flight.get(command.message_id)
    if mt is None:
        raise refuse(Fault.NOT_FOUND, f'no message "{command.message_id}" is under way')
    deleted = MtMoved(message_id=mt.message_id, state=MtState.DELETED, at=turn.now, error_code=102)
    turn.emit(deleted)
    return mt


def replace(turn: Turn, command: ReplaceMt) -> Mt:
    """Give a message another text before its carrier has it (SMPP 3.4, replace_sm)."""
    messages = turn.world.messages
    mt = messages.in_flight.get(command.message_id)
    before = (MtState.ACCEPTED, MtState.ROUTED)
    if mt is None or messages.states[mt.message_id] not in before:
        raise refuse(Fault.NOT_FOUND, f'message "{command.message_id}" has left, or never was')
    text = squeeze(command.text)
    mt = msgspec.structs.replace(
        mt,
        text=text,
        part_ids=mt.part_ids[:1],
        part_texts=(text,),
        submitted_text=None,
    )
    turn.emit(MtReplaced(mt=mt))
    return mt
