"""A long message that its submitter cut itself: Vibes waits for its parts, then sends it as one.

Rules: Connect encoding-message-settings (UDH concatenation) and delivery-receipt-response-codes:
10 incomplete, 13 expired while waiting, 14 a duplicate segment is ignored.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Literal

from simulator.domain import sending
from simulator.domain.handset import carrier_of
from simulator.domain.instants import Instant
from simulator.domain.messages import Purpose
from simulator.domain.record import Command, Event, Record
from simulator.domain.refusals import Fault, refuse
from simulator.domain.text import GSM7, UCS2, decode

if TYPE_CHECKING:
    from simulator.domain.turn import Turn

WAITING_FOR_PARTS = 13


class SubmitPart(Command, frozen=True, kw_only=True):
    """One part of a long message. `octets` are decoded when all are there: a part may cut a pair.

    Source: Connect: encoding-message-settings.
    """

    order: sending.SubmitMt
    alphabet: Literal["GSM-7", "UCS-2"]
    octets: bytes
    reference: int
    number: int
    total: int


class LapseParts(Command, frozen=True, kw_only=True):
    """The time to wait for the parts of a message is over.

    Source: Connect: delivery-receipt-response-codes, 13.
    """

    key: str


class PartKept(Event, frozen=True, kw_only=True):
    """A part came in and waits for the others.

    Source: Connect: delivery-receipt-response-codes.
    """

    key: str
    part_id: str
    submitted: SubmitPart
    until: Instant


class PartsJoined(Event, frozen=True, kw_only=True):
    """The parts of a message are there, or nobody waits for them any more.

    Source: Connect: delivery-receipt-response-codes.
    """

    key: str


class PartTaken(Record, frozen=True, kw_only=True):
    """Reply: the id of a part (Connect: delivery-receipt-response-codes)."""

    part_id: str


class Parts:
    """Parts that wait for others, by the message they belong to.

    Source: Connect: delivery-receipt-response-codes.
    """

    def __init__(self) -> None:
        self.waiting: dict[str, dict[int, PartKept]] = {}
        self.taken = 0

    def apply_kept(self, event: PartKept) -> None:
        """A part waits."""
        self.taken += 1
        self.waiting.setdefault(event.key, {})[event.submitted.number] = event

    def apply_joined(self, event: PartsJoined) -> None:
        """Nobody waits for the message's parts."""
        self.waiting.pop(event.key, None)


def submit_part(turn: Turn, command: SubmitPart) -> PartTaken:
    """Keep the part, or send the message that it completes. A part that came before is ignored.

    Source: Connect: delivery-receipt-response-codes.
    """
    order = command.order
    sending.check_source(turn, order.code)
    carrier = sending.carrier_for(turn, order)
    if order.alternate:
        raise refuse(Fault.ALTERNATE_MULTIPART, "alternate delivery of a multipart message")
    key = f"{order.mdn} {order.code} {command.reference} {command.total}"
    kept = turn.world.parts.waiting.get(key, {})
    if command.number in kept:
        return PartTaken(part_id=kept[command.number].part_id)
    number = turn.count("part", turn.world.parts.taken)
    part_id = turn.uuid("smpp part", f"{key} {number}")
    until = Instant(turn.now + turn.account.settings.parts_window)
    event = PartKept(key=key, part_id=part_id, submitted=command, until=until)
    turn.emit(event)
    if len(kept) + 1 == command.total:
        _send(turn, {**kept, command.number: event}, carrier, failure=None)
    return PartTaken(part_id=part_id)


def lapse(turn: Turn, command: LapseParts) -> None:
    """Give up a message whose parts did not all come: each that did fails with code 13.

    Source: Connect: delivery-receipt-response-codes.
    """
    kept = turn.world.parts.waiting[command.key]
    first = next(iter(kept.values())).submitted
    carrier = first.order.carrier or carrier_of(turn.world, first.order.mdn)
    missing = f"{len(kept)} of {first.total} parts came"
    _send(turn, kept, carrier, failure=(WAITING_FOR_PARTS, missing))


def _send(
    turn: Turn, kept: dict[int, PartKept], carrier: str, failure: tuple[int, str] | None
) -> None:
    """One message of the parts, in their order; each keeps the id it was given."""
    parts = [kept[number] for number in sorted(kept)]
    turn.emit(PartsJoined(key=parts[0].key))
    texts = tuple(_read([part]) for part in parts)
    runs = groupby(parts, key=lambda part: part.submitted.alphabet)
    whole = "".join(_read(list(run)) for _, run in runs)
    order = parts[0].submitted.order
    sending.accept(
        turn,
        sending.SubmitMt(
            mdn=order.mdn,
            code=order.code,
            text=whole,
            surface=order.surface,
            carrier=order.carrier,
            split=True,
            receipts=order.receipts,
            struck=tuple(name for part in parts for name in part.submitted.order.struck),
        ),
        Purpose.CONNECT,
        carrier,
        part_ids=tuple(part.part_id for part in parts),
        part_texts=texts,
        part_receipts=tuple(part.submitted.order.receipts for part in parts),
        failure=failure,
    )


def _read(parts: list[PartKept]) -> str:
    """The text of parts in one alphabet, of which one may begin what the next one ends."""
    alphabet = UCS2 if parts[0].submitted.alphabet == UCS2.name else GSM7
    return decode(b"".join(part.submitted.octets for part in parts), alphabet)
