"""The steps of the scenario language: what is done, one after the other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictInt, model_validator

from harness.own_simulator import Ending
from harness.scenario.answers import Gives, Keep
from harness.scenario.application import HttpStep
from harness.scenario.campaigns import CampaignSpec
from harness.scenario.checks import Check
from harness.scenario.faults import FaultStep
from harness.scenario.parts import Path
from harness.scenario.people import PersonSpec
from harness.scenario.values import CarrierCode, MomentText, Name
from simulator.documents import Form, OneSpec, Spec
from simulator.specs.values import AsText, DurationText, Id


def _answer(value: object) -> object:
    if value != "lost" and (isinstance(value, bool) or not isinstance(value, int)):
        raise ValueError("write an HTTP status, or lost")
    return value


Answer = Annotated[int | Literal["lost"], BeforeValidator(_answer)]
"""An HTTP status, or `lost` where the connection must end before there is one."""


def _number(value: object) -> object:
    """`0x0000000B` as 11."""
    if isinstance(value, str):
        if not _HEX.fullmatch(value):
            raise ValueError("write a number, as 1031, or in hex, as 0x0000000B")
        return int(value, 16)
    return value


_HEX = re.compile(r"0x[0-9A-Fa-f]{1,8}")
ErrorNumber = Annotated[
    StrictInt,
    BeforeValidator(
        _number,
        json_schema_input_type=int | Annotated[str, Form(_HEX.pattern, ("0x0000000B",))],
    ),
]
"""A row of Connect's error table, or a command status of SMPP."""


class FormStep(Spec):
    """A person fills out a form."""

    person: Name
    """Who fills it out."""
    form: Name
    """Its name, as triggers have it."""


class RequestStep(Spec):
    """A trigger campaign is requested for a person."""

    campaign: Name
    """One with the trigger `requested`."""
    person: Name
    """For whom."""


class ReplyStep(Spec):
    """A subscriber texts a code, from a named person's phone or from a number."""

    person: Name | None = None
    """Who texts."""
    phone: str | None = None
    """The number that texts, in place of a person."""
    text: str
    """What is texted."""
    to: Id | None = None
    """The code; the account's first if absent."""

    @model_validator(mode="after")
    def _one(self) -> ReplyStep:
        if (self.person is None) == (self.phone is None):
            raise ValueError("write either person or phone")
        return self


class ChangeStep(Spec):
    """A person's data change."""

    person: Name
    """Who changes."""
    blocklisted: StrictBool | None = None
    """Whether they are on the block list from now on."""
    marketing_suspended: StrictBool | None = None
    """Whether marketing to them is suspended from now on."""
    email_unsubscribed: StrictBool | None = None
    """Whether they left the mail."""
    fields: dict[str, str] = {}
    """Fields by name with their new values; `phone` is one too."""


class EditStep(CampaignSpec):
    """A campaign is edited: what is written replaces what it was, the rest stays."""

    campaign: Name
    """Which campaign."""


class CreateStep(PersonSpec):
    """A person comes into the database (Person is Created)."""

    person: Name
    """The name steps know them by."""


class ClickStep(Spec):
    """A subscriber opens a link of the last text that reached them."""

    person: Name
    """Whose phone."""
    link: StrictInt = Field(default=1, ge=1)
    """Which of its links."""
    leads_to: str | None = None
    """Where it must lead; `*` stands for anything."""


class VibesStep(Spec):
    """A call of the Platform API, made directly."""

    call: Annotated[
        str, Form(r"^(GET|POST|PUT|DELETE) \S+$", ("POST mobiledb/broadcasts",), "call")
    ]
    """Method and path below the company: `POST mobiledb/broadcasts`."""
    body: dict[str, object] | None = None
    """JSON."""
    answers: Answer = 200
    """The HTTP status it must have; `lost` where the connection must end before the answer."""
    gives: Gives | None = None
    """What must be in the answer."""
    keep: Keep = {}
    """What of the answer is kept for later steps."""

    @model_validator(mode="after")
    def _answered(self) -> VibesStep:
        if self.answers == "lost" and (self.gives is not None or self.keep):
            raise ValueError("an answer that is lost gives nothing; leave out gives and keep")
        return self


class SubmitStep(Spec):
    """One message, submitted directly through Connect: its HTTP API, or its SMPP gateway."""

    by: Literal["http", "smpp"] = "http"
    """Which way it goes."""
    to: Name | None = None
    """A person."""
    phone: str | None = None
    """A number, in place of a person."""
    text: str
    """What is sent."""
    code: Id | None = None
    """The source code; the account's first if absent."""
    carrier: CarrierCode | None = None
    """The carrier it is submitted for; Vibes looks it up if absent."""
    split: StrictBool = False
    """Whether a long text is split; by SMPP every one is."""
    alternate: StrictBool = False
    """Whether it is sent again from the code's alternate if it fails."""
    receipts: Literal["NONE", "ERROR", "ALL", "SMSC_ERROR", "SMSC_ALL"] = "NONE"
    """Which receipts go to the campaign system; by SMPP NONE, ERROR or ALL, to the bind."""
    company: Id | None = None
    """The companyId."""
    answers: Answer | None = None
    """The HTTP status it must have, 200 if no error is told; `lost` as for a direct call."""
    error: ErrorNumber | None = None
    """The row of Connect's error table it must have; by SMPP the command status."""
    keep: Keep = {}
    """What of the answer is kept for later steps: `{id: message_id}`."""

    @model_validator(mode="after")
    def _one(self) -> SubmitStep:
        if (self.to is None) == (self.phone is None):
            raise ValueError("write either to or phone")
        if self.answers == "lost" and (self.error is not None or self.keep):
            raise ValueError("an answer that is lost has nothing; leave out error and keep")
        return self


