"""Reconciliation: after the run, the journal is held against itself and against the users' ledger.

The rows are read once, in order. Kept are the messages and callbacks that have not ended, the numbers
that said STOP, how often each number texted, and eight octets for each text: nothing else of a
million messages.
"""

from __future__ import annotations

from array import array
from collections import Counter
from hashlib import blake2b
from typing import NamedTuple

from msgspec import Struct, json

from harness.load.ledger import Booked, Ledger

DELIVERED = "delivered"
FAILED = frozenset({"undeliverable", "expired", "blocked", "refused", "deleted"})
ON_ITS_WAY = frozenset({"sent", DELIVERED})
MARKETING = frozenset({"connect", "broadcast", "event"})
"""What a STOP forbids; the platform's own answers and prompts still go out."""
SHOWN = 3
"""How many examples of a fault are told by name."""


class _Mt(Struct, gc=False):
    message_id: str
    mdn: str
    code: str
    text: str
    purpose: str
    surface: str


class _Mo(Struct, gc=False):
    mdn: str
    code: str
    taken_as: str


class _Line(Struct, gc=False):
    delivery_id: str


class _Accepted(Struct, gc=False):
    mt: _Mt


class _Moved(Struct, gc=False):
    message_id: str
    state: str


class _Received(Struct, gc=False):
    mo: _Mo


class _Lifted(Struct, gc=False):
    code: str
    mdn: str


class _Lined(Struct, gc=False):
    delivery: _Line


class _Row(Struct, tag_field="type", gc=False):
    seq: int


class MtAccepted(_Row, tag=True):
    """A message was taken in."""

    data: _Accepted


class MtMoved(_Row, tag=True):
    """A message came to a state."""

    data: _Moved


class MoReceived(_Row, tag=True):
    """A phone's text."""

    data: _Received


class OptOutLifted(_Row, tag=True):
    """A number may be sent to again."""

    data: _Lifted


class CallbackKept(_Row, tag=True):
    """A fault keeps a callback out of its line for a while."""

    data: _Lined


class CallbackQueued(_Row, tag=True):
    """A callback is in its line."""

    data: _Lined


class CallbackOverflowed(_Row, tag=True):
    """A callback went to the failure queue, since its line was full."""

    data: _Lined


class CallbackDelivered(_Row, tag=True):
    """A callback was taken."""

    data: _Line


class CallbackFailed(_Row, tag=True):
    """A callback is in the failure queue."""

    data: _Line


Row = (
    MtAccepted
    | MtMoved
    | MoReceived
    | OptOutLifted
    | CallbackKept
    | CallbackQueued
    | CallbackOverflowed
    | CallbackDelivered
    | CallbackFailed
)

TYPES = (
    MtAccepted,
    MtMoved,
    MoReceived,
    OptOutLifted,
    CallbackKept,
    CallbackQueued,
    CallbackOverflowed,
    CallbackDelivered,
    CallbackFailed,
)


class Page(Struct):
    """A page of the journal, after which row the next begins, and the first row there is."""

    items: list[Row]
    next: int | None
    first: int = 1


decode_page = json.Decoder(Page).decode


class Counts(NamedTuple):
    """What the journal holds. Every accepted message has ended or is pending, and so each callback."""

    accepted: int
    delivered: int
    failed: int
    pending: int
    callbacks: int
    callbacks_delivered: int
    callbacks_failed: int
    callbacks_unfinished: int

    def __str__(self) -> str:
        return (
            f"{self.accepted} messages accepted = {self.delivered} delivered + {self.failed} failed "
            f"+ {self.pending} pending; {self.callbacks} callbacks = "
            f"{self.callbacks_delivered} delivered + {self.callbacks_failed} in the failure queue "
            f"+ {self.callbacks_unfinished} unfinished"
        )


