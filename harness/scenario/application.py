"""Your own application in a scenario: the member `sut` starts it, the step `http` calls it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Annotated
from urllib.parse import unquote_plus

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt, model_validator

from harness.application import Application, Launch, unknown_placeholders
from harness.campaigns.people import e164
from harness.scenario.answers import Gives, Keep, UnexpectedAnswer, look, shown
from harness.scenario.parts import Path
from simulator.documents import Form, Spec
from simulator.specs.values import AsText, DurationText, as_text, milliseconds

if TYPE_CHECKING:
    from harness.scenario.model import ScenarioSpec

CAMPAIGN_STEPS = (
    "run",
    "fill_form",
    "request",
    "change",
    "create",
    "click",
    "endpoint",
    "delete",
    "edit",
)
"""Steps that the built-in campaign system does; your application does its work otherwise."""

CAMPAIGN_CHECKS = ("ever_member", "activity", "run", "counters", "waiting")
"""Checks that look into the built-in campaign system."""

LONGEST_QUIET_S = 60
"""What the simulator waits for at most."""
_NUMBER = re.compile(r"\+?\d[\d ().\-]{8,}\d|\(\d{3}\)[\d .\-]{7,}\d")


def _filled(value: object) -> object:
    """A placeholder without quotes is a mapping to YAML. Raises ValueError with the mend."""
    if isinstance(value, dict) and len(value) == 1 and None in value.values():
        raise ValueError(f'write it with quotes: "{{{next(iter(value))}}}"')
    return as_text(value)


def _placed(value: str) -> str:
    wrong = unknown_placeholders(value)
    if wrong:
        raise ValueError("; ".join(wrong))
    return value


def _some(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise ValueError('name a program, as ["{python}", app.py]')
    return value


Text = Annotated[
    str, BeforeValidator(_filled, json_schema_input_type=str | int), AfterValidator(_placed)
]
"""Text with placeholders, such as `{port}` (docs/your-application.md)."""

UrlPath = Annotated[str, Form(r"^/\S*$", ("/ready",), "path")]


class ApplicationSpec(Spec):
    """Your application, started when the account is made and ended with the scenario."""

    command: Annotated[tuple[Text, ...], AfterValidator(_some)]
    """The program and its arguments, run without a shell."""
    env: dict[str, Text] = {}
    """Environment variables beside those it is always given."""
    cwd: str = "."
    """The folder it runs in, from the scenario file's own."""
    ready: UrlPath | None = None
    """A path that answers 2XX when it is ready; its port taking a connection if absent."""
    ready_within: DurationText = "30s"
    """Real time it has for that."""
    idle: UrlPath | None = None
    """A path that answers when its work is done: time stands until then."""
    quiet: DurationText | None = None
    """In place of `idle`: real time in which it asks nothing of Vibes."""

    @model_validator(mode="after")
    def _one(self) -> ApplicationSpec:
        if self.idle is not None and self.quiet is not None:
            raise ValueError("write either idle or quiet")
        if self.quiet is not None and milliseconds(self.quiet) > LONGEST_QUIET_S * 1000:
            raise ValueError(f"a quiet window is at most {LONGEST_QUIET_S}s")
        return self

    def launch(self, file: str) -> Launch:
        """How it is started for a scenario file."""
        return Launch(
            command=self.command,
            env=self.env,
            cwd=FilePath(file).parent / self.cwd,
            ready=self.ready,
            ready_within_s=milliseconds(self.ready_within) / 1000,
            idle=self.idle,
        )


class HttpStep(Spec):
    """A call of your own application."""

    call: Annotated[str, Form(r"^(GET|POST|PUT|PATCH|DELETE) /\S*$", ("POST /signup",), "call")]
    """Method and path: `POST /signup`."""
    body: dict[str, object] | list[object] | str | None = None
    """JSON; or text, sent as it is."""
    headers: dict[str, Annotated[str, AsText]] = {}
    """Headers by name."""
    answers: StrictInt = Field(default=200, ge=100, le=599)
    """The HTTP status it must have."""
    gives: Gives | None = None
    """What must be in the answer."""
    keep: Keep = {}
    """What of the answer is kept for later steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A call that a scenario made of the application: when, and which numbers it names."""

    at: datetime
    numbers: frozenset[str]


def numbers_in(step: HttpStep) -> frozenset[str]:
    """The phone numbers that a call names, however they are written, in E.164."""
    found = (e164(text) for part in (step.call, step.body) for text in _written(part))
    return frozenset(number for number in found if number is not None)


def _written(part: object) -> Iterator[str]:
    """Whatever may be a number in a part of a call."""
    if isinstance(part, str):
        yield from _NUMBER.findall(unquote_plus(part))
    elif isinstance(part, dict):
        for value in part.values():
            yield from _written(value)
    elif isinstance(part, list):
        for value in part:
            yield from _written(value)
    elif isinstance(part, int):
        yield str(part)


async def call(step: HttpStep, application: Application) -> dict[str, object]:
    """Call the application, and hold its answer against what it must be; what is kept of it.

    Raises UnexpectedAnswer, and ApplicationError where there is no answer.
    """
    method, path = step.call.split()
    answer = await application.call(method, path, step.body, step.headers)
    if answer.status != step.answers:
        told = f"{step.call} answered {answer.status}, not {step.answers}"
        raise UnexpectedAnswer(f"{told}: {shown(answer.text)}")
    return look(step.call, answer.text, step.gives, step.keep)


def misplaced(spec: ScenarioSpec, *, has_application: bool) -> Iterator[tuple[Path, str]]:
    """What a scenario says of the campaign system beside an application, or of one it has not."""
    if not has_application:
        for index, item in enumerate(spec.steps):
            if getattr(item, "http", None) is not None:
                yield ("steps", index, "http"), "there is no application to call; add sut"
        return
    instead = "takes the place of the campaign system"
    for member in ("campaigns", "choices"):
        if member in spec.model_fields_set:
            yield (member,), f"the application of sut {instead}; leave it out"
    for index, item in enumerate(spec.steps):
        for member in CAMPAIGN_STEPS:
            if getattr(item, member) is not None:
                mend = "drive it by http"
                yield ("steps", index, member), f"the application of sut {instead}; {mend}"
        for path, check in item.checks.items():
            where = ("steps", index, *path)
            for member in CAMPAIGN_CHECKS:
                if getattr(check, member) is not None:
                    mend = "look at what Vibes and the phones have, or ask it by http with gives"
                    yield (*where, member), f"the application of sut {instead}; {mend}"
            if check.member is not None and check.member.says == "campaigns":
                mend = "leave out says, or write vibes"
                yield (*where, "member", "says"), f"the application of sut {instead}; {mend}"
            for part, told in check.of_messages.items():
                for member in ("list", "campaign"):
                    if getattr(told, member) is not None:
                        mend = "say which messages by to, text or purpose"
                        yield (*where, *part, member), f"the application of sut {instead}; {mend}"
