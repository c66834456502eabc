"""Fault rules as people write them: whom they hit, what goes wrong, how often."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt, model_validator

from simulator.documents import OneSpec, Spec, rather
from simulator.domain.fault_rules import CALLS, EFFECTS, Effect, FaultRule, Match, Surface
from simulator.domain.instants import parse_instant
from simulator.domain.numbers import parse_any_mdn
from simulator.specs.values import DurationText, Id, InstantText, RatioText, milliseconds, ratio

_CONNECT_CODES = (1000, 1001, 1002, 1010, 1011, 1020, *range(1022, 1035))

_WITH_DURATION = {"delay": Effect.DELAY, "store_slow": Effect.STORE_SLOW, "reorder": Effect.REORDER}
_WITH_NUMBER = {"status": Effect.STATUS, "vendor_error": Effect.VENDOR_ERROR, "fail": Effect.FAIL}


def _number_text(value: str) -> str:
    parse_any_mdn(value)
    return value


def _only_true(value: object) -> object:
    if value is not None and value is not True:
        raise ValueError("write true, or leave it out")
    return value


NumberText = Annotated[str, AfterValidator(_number_text)]
Set = Annotated[Literal[True] | None, BeforeValidator(_only_true)]


class MatchSpec(Spec):
    """Whom a rule is about; absent members do not narrow."""

    surface: Literal["platform", "connect", "smpp", "carrier", "callback", "receipt", "mo"]
    """A client's call on one of three, a message at its carrier, or one of three that are told."""
    operation: str | None = None
    """`POST campaigns/acquisition/{acquisition_id}/participants`, `submit`, `submit_sm`, a
    purpose at a carrier, a callback type."""
    number: NumberText | None = None
    """A phone's number."""
    list: Id | None = None
    """A list's id."""
    code: Id | None = None
    """A source code."""
    carrier: Id | None = None
    """A carrier's code."""
    since: InstantText | None = None
    """From when it holds."""
    until: InstantText | None = None
    """Until when it holds; what an `outage` stops waits until then."""
    nth: StrictInt | None = Field(default=None, ge=1)
    """Only the n-th such occasion."""

    def match(self) -> Match:
        """The domain's form."""
        return Match(
            surface=Surface(self.surface),
            operation=self.operation,
            mdn=parse_any_mdn(self.number) if self.number is not None else None,
            list_id=self.list,
            code=self.code,
            carrier=self.carrier,
            since=parse_instant(self.since) if self.since is not None else None,
            until=parse_instant(self.until) if self.until is not None else None,
            nth=self.nth,
        )


class EffectSpec(OneSpec):
    """What goes wrong: exactly one member."""

    status: StrictInt | None = None
    """The call is answered so and nothing is done: an HTTP status, or a command_status by SMPP."""
    vendor_error: StrictInt | None = None
    """A row of Connect's error table, with its status."""
    throttle: Set = None
    """As over the limit: 429, 1002, or ESME_RTHROTTLED."""
    store_full: Set = None
    """As if nothing could be kept: 500, 1001, or ESME_RSYSERR; nothing is done."""
    store_slow: DurationText | None = None
    """It is done, and answered so much later; real time, at most a minute."""
    delay: DurationText | None = None
    """A call waits before it is done (real time, at most a minute); a message or a callback is
    late (the account's time)."""
    drop: Set = None
    """The connection is closed and nothing is done."""
    lose_answer: Set = None
    """It is done, and the connection closed before the answer."""
    garbage: Set = None
    """Bytes that are no answer, then the connection is closed; nothing is done."""
    half: Set = None
    """It is done; half the answer, then the connection is closed."""
    fail: StrictInt | None = None
    """The message fails with that receipt code: 1 to 26 at Vibes, 100 to 108 beyond."""
    outage: Set = None
    """The carrier is down: messages wait until the match's `until`; without it they fail, 107."""
    lose: Set = None
    """It is never told."""
    duplicate: Set = None
    """It is told twice, with the same event_id."""
    reorder: DurationText | None = None
    """It is told after the next one to that destination, or after so long."""

    def given(self) -> tuple[Effect, int | None, int]:
        """The effect, its number and its wait in milliseconds."""
        for name, effect in _WITH_NUMBER.items():
            if getattr(self, name) is not None:
                return effect, getattr(self, name), 0
        for name, effect in _WITH_DURATION.items():
            if getattr(self, name) is not None:
                return effect, None, milliseconds(getattr(self, name))
        name = next(name for name in type(self).model_fields if getattr(self, name) is not None)
        return Effect(name), None, 0


