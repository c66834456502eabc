"""What a scenario may say of a campaign: its triggers, its smart list, its flow, its schedule."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictInt, model_validator

from harness.campaigns.calendar import read_duration, read_weekday
from harness.campaigns.logic import BadLogic, parse
from harness.scenario.checks import Name, exactly_one
from simulator.documents import Spec
from simulator.specs.values import Id, as_text


def _one_to_list(value: object) -> object:
    return [value] if isinstance(value, dict) else value


def _wait_text(value: str) -> str:
    read_duration(value)
    return value


def _local_text(value: object) -> object:
    """A local time as YAML or a person writes it, as text."""
    if isinstance(value, datetime | date):
        value = value.isoformat()
    if isinstance(value, str):
        datetime.fromisoformat(value)
    return value


def _time_text(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        value = f"{value // 60:02}:{value % 60:02}"  # YAML 1.1 reads 09:30 as sixties
    if isinstance(value, str):
        time.fromisoformat(value)
    return value


def _zone_text(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f'"{value}" is no time zone; write "America/Chicago"') from error
    return value


WaitText = Annotated[str, AfterValidator(_wait_text)]
LocalText = Annotated[str, BeforeValidator(_local_text)]
TimeText = Annotated[str, BeforeValidator(_time_text)]
ZoneText = Annotated[str, AfterValidator(_zone_text)]


class FieldSpec(Spec):
    """A filter on a field."""

    name: str
    is_: str | None = Field(default=None, alias="is")
    is_not: str | None = None
    contains: str | None = None
    starts_with: str | None = None
    empty: StrictBool | None = None

    @model_validator(mode="after")
    def _one(self) -> FieldSpec:
        given = [self.is_, self.is_not, self.contains, self.starts_with, self.empty]
        if sum(value is not None for value in given) != 1:
            raise ValueError("write one of is, is_not, contains, starts_with, empty")
        return self


class DidSpec(Spec):
    """Which activity counts; absent members do not narrow."""

    campaign: Name | None = None
    list: Id | None = None
    within: WaitText | None = None
    """How long ago at most: `7 days`."""


class FilterSpec(Spec):
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

    @model_validator(mode="after")
    def _one(self) -> FilterSpec:
        return exactly_one(self)


class ChangesSpec(Spec):
    """Which change of data triggers."""

    field: str
    to: str | None = None


class SmsSpec(Spec):
    """Which event of a message triggers."""

    is_: Literal["sent", "delivered", "bounced", "clicked"] = Field(alias="is")
    campaign: Name | None = None
    """Only of messages that campaign sent."""


class TriggerSpec(Spec):
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

    @model_validator(mode="after")
    def _one(self) -> TriggerSpec:
        return exactly_one(self)


class SendSpec(Spec):
    """Send SMS Message; without a message or a list the campaign is invalid."""

    message: str | None = None
    list: Id | None = None
    links: Literal["tracked", "without_token", "as_is"] = "tracked"
    """What becomes of links: rewritten and with mkt_tok, rewritten, or as they are (R21)."""


class SubscribeSpec(Spec):
    """Subscribe to Vibes List; needs both."""

    list: Id | None = None
    campaign: Id | None = None


class UnsubscribeSpec(Spec):
    """Unsubscribe from Vibes List."""

    list: Id | None = None


class WaitSpec(Spec):
    """Wait for a duration, until a local date and time, or until the date in a field."""

    for_: WaitText | None = Field(default=None, alias="for")
    """In words: `4 hours`, `2 days`."""
    until: LocalText | None = None
    field: str | None = None
    weekday: Annotated[str, AfterValidator(read_weekday)] | None = None
    """After the duration, on to the next such day."""
    at: TimeText | None = None
    """At that time of day."""

    @model_validator(mode="after")
    def _one(self) -> WaitSpec:
        if sum(value is not None for value in (self.for_, self.until, self.field)) != 1:
            raise ValueError("write one of for, until, field")
        if self.weekday is not None and self.for_ is None:
            raise ValueError("weekday goes with for")
        return self


def _wait_words(value: object) -> object:
    return {"for": value} if isinstance(value, str) else value


class ValueSpec(Spec):
    """A field and the value it gets."""

    field: str
    value: str


class ChoiceSpec(Spec):
    """One choice: the step for people whom the filter holds for; none does nothing."""

    if_: FilterSpec = Field(alias="if")
    do: FlowStepSpec | None = None


class ChooseSpec(Spec):
    """Choices of a step, tested from the top: the first that holds, else the default."""

    choices: tuple[ChoiceSpec, ...] = Field(min_length=1)
    default: FlowStepSpec | None = None


class FlowStepSpec(Spec):
    """One flow step: exactly one member (R1: three of them are about SMS)."""

    send: SendSpec | None = None
    subscribe: SubscribeSpec | None = None
    unsubscribe: UnsubscribeSpec | None = None
    wait: Annotated[WaitSpec, BeforeValidator(_wait_words)] | None = None
    request: Name | None = None
    """Request Campaign."""
    change: ValueSpec | None = None
    """Change Data Value."""
    choose: ChooseSpec | None = None

    @model_validator(mode="after")
    def _one(self) -> FlowStepSpec:
        return exactly_one(self)


class ScheduleSpec(Spec):
    """When a batch campaign runs, in the campaign's zone: once, or every day, week or month."""

    at: LocalText
    every: Literal["day", "week", "month"] | None = None
    weekdays_only: StrictBool = False
    until: Annotated[str, BeforeValidator(_local_text)] | None = None
    """The last day it may run."""


class OnceSpec(Spec):
    """Once in so long: `1 day`, `2 weeks`; days are 24 hours, a month is 30 days."""

    once_per: WaitText


class CampaignSpec(Spec):
    """A smart campaign. With a trigger it is a trigger campaign, else a batch campaign."""

    trigger: Annotated[tuple[TriggerSpec, ...], BeforeValidator(_one_to_list)] = ()
    who: tuple[FilterSpec, ...] = ()
    """The smart list's filters; none is everyone."""
    match: Annotated[str, BeforeValidator(as_text)] = "all"
    """`all`, `any`, or an expression by number: `1 and (2 or 3)`."""
    flow: tuple[FlowStepSpec, ...] = ()
    qualification: Literal["once", "every_time"] | OnceSpec = "once"
    """Whether a person may run through it again."""
    person_limit: StrictInt | None = Field(default=None, ge=1)
    schedule: ScheduleSpec | None = None
    zone: ZoneText = "America/Chicago"
    """The time zone of its schedule and its waits."""
    active: StrictBool = True
    """Whether its triggers fire."""

    @model_validator(mode="after")
    def _logic(self) -> CampaignSpec:
        if self.match not in ("all", "any"):
            try:
                parse(self.match, len(self.who))
            except BadLogic as error:
                raise ValueError(f"match: {error}") from error
        return self
