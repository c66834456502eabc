"""Phones as people write them: personas, their habits, and the mix of a population."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool, StrictInt, model_validator

from simulator.documents import Fault, Form, Spec, rather
from simulator.domain.instants import Duration, parse_duration
from simulator.domain.personas import SHIPPED, Habit, Persona
from simulator.specs.carriers import DelaySpec, DelayText
from simulator.specs.values import DurationText, RatioText, milliseconds, ratio

CarrierCode = Annotated[str, Form(r"^[0-9]{3}$", ("104",), "code of a carrier")]


def _takes_time(value: DelaySpec) -> DelaySpec:
    if milliseconds(value.least) < 1:
        raise ValueError("a persona takes at least 1ms to answer")
    return value


AnswerTime = Annotated[DelayText, AfterValidator(_takes_time)]

_SOON = DelaySpec(least="5s", median="5s", p95="5s", most="5s")


class HabitSpec(Spec):
    """One thing a person does by themselves."""

    to: Literal["confirmation", "message"] = "message"
    """What it answers: prompts, or every message but automatic replies."""
    says: tuple[Annotated[str, Field(min_length=1, max_length=1600)], ...] = Field(min_length=1)
    """One of these is drawn."""
    chance: RatioText = "1/1"
    """How often it is done."""
    after: AnswerTime = _SOON
    """How long it takes: one duration, `[least, most]`, or a distribution; at least 1ms."""
    nth: StrictInt | None = Field(default=None, ge=1)
    """Only to the n-th message the phone gets."""

    def habit(self) -> Habit:
        """The domain's form."""
        return Habit(
            to=self.to,
            says=self.says,
            chance=ratio(self.chance),
            after=self.after.delay(),
            nth=self.nth,
        )


class PersonaSpec(Spec):
    """What a phone and its owner do: a shipped persona by name, or its habits."""

    name: str | None = None
    """A shipped persona, or one of the account's; stands alone."""
    on_confirmation: str | None = None
    """What it texts back to every prompt: short for a habit."""
    on_message: str | None = None
    """What it texts back to every message: short for a habit."""
    after: AnswerTime = _SOON
    """How long these two take."""
    habits: tuple[HabitSpec, ...] = ()
    """What it does by itself."""
    landline: StrictBool = False
    """Whether it is one: it takes no texts."""
    off_for: DurationText | None = None
    """The phone is off for so long from the account's start."""
    ports_to: CarrierCode | None = None
    """The carrier the number changes to."""
    ports_at: StrictInt = Field(default=1, ge=1)
    """With which message it changes."""

    @model_validator(mode="after")
    def _alone(self) -> PersonaSpec:
        if self.name is not None and self.model_fields_set != {"name"}:
            raise ValueError("a persona by name has no other member")
        return self


def persona_of(spec: PersonaSpec, name: str = "given") -> Persona:
    """The domain's form of a persona that is described, not named."""
    after = spec.after.delay()
    short: list[Habit] = []
    if spec.on_confirmation is not None:
        short.append(Habit(to="confirmation", says=(spec.on_confirmation,), after=after))
    if spec.on_message is not None:
        short.append(Habit(to="message", says=(spec.on_message,), after=after))
    return Persona(
        name=name,
        habits=(*short, *(item.habit() for item in spec.habits)),
        landline=spec.landline,
        off_for=Duration(parse_duration(spec.off_for) if spec.off_for else 0),
        ports_to=spec.ports_to,
        ports_at=spec.ports_at,
    )


def share(text: str) -> int:
    """`"12.5%"` as 1250 in ten thousand. Raises ValueError."""
    number = text.removesuffix("%")
    plain = number.replace(".", "", 1)
    if not text.endswith("%") or not (plain.isascii() and plain.isdigit()):
        raise ValueError(f'"{text}" is not a share; write "12%"')
    return round(float(number) * 100)


def _share_text(value: str) -> str:
    share(value)
    return value


ShareText = Annotated[str, AfterValidator(_share_text)]


def phone_faults(phones: Mapping[str, str], own: Mapping[str, PersonaSpec]) -> list[Fault]:
    """What is wrong with a mix: names that are no persona, more than all."""
    known = [*own, *SHIPPED]
    faults: list[Fault] = [
        (("phones", name), f'no persona "{name}"{rather(name, known)}')
        for name in phones
        if name not in known
    ]
    total = sum(share(text) for text in phones.values())
    if total > 10_000:
        faults.append((("phones",), f"the shares are {total / 100:g}%, more than all"))
    for name, item in own.items():
        if item.name is not None:
            faults.append((("personas", name, "name"), "describe the persona, do not name one"))
    return faults


def texts_of(persona: Persona, to: str) -> Habit | None:
    """The first habit to such messages, for showing it in short."""
    return next((item for item in persona.habits if item.to == to and item.nth is None), None)
