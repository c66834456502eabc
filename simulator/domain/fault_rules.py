"""Fault rules: what is to go wrong, for whom, how often; and the named profiles of them.

A rule is a match, an effect, a ratio and a budget. `simulator.domain.faults` decides whether one
strikes (all inferred: faults are the simulator's own).
"""

from __future__ import annotations

from enum import StrEnum

from simulator.domain.instants import Instant
from simulator.domain.profiles import Ratio
from simulator.domain.record import Record


class Surface(StrEnum):
    """Where a fault strikes: a call of a client, a message at its carrier, or what is told.

    Source: inferred.
    """

    PLATFORM = "platform"
    CONNECT = "connect"
    SMPP = "smpp"
    CARRIER = "carrier"
    CALLBACK = "callback"
    RECEIPT = "receipt"
    MO = "mo"


CALLS = frozenset({Surface.PLATFORM, Surface.CONNECT, Surface.SMPP})
TOLD = frozenset({Surface.CALLBACK, Surface.RECEIPT, Surface.MO})


class Effect(StrEnum):
    """What goes wrong (inferred)."""

    STATUS = "status"
    VENDOR_ERROR = "vendor_error"
    THROTTLE = "throttle"
    STORE_FULL = "store_full"
    DROP = "drop"
    LOSE_ANSWER = "lose_answer"
    GARBAGE = "garbage"
    HALF = "half"
    DELAY = "delay"
    STORE_SLOW = "store_slow"
    FAIL = "fail"
    OUTAGE = "outage"
    LOSE = "lose"
    DUPLICATE = "duplicate"
    REORDER = "reorder"


_OF_CALLS = frozenset(
    {
        Effect.STATUS,
        Effect.VENDOR_ERROR,
        Effect.THROTTLE,
        Effect.STORE_FULL,
        Effect.DROP,
        Effect.LOSE_ANSWER,
        Effect.GARBAGE,
        Effect.HALF,
        Effect.DELAY,
        Effect.STORE_SLOW,
    }
)
_OF_TOLD = frozenset({Effect.LOSE, Effect.DUPLICATE, Effect.REORDER, Effect.DELAY})

EFFECTS: dict[Surface, frozenset[Effect]] = {
    Surface.PLATFORM: _OF_CALLS - {Effect.VENDOR_ERROR},
    Surface.CONNECT: _OF_CALLS,
    Surface.SMPP: _OF_CALLS - {Effect.VENDOR_ERROR},
    Surface.CARRIER: frozenset({Effect.FAIL, Effect.DELAY, Effect.OUTAGE}),
    **dict.fromkeys(TOLD, _OF_TOLD),
}
"""The effects that each surface knows."""


class Match(Record, frozen=True, kw_only=True):
    """What a rule is about; absent members do not narrow. `until` is the first instant it is over.

    `nth` is the only occasion, counted from 1, that the rule is for. Source: inferred.
    """

    surface: Surface
    operation: str | None = None
    mdn: str | None = None
    list_id: str | None = None
    code: str | None = None
    carrier: str | None = None
    since: Instant | None = None
    until: Instant | None = None
    nth: int | None = None


class FaultRule(Record, frozen=True, kw_only=True):
    """One rule. `number` is the status or code, `wait_ms` the delay; `budget` bounds its firings.

    Source: inferred.
    """

    id: str
    match: Match
    effect: Effect
    number: int | None = None
    wait_ms: int = 0
    ratio: Ratio = (1, 1)
    budget: int | None = None


class Occasion(Record, frozen=True, kw_only=True):
    """Something a fault may strike: a call, a message, or a thing told (inferred)."""

    surface: Surface
    operation: str
    mdn: str | None = None
    list_id: str | None = None
    code: str | None = None
    carrier: str | None = None
    message_id: str | None = None


def _rule(rule_id: str, surface: Surface, effect: Effect, **more: object) -> FaultRule:
    return FaultRule(id=rule_id, match=Match(surface=surface), effect=effect, **more)  # type: ignore[arg-type]


PROFILES: dict[str, tuple[FaultRule, ...]] = {
    "flaky_api": (
        _rule("flaky-platform", Surface.PLATFORM, Effect.STATUS, number=503, ratio=(1, 10)),
        _rule("flaky-connect", Surface.CONNECT, Effect.VENDOR_ERROR, number=1001, ratio=(1, 10)),
        _rule("flaky-smpp", Surface.SMPP, Effect.STATUS, number=0x08, ratio=(1, 10)),
    ),
    "busy_hour": (
        _rule("busy-platform", Surface.PLATFORM, Effect.THROTTLE, ratio=(1, 5)),
        _rule("busy-connect", Surface.CONNECT, Effect.THROTTLE, ratio=(1, 5)),
        _rule("busy-smpp", Surface.SMPP, Effect.THROTTLE, ratio=(1, 5)),
    ),
    "lost_answers": (
        _rule("lost-platform", Surface.PLATFORM, Effect.LOSE_ANSWER, ratio=(1, 20)),
        _rule("lost-connect", Surface.CONNECT, Effect.LOSE_ANSWER, ratio=(1, 20)),
    ),
    "messy_callbacks": (
        _rule("twice", Surface.CALLBACK, Effect.DUPLICATE, ratio=(1, 5)),
        _rule("late", Surface.CALLBACK, Effect.DELAY, wait_ms=90_000, ratio=(1, 5)),
        _rule("swapped", Surface.CALLBACK, Effect.REORDER, wait_ms=30_000, ratio=(1, 5)),
    ),
    "lost_receipts": (_rule("lost", Surface.RECEIPT, Effect.LOSE, ratio=(1, 10)),),
    "carrier_outage": (_rule("outage", Surface.CARRIER, Effect.OUTAGE),),
}
"""Named sets of rules."""
