"""What a scenario may say of a campaign: its triggers, its smart list, its flow, its schedule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    StrictBool,
    StrictInt,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from harness.campaigns.calendar import (
    read_duration,
    read_length,
    read_local,
    read_time,
    read_weekday,
)
from harness.campaigns.logic import parse
from harness.scenario.values import Name
from simulator.documents import Form, OneSpec, Spec
from simulator.specs.values import DURATION, INSTANT, AsText, Id, as_text


def one_to_list(value: object) -> object:
    """A single thing that stands in place of a list, as a list."""
    return [value] if isinstance(value, dict | str) else value


def _wait_text(value: str) -> str:
    read_duration(value)
    return value


def _length_text(value: str) -> str:
    read_length(value)
    return value


def _whole_hours(value: str) -> str:
    length = read_length(value)
    if not length or length % timedelta(hours=1):
        raise ValueError(f'"{value}" is not in whole hours; write "6 hours", "1 day", "2 weeks"')
    return value


def _local_text(value: str) -> str:
    read_local(value)
    return value


def _time_text(value: str) -> str:
    read_time(value)
    return value


def _plain(value: object) -> object:
    """A bare number or truth value is taken as the text it looks like."""
    return str(value).lower() if isinstance(value, bool) else as_text(value)


def _zone_text(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f'"{value}" is no time zone; write "America/Chicago"') from error
    return value


WaitText = Annotated[
    str,
    AfterValidator(_wait_text),
    Form(r"^\s*\d+\s*([Mm]inute|[Hh]our|[Dd]ay|[Ww]eek|[Mm]onth)s?\s*$", ("4 hours", "2 days")),
]
"""A wait in words, as Marketo takes it."""
LengthText = Annotated[str, AfterValidator(_length_text), Form(DURATION, ("7 days", "48h"))]
"""A length of time that nobody waits in a flow: in words, or short."""
LocalText = Annotated[
    str, AfterValidator(_local_text), Form(INSTANT, ("2026-01-06T09:00", "2026-01-06"))
]
TimeText = Annotated[str, AfterValidator(_time_text), Form(r"^\s*T?[0-9]{2}.*$", ("09:30",))]
ValueText = Annotated[str, BeforeValidator(_plain, json_schema_input_type=str | int | bool)]
Weekday = Annotated[str, AfterValidator(read_weekday)]
ZoneText = Annotated[str, AfterValidator(_zone_text)]


class FieldSpec(Spec):
    """A filter on a field."""

    name: str
    """The field's name."""
    is_: ValueText | None = Field(default=None, alias="is")
    """The value, in any case."""
    is_not: ValueText | None = None
    """Any other value."""
    contains: ValueText | None = None
    """A part of the value."""
    starts_with: ValueText | None = None
    """How the value begins."""
    empty: StrictBool | None = None
    """True: there is none; false: there is one."""

    @model_validator(mode="after")
    def _one(self) -> FieldSpec:
        given = [self.is_, self.is_not, self.contains, self.starts_with, self.empty]
        if sum(value is not None for value in given) != 1:
            raise ValueError("write one of is, is_not, contains, starts_with, empty")
        return self


class DidSpec(Spec):
    """Which activity counts; absent members do not narrow."""

    campaign: Name | None = None
    """Of which campaign."""
    list: Id | None = None
    """Through which list."""
    within: LengthText | None = None
    """How long ago at most: `7 days`, or `48h`."""


class FilterSpec(OneSpec):
    """One filter of a smart list: exactly one member."""

    field: FieldSpec | None = None
    member_of: Id | None = None
    """Member of Vibes List: on it now."""
    subscribed_to: Id | None = None
    """Subscribed to Vibes List: on it now or ever."""
    unsubscribed_from: Id | None = None
    """Unsubscribed from Vibes List: left it, now or ever."""
    was_sent: DidSpec | None = None
    """Was Sent SMS Message."""
    was_delivered: DidSpec | None = None
    bounced: DidSpec | None = None
    clicked: DidSpec | None = None
    """Clicked Link in SMS Message."""
    not_: FilterSpec | None = Field(default=None, alias="not")
    """The opposite of a filter."""


