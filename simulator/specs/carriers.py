"""Carriers as people write them: a shipped profile, or what differs from one."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec
from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictInt, model_validator

from simulator.documents import Spec, rather
from simulator.domain.carriers import NAMES
from simulator.domain.instants import parse_duration
from simulator.domain.profiles import SHIPPED, CarrierProfile, Delay, Window
from simulator.specs.values import DurationText, Id, RatioText, milliseconds, ratio

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class DelaySpec(Spec):
    """A delay as a distribution: straight lines between its floor, median, 95 % and most."""

    least: DurationText
    """The shortest."""
    median: DurationText
    """What half are below."""
    p95: DurationText
    """What 95 of 100 are below."""
    most: DurationText
    """The longest."""

    @model_validator(mode="after")
    def _ordered(self) -> DelaySpec:
        rising = [parse_duration(item) for item in (self.least, self.median, self.p95, self.most)]
        if rising != sorted(rising):
            raise ValueError("a delay goes up from least over median and p95 to most")
        return self

    def delay(self) -> Delay:
        """The domain's form."""
        return Delay(**{name: milliseconds(getattr(self, name)) for name in _QUANTILES})


_QUANTILES = ("least", "median", "p95", "most")


def _spread(value: object) -> object:
    """`[least, most]`, or one duration, as a distribution that is even between them."""
    if isinstance(value, str):
        value = [value, value]
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        return value
    if len(value) != 2:
        raise ValueError("write [least, most], or least, median, p95 and most by name")
    low, high = (parse_duration(item) // 1_000 for item in value)
    if low > high:
        raise ValueError("a delay goes from the least to the most")
    wide = high - low
    even = (low, low + wide // 2, low + wide * 95 // 100, high)
    return {name: f"{item}ms" for name, item in zip(_QUANTILES, even, strict=True)}


DelayText = Annotated[
    DelaySpec, BeforeValidator(_spread, json_schema_input_type=DelaySpec | str | tuple[str, str])
]


def _window_text(value: str) -> str:
    window(value)
    return value


def window(text: str) -> Window:
    """`"08:00-09:30"` in UTC as a window of every day. Raises ValueError."""
    start, _, until = text.partition("-")
    found = [_TIME.fullmatch(item) for item in (start, until)]
    if None in found or start == until:
        raise ValueError(f'"{text}" is no time of day; write "08:00-09:30", UTC')
    first, last = (int(m[1]) * 60 + int(m[2]) for m in found if m is not None)
    return Window(start=first, until=last)


class CarrierSpec(Spec):
    """How a carrier treats messages: what is said here, the rest as in `profile`."""

    profile: Literal["plain", "instant", "typical", "rush_hour", "regional", "outage"] = "plain"
    """The shipped profile it differs from."""
    carrier_delay: DelayText | None = None
    """From Vibes to the carrier: `[least, most]`, or `least`, `median`, `p95`, `most`."""
    handset_delay: DelayText | None = None
    """From the carrier to the phone."""
    refusal: RatioText | None = None
    """The share of messages the carrier refuses (107)."""
    loss: RatioText | None = None
    """The share of messages that cannot be delivered (103)."""
    unreachable: RatioText | None = None
    """The share of messages whose phone is never reached (101)."""
    validity: DurationText | None = None
    """How long the carrier tries."""
    per_second: StrictInt | None = Field(default=None, ge=0, le=1_000_000)
    """Segments a second it takes from one code; 0 is without bound."""
    maintenance: tuple[Annotated[str, AfterValidator(_window_text)], ...] | None = None
    """Times of every day, UTC, in which it takes nothing: `"08:00-09:30"`."""
    handset_receipts: StrictBool | None = None
    """Whether it tells that a phone got a message."""
    concatenates: StrictBool | None = None
    """Whether long texts come as one; else each part is a message of its own, cut at a word."""
    shows: Literal["ascii", "gsm", "ucs2"] | None = None
    """The characters its phones can show; others are replaced."""
    not_provisioned: tuple[Id, ...] | None = None
    """Codes that do not reach it (1025; 8 for what the platform itself sends)."""


def _named(value: object) -> object:
    return {"profile": value} if isinstance(value, str) else value


Carrier = Annotated[CarrierSpec, BeforeValidator(_named, json_schema_input_type=CarrierSpec | str)]


def known_carriers(value: dict[str, CarrierSpec]) -> dict[str, CarrierSpec]:
    """The carriers, if each is `default` or a code there is. Raises ValueError."""
    for code in value:
        if code != "default" and code not in NAMES:
            raise ValueError(f'no carrier "{code}"{rather(code, ["default", *NAMES])}')
    return value


def profile_of(spec: CarrierSpec) -> CarrierProfile:
    """The domain's form of a carrier."""
    given: dict[str, object] = {}
    for name in ("carrier_delay", "handset_delay"):
        value = getattr(spec, name)
        if value is not None:
            given[name] = value.delay()
    for name in ("refusal", "loss", "unreachable"):
        value = getattr(spec, name)
        if value is not None:
            given[name] = ratio(value)
    if spec.validity is not None:
        given["validity"] = parse_duration(spec.validity)
    if spec.maintenance is not None:
        given["maintenance"] = tuple(map(window, spec.maintenance))
    for name in ("per_second", "handset_receipts", "concatenates", "shows", "not_provisioned"):
        value = getattr(spec, name)
        if value is not None:
            given[name] = value
    return msgspec.structs.replace(SHIPPED[spec.profile], **given)
