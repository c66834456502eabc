"""Messages to phones (MT) and from phones (MO): accepted, under way, finished.

`simulator.domain.sending` takes messages in, `simulator.domain.delivery` moves each along its fate.
A finished message leaves the world; the store keeps it for queries. Rules: Connect
send-an-sms-message, split-messages, callbacks.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from simulator.domain.carriers import NEXT_STATES, MtState
from simulator.domain.fate import Fate, next_free
from simulator.domain.instants import Instant
from simulator.domain.numbers import Mdn
from simulator.domain.record import Event, Record
from simulator.domain.text import segments

if TYPE_CHECKING:
    from simulator.domain.account import Account

ReceiptOption = Literal["NONE", "ERROR", "ALL", "SMSC_ERROR", "SMSC_ALL"]


Surface = Literal["connect", "smpp", "platform"]
"""The way a message came in: Connect over HTTP or SMPP, or the platform's own."""


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
    """Which receipts a submitter wants, and where (Connect: receiptOption).

    An SMPP submitter is told only how it ended (`final`), and on wish that it is under way.
    """

    option: ReceiptOption
    url: str | None
    final: bool = False
    intermediate: bool = False
    ends: bool = True


class Mt(Record, frozen=True, kw_only=True):
    """An accepted message to a phone. `part_ids[0]` is the message id; `fate` what becomes of it.

    `part_texts` stands where the parts are not cut as a concatenating carrier cuts them,
    `submitted_text` where the carrier cannot show what was submitted, `part_receipts` where each
    part was submitted by itself, `struck` which faults hit the call it came by. `campaign_id` and
    `list_ids` tell what the platform sent it for: an acquisition campaign and its list, a broadcast
    or an event-triggered campaign and those of its lists that the person is on.
    Source: Connect: send-an-sms-message, split-messages.
    """

    message_id: str
    mdn: Mdn
    code: str
    text: str
    purpose: Purpose
    surface: Surface
    carrier: str
    accepted_at: Instant
    part_ids: tuple[str, ...]
    fate: Fate
    part_texts: tuple[str, ...] = ()
    submitted_text: str | None = None
    subject_id: str | None = None
    submitter_id: str | None = None
    transaction_id: str | None = None
    split: bool = False
    alternate: bool = False
    forwarded_from: str | None = None
    receipts: ReceiptWish | None = None
    part_receipts: tuple[ReceiptWish | None, ...] = ()
    struck: tuple[str, ...] = ()
    campaign_id: str | None = None
    list_ids: tuple[str, ...] = ()


class Mo(Record, frozen=True, kw_only=True):
    """A text from a phone, as it came in, and what the platform took it for.

    `part_ids` has one for each part a long text came in, the message's own first. `campaign_id` and
    `list_ids` are of the acquisition campaign whose keyword, yes or no it is.
    Source: Connect: receiving-messages, version-31-features.
    """

    message_id: str
    mdn: Mdn
    code: str
    text: str
    received_at: Instant
    carrier: str
    taken_as: str
    part_ids: tuple[str, ...] = ()
    campaign_id: str | None = None
    list_ids: tuple[str, ...] = ()


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
    """The phone cannot be reached; the carrier keeps the message, and tries again at `until`.

    Source: inferred, the carriers' usual 72 hours.
    """

    message_id: str
    until: Instant
    because: str


class MtForwarded(Event, frozen=True, kw_only=True):
    """A message that failed was sent again from the alternate code (Connect: version-31-features)."""

    message_id: str
    to: str


class MtReplaced(Event, frozen=True, kw_only=True):
    """The text of a message that has not left was replaced (SMPP 3.4, replace_sm)."""

    mt: Mt


class MoReceived(Event, frozen=True, kw_only=True):
    """A text from a phone reached the code (Connect: receiving-messages)."""

    mo: Mo


def parts_of(mt: Mt) -> tuple[str, ...]:
    """The texts of a message's parts, as many as it has ids (Connect: split-messages)."""
    return mt.part_texts or segments(mt.text)


class Messages:
    """Messages under way, how far each is, which are held, and how many each phone has had.

    `lanes` is when a throttled carrier takes the next message of a code, `met` how many messages a
    phone got that are no automatic answers. Source: Connect: send-an-sms-message.
    """

    def __init__(self, account: Account) -> None:
        self.in_flight: dict[str, Mt] = {}
        self.states: dict[str, MtState] = {}
        self.steps: dict[str, int] = {}
        self.held: dict[str, Instant] = {}
        self.lanes: dict[tuple[str, str], Instant] = {}
        self.met: dict[Mdn, int] = {}
        self.mt_counts: dict[Mdn, int] = {}
        self.mo_counts: dict[Mdn, int] = {}
        self._account = account

    def held_for(self, mdn: Mdn) -> list[str]:
        """The ids of messages a carrier keeps for the phone, oldest first."""
        return [key for key in self.held if self.in_flight[key].mdn == mdn]

    def next_due(self, message_id: str) -> Instant:
        """When the next step of a message is due."""
        held = self.held.get(message_id)
        if held is not None:
            return held
        mt = self.in_flight[message_id]
        return Instant(mt.accepted_at + mt.fate.steps[self.steps[message_id]].after)

    def apply_accepted(self, event: MtAccepted) -> None:
        """A message is under way."""
        mt = event.mt
        self.in_flight[mt.message_id] = mt
        self.states[mt.message_id] = MtState.ACCEPTED
        self.steps[mt.message_id] = 0
        self.mt_counts[mt.mdn] = self.mt_counts.get(mt.mdn, 0) + 1
        if mt.fate.handed_at is not None:
            profile = self._account.profile(mt.carrier)
            free = next_free(profile, mt.fate.handed_at, len(mt.part_ids))
            self.lanes[mt.code, mt.carrier] = free

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
        mt = self.in_flight[key]
        if event.state is MtState.DELIVERED and mt.purpose not in AUTOMATIC:
            self.met[mt.mdn] = self.met.get(mt.mdn, 0) + 1
        del self.in_flight[key], self.states[key], self.steps[key]
        return False

    def apply_held(self, event: MtHeld) -> None:
        """A carrier keeps a message."""
        self.held[event.message_id] = event.until

    def apply_replaced(self, event: MtReplaced) -> None:
        """A message has another text."""
        self.in_flight[event.mt.message_id] = event.mt

    def apply_received(self, event: MoReceived) -> None:
        """A phone has texted once more."""
        self.mo_counts[event.mo.mdn] = self.mo_counts.get(event.mo.mdn, 0) + 1
