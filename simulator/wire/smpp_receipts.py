"""Delivery receipts of SMPP: the text that stands in the message, and the state of the message."""

from __future__ import annotations

from enum import IntEnum

from simulator.domain.instants import Instant, to_datetime
from simulator.domain.record import Record
from simulator.wire.smpp_text import Coding, encode_text

SHORT_ID_LENGTH = 10
"""The characters of `id:` in Vibes' receipts; clients go by `receipted_message_id` instead."""

TEXT_LENGTH = 20
"""The characters of the message that a receipt repeats."""


class MessageState(IntEnum):
    """Where a message stands; every state but ENROUTE is final (SMPP 3.4, 5.2.28)."""

    ENROUTE = 1
    DELIVERED = 2
    EXPIRED = 3
    DELETED = 4
    UNDELIVERABLE = 5
    ACCEPTED = 6
    UNKNOWN = 7
    REJECTED = 8


_NAMES = {
    MessageState.ENROUTE: "ENROUTE",
    MessageState.DELIVERED: "DELIVRD",
    MessageState.EXPIRED: "EXPIRED",
    MessageState.DELETED: "DELETED",
    MessageState.UNDELIVERABLE: "UNDELIV",
    MessageState.ACCEPTED: "ACCEPTD",
    MessageState.UNKNOWN: "UNKNOWN",
    MessageState.REJECTED: "REJECTD",
}

_STATES = {
    100: MessageState.UNKNOWN,
    101: MessageState.EXPIRED,
    102: MessageState.DELETED,
    103: MessageState.UNDELIVERABLE,
    104: MessageState.ACCEPTED,
    105: MessageState.REJECTED,
}


class ReceiptText(Record, frozen=True, kw_only=True):
    """What the text of a receipt tells; `err` is 0 on success.

    Source: SMPP 3.4, Appendix B.
    """

    message_id: str
    submitted: int = 1
    delivered: int
    submitted_at: Instant
    done_at: Instant
    state: MessageState
    err: int = 0
    text: str = ""


def state_of(error_code: int | None) -> MessageState:
    """The state of a message that ended with a receipt code, None being success.

    A code of 1 to 99 is Vibes' own: the message was rejected. 106, 107, 108, 255 and any other
    have no state of SMPP: they are undeliverable (inferred).
    Source: Connect: delivery-receipt-response-codes.
    """
    if error_code is None:
        return MessageState.DELIVERED
    if 1 <= error_code <= 99:
        return MessageState.REJECTED
    return _STATES.get(error_code, MessageState.UNDELIVERABLE)


def state_name(state: MessageState) -> str:
    """The seven letters of `stat:`, for example DELIVRD.

    Source: SMPP 3.4, Appendix B.
    """
    return _NAMES[state]


def short_id(message_id: str) -> str:
    """The last ten hex digits of a message id: what fits `id:` (inferred)."""
    return message_id.replace("-", "")[-SHORT_ID_LENGTH:]


def write_receipt(
    receipt: ReceiptText, *, full_id: bool = False, coding: Coding = Coding.ASCII
) -> bytes:
    """The text of a receipt, `id:... sub:001 dlvrd:001 submit date:... stat:DELIVRD err:000 text:...`

    Dates are UTC. Vibes' `id:` is too short for a message id; `full_id` writes all of it, as other
    SMSCs do. Source: SMPP 3.4, Appendix B.
    """
    message_id = receipt.message_id if full_id else short_id(receipt.message_id)
    text = (
        f"id:{message_id} sub:{receipt.submitted:03} dlvrd:{receipt.delivered:03} "
        f"submit date:{_date(receipt.submitted_at)} done date:{_date(receipt.done_at)} "
        f"stat:{state_name(receipt.state)} err:{receipt.err:03} text:{receipt.text[:TEXT_LENGTH]}"
    )
    return encode_text(text, coding)


def _date(instant: Instant) -> str:
    return to_datetime(instant).strftime("%y%m%d%H%M")