class ChangesSpec(Spec):
    """Which change of data triggers."""

    field: str
    """The field's name."""
    to: ValueText | None = None
    """The new value; any other than before if absent."""


class SmsSpec(Spec):
    """Which event of a message triggers."""

    is_: Literal["sent", "delivered", "bounced", "clicked"] = Field(alias="is")
    """What happens to the message."""
    campaign: Name | None = None
    """Only of messages that campaign sent."""


class TriggerSpec(OneSpec):
    """One trigger: exactly one member."""

    form: Name | None = None
    """Fills Out Form."""
    requested: Literal[True] | None = None
    """Campaign is Requested."""
    created: Literal[True] | None = None
    """Person is Created."""
    changes: ChangesSpec | None = None
    """Data Value Changes."""
    subscribes: Id | None = None
    """Subscribes to Vibes List: a confirmed opt-in to that list."""
    unsubscribes: Id | None = None
    """Unsubscribes from Vibes List."""
    sms: SmsSpec | None = None
    """SMS Message is Sent, is Delivered, Bounces; Clicks Link in SMS Message."""


class SendSpec(Spec):
    """Send SMS Message; without a message or a list the campaign is invalid."""

    meant: ClassVar[Mapping[str, str]] = {"text": 'did you mean "message"?'}

    message: str | None = None
    """The text; `{{lead.Field}}` stands for the person's."""
    list: Id | None = None
    """The list whose members get it."""
    links: Literal["tracked", "without_token", "as_is"] = "tracked"
    """What becomes of links: rewritten and with mkt_tok, rewritten, or as they are (R21)."""


class SubscribeSpec(Spec):
    """Subscribe to Vibes List; needs both."""

    list: Id | None = None
    """The list to join."""
    campaign: Id | None = None
    """The acquisition campaign that leads to it."""


class UnsubscribeSpec(Spec):
    """Unsubscribe from Vibes List."""

    list: Id | None = None
    """The list to leave."""


class WaitSpec(Spec):
    """Wait for a duration, until a local date and time, or until the date in a field."""

    for_: WaitText | None = Field(default=None, alias="for")
    """In words: `4 hours`, `2 days`."""
    until: LocalText | None = None
    """A local date, or date and time."""
    field: str | None = None
    """A field that holds a date; who has none there goes on at once."""
    anniversary: StrictBool = False
    """Until the next anniversary of that date."""
    days: StrictInt = Field(default=0, ge=-366, le=366)
    """So many days after that date, or before it."""
    weekday: Annotated[
        tuple[Weekday, ...],
        BeforeValidator(one_to_list, json_schema_input_type=Weekday | tuple[Weekday, ...]),
    ] = ()
    """After the duration, on to the next such day; a list is any of them."""
    at: TimeText | None = None
    """At that time of day."""

    @model_validator(mode="after")
    def _one(self) -> WaitSpec:
        if sum(value is not None for value in (self.for_, self.until, self.field)) != 1:
            raise ValueError("write one of for, until, field")
        if self.weekday and self.for_ is None:
            raise ValueError("weekday goes with for")
        if (self.anniversary or self.days) and self.field is None:
            raise ValueError("anniversary and days go with field")
        return self


def _wait_words(value: object) -> object:
    return {"for": value} if isinstance(value, str) else value


class ValueSpec(Spec):
    """A field and the value it gets."""

    field: str
    """The field's name."""
    value: ValueText
    """Its new value."""


class ChoiceSpec(Spec):
    """One choice: the step for people whom the filter holds for; none does nothing."""

    if_: FilterSpec = Field(alias="if")
    """Whom it is for."""
    do: FlowStepSpec | None = None
    """The step; nothing if absent."""