class Reconciliation:
    """Takes the journal's rows in order; then says what does not add up."""

    def __init__(self) -> None:
        self._accepted = self._submitted = self._delivered = self._failed = self._texts = 0
        self._queued = self._told = self._untold = 0
        self._open: dict[str, bool] = {}  # whether a STOP stood when it was accepted
        self._lines: set[str] = set()
        self._kept: set[str] = set()
        self._stopped: set[tuple[str, str]] = set()
        self._turns: Counter[str] = (
            Counter()
        )  # the platform may say the same to a phone that texted
        self._texted = array("Q")
        self._faults: Counter[str] = Counter()
        self._examples: dict[str, list[str]] = {}

    @property
    def settled(self) -> bool:
        """Whether nothing is under way any more."""
        return not (self._open or self._lines or self._kept)

    @property
    def counts(self) -> Counts:
        """The sums as they stand."""
        return Counts(
            self._accepted,
            self._delivered,
            self._failed,
            len(self._open),
            self._queued,
            self._told,
            self._untold,
            len(self._lines | self._kept),
        )

    def take(self, row: Row) -> None:
        """The next row of the journal."""
        match row:
            case MtAccepted():
                self._take_message(row.data.mt)
            case MtMoved():
                self._take_move(row.data)
            case MoReceived():
                self._texts += 1
                self._turns[row.data.mo.mdn] += 1
                if row.data.mo.taken_as == "stop":
                    self._stopped.add((row.data.mo.code, row.data.mo.mdn))
            case OptOutLifted():
                self._stopped.discard((row.data.code, row.data.mdn))
            case CallbackKept():
                self._kept.add(row.data.delivery.delivery_id)
            case CallbackQueued() | CallbackOverflowed():
                self._take_queued(row, row.data.delivery.delivery_id)
            case CallbackDelivered() | CallbackFailed():
                self._take_told(row, row.data.delivery_id)

    def faults(self, ledger: Ledger) -> list[str]:
        """What does not add up, in words; empty where everything does."""
        counts = self.counts
        found = [
            f"{n} {fault}: {', '.join(self._examples[fault])}" for fault, n in self._faults.items()
        ]
        if counts.accepted != counts.delivered + counts.failed + counts.pending:
            found.append(f"the messages do not add up: {counts}")
        done = counts.callbacks_delivered + counts.callbacks_failed
        if counts.callbacks != done + len(self._lines):
            found.append(f"the callbacks do not add up: {counts}")
        if counts.callbacks_unfinished:
            found.append(
                f"{counts.callbacks_unfinished} callbacks are neither delivered nor in the failure queue"
            )
        if doubled := len(self._texted) - _distinct(self._texted):
            found.append(f"{doubled} texts went to a phone twice")
        return [*found, *self._against(ledger)]

    def _against(self, ledger: Ledger) -> list[str]:
        """Where the journal and the users do not agree."""
        found = []
        for kind, there, what in (
            (Booked.SUBMIT, self._submitted, "submitted messages"),
            (Booked.TEXT, self._texts, "texts from phones"),
        ):
            taken, unanswered = ledger.balance(kind)
            if not taken <= there <= taken + unanswered:
                found.append(
                    f"the journal has {there} {what}, the users were told of {taken}, "
                    f"and {unanswered} were never answered"
                )
        if ledger.counts["heard"] < self._told:
            found.append(
                f"{self._told} callbacks count as delivered, and the receivers took "
                f"{ledger.counts['heard']}"
            )
        missed = ledger.counts["awaited"] - self._untold - len(self._open)
        if missed > 0:
            found.append(
                f"{missed} callbacks that users waited for never came and are not in the failure queue"
            )
        return found

    def _take_message(self, mt: _Mt) -> None:
        self._accepted += 1
        self._submitted += mt.surface == "connect"
        if mt.message_id in self._open:
            self._note("messages were accepted twice", mt.message_id)
        barred = mt.purpose in MARKETING and (mt.code, mt.mdn) in self._stopped
        self._open[mt.message_id] = barred
        turn = 0 if mt.surface == "connect" else self._turns[mt.mdn]
        told = f"{mt.mdn}\x1f{mt.code}\x1f{mt.purpose}\x1f{turn}\x1f{mt.text}".encode()
        self._texted.append(int.from_bytes(blake2b(told, digest_size=8).digest()))

    def _take_move(self, moved: _Moved) -> None:
        ended = moved.state == DELIVERED or moved.state in FAILED
        self._delivered += moved.state == DELIVERED
        self._failed += moved.state in FAILED
        if moved.message_id not in self._open:
            self._note("messages moved that were not under way", moved.message_id)
            return
        if self._open[moved.message_id] and moved.state in ON_ITS_WAY:
            self._note("messages were sent after a STOP", moved.message_id)
            self._open[moved.message_id] = False
        if ended:
            del self._open[moved.message_id]

    def _take_queued(self, row: CallbackQueued | CallbackOverflowed, delivery_id: str) -> None:
        self._queued += 1
        self._kept.discard(delivery_id)
        if isinstance(row, CallbackOverflowed):
            self._untold += 1
            return
        if delivery_id in self._lines:
            self._note("callbacks were queued twice", delivery_id)
        self._lines.add(delivery_id)

    def _take_told(self, row: CallbackDelivered | CallbackFailed, delivery_id: str) -> None:
        if isinstance(row, CallbackDelivered):
            self._told += 1
        else:
            self._untold += 1
        if delivery_id in self._lines:
            self._lines.remove(delivery_id)
        else:
            self._note("callbacks ended that were not under way", delivery_id)

    def _note(self, fault: str, who: str) -> None:
        self._faults[fault] += 1
        examples = self._examples.setdefault(fault, [])
        if len(examples) < SHOWN:
            examples.append(who)


def _distinct(keys: array[int]) -> int:
    """How many different numbers there are, in runs of a bounded size."""
    runs = 8
    return sum(len({key for key in keys if key % runs == run}) for run in range(runs))
