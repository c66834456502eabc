"""The checks of the scenario language: what an `expect` may say."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictInt, model_validator

from simulator.documents import Spec
from simulator.specs.values import Id, InstantText, as_text

Name = Annotated[str, Field(min_length=1, max_length=80)]
CarrierCode = Annotated[str, BeforeValidator(as_text), Field(pattern=r"^\d{3}$")]


def _span(value: object) -> object:
    """`2` as `(2, 2)`, `[2, 5]` as it is. Raises ValueError."""
    ends = value if isinstance(value, list | tuple) else (value, value)
    whole = all(isinstance(end, int) and not isinstance(end, bool) for end in ends)
    if not whole or len(ends) != 2 or not 0 <= ends[0] <= ends[1]:
        raise ValueError("write how many, as 2, or between which two, as [2, 5]")
    return tuple(ends)


Count = Annotated[
    tuple[int, int], BeforeValidator(_span, json_schema_input_type=int | tuple[int, int])
]
"""How many: a number, or the least and the most, where chance has a say."""

T = TypeVar("T", bound=Spec)


def exactly_one(spec: T) -> T:
    """The spec, if exactly one of its members is there. Raises ValueError with their names."""
    fields = type(spec).model_fields
    if sum(getattr(spec, name) is not None for name in fields) != 1:
        names = (field.alias or name for name, field in fields.items())
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
    parts: StrictBool = False
    """Each part of a long text by itself, as a carrier hands it over."""


class MessagesCheck(Spec):
    """How many messages there are; absent members do not narrow."""

    count: Count
    """A number, or [least, most]; so in every check."""
    to: Name | None = None
    text: str | None = None
    """`*` stands for anything."""
    purpose: Purpose | None = None
    """connect, confirmation, welcome, stop_reply, help_reply, unmatched_reply, ..."""
    state: State | None = None
    """accepted, delivered, undeliverable, ..."""
    direction: Literal["mt", "mo"] = "mt"
    segments: StrictInt | None = None
    code: Id | None = None
    """The source code it came from, or went to."""
    error: StrictInt | None = None
    """The receipt code it failed with."""
    carrier: CarrierCode | None = None
    """The carrier it went through."""


class MemberCheck(Spec):
    """Whether a person is on a list, for Vibes and for the campaign system alike."""

    person: Name
    list: Id
    is_: StrictBool = Field(default=True, alias="is")
    says: Literal["vibes", "campaigns"] | None = None
    """Whom alone to ask, where the two may differ; both if absent."""


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
    count: Count = (1, 1)
    person: Name | None = None
    reason: str | None = None
    campaign: Name | None = None


class CallbacksCheck(Spec):
    """How many callbacks of a type were delivered, or came to another end."""

    type: CallbackType
    count: Count
    fate: Literal["delivered", "refused", "not delivered"] = "delivered"
    """Each attempt is delivered (2XX), refused (4XX), or not delivered."""


class FaultCheck(Spec):
    """How often a fault rule that holds has fired."""

    id: Id
    fired: Count


def _share_text(value: str) -> str:
    share(value)
    return value


def share(text: str) -> float:
    """`12%` as 0.12. Raises ValueError."""
    number = text.removesuffix("%")
    if not text.endswith("%") or not _NUMBER.fullmatch(number) or float(number) > 100:
        raise ValueError(f'"{text}" is not a share; write "12%"')
    return float(number) / 100


_NUMBER = re.compile(r"[0-9]{1,3}(\.[0-9]{1,9})?")
Share = Annotated[str, AfterValidator(_share_text)]


class CountersCheck(Spec):
    """What became of a campaign's messages (R22); absent members do not matter."""

    campaign: Name | None = None
    """Of one campaign; of all if absent."""
    sent: Count | None = None
    delivered: Count | None = None
    bounced_soft: Count | None = None
    bounced_hard: Count | None = None
    clicked: Count | None = None
    delivery_rate: Share | None = None
    """Delivered of sent: `66.7%`."""
    bounce_rate: Share | None = None
    """Bounced, soft and hard, of sent."""
    since: InstantText | None = None
    """Of what was from then on."""
    until: InstantText | None = None
    """Of what was before then."""

    @model_validator(mode="after")
    def _any(self) -> CountersCheck:
        if not self.model_fields_set - {"campaign", "since", "until"}:
            raise ValueError(
                "write how many were sent, delivered, bounced_soft, bounced_hard or clicked"
            )
        return self


class WaitingCheck(Spec):
    """Whether a person waits in a flow."""

    person: Name
    is_: StrictBool = Field(default=True, alias="is")


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
    counters: CountersCheck | None = None
    waiting: WaitingCheck | None = None
    fault: FaultCheck | None = None

    @model_validator(mode="after")
    def _one(self) -> Check:
        return exactly_one(self)


def matches(text: str, pattern: str) -> bool:
    """Whether a text is what a pattern says: `*` is anything, every other character is itself."""
    plain = pattern.replace("[", "[[]").replace("?", "[?]")
    return fnmatchcase(text, plain)