class ChooseSpec(Spec):
    """Choices of a step, tested from the top: the first that holds, else the default."""

    choices: tuple[ChoiceSpec, ...] = Field(min_length=1)
    """Tested from the top."""
    default: FlowStepSpec | None = None
    """The step for everyone else; nothing if absent."""


class FlowStepSpec(OneSpec):
    """One flow step: exactly one member (R1: three of them are about SMS)."""

    send: SendSpec | None = None
    subscribe: SubscribeSpec | None = None
    unsubscribe: UnsubscribeSpec | None = None
    wait: (
        Annotated[
            WaitSpec, BeforeValidator(_wait_words, json_schema_input_type=WaitSpec | WaitText)
        ]
        | None
    ) = None
    """Wait: a duration in words, or a date."""
    request: Name | None = None
    """Request Campaign."""
    change: ValueSpec | None = None
    """Change Data Value."""
    choose: ChooseSpec | None = None


class ScheduleSpec(Spec):
    """When a batch campaign runs, in the campaign's zone: once, or every day, week or month."""

    at: LocalText
    """The first run, as a local time."""
    every: Literal["day", "week", "month"] | None = None
    """How often from then on; once if absent."""
    weekdays_only: StrictBool = False
    """With `every: day`: not on Saturday and Sunday."""
    until: LocalText | None = None
    """The last day it may run."""

    @model_validator(mode="after")
    def _fits(self) -> ScheduleSpec:
        if self.weekdays_only and self.every != "day":
            raise ValueError("weekdays_only goes with every: day")
        if self.until is not None and self.every is None:
            raise ValueError("until goes with every")
        if self.until is not None and read_local(self.until).date() < read_local(self.at).date():
            raise ValueError(f"it would never run: until {self.until} is before {self.at}")
        return self


class OnceSpec(Spec):
    """Once in so long: `6 hours`, `1 day`, `48h`; days are 24 hours, a month is 30 days."""

    once_per: Annotated[str, AfterValidator(_whole_hours), Form(DURATION, ("1 day", "6h"))]
    """In whole hours."""


def _kind_of_rule(value: object) -> str:
    return "interval" if isinstance(value, dict | OnceSpec) else "word"


RuleSpec = Annotated[
    Annotated[Literal["once", "every_time"], Tag("word")] | Annotated[OnceSpec, Tag("interval")],
    Discriminator(_kind_of_rule),
]


class CampaignSpec(Spec):
    """A smart campaign. With a trigger it is a trigger campaign, else a batch campaign."""

    trigger: Annotated[
        tuple[TriggerSpec, ...],
        BeforeValidator(one_to_list, json_schema_input_type=TriggerSpec | tuple[TriggerSpec, ...]),
    ] = ()
    """What starts it for a person; a list is any of them."""
    who: tuple[FilterSpec, ...] = ()
    """The smart list's filters; none is everyone."""
    match: Annotated[str, AsText] = "all"
    """`all`, `any`, or an expression by number: `1 and (2 or 3)`."""
    flow: tuple[FlowStepSpec, ...] = ()
    """What it does with each person, in this order."""
    qualification: RuleSpec = "once"
    """Whether a person may run through it again."""
    person_limit: StrictInt | None = Field(default=None, ge=1)
    """With more people the run does not happen at all."""
    schedule: ScheduleSpec | None = None
    """When it runs by itself."""
    zone: ZoneText = "America/Chicago"
    """The time zone of its schedule and its waits."""
    active: StrictBool = True
    """Whether its triggers fire."""

    @field_validator("match")
    @classmethod
    def _logic(cls, value: str, told: ValidationInfo) -> str:
        if value not in ("all", "any") and "who" in told.data:
            parse(value, len(told.data["who"]))
        return value


ChoiceSpec.model_rebuild()
ChooseSpec.model_rebuild()
FlowStepSpec.model_rebuild()
