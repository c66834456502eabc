"""Lines: every callback on its way to its destination, in order.

Rules: Vibes callbacks (2XX accepted, 4XX final, anything else tried again every five minutes at
most five times, then the failure queue). A delivery is queued, released to the transport when its
turn comes, and ends delivered or failed. An HTTP destination is told one thing at a time; through
SMPP as many are under way as the binds have window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from simulator.domain.instants import Instant
from simulator.domain.notices import Notice
from simulator.domain.record import Command, Event, Record

if TYPE_CHECKING:
    from simulator.domain.turn import Turn


class Target(Record, frozen=True, kw_only=True):
    """Where a receipt or a raw text goes (Connect: callbacks)."""

    url: str
    method: str = "POST"
    content_type: str = "text/xml"
    version: int = 2


class Delivery(Record, frozen=True, kw_only=True):
    """One callback on its way to one destination; several may tell of one event.

    `queued_at` is the event's date, whenever that is told once more. Source: Vibes: callbacks.
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


class QueueLate(Command, frozen=True, kw_only=True):
    """A delivery that a fault kept back goes into its destination's line (inferred)."""

    delivery_id: str


class CallbackKept(Event, frozen=True, kw_only=True):
    """A fault keeps a delivery out of its line until `until`, or until the next one overtakes it.

    Source: inferred.
    """

    delivery: Delivery
    until: Instant
    overtaken: bool


class CallbackReturned(Event, frozen=True, kw_only=True):
    """The session that carried it ended: the delivery is as it was before it was released.

    Source: inferred.
    """

    delivery_id: str


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


class Lines:
    """The line of unfinished deliveries at each destination, oldest first.

    `attempts` has what is released, `waiting` what was deferred, `abreast` how many of a line are
    released, `kept` what a fault keeps out of its line, `behind` which of it the next one overtakes.
    Source: Vibes: callbacks.
    """

    def __init__(self) -> None:
        self.deliveries: dict[str, Delivery] = {}
        self.attempts: dict[str, int] = {}
        self.lines: dict[str, dict[str, None]] = {}
        self.abreast: dict[str, int] = {}
        self.waiting: set[str] = set()
        self.kept: dict[str, CallbackKept] = {}
        self.behind: dict[str, dict[str, None]] = {}
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
        self._numbered(delivery)
        self.deliveries[delivery.delivery_id] = delivery
        self.lines.setdefault(delivery.url, {})[delivery.delivery_id] = None

    def apply_kept(self, event: CallbackKept) -> None:
        """A delivery has its number, and is not in its line yet."""
        self.queued += 1
        self.kept[event.delivery.delivery_id] = event
        if event.overtaken:
            self.behind.setdefault(event.delivery.url, {})[event.delivery.delivery_id] = None

    def apply_released(self, event: CallbackReleased) -> None:
        """The delivery is being tried."""
        if event.delivery_id not in self.attempts:
            url = self.deliveries[event.delivery_id].url
            self.abreast[url] = self.abreast.get(url, 0) + 1
        self.attempts[event.delivery_id] = event.attempt
        self.waiting.discard(event.delivery_id)

    def apply_deferred(self, event: CallbackDeferred) -> None:
        """The delivery waits, and with it what may not overtake it."""
        self.waiting.add(event.delivery_id)

    def apply_returned(self, delivery_id: str) -> None:
        """The delivery is in its line as if it had never been tried."""
        del self.attempts[delivery_id]
        self.abreast[self.deliveries[delivery_id].url] -= 1

    def apply_overflowed(self, event: CallbackOverflowed) -> None:
        """The delivery never joined the line; its number is taken all the same."""
        self._numbered(event.delivery)

    def _numbered(self, delivery: Delivery) -> None:
        """A delivery has its number now, if it was not kept with it before."""
        kept = self.kept.pop(delivery.delivery_id, None)
        if kept is None:
            self.queued += 1
        elif kept.overtaken:
            behind = self.behind[delivery.url]
            del behind[delivery.delivery_id]
            if not behind:
                del self.behind[delivery.url]

    def apply_finished(self, delivery_id: str, *, gave_up: bool) -> None:
        """The delivery leaves its line; deliveries given up one after the other are counted."""
        delivery = self.deliveries.pop(delivery_id)
        url = delivery.url
        if gave_up:
            self.failures[url] = self.failures.get(url, 0) + 1
        else:
            self.failures.pop(url, None)
        del self.attempts[delivery_id]
        self.abreast[url] -= 1
        line = self.lines[url]
        del line[delivery_id]
        if not line:
            del self.lines[url], self.abreast[url]


SMPP = "smpp:"
"""What the URL of a destination begins with that is reached through the account's SMPP binds."""

SMPP_TRY_AGAIN = frozenset({0x08, 0x14, 0x58, 0x64})
"""The statuses of deliver_sm_resp that ask for another try: system error, full, throttled, busy."""


def is_smpp(url: str) -> bool:
    """Whether a destination is reached through SMPP binds (Connect: set-up-specs)."""
    return url.startswith(SMPP)


def queue_late(turn: Turn, command: QueueLate) -> None:
    """Let a delivery that was kept back join its line (inferred)."""
    join(turn, turn.world.lines.kept[command.delivery_id].delivery)


