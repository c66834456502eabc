"""The fate of a message, drawn when it is accepted: how long each stage takes, and how it ends.

Draws are keyed by seed, phone and the message's place in that phone's traffic, so a message has the
same fate whichever gateway it came by and whatever else goes on. A carrier's throttle and its
maintenance add a wait; they change no draw (all inferred).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from simulator.domain.carriers import (
    BLOCK_LISTED,
    DISCONNECTED,
    EXPIRES,
    REFUSED_BY_CARRIER,
    SLOW,
    UNDELIVERABLE,
    MtState,
    state_of_failure,
)
from simulator.domain.draws import chance
from simulator.domain.fault_rules import Effect, FaultRule
from simulator.domain.instants import MILLISECOND, MINUTE, SECOND, Duration, Instant
from simulator.domain.numbers import Mdn
from simulator.domain.profiles import CarrierProfile, after_maintenance, drawn_ms
from simulator.domain.record import Record

if TYPE_CHECKING:
    from simulator.domain.turn import Turn

UNPROVISIONED = 8
BLOCKED = 9


class Step(Record, frozen=True, kw_only=True):
    """One step of a message's fate: after `after` microseconds, `state`, with a receipt code.

    Source: inferred.
    """

    after: Duration
    state: MtState
    error_code: int | None = None


class Fate(Record, frozen=True, kw_only=True):
    """What will become of a message, and why: the profile it met, what was drawn, who struck it.

    Times are milliseconds; `waited_ms` is the queue before the carrier. `handed_at` is set where
    the carrier's throttle counts it. Source: inferred.
    """

    profile: str
    carrier_ms: int
    handset_ms: int
    waited_ms: int
    because: str
    steps: tuple[Step, ...]
    handed_at: Instant | None = None
    fault_ids: tuple[str, ...] = ()


class Passage(NamedTuple):
    """A message about to be accepted, as its fate depends on it (inferred)."""

    mdn: Mdn
    code: str
    carrier: str
    subject: str
    parts: int
    error_code: int | None = None
    because: str = ""


class _Ending(NamedTuple):
    state: MtState
    error_code: int | None
    because: str


def draw_fate(turn: Turn, passage: Passage, faults: tuple[FaultRule, ...]) -> Fate:
    """The fate of a message accepted now. Delays and shares are inferred, codes are Connect's.

    Source: Connect: delivery-receipt-response-codes.
    """
    account, subject = turn.account, passage.subject
    profile = account.profile(passage.carrier)
    late = sum(rule.wait_ms for rule in faults if rule.effect is Effect.DELAY)
    carrier_ms = drawn_ms(account.seed, "carrier delay", subject, profile.carrier_delay) + late
    handset_ms = drawn_ms(account.seed, "handset delay", subject, profile.handset_delay)
    ending = _ending(turn, passage, profile, faults)
    routed = Instant(turn.now + account.settings.routing_ms * MILLISECOND)
    handed, leaves = routed, ending.state is not MtState.BLOCKED
    if leaves:
        handed = _handover(turn, passage, profile, faults, routed)
    waited = handed - routed
    sent = Duration(handed - turn.now + carrier_ms * MILLISECOND)
    if leaves and sent >= profile.validity:
        ending = _Ending(MtState.EXPIRED, 101, f"reaches {profile.name} later than it tries")
    return Fate(
        profile=profile.name,
        carrier_ms=carrier_ms,
        handset_ms=handset_ms,
        waited_ms=waited // MILLISECOND,
        because=ending.because,
        steps=_steps(ending, profile, Duration(routed - turn.now), sent, handset_ms),
        handed_at=handed if profile.per_second and leaves else None,
        fault_ids=tuple(rule.id for rule in faults),
    )


def _ending(
    turn: Turn, passage: Passage, profile: CarrierProfile, faults: tuple[FaultRule, ...]
) -> _Ending:
    if passage.error_code is not None:
        state = state_of_failure(passage.error_code)
        return _Ending(state, passage.error_code, passage.because)
    if turn.account.settings.magic_numbers and passage.mdn in _MAGIC:
        return _MAGIC[passage.mdn]
    for rule in faults:
        if rule.effect is Effect.FAIL and rule.number is not None:
            return _Ending(state_of_failure(rule.number), rule.number, f"fault {rule.id}")
        if rule.effect is Effect.OUTAGE and rule.match.until is None:
            because = f"fault {rule.id}: the carrier is down; with until in its match it would wait"
            return _Ending(MtState.REFUSED, 107, because)
    for purpose, ratio, state, code in (
        ("refusal", profile.refusal, MtState.REFUSED, 107),
        ("unreachable", profile.unreachable, MtState.EXPIRED, 101),
        ("loss", profile.loss, MtState.UNDELIVERABLE, 103),
    ):
        hits, of = ratio
        if chance(turn.account.seed, purpose, passage.subject, hits=hits, of=of):
            return _Ending(state, code, f"drawn: {purpose} takes {hits} in {of} at {profile.name}")
    return _Ending(MtState.DELIVERED, None, f"drawn: delivered at {profile.name}")


def _handover(
    turn: Turn,
    passage: Passage,
    profile: CarrierProfile,
    faults: tuple[FaultRule, ...],
    routed: Instant,
) -> Instant:
    """When the carrier is given the message: after an outage, its window, and those before it."""
    ready = routed
    for rule in faults:
        if rule.effect is Effect.OUTAGE and rule.match.until is not None:
            ready = max(ready, rule.match.until)
    if profile.per_second:
        lane = (passage.code, passage.carrier)
        free = turn.lanes.get(lane) or turn.world.messages.lanes.get(lane) or ready
        ready = max(ready, free)
    ready = after_maintenance(profile, ready)
    if profile.per_second:
        turn.lanes[lane] = next_free(profile, ready, passage.parts)
    return ready


def next_free(profile: CarrierProfile, handed_at: Instant, parts: int) -> Instant:
    """When a throttled carrier takes the next message of a code, after one of so many parts.

    Source: inferred.
    """
    return Instant(handed_at + parts * SECOND // profile.per_second)


def _steps(
    ending: _Ending, profile: CarrierProfile, routed: Duration, sent: Duration, handset_ms: int
) -> tuple[Step, ...]:
    last = Step(after=routed, state=ending.state, error_code=ending.error_code)
    if ending.state is MtState.BLOCKED:
        return (last,)
    first = Step(after=routed, state=MtState.ROUTED)
    if sent >= profile.validity:
        late = Step(after=profile.validity, state=MtState.EXPIRED, error_code=101)
        return (first, late)
    if ending.state is MtState.REFUSED:
        return (first, Step(after=sent, state=ending.state, error_code=ending.error_code))
    arrived = Duration(sent + handset_ms * MILLISECOND)
    if ending.state is MtState.EXPIRED:
        arrived = profile.validity
    elif ending is _MAGIC[SLOW]:
        arrived = Duration(max(sent, 10 * MINUTE))
    end = Step(after=arrived, state=ending.state, error_code=ending.error_code)
    return (first, Step(after=sent, state=MtState.SENT), end)


_MAGIC = {
    BLOCK_LISTED: _Ending(MtState.BLOCKED, BLOCKED, "magic number: on the block list"),
    REFUSED_BY_CARRIER: _Ending(MtState.REFUSED, 107, "magic number: the carrier refuses"),
    EXPIRES: _Ending(MtState.EXPIRED, 101, "magic number: expires after the validity"),
    SLOW: _Ending(MtState.DELIVERED, None, "magic number: delivered after 10 minutes"),
    UNDELIVERABLE: _Ending(MtState.UNDELIVERABLE, 103, "magic number: undeliverable"),
    DISCONNECTED: _Ending(MtState.UNDELIVERABLE, 103, "magic number: disconnected"),
}
