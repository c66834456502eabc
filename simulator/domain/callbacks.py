"""Callbacks: the delivery of each, in order per destination.

Rules: Vibes callbacks (2XX accepted, 4XX final, anything else tried again every
five minutes at most five times, then the failure queue); Connect callbacks for receipts and MOs.
A delivery is queued, released to the transport when it is first in its destination's line, and
ends delivered or failed. `simulator.wire` writes the bodies.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import msgspec

from simulator.domain.carriers import MtState
from simulator.domain.instants import Instant
from simulator.domain.notices import EventNotice, MoNotice, Notice, ReceiptNotice
from simulator.domain.record import Command, Event, Record
from simulator.domain.registrations import SCOPES, Registration

if TYPE_CHECKING:
    from simulator.domain.messages import Mo, Mt
    from simulator.domain.turn import Turn

RECEIPT = "mt_receipt"
MO = "mo"

_STAGES = {
    MtState.ROUTED: "System",
    MtState.BLOCKED: "System",
    MtState.SENT: "Carrier",
    MtState.REFUSED: "Carrier",
    MtState.DELIVERED: "Handset",
    MtState.UNDELIVERABLE: "Handset",
    MtState.EXPIRED: "Handset",
}


class Target(Record, frozen=True, kw_only=True):
    """Where a receipt or a raw text goes (Connect: callbacks)."""

    url: str
    method: str = "POST"
    content_type: str = "text/xml"
    version: int = 2


class Delivery(Record, frozen=True, kw_only=True):
    """One callback on its way to one destination; several may tell of one event.

    Source: Vibes: callbacks.
    """

    delivery_id: str
    event_id: str
    callback_type: str
    url: str
    method: str
    content_type: str
    version: int
    queued_at: Instant
    notice: Notice


class RecordAttempt(Command, frozen=True, kw_only=True):
    """What became of a released delivery: an HTTP status, or an error before there was one.

    Source: Vibes: callbacks.
    """

    delivery_id: str
    attempt: int
    status: int | None = None
    error: str | None = None


class RetryCallback(Command, frozen=True, kw_only=True):
    """A deferred delivery is due again (Vibes: callbacks)."""

    delivery_id: str


class RepeatCallback(Command, frozen=True, kw_only=True):
    """Tell a destination again what it was told: at-least-once, on demand (Vibes: callbacks)."""

    delivery: Delivery


class RecoverDestination(Command, frozen=True, kw_only=True):
    """The pause of a downed destination is over (Vibes: callbacks)."""

    url: str


class DestinationDowned(Event, frozen=True, kw_only=True):
    """A destination that failed again and again gets nothing until `until` (Vibes: callbacks)."""

    url: str
    until: Instant


class DestinationRecovered(Event, frozen=True, kw_only=True):
    """A downed destination gets callbacks again (Vibes: callbacks)."""

    url: str


class CallbackOverflowed(Event, frozen=True, kw_only=True):
    """The destination's line is full: the delivery goes to the failure queue (inferred)."""

    delivery: Delivery


class CallbackQueued(Event, frozen=True, kw_only=True):
    """Something is to be told to a destination (Vibes: callbacks)."""

    delivery: Delivery


class CallbackReleased(Event, frozen=True, kw_only=True):
    """The delivery is first in line: the transport is to try it now (Vibes: callbacks)."""

    delivery_id: str
    attempt: int


class CallbackDelivered(Event, frozen=True, kw_only=True):
    """The destination took it (2XX) (Vibes: callbacks)."""

    delivery_id: str
    attempt: int
    status: int


class CallbackDeferred(Event, frozen=True, kw_only=True):
    """The destination did not take it; it is tried again at `due` (Vibes: callbacks)."""

    delivery_id: str
    attempt: int
    due: Instant
    reason: str


class CallbackFailed(Event, frozen=True, kw_only=True):
    """The delivery is in the failure queue, refused or given up (Vibes: callbacks)."""

    delivery_id: str
    attempt: int
    reason: str
    gave_up: bool