def join(turn: Turn, delivery: Delivery) -> None:
    """Put a delivery in its destination's line, released if there is room before it.

    Source: Vibes: callbacks.
    """
    url, book = delivery.url, turn.world.lines
    line = len(book.lines.get(url, ())) + turn.lengthened.get(url, 0)
    if line >= turn.account.settings.callback_queue_limit:
        turn.emit(CallbackOverflowed(delivery=delivery))
        return
    turn.lengthened[url] = turn.lengthened.get(url, 0) + 1
    turn.emit(CallbackQueued(delivery=delivery))
    abreast = book.abreast.get(url, 0) + turn.taken(f"released {url}")
    if abreast == line and abreast < _width(turn, url) and url not in book.downed:
        _release(turn, url, delivery.delivery_id)


def _width(turn: Turn, url: str) -> int:
    """How many deliveries of a line may be under way at once: one by HTTP, a window per bind."""
    if not is_smpp(url):
        return 1
    return turn.world.binds.receivers * turn.account.connect.smpp.window


def _release(turn: Turn, url: str, delivery_id: str) -> None:
    turn.count(f"released {url}", 0)
    turn.emit(CallbackReleased(delivery_id=delivery_id, attempt=1))


def record_attempt(turn: Turn, command: RecordAttempt) -> None:
    """Decide what follows an attempt. One that is not awaited (a late answer) changes nothing.

    Source: Vibes: callbacks; for SMPP, Connect: sending-receiving-messages.
    """
    book = turn.world.lines
    key, attempt = command.delivery_id, command.attempt
    if book.attempts.get(key) != attempt or key in book.waiting:
        return
    settings, url = turn.account.settings, book.deliveries[key].url
    verdict = verdict_of(url, command.status)
    if verdict == "accepted":
        turn.emit(CallbackDelivered(delivery_id=key, attempt=attempt, status=command.status or 0))
        _release_next(turn, key)
        return
    if is_smpp(url) and command.status is None and command.error == SESSION_ENDED:
        turn.emit(CallbackReturned(delivery_id=key))
        if turn.world.binds.receivers:
            _release(turn, url, key)
        return
    reason = command.error or f"{'status' if is_smpp(url) else 'HTTP'} {command.status}"
    final = verdict == "refused"
    if final or attempt > settings.retries:
        reason += ": final" if final else f": given up after {attempt} attempts"
        gave_up = not final
        turn.emit(CallbackFailed(delivery_id=key, attempt=attempt, reason=reason, gave_up=gave_up))
        if not (gave_up and _downed(turn, url)):
            _release_next(turn, key)
    else:
        due = Instant(turn.now + settings.retry_every)
        turn.emit(CallbackDeferred(delivery_id=key, attempt=attempt, due=due, reason=reason))


SESSION_ENDED = "the session ended before it was answered"
"""The error of an attempt that its SMPP session did not outlive: it is no attempt."""


def verdict_of(url: str, status: int | None) -> Literal["accepted", "refused", "failed"]:
    """2XX and status 0 accept; 4XX and most statuses of SMPP are final; the rest is tried again.

    Source: Vibes: callbacks; for SMPP inferred.
    """
    if status is None:
        return "failed"
    if is_smpp(url):
        if status == 0:
            return "accepted"
        return "failed" if status in SMPP_TRY_AGAIN else "refused"
    if 200 <= status < 300:
        return "accepted"
    return "refused" if 400 <= status < 500 else "failed"


def retry(turn: Turn, command: RetryCallback) -> None:
    """Release a deferred delivery again (Vibes: callbacks)."""
    attempt = turn.world.lines.attempts[command.delivery_id] + 1
    turn.emit(CallbackReleased(delivery_id=command.delivery_id, attempt=attempt))


def recover(turn: Turn, command: RecoverDestination) -> None:
    """Let a downed destination be tried again, with the first of its line (Vibes: callbacks)."""
    turn.emit(DestinationRecovered(url=command.url))
    release_more(turn, command.url, _width(turn, command.url))


def release_more(turn: Turn, url: str, width: int) -> None:
    """Release what may be under way at once, oldest first (Connect: set-up-specs)."""
    book = turn.world.lines
    room = width - book.abreast.get(url, 0) - turn.taken(f"released {url}")
    for key in list(book.lines.get(url, ())):
        if room <= 0:
            return
        if key not in book.attempts:
            _release(turn, url, key)
            room -= 1


def _downed(turn: Turn, url: str) -> bool:
    """Pause a destination once enough deliveries in a row were given up."""
    settings = turn.account.settings
    if turn.world.lines.failures.get(url, 0) + 1 < settings.downed_after:
        return False
    until = Instant(turn.now + settings.downed_for)
    turn.emit(DestinationDowned(url=url, until=until))
    return True


def _release_next(turn: Turn, finished: str) -> None:
    """Release the oldest that is not under way, now that one is done."""
    book = turn.world.lines
    url = book.deliveries[finished].url
    if book.abreast[url] - 1 < _width(turn, url):
        for key in book.lines[url]:
            if key not in book.attempts:
                _release(turn, url, key)
                return
