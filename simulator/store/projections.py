"""What the stores derive from a journal: messages as recorded, and how each moved on.

Both stores use these functions inside the commit that appends the event, so a projection is never
behind its journal.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from simulator.domain.carriers import MtState
from simulator.domain.faults import FaultFired
from simulator.domain.handset import ReplyPlanned
from simulator.domain.lines import CallbackKept, CallbackOverflowed, CallbackQueued
from simulator.domain.messages import (
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


class Move(NamedTuple):
    """A recorded message came one step further; what is None stays as it is."""

    message_id: str
    step: HistoryStep
    state: str | None = None
    mt: Mt | None = None


def recorded(entry: Entry) -> MessageRecord | None:
    """The message an event brings into being, or None."""
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
            body=msgspec.json.encode(mt),
            history=(HistoryStep(MtState.ACCEPTED, entry.at),),
        )
    if isinstance(event, MoReceived):
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
            body=msgspec.json.encode(mo),
            history=(HistoryStep("received", entry.at),),
        )
    return None


def part_ids(entry: Entry) -> tuple[str, ...]:
    """The ids of the second and later parts of the message an event brings into being."""
    event = entry.value
    if isinstance(event, MtAccepted):
        return event.mt.part_ids[1:]
    return event.mo.part_ids[1:] if isinstance(event, MoReceived) else ()


def moved(entry: Entry) -> Move | None:
    """The step an event takes a recorded message, or None."""
    event = entry.value
    if isinstance(event, MtMoved):
        step = HistoryStep(event.state, event.at, event.error_code)
        return Move(event.message_id, step, event.state)
    if isinstance(event, MtHeld):
        return Move(event.message_id, HistoryStep("held", entry.at, note=event.because))
    if isinstance(event, MtForwarded):
        return Move(event.message_id, HistoryStep("forwarded", entry.at, note=event.to))
    if isinstance(event, MtReplaced):
        step = HistoryStep("replaced", entry.at)
        return Move(event.mt.message_id, step, mt=event.mt)
    return None


def told_of(entry: Entry) -> str | None:
    """The id of the message whose trail an event belongs to: what was told of it, who struck it."""
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