class Callbacks:
    """Registrations, and the line of unfinished deliveries at each destination.

    Source: Vibes: callbacks.
    """

    def __init__(self) -> None:
        self.registrations: dict[str, Registration] = {}
        self.deliveries: dict[str, Delivery] = {}
        self.attempts: dict[str, int] = {}
        self.lines: dict[str, deque[str]] = {}
        self.waiting: set[str] = set()
        self.failures: dict[str, int] = {}
        self.downed: dict[str, Instant] = {}
        self.queued = 0

    def released(self) -> list[tuple[Delivery, int]]:
        """Every delivery the transport owes an answer for, with its attempt, oldest first."""
        return [
            (self.deliveries[key], attempt)
            for key, attempt in self.attempts.items()
            if key not in self.waiting
        ]

    def apply_queued(self, event: CallbackQueued) -> None:
        """The delivery joins its destination's line."""
        delivery = event.delivery
        self.queued += 1
        self.deliveries[delivery.delivery_id] = delivery
        self.lines.setdefault(delivery.url, deque()).append(delivery.delivery_id)

    def apply_released(self, event: CallbackReleased) -> None:
        """The delivery is being tried."""
        self.attempts[event.delivery_id] = event.attempt
        self.waiting.discard(event.delivery_id)

    def apply_deferred(self, event: CallbackDeferred) -> None:
        """The delivery, and the line behind it, wait."""
        self.waiting.add(event.delivery_id)

    def apply_overflowed(self) -> None:
        """The delivery never joined the line; its number is taken all the same."""
        self.queued += 1

    def apply_finished(self, delivery_id: str, *, gave_up: bool) -> None:
        """The delivery leaves its line; deliveries given up one after the other are counted."""
        delivery = self.deliveries.pop(delivery_id)
        if gave_up:
            self.failures[delivery.url] = self.failures.get(delivery.url, 0) + 1
        else:
            self.failures.pop(delivery.url, None)
        del self.attempts[delivery_id]
        line = self.lines[delivery.url]
        line.popleft()
        if not line:
            del self.lines[delivery.url]


def notify(turn: Turn, callback_type: str, notice: Notice) -> None:
    """Queue the notice for everyone whose registration is active and whose scope it meets.

    Source: Vibes: callbacks.
    """
    member, event_id = SCOPES[callback_type], None
    for item in turn.world.callbacks.registrations.values():
        if item.callback_type != callback_type or not item.active(turn.now):
            continue
        if item.scope is not None and member and not _within(notice, member, item.scope):
            continue
        if isinstance(notice, EventNotice) and not _wanted(notice, item.wanted):
            continue
        event_id = queue(turn, callback_type, notice, item, event_id)


def _within(notice: Notice, member: str, scope: str) -> bool:
    """Whether a notice is of the campaign, list, code or event type somebody asked for."""
    told = str(getattr(notice, member))
    return told.casefold() == scope.casefold() if member == "event_type" else told == scope


def _wanted(notice: EventNotice, wanted: str) -> bool:
    """Whether `callbacks_to_send` takes in this stage of an event (Vibes: callback-api)."""
    if wanted == "only_failures":
        return notice.status == "failed"
    return wanted in ("all", notice.stage)


def send_receipts(turn: Turn, mt: Mt, state: MtState, error_code: int | None) -> None:
    """Queue the receipts a submitter wants of this step, one for each part (Connect: callbacks)."""
    wish = mt.receipts
    stage = _STAGES[state]
    if wish is None or wish.option == "NONE":
        return
    if wish.option.startswith("SMSC") and stage == "Handset":
        return
    if wish.option.endswith("ERROR") and error_code is None:
        return
    for number, part_id in enumerate(mt.part_ids, start=1):
        notice = ReceiptNotice(
            message_id=part_id,
            original_id=mt.message_id,
            submitter_id=mt.submitter_id,
            part=number,
            parts=len(mt.part_ids),
            stage=stage,
            error_code=error_code,
            at=turn.now,
        )
        queue(turn, RECEIPT, notice, Target(url=wish.url))


def forward_mo(turn: Turn, mo: Mo) -> None:
    """Queue the raw text for the account's MO endpoint, if it has one (Connect: receiving)."""
    url = turn.account.connect.mo_url
    if url is not None:
        notice = MoNotice(
            message_id=mo.message_id,
            mdn=mo.mdn,
            carrier=mo.carrier,
            code=mo.code,
            text=mo.text,
            at=mo.received_at,
        )
        queue(turn, MO, notice, Target(url=url))


