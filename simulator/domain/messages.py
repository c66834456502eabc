"""Messages to phones (MT) and from phones (MO): accepted, under way, finished.

`simulator.domain.delivery` moves a message along its fate. A finished message leaves the world;
the store keeps it for queries. Rules: Connect
send-an-sms-message, split-messages, callbacks.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from simulator.domain.carriers import NEXT_STATES, MtState, Step, carrier_of, is_mobile, plan
from simulator.domain.instants import Instant
from simulator.domain.numbers import Mdn
from simulator.domain.record import Command, Event, Record
from simulator.domain.refusals import Fault, refuse
from simulator.domain.text import MAX_CHARACTERS, MAX_UNSPLIT_CHARACTERS, segments, squeeze

if TYPE_CHECKING:
    from simulator.domain.turn import Turn


ReceiptOption = Literal["NONE", "ERROR", "ALL", "SMSC_ERROR", "SMSC_ALL"]


class Purpose(StrEnum):
    """Why a message was sent: by a client through Connect, or by the platform itself.

    Source: Connect: send-an-sms-message.
    """

    CONNECT = "connect"
    BROADCAST = "broadcast"
    EVENT = "event"
    CONFIRMATION = "confirmation"
    WELCOME = "welcome"
    ALREADY = "already_subscribed"
    STOP_REPLY = "stop_reply"
    HELP_REPLY = "help_reply"
    START_REPLY = "start_reply"
    UNMATCHED_REPLY = "unmatched_reply"


AUTOMATIC = frozenset(
    {
        Purpose.ALREADY,
        Purpose.STOP_REPLY,
        Purpose.HELP_REPLY,
        Purpose.START_REPLY,
        Purpose.UNMATCHED_REPLY,
    }
)
"""Answers to what a phone texted. A persona answers none of them, or the two would never end."""


class ReceiptWish(Record, frozen=True, kw_only=True):
    """Which receipts a submitter wants, and where (Connect: receiptOption)."""

    option: ReceiptOption
    url: str


class Mt(Record, frozen=True, kw_only=True):
    """An accepted message to a phone. `part_ids[0]` is the message id; `plan` is its fate.

    Source: Connect: send-an-sms-message.
    """

    message_id: str
    mdn: Mdn
    code: str
    text: str
    purpose: Purpose
    carrier: str
    accepted_at: Instant
    part_ids: tuple[str, ...]
    plan: tuple[Step, ...]
    subject_id: str | None = None
    submitter_id: str | None = None
    transaction_id: str | None = None
    split: bool = False
    receipts: ReceiptWish | None = None


class Mo(Record, frozen=True, kw_only=True):
    """A text from a phone, as it came in, and what the platform took it for.

    Source: Connect: receiving-messages.
    """

    message_id: str
    mdn: Mdn
    code: str
    text: str
    received_at: Instant
    carrier: str
    taken_as: str


class SubmitMt(Command, frozen=True, kw_only=True):
    """POST /MessageApi/mt/messages: one text to one phone (Connect: send-an-sms-message)."""

    mdn: Mdn
    code: str
    text: str
    carrier: str | None = None
    split: bool = False
    submitter_id: str | None = None
    transaction_id: str | None = None
    receipts: ReceiptWish | None = None


class MtAccepted(Event, frozen=True, kw_only=True):
    """A message was taken in; nothing has left yet (Connect: send-an-sms-message)."""

    mt: Mt


class MtMoved(Event, frozen=True, kw_only=True):
    """A message reached a state; `error_code` is Connect's receipt code, absent on success.

    Source: Connect: send-an-sms-message.
    """

    message_id: str
    state: MtState
    at: Instant
    error_code: int | None = None


class MtHeld(Event, frozen=True, kw_only=True):
    """The phone cannot be reached; the carrier keeps the message until `until`.

    Source: inferred, the carriers' usual 72 hours.
    """

    message_id: str
    until: Instant


class MoReceived(Event, frozen=True, kw_only=True):
    """A text from a phone reached the code (Connect: receiving-messages)."""

    mo: Mo


class Accepted(Record, frozen=True, kw_only=True):
    """Reply: the message as accepted (Connect: send-an-sms-message)."""

    mt: Mt


class Messages:
    """Messages under way, how far each is, which are held, and how many each phone has had.

    Source: Connect: send-an-sms-message.
    """

    def __init__(self) -> None:
        self.in_flight: dict[str, Mt] = {}
        self.states: dict[str, MtState] = {}
        self.steps: dict[str, int] = {}
        self.held: dict[str, Instant] = {}
        self.mt_counts: dict[Mdn, int] = {}
        self.mo_counts: dict[Mdn, int] = {}

    def held_for(self, mdn: Mdn) -> list[str]:
        """The ids of messages a carrier keeps for the phone, oldest first."""
        return [key for key in self.held if self.in_flight[key].mdn == mdn]

    def next_due(self, message_id: str) -> Instant:
        """When the next step of a message is due."""
        held = self.held.get(message_id)
        if held is not None:
            return held
        mt = self.in_flight[message_id]
        return Instant(mt.accepted_at + mt.plan[self.steps[message_id]].after)

    def apply_accepted(self, event: MtAccepted) -> None:
        """A message is under way."""
        mt = event.mt
        self.in_flight[mt.message_id] = mt
        self.states[mt.message_id] = MtState.ACCEPTED
        self.steps[mt.message_id] = 0
        self.mt_counts[mt.mdn] = self.mt_counts.get(mt.mdn, 0) + 1

    def apply_moved(self, event: MtMoved) -> bool:
        """A step is done; True where another follows. An illegal step raises and changes nothing."""
        key = event.message_id
        if event.state not in NEXT_STATES[self.states[key]]:
            raise ValueError(f"{key}: {self.states[key]} cannot become {event.state}")
        self.held.pop(key, None)
        if NEXT_STATES[event.state]:
            self.states[key] = event.state
            self.steps[key] += 1
            return True
        del self.in_flight[key], self.states[key], self.steps[key]
        return False

    def apply_held(self, event: MtHeld) -> None:
        """A carrier keeps a message."""
        self.held[event.message_id] = event.until

    def apply_received(self, event: MoReceived) -> None:
        """A phone has texted once more."""
        self.mo_counts[event.mo.mdn] = self.mo_counts.get(event.mo.mdn, 0) + 1


def submit(turn: Turn, command: SubmitMt) -> Accepted:
    """Connect: send-an-sms-message. 403/1011 code, 422/1031 no mobile, 422/1032 too long unsplit."""
    if turn.account.code(command.code) is None:
        raise refuse(Fault.CODE_NOT_YOURS, f'the account has no code "{command.code}"')
    carrier = command.carrier or carrier_of(turn.world, command.mdn)
    if not is_mobile(turn.world, command.mdn):
        raise refuse(Fault.NOT_MOBILE, "not a mobile phone number", command.mdn, carrier)
    if not command.split and len(command.text) > MAX_UNSPLIT_CHARACTERS:
        raise refuse(Fault.TEXT_TOO_LONG, "text too long", str(len(command.text)))
    blocked = is_barred(turn, command.code, command.mdn)
    mt = _accept(turn, command, Purpose.CONNECT, carrier, blocked=blocked)
    return Accepted(mt=mt)


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
    blocked: bool = False,
) -> Mt:
    """A message of the platform itself: a prompt, a welcome, an automatic reply, a broadcast.

    Source: Connect: send-an-sms-message.
    """
    order = SubmitMt(mdn=mdn, code=code, text=text, split=True)
    carrier = carrier_of(turn.world, mdn)
    return _accept(turn, order, purpose, carrier, blocked=blocked, subject_id=subject_id)


def _accept(
    turn: Turn,
    order: SubmitMt,
    purpose: Purpose,
    carrier: str,
    *,
    blocked: bool,
    subject_id: str | None = None,
) -> Mt:
    text = order.text[:MAX_CHARACTERS] if order.split else squeeze(order.text)
    number = turn.count(f"mt {order.mdn}", turn.world.messages.mt_counts.get(order.mdn, 0))
    subject = f"{order.mdn} {number}"
    message_id = turn.uuid("mt", subject)
    extra = range(2, len(segments(text)) + 1)
    mt = Mt(
        message_id=message_id,
        mdn=order.mdn,
        code=order.code,
        text=text,
        purpose=purpose,
        carrier=carrier,
        accepted_at=turn.now,
        part_ids=(message_id, *(turn.uuid("part", f"{subject} {part}") for part in extra)),
        plan=plan(turn.world, order.mdn, carrier, subject, blocked=blocked),
        subject_id=subject_id,
        submitter_id=order.submitter_id,
        transaction_id=order.transaction_id,
        split=order.split,
        receipts=order.receipts,
    )
    turn.emit(MtAccepted(mt=mt))
    return mt
