"""What the stores derive from a journal: messages as recorded, and how each moved on.

Both stores use these functions inside the commit that appends the event, so a projection is never
behind its journal.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from simulator.domain.carriers import MtState
from simulator.domain.messages import MoReceived, MtAccepted, MtMoved
from simulator.domain.text import segments
from simulator.runtime.ports import Entry, HistoryStep, MessageRecord


class Move(NamedTuple):
    """A recorded message reached a state."""

    message_id: str
    step: HistoryStep


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
            segments=len(segments(mo.text)),
            purpose=mo.taken_as,
            body=msgspec.json.encode(mo),
            history=(HistoryStep("received", entry.at),),
        )
    return None


def part_ids(entry: Entry) -> tuple[str, ...]:
    """The ids of the second and later parts of the message an event brings into being."""
    return entry.value.mt.part_ids[1:] if isinstance(entry.value, MtAccepted) else ()


def moved(entry: Entry) -> Move | None:
    """The step an event takes a recorded message, or None."""
    event = entry.value
    if isinstance(event, MtMoved):
        return Move(event.message_id, HistoryStep(event.state, event.at, event.error_code))
    return None