class OperatorStep(Spec):
    """What an operator does by hand, as a control call on the account."""

    call: Annotated[str, Form(r"^(GET|POST|PUT|DELETE) /\S+$", ("POST /opt-outs",), "control call")]
    """Method and path below the account: `POST /opt-outs`."""
    body: dict[str, object] = {}
    """JSON."""
    gives: Gives | None = None
    """What must be in the answer."""
    keep: Keep = {}
    """What of the answer is kept for later steps."""


class PhoneStep(Spec):
    """A phone changes: switched off or on, dropped by its carrier, or given a persona."""

    person: Name
    """Whose phone."""
    reachable: StrictBool | None = None
    """Whether it is switched on."""
    connected: StrictBool | None = None
    """False: its carrier dropped the number."""
    replies: str | None = None
    """What it texts back to every confirmation prompt."""
    replies_to_all: str | None = None
    """What it texts back to every message."""
    after: DurationText = "5s"
    """How long that takes."""
    persona: Name | None = None
    """A shipped persona, or one of the account's; in place of `replies` and `replies_to_all`."""
    carrier: CarrierCode | None = None
    """The carrier the number is ported to."""

    @model_validator(mode="after")
    def _one_persona(self) -> PhoneStep:
        replies = self.replies is not None or self.replies_to_all is not None
        if self.persona is not None and (replies or "after" in self.model_fields_set):
            raise ValueError("write either persona, or replies, replies_to_all and after")
        return self


class EndpointStep(Spec):
    """How the campaign system's endpoint answers what it is told, callbacks and receipts alike."""

    answers: StrictInt = Field(ge=200, le=599)
    """The HTTP status; 204 is what it answers when all is well."""
    times: StrictInt | None = Field(default=None, ge=1)
    """How often; until another such step if absent."""
    only: Literal["callbacks", "receipts"] | None = None
    """Which of the two is answered so; both if absent."""
    heeded: StrictBool = False
    """Whether it takes in what it is told all the same; with a 2XX it always does."""


def _waited_for(value: tuple[Check, ...]) -> tuple[Check, ...]:
    if not value:
        raise ValueError("write the checks to wait for")
    return value


class UntilStep(Spec):
    """Time moves from one due instant to the next until every check holds, and stands there."""

    within: DurationText
    """How long at most, in the account's time."""
    expect: Annotated[tuple[Check, ...], AfterValidator(_waited_for)]
    """The checks that must all hold."""

    @property
    def checks(self) -> dict[Path, Check]:
        """Its checks, by where they stand in a step."""
        return {("until", "expect", index): check for index, check in enumerate(self.expect)}


class StepSpec(OneSpec):
    """One step of a scenario: exactly one member."""

    meant: ClassVar[Mapping[str, str]] = {
        "wait": 'did you mean "advance"?',
        "sleep": 'did you mean "advance"?',
        "text": 'did you mean "reply"?',
        "send": 'did you mean "submit", or "run" of a campaign that sends?',
        "check": 'did you mean "expect"?',
        "assert": 'did you mean "expect"?',
    }

    run: Name | None = None
    """Run a batch campaign."""
    fill_form: FormStep | None = None
    request: RequestStep | None = None
    reply: ReplyStep | None = None
    advance: DurationText | None = None
    """Move the account's clock; all that is due happens."""
    to: MomentText | None = None
    """Move the clock to an instant, or to so long after the scenario began."""
    until: UntilStep | None = None
    change: ChangeStep | None = None
    create: CreateStep | None = None
    edit: EditStep | None = None
    """Edit a campaign; who waits in it keeps the flow as it was."""
    click: ClickStep | None = None
    phone: PhoneStep | None = None
    http: HttpStep | None = None
    vibes: VibesStep | None = None
    submit: SubmitStep | None = None
    operator: OperatorStep | None = None
    fault: FaultStep | None = None
    heal: Id | None = None
    """End a fault rule by its id, or `all` of them."""
    endpoint: EndpointStep | None = None
    delete: Name | None = None
    """Delete a person from the campaign system."""
    restart: Ending | None = None
    """End the simulator, cleanly or by SIGKILL, and start it again as it was."""
    explain: Annotated[Name, AsText] | None = None
    """Tell in words what happened to a person, or on a phone."""
    expect: tuple[Check, ...] | None = None
    """Look: all these checks must hold."""

    @property
    def checks(self) -> dict[Path, Check]:
        """Its checks, of `expect` or of `until`, by where they stand in it."""
        if self.until is not None:
            return self.until.checks
        return {("expect", index): check for index, check in enumerate(self.expect or ())}
