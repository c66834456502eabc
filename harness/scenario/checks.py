"""The checks of the scenario language: what an `expect` may say."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import Field, StrictBool, StrictInt, model_validator

from simulator.documents import Spec
from simulator.specs.values import Id

Name = Annotated[str, Field(min_length=1, max_length=80)]

T = TypeVar("T", bound=Spec)


def exactly_one(spec: T) -> T:
    """The spec, if exactly one of its members is there. Raises ValueError with their names."""
    names = list(type(spec).model_fields)
    if sum(getattr(spec, name) is not None for name in names) != 1:
        raise ValueError(f"write exactly one of {', '.join(names)}")
    return spec


Purpose = Literal[
    "connect",
    "broadcast",
    "event",
    "confirmation",
    "welcome",
    "already_subscribed",
    "stop_reply",
    "help_reply",
    "start_reply",
    "unmatched_reply",
]
State = Literal[
    "accepted",
    "routed",
    "sent",
    "delivered",
    "blocked",
    "refused",
    "undeliverable",
    "expired",
    "deleted",
    "received",
]
CallbackType = Literal[
    "ack_participant_added",
    "ack_participant_changed",
    "company_participant_added",
    "company_participant_changed",
    "person_added",
    "person_updated",
    "subscription_added",
    "subscription_removed",
    "subscription_list_added",
    "subscription_list_updated",
    "unmatched_message_received",
    "event_processed",
    "mt_receipt",
    "mo",
]


class InboxCheck(Spec):
    """The texts that reached a phone, all of them in order; `*` stands for anything."""

    person: Name
    is_: tuple[str, ...] = Field(alias="is")


class MessagesCheck(Spec):
    """How many messages there are; absent members do not narrow."""

    count: StrictInt = Field(ge=0)
    to: Name | None = None
    text: str | None = None
    """`*` stands for anything."""
    purpose: Purpose | None = None
    """connect, confirmation, welcome, stop_reply, help_reply, unmatched_reply, ..."""
    state: State | None = None
    """accepted, delivered, undeliverable, ..."""
    direction: Literal["mt", "mo"] = "mt"
    segments: StrictInt | None = None


class MemberCheck(Spec):
    """Whether a person is on a list, for Vibes and for the campaign system alike."""

    person: Name
    list: Id
    is_: StrictBool = Field(default=True, alias="is")


class EverCheck(Spec):
    """Whether a person is or was on a list (Subscribed to Vibes List)."""

    person: Name
    list: Id
    is_: StrictBool = Field(default=True, alias="is")


class PendingCheck(Spec):
    """Whether a person's opt-in is pending at Vibes."""

    person: Name
    campaign: Id
    is_: StrictBool = Field(default=True, alias="is")


class ActivityCheck(Spec):
    """How many activities there are; absent members do not narrow."""

    kind: str
    count: StrictInt = Field(default=1, ge=0)
    person: Name | None = None
    reason: str | None = None
    campaign: Name | None = None


class CallbacksCheck(Spec):
    """How many callbacks of a type were delivered."""

    type: CallbackType
    count: StrictInt = Field(ge=0)


class RunCheck(Spec):
    """What became of the last run of a campaign."""

    campaign: Name
    is_: Literal["ran", "invalid", "over_limit", "never"] = Field(alias="is")
    people: StrictInt | None = None
    """How many people it ran for."""
    because: str | None = None
    """Part of a reason why it did not run."""


class Check(Spec):
    """One expectation: exactly one member."""

    inbox: InboxCheck | None = None
    messages: MessagesCheck | None = None
    member: MemberCheck | None = None
    ever_member: EverCheck | None = None
    pending: PendingCheck | None = None
    activity: ActivityCheck | None = None
    callbacks: CallbacksCheck | None = None
    run: RunCheck | None = None

    @model_validator(mode="after")
    def _one(self) -> Check:
        return exactly_one(self)