def queue(
    turn: Turn,
    callback_type: str,
    notice: Notice,
    target: Registration | Target,
    event_id: str | None = None,
) -> str:
    """Put a delivery in its destination's line, released if it is first; the event_id it carries.

    Source: Vibes: callbacks.
    """
    number = turn.count("delivery", turn.world.callbacks.queued)
    delivery_id = turn.uuid("delivery", str(number))
    _enqueue(
        turn,
        Delivery(
            delivery_id=delivery_id,
            event_id=event_id or delivery_id,
            callback_type=callback_type,
            url=target.url,
            method=target.method,
            content_type=target.content_type,
            version=target.version,
            queued_at=turn.now,
            notice=notice,
        ),
    )
    return event_id or delivery_id


def repeat(turn: Turn, command: RepeatCallback) -> Delivery:
    """Queue the same event once more, under the same event_id (Vibes: callbacks)."""
    number = turn.count("delivery", turn.world.callbacks.queued)
    again = msgspec.structs.replace(
        command.delivery, delivery_id=turn.uuid("delivery", str(number)), queued_at=turn.now
    )
    _enqueue(turn, again)
    return again


def _enqueue(turn: Turn, delivery: Delivery) -> None:
    url, book = delivery.url, turn.world.callbacks
    line = len(book.lines.get(url, ())) + turn.lengthened.get(url, 0)
    if line >= turn.account.settings.callback_queue_limit:
        turn.emit(CallbackOverflowed(delivery=delivery))
        return
    turn.lengthened[url] = turn.lengthened.get(url, 0) + 1
    turn.emit(CallbackQueued(delivery=delivery))
    if not line and url not in book.downed:
        turn.emit(CallbackReleased(delivery_id=delivery.delivery_id, attempt=1))


def record_attempt(turn: Turn, command: RecordAttempt) -> None:
    """Decide what follows an attempt. One that is not awaited (a late answer) changes nothing.

    Source: Vibes: callbacks.
    """
    callbacks = turn.world.callbacks
    key, attempt = command.delivery_id, command.attempt
    if callbacks.attempts.get(key) != attempt or key in callbacks.waiting:
        return
    settings = turn.account.settings
    status = command.status
    if status is not None and 200 <= status < 300:
        turn.emit(CallbackDelivered(delivery_id=key, attempt=attempt, status=status))
        _release_next(turn, key)
        return
    reason = command.error or f"HTTP {status}"
    final = status is not None and 400 <= status < 500
    if final or attempt > settings.retries:
        reason += ": final" if final else f": given up after {attempt} attempts"
        gave_up = not final
        turn.emit(CallbackFailed(delivery_id=key, attempt=attempt, reason=reason, gave_up=gave_up))
        if not (gave_up and _downed(turn, callbacks.deliveries[key].url)):
            _release_next(turn, key)
    else:
        due = Instant(turn.now + settings.retry_every)
        turn.emit(CallbackDeferred(delivery_id=key, attempt=attempt, due=due, reason=reason))


def retry(turn: Turn, command: RetryCallback) -> None:
    """Release a deferred delivery again (Vibes: callbacks)."""
    attempt = turn.world.callbacks.attempts[command.delivery_id] + 1
    turn.emit(CallbackReleased(delivery_id=command.delivery_id, attempt=attempt))


def recover(turn: Turn, command: RecoverDestination) -> None:
    """Let a downed destination be tried again, with the first of its line (Vibes: callbacks)."""
    turn.emit(DestinationRecovered(url=command.url))
    line = turn.world.callbacks.lines.get(command.url)
    if line:
        turn.emit(CallbackReleased(delivery_id=line[0], attempt=1))


def _downed(turn: Turn, url: str) -> bool:
    """Pause a destination once enough deliveries in a row were given up."""
    settings = turn.account.settings
    if turn.world.callbacks.failures.get(url, 0) + 1 < settings.downed_after:
        return False
    until = Instant(turn.now + settings.downed_for)
    turn.emit(DestinationDowned(url=url, until=until))
    return True


def _release_next(turn: Turn, finished: str) -> None:
    line = turn.world.callbacks.lines[turn.world.callbacks.deliveries[finished].url]
    if len(line) > 1:
        turn.emit(CallbackReleased(delivery_id=line[1], attempt=1))
