"""What a scenario may say of a campaign: its triggers, its smart list, its flow."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictBool, StrictInt, model_validator

from harness.scenario.checks import Name, exactly_one
from simulator.documents import Spec
from simulator.specs.values import Id


def _one_to_list(value: object) -> object:
    return [value] if isinstance(value, dict) else value


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


class FilterSpec(Spec):
    """One filter of a smart list: exactly one member."""

    field: FieldSpec | None = None
    member_of: Id | None = None
    """Member of Vibes List: on it now."""
    subscribed_to: Id | None = None
    """Subscribed to Vibes List: on it now or ever."""

    @model_validator(mode="after")
    def _one(self) -> FilterSpec:
        return exactly_one(self)


class TriggerSpec(Spec):
    """One trigger: exactly one member."""

    form: Name | None = None
    """Fills Out Form."""
    requested: Literal[True] | None = None
    """Campaign is Requested."""
    subscribes: Id | None = None
    """Subscribes to Vibes List: a confirmed opt-in to that list."""

    @model_validator(mode="after")
    def _one(self) -> TriggerSpec:
        return exactly_one(self)


class SendSpec(Spec):
    """Send SMS Message; without a message or a list the campaign is invalid."""

    message: str | None = None
    list: Id | None = None


class SubscribeSpec(Spec):
    """Subscribe to Vibes List; needs both."""

    list: Id | None = None
    campaign: Id | None = None


class UnsubscribeSpec(Spec):
    """Unsubscribe from Vibes List."""

    list: Id | None = None


class FlowStepSpec(Spec):
    """One flow step: exactly one member (R1: there are three)."""

    send: SendSpec | None = None
    subscribe: SubscribeSpec | None = None
    unsubscribe: UnsubscribeSpec | None = None

    @model_validator(mode="after")
    def _one(self) -> FlowStepSpec:
        return exactly_one(self)


class CampaignSpec(Spec):
    """A smart campaign. With a trigger it is a trigger campaign, else a batch campaign."""

    trigger: Annotated[tuple[TriggerSpec, ...], BeforeValidator(_one_to_list)] = ()
    who: tuple[FilterSpec, ...] = ()
    """The smart list's filters; none is everyone."""
    match: Literal["all", "any"] = "all"
    flow: tuple[FlowStepSpec, ...] = ()
    qualification: Literal["once", "every_time"] = "once"
    """Whether a person may run through it again."""
    person_limit: StrictInt | None = Field(default=None, ge=1)
