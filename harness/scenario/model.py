"""The scenario language: what a scenario file may say.

The models are the language: their docstrings are its reference, and `reading` finds every fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictBool,
    StrictInt,
    WithJsonSchema,
    model_validator,
)

from harness.campaigns.flow import Choices
from harness.own_simulator import Ending
from harness.scenario.application import ApplicationSpec, HttpStep
from harness.scenario.campaigns import CampaignSpec, one_to_list
from harness.scenario.checks import Check
from harness.scenario.faults import FaultStep
from harness.scenario.invariants import InvariantsSpec
from harness.scenario.rules import RULES
from harness.scenario.source import Path
from harness.scenario.values import CarrierCode, MomentText, Name, Share, one_of
from simulator.documents import Form, OneSpec, Spec
from simulator.spec import AccountSpec
from simulator.specs.values import AsText, DurationText, Id


def _answer(value: object) -> object:
    if value != "lost" and (isinstance(value, bool) or not isinstance(value, int)):
        raise ValueError("write an HTTP status, or lost")
    return value


Answer = Annotated[int | Literal["lost"], BeforeValidator(_answer)]
"""An HTTP status, or `lost` where the connection must end before there is one."""


CaseName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,30}$")]
Parameter = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,39}$")]


class PersonSpec(Spec):
    """A person of the campaign system, by a name the scenario uses."""

    phone: str | None = None
    """As a person would type it; several may have the same."""
    fields: dict[str, str] = {}
    """Fields for filters and for `{{lead.Field}}` in messages."""
    blocklisted: StrictBool = False
    """Whether they are on the block list."""
    marketing_suspended: StrictBool = False
    """Whether marketing to them is suspended."""
    email_unsubscribed: StrictBool = False
    """Whether they left the mail; texts come all the same."""


class PopulationSpec(Spec):
    """People made up with Faker, beside the named ones."""

    size: StrictInt = Field(ge=1, le=1_000_000)
    """How many."""
    seed: StrictInt = 1
    """Of what they are made; the same seed makes the same people."""
    shared_phone: Share = "0%"
    """The share whose number is another person's as well."""
    blocklisted: Share = "0%"
    """The share that is on the block list."""
    suspended: Share = "0%"
    """The share whose marketing is suspended."""
    subscribed: Share = "0%"
    """The share whose number is on `list` when the scenario begins."""
    list: Id = "1001"
    """The list of `subscribed`."""


class ChoicesSpec(Spec):
    """How the campaign system decides where Marketo's pages are silent (docs/fidelity.md)."""

    duplicate_winner: Literal["first", "lowest_id", "vibes_person"] = "first"
    """A1: who of the people sharing a number gets the message."""
    dedupe_window: Literal["step", "run", "message"] = "step"
    """A3: within a step, a run, or for ever per message and list."""
    phone_equality: Literal["normalised", "raw"] = "normalised"
    """A5: when two phones are the same."""
    blocks_stop_subscribe: StrictBool = False
    """A11: whether blocklisted and suspended people are not asked to join either."""
    receipts: Literal["NONE", "ERROR", "ALL", "SMSC_ERROR", "SMSC_ALL"] = "ALL"
    """Which receipts are asked for."""
    service: StrictBool = True
    """False: the Vibes service is not configured (R24)."""

    def choices(self) -> Choices:
        """The campaign system's own form."""
        return Choices(**self.model_dump(exclude={"service"}))


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


class SubmitStep(Spec):
    """One message, submitted directly through Connect's HTTP API."""

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
    """Whether a long text is split."""
    alternate: StrictBool = False
    """Whether it is sent again from the code's alternate if it fails."""
    receipts: Literal["NONE", "ERROR", "ALL", "SMSC_ERROR", "SMSC_ALL"] = "NONE"
    """Which receipts go to the campaign system."""
    company: Id | None = None
    """The companyId."""
    answers: Answer | None = None
    """The HTTP status it must have, 200 if no error is told; `lost` as for a direct call."""
    error: StrictInt | None = None
    """The row of Connect's error table it must have."""

    @model_validator(mode="after")
    def _one(self) -> SubmitStep:
        if (self.to is None) == (self.phone is None):
            raise ValueError("write either to or phone")
        return self


class OperatorStep(Spec):
    """What an operator does by hand, as a control call on the account."""

    call: Annotated[str, Form(r"^(POST|PUT|DELETE) /\S+$", ("POST /opt-outs",), "control call")]
    """Method and path below the account: `POST /opt-outs`."""
    body: dict[str, object] = {}
    """JSON."""


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
        where: Path = ("expect",) if self.until is None else ("until", "expect")
        found = self.expect if self.until is None else self.until.expect
        return {(*where, index): check for index, check in enumerate(found or ())}


class PartialSpec(Spec):
    """What a scenario file may share with others: the members of a file that is included."""

    include: Annotated[
        tuple[str, ...],
        BeforeValidator(one_to_list, json_schema_input_type=str | tuple[str, ...]),
    ] = ()
    """Files `*.inc.yaml`, by their paths from this one's folder; what this one says wins."""
    account: AccountSpec = AccountSpec()
    """The account it runs in; the demo's lists and campaigns if absent."""
    choices: ChoicesSpec = ChoicesSpec()
    invariants: InvariantsSpec = InvariantsSpec()
    """What must hold in every run, whatever is expected."""
    people: dict[str, PersonSpec] = {}
    """People of the campaign system, by the names that steps and checks use."""
    population: PopulationSpec | None = None
    """More people, made up."""
    subscribers: dict[Id, tuple[Name, ...]] = {}
    """Who is on which list when the scenario begins: list id to names."""
    campaigns: dict[str, CampaignSpec] = {}
    """Smart campaigns by name."""


class ScenarioSpec(PartialSpec):
    """A scenario file. Whoever plays it finds no `include` and no `cases` any more: they are done."""

    name: str = Field(min_length=1)
    """What it shows, in one sentence."""
    rules: tuple[Annotated[str, WithJsonSchema(one_of(RULES))], ...] = ()
    """The rules it covers: R1 to R24, A1 to A12."""
    about: str = ""
    """More words."""
    seed: StrictInt = Field(default=0, ge=0, lt=2**63)
    """The account's; `--seed` replaces it."""
    cases: dict[CaseName, dict[Parameter, object]] = {}
    """Cases by name, each with its value for every `${parameter}`: each is a scenario."""
    sut: ApplicationSpec | None = None
    """Your own application, in place of the campaign system."""
    steps: tuple[StepSpec, ...]
    """What is done and looked at, in this order."""
