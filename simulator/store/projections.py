"""What the stores derive from a journal: messages as recorded, and how each moved on.

Both stores use these functions. A file's tables may be behind its journal, but never to who asks of them.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from simulator.domain.carriers import MtState
from simulator.domain.faults import FaultFired
from simulator.domain.handset import ReplyPlanned
from simulator.domain.lines import CallbackKept, CallbackOverflowed, CallbackQueued
from simulator.domain.messages import (
    Mo,
    MoReceived,
    Mt,
    MtAccepted,
    MtForwarded,
    MtHeld,
    MtMoved,
    MtReplaced,
)
from simulator.domain.notices import MoNotice, ReceiptNotice, SmppReceiptNotice
from simulator.runtime.ports import Entry, HistoryStep, MessageRecord


class _Holder(msgspec.Struct):
    """The body of an event that holds a message."""

    mt: msgspec.Raw = msgspec.Raw(b"")
    mo: msgspec.Raw = msgspec.Raw(b"")


_HOLDER = msgspec.json.Decoder(_Holder)


class Move(NamedTuple):
    """A recorded message came one step further; what is None stays as it is."""

    message_id: str
    step: HistoryStep
    state: str | None = None
    mt: Mt | None = None


Role = Literal["begins", "moves", "tells"]

ROLES: dict[str, Role] = {
    "MtAccepted": "begins",
    "MoReceived": "begins",
    "MtMoved": "moves",
    "MtHeld": "moves",
    "MtForwarded": "moves",
    "MtReplaced": "moves",
    "CallbackQueued": "tells",
    "CallbackKept": "tells",
    "CallbackOverflowed": "tells",
    "FaultFired": "tells",
    "ReplyPlanned": "tells",
}
"""What an event is to recorded messages, by its type: most are nothing to them."""

LEADS_ON = frozenset(name for name, role in ROLES.items() if role != "moves")
"""The types of rows that are found again by more than a message's own rows."""


def recorded(entry: Entry) -> MessageRecord:
    """The message an event brings into being, for one that begins a message."""
    event = entry.value
    if isinstance(event, MtAccepted):
        mt = event.mt
        return MessageRecord(
            position=entry.seq,
            id=mt.message_id,
            direction="mt",
            mdn=mt.mdn,
            code=mt.code,
            text=mt.text,
            state=MtState.ACCEPTED,
            at=entry.at,
            segments=len(mt.part_ids),
            purpose=mt.purpose,
            surface=mt.surface,
            carrier=mt.carrier,
            campaign_id=mt.campaign_id,
            list_ids=mt.list_ids,
            body=held_in(entry.body),
            history=(HistoryStep(MtState.ACCEPTED, entry.at),),
        )
    assert isinstance(event, MoReceived)
    mo = event.mo
    return MessageRecord(
        position=entry.seq,
        id=mo.message_id,
        direction="mo",
        mdn=mo.mdn,
        code=mo.code,
        text=mo.text,
        state="received",
        at=entry.at,
        segments=len(mo.part_ids),
        purpose=mo.taken_as,
        surface="handset",
        carrier=mo.carrier,
        campaign_id=mo.campaign_id,
        list_ids=mo.list_ids,
        body=held_in(entry.body),
        history=(HistoryStep("received", entry.at),),
    )


def message_of(entry: Entry) -> Mt | Mo:
    """The message itself that an event brings into being, for one that begins a message."""
    event = entry.value
    if isinstance(event, MtAccepted):
        return event.mt
    assert isinstance(event, MoReceived)
    return event.mo


def moved(entry: Entry) -> Move:
    """The step that an event takes a recorded message, for one that moves it."""
    event = entry.value
    if isinstance(event, MtMoved):
        step = HistoryStep(event.state, event.at, event.error_code)
        return Move(event.message_id, step, event.state)
    if isinstance(event, MtHeld):
        return Move(event.message_id, HistoryStep("held", entry.at, note=event.because))
    if isinstance(event, MtForwarded):
        return Move(event.message_id, HistoryStep("forwarded", entry.at, note=event.to))
    assert isinstance(event, MtReplaced)
    return Move(event.mt.message_id, HistoryStep("replaced", entry.at), mt=event.mt)


def held_in(body: bytes) -> bytes:
    """The JSON of the message that stands in the body of an event."""
    holder = _HOLDER.decode(body)
    return bytes(holder.mt or holder.mo)


def replaced(record: MessageRecord, mt: Mt) -> MessageRecord:
    """The record of a message that has another text now."""
    body = msgspec.json.encode(mt)
    return msgspec.structs.replace(record, text=mt.text, segments=len(mt.part_ids), body=body)


def moved_id(entry: Entry) -> str:
    """The id of the message that an event moves, for one that moves a message."""
    event = entry.value
    if isinstance(event, MtReplaced):
        return event.mt.message_id
    assert isinstance(event, MtMoved | MtHeld | MtForwarded)
    return event.message_id


def told_of(entry: Entry) -> str | None:
    """The id of the message in whose trail an event stands that tells of one, if it does.

    What was told of it, who struck it, what its phone will text back.
    """
    event = entry.value
    if isinstance(event, CallbackQueued | CallbackKept | CallbackOverflowed):
        notice = event.delivery.notice
        if isinstance(notice, ReceiptNotice | SmppReceiptNotice | MoNotice):
            return notice.original_id
    if isinstance(event, FaultFired):
        return event.occasion.message_id
    if isinstance(event, ReplyPlanned):
        return event.answers
    return None