class FaultSpec(Spec):
    """One fault rule."""

    id: Id | None = None
    """A name of its own; one is given where there is none."""
    match: MatchSpec
    effect: EffectSpec
    ratio: RatioText = "1/1"
    """The share of occasions it strikes, drawn from the seed by number."""
    budget: StrictInt | None = Field(default=None, ge=1)
    """How often it strikes at most."""

    @model_validator(mode="after")
    def _fits(self) -> FaultSpec:
        surface = Surface(self.match.surface)
        _check_match(self.match)
        effect, number, wait_ms = self.effect.given()
        if effect not in EFFECTS[surface]:
            known = ", ".join(sorted(EFFECTS[surface]))
            raise ValueError(f'surface "{surface}" knows no effect "{effect}"; it may be {known}')
        if surface in CALLS and wait_ms > milliseconds("1m"):
            raise ValueError("a call can be delayed by a minute at most: it is real time")
        _check_number(surface, effect, number)
        return self

    def rule(self, number: int) -> FaultRule:
        """The domain's form; `number` names it where it has no id."""
        effect, value, wait_ms = self.effect.given()
        return FaultRule(
            id=self.id or f"fault-{number}",
            match=self.match.match(),
            effect=effect,
            number=value,
            wait_ms=wait_ms,
            ratio=ratio(self.ratio),
            budget=self.budget,
        )


OPERATIONS: dict[Surface, tuple[str, ...]] = {
    Surface.CONNECT: ("submit", "submit_bundle", "get", "parts", "responses", "look_up"),
    Surface.SMPP: (
        "submit_sm",
        "data_sm",
        "submit_multi",
        "query_sm",
        "cancel_sm",
        "replace_sm",
    ),
    Surface.RECEIPT: ("mt_receipt",),
    Surface.MO: ("mo",),
}
"""What `operation` may be, where the surface has a closed set of them."""

UNKNOWN_TO = {
    Surface.PLATFORM: ("code", "carrier"),
    Surface.CONNECT: ("list",),
    Surface.SMPP: ("list",),
    Surface.CARRIER: ("list",),
    Surface.CALLBACK: ("carrier",),
    Surface.RECEIPT: ("list",),
    Surface.MO: ("list",),
}
"""The members of a match that no occasion of a surface has."""


def _check_match(match: MatchSpec) -> None:
    """Refuse a match that nothing could ever meet."""
    surface = Surface(match.surface)
    known = OPERATIONS.get(surface)
    if match.operation is not None and known is not None and match.operation not in known:
        told = rather(match.operation, list(known))
        raise ValueError(f'surface "{surface}" has no operation "{match.operation}"{told}')
    for name in UNKNOWN_TO[surface]:
        if getattr(match, name) is not None:
            raise ValueError(f'surface "{surface}" knows no {name}; leave it out')


def _check_number(surface: Surface, effect: Effect, number: int | None) -> None:
    if number is None:
        return
    if effect is Effect.STATUS and surface is Surface.SMPP:
        if not 1 <= number <= 0xFFFF:
            raise ValueError("a command_status is 1 to 65535")
    elif effect is Effect.STATUS:
        if not 400 <= number <= 599:
            raise ValueError("an HTTP status of a fault is 400 to 599")
    elif effect is Effect.VENDOR_ERROR:
        if number not in _CONNECT_CODES:
            raise ValueError(f"{number} is no row of Connect's error table (1000 to 1034)")
    elif not (1 <= number <= 26 or 100 <= number <= 108):
        raise ValueError("a receipt code is 1 to 26, or 100 to 108")


def rules_of(specs: Iterable[FaultSpec], taken: Iterable[str] = ()) -> tuple[FaultRule, ...]:
    """The domain's form of rules; one without an id gets the first number that nobody has."""
    told = tuple(specs)
    ids = {*taken, *(item.id for item in told if item.id is not None)}
    free = (number for number in count(1) if f"fault-{number}" not in ids)
    return tuple(item.rule(0 if item.id is not None else next(free)) for item in told)
