"""The checks of the scenario language: what an `expect` may say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StrictBool, StrictInt, WithJsonSchema, model_validator

from harness.campaigns.activity_log import Kind, Reason
from harness.scenario.answers import Gives
from harness.scenario.message_checks import (
    CostCheck,
    MessageFilter,
    MessagesCheck,
    NoMessageCheck,
    OrderCheck,
)
from harness.scenario.parts import Path
from harness.scenario.values import Count, MomentText, Name, Share, Window, one_of
from simulator.documents import OneSpec, Spec
from simulator.specs.values import Id

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
    """Whose phone."""
    is_: tuple[str, ...] = Field(alias="is")
    """The texts; none is `[]`."""
    parts: StrictBool = False
    """Each part of a long text by itself, as a carrier hands it over."""


class MemberCheck(Spec):
    """Whether a person is on a list, for Vibes and for the campaign system alike."""

    person: Name
    """Who."""
    list: Id
    """The list's id."""
    is_: StrictBool = Field(default=True, alias="is")
    """False: who must not be."""
    says: Literal["vibes", "campaigns"] | None = None
    """Whom alone to ask, where the two may differ; both if absent."""


class EverCheck(Spec):
    """Whether a person is or was on a list (Subscribed to Vibes List)."""

    person: Name
    """Who."""
    list: Id
    """The list's id."""
    is_: StrictBool = Field(default=True, alias="is")
    """False: who must never have been."""


class PendingCheck(Spec):
    """Whether a person's opt-in is pending at Vibes."""

    person: Name
    """Who."""
    campaign: Id
    """The acquisition campaign's id."""
    is_: StrictBool = Field(default=True, alias="is")
    """False: it must not be."""


class ActivityCheck(Spec):
    """How many activities there are; absent members do not narrow."""

    meant: ClassVar[Mapping[str, str]] = {
        "type": 'did you mean "kind"?',
        "because": 'did you mean "reason"?',
        "to": 'did you mean "person"?',
    }

    kind: Annotated[str, WithJsonSchema(one_of(Kind))]
    """What was done, or skipped."""
    count: Count = (1, 1)
    """How many, or [least, most]."""
    person: Name | None = None
    """Whose."""
    reason: Annotated[str, WithJsonSchema(one_of(Reason))] | None = None
    """Why it was skipped, or how it bounced."""
    campaign: Name | None = None
    """Of which campaign."""
    at: Window | None = None
    """When."""


class CallbacksCheck(Spec):
    """How many attempts at callbacks of a type came to an end; absent members do not narrow."""

    type: CallbackType
    """Of which type."""
    count: Count
    """How many, or [least, most]."""
    fate: Literal["delivered", "refused", "not delivered"] = "delivered"
    """Each attempt is delivered (2XX), refused (4XX), or not delivered."""
    person: Name | None = None
    """Whose number it names."""
    gives: Gives | None = None
    """What must be in its body."""
    at: Window | None = None
    """When the attempt was made."""


class FaultCheck(Spec):
    """How often a fault rule that holds has fired."""

    id: Id
    """The rule's id."""
    fired: Count
    """How often, or [least, most]."""


class CountersCheck(Spec):
    """What became of a campaign's messages (R22); absent members do not matter."""

    campaign: Name | None = None
    """Of one campaign; of all if absent."""
    sent: Count | None = None
    """How many were sent."""
    delivered: Count | None = None
    """How many were delivered."""
    bounced_soft: Count | None = None
    """How many bounced, and may not the next time."""
    bounced_hard: Count | None = None
    """How many bounced for good."""
    clicked: Count | None = None
    """How many had a link opened."""
    delivery_rate: Share | None = None
    """Delivered of sent: `66.7%`."""
    bounce_rate: Share | None = None
    """Bounced, soft and hard, of sent."""
    since: MomentText | None = None
    """Of what was from then on: an instant, or a duration since the scenario began."""
    until: MomentText | None = None
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
    """Who."""
    is_: StrictBool = Field(default=True, alias="is")
    """False: who must not."""


class RunCheck(Spec):
    """What became of the last run of a campaign."""

    campaign: Name
    """A batch campaign."""
    is_: Literal["ran", "invalid", "over_limit", "never"] = Field(alias="is")
    """How it ended."""
    people: StrictInt | None = None
    """How many people it ran for."""
    because: str | None = None
    """Part of a reason why it did not run."""


class Check(OneSpec):
    """One expectation: exactly one member."""

    inbox: InboxCheck | None = None
    messages: MessagesCheck | None = None
    no_message: NoMessageCheck | None = None
    order: OrderCheck | None = None
    """Messages that happened in this order."""
    cost: CostCheck | None = None
    member: MemberCheck | None = None
    ever_member: EverCheck | None = None
    pending: PendingCheck | None = None
    activity: ActivityCheck | None = None
    callbacks: CallbacksCheck | None = None
    run: RunCheck | None = None
    counters: CountersCheck | None = None
    waiting: WaitingCheck | None = None
    fault: FaultCheck | None = None

    meant: ClassVar[Mapping[str, str]] = {
        "not_member": 'write "member" with is: false',
        "no_member": 'write "member" with is: false',
        "not_pending": 'write "pending" with is: false',
        "not_waiting": 'write "waiting" with is: false',
        "no_inbox": 'write "inbox" with is: []',
        "no_activity": 'write "activity" with count: 0',
        "no_messages": 'write "no_message"',
    }

    @property
    def of_messages(self) -> dict[Path, MessageFilter]:
        """Which messages it is about, by where that stands in it."""
        found: dict[Path, MessageFilter] = {
            ("order", index): item for index, item in enumerate(self.order or ())
        }
        for member in ("messages", "no_message", "cost"):
            told = getattr(self, member)
            if told is not None:
                found[member,] = told
        return found
