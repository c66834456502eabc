"""The checks of the scenario language: what an `expect` may say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictBool, StrictInt, model_validator

from harness.scenario.message_checks import (
    CostCheck,
    MessageFilter,
    MessagesCheck,
    NoMessageCheck,
    OrderCheck,
)
from harness.scenario.source import Path
from harness.scenario.values import Count, Name, Share, Window, exactly_one
from simulator.documents import Spec
from simulator.specs.values import Id, InstantText

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
    at: Window | None = None
    """When."""


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
    no_message: NoMessageCheck | None = None
    order: OrderCheck | None = None
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

    @model_validator(mode="after")
    def _one(self) -> Check:
        return exactly_one(self)

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
