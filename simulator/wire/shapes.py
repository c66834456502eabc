"""The shapes of what the Platform answers: the JSON on the wire, and its OpenAPI document.

A member that may be absent is UNSET and left out; a member that may be null is None. Every shape is
whole: a member that stands here and nowhere else is a fault. Requests are in `request_shapes`.
Sources: Vibes person-api, acquisition-campaign-api, subscription-list-api, source-code-api,
callback-api, technical-details.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from simulator.domain.lists import OptOutReason
from simulator.domain.person import FieldValue
from simulator.domain.registrations import SCOPES

Time = Annotated[
    str, Meta(description="UTC, whole seconds", extra_json_schema={"format": "date-time"})
]
Path = Annotated[str, Meta(description="relative to the host, with the company", pattern="^/")]
Number = Annotated[
    str, Meta(description="E.164 in X-API-Version 2, ten national digits in version 1")
]
CallbackType = Annotated[str, Meta(extra_json_schema={"enum": list(SCOPES)})]


class Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON object that is answered, to its last member (Vibes: technical-details)."""


class Problem(Shape, frozen=True, kw_only=True):
    """One reason why a call was refused; the codes are our own (Vibes: technical-details)."""

    message: str
    code: int


class Errors(Shape, frozen=True, kw_only=True):
    """Every answer that is no success: all reasons at once (Vibes: technical-details)."""

    errors: Annotated[list[Problem], Meta(min_length=1)]


class Phone(Shape, frozen=True, kw_only=True):
    """A mobile phone (Vibes: person-api)."""

    mdn: Number
    carrier_code: str | None


class Person(Shape, frozen=True, kw_only=True):
    """A person; a custom field that is not set is null (Vibes: person-api)."""

    person_id: str
    person_key: str
    external_person_id: str | None
    mobile_phone: Phone | None
    custom_fields: dict[str, FieldValue]
    created_at: Time
    updated_at: Time
    url: Path


class Participant(Shape, frozen=True, kw_only=True):
    """The person of a participation (Vibes: post_add-a-participant)."""

    person_id: str
    person_key: str
    external_person_id: str | None
    url: Path


class Participation(Shape, frozen=True, kw_only=True):
    """A request to join, or the membership it became (Vibes: post_add-a-participant)."""

    person: Participant
    participation_date: Time
    expire_date: Time
    status: Literal["PENDING", "SUBSCRIBED"]


class Reference(Shape, frozen=True, kw_only=True):
    """Something else, by id and address (Vibes: person-api)."""

    id: str
    url: Path


class Subscription(Shape, frozen=True, kw_only=True):
    """One time on a list; the end is there where it ended (Vibes: person-api)."""

    person: Reference
    subscription_list: Reference
    opt_in_date: Time
    url: Path
    opt_out_date: Time | UnsetType = UNSET
    opt_out_reason: OptOutReason | UnsetType = UNSET


class SubscriptionList(Shape, frozen=True, kw_only=True):
    """A list of numbers that consented (Vibes: subscription-list-api)."""

    id: str
    name: str
    url: Path
    subscribers_url: Path
    acquisition_campaigns_url: Path


class CampaignType(Shape, frozen=True, kw_only=True):
    """The type of a campaign (Vibes: acquisition-campaign-api)."""

    code: Literal["ACQUISITION"]


class Keywords(Shape, frozen=True, kw_only=True):
    """The words that lead onto the list (Vibes: acquisition-campaign-api)."""

    keywords: list[str]


class AcquisitionCampaign(Shape, frozen=True, kw_only=True):
    """The way onto a list (Vibes: acquisition-campaign-api)."""

    acquisition_id: str
    description: str
    campaign_type: CampaignType
    status: Literal["active"]
    start_date: Time
    end_date: Time | None
    acquisition_campaign: Keywords
    sourcecode: str
    url: Path
    created_date: Time
    updated_date: Time


class SourceCode(Shape, frozen=True, kw_only=True):
    """A short or long code (Vibes: source-code-api)."""

    sourcecode: str
    country_code: str
    sourcecode_type: Literal["SC"]
    primary_country_name: str | None
    sms_enabled: bool
    mms_enabled: bool
    sourcecode_end_date: Time | None


class Destination(Shape, frozen=True, kw_only=True):
    """Where a callback goes (Vibes: callback-api)."""

    url: str
    method: Literal["POST", "PUT"]
    content_type: Literal["application/json", "text/json"]


class CampaignScope(Shape, frozen=True, kw_only=True):
    """Only what happens in one campaign (Vibes: callback-api)."""

    campaign_id: str


class ListScope(Shape, frozen=True, kw_only=True):
    """Only what happens to one list (Vibes: callback-api)."""

    list_id: str


class CodeScope(Shape, frozen=True, kw_only=True):
    """Only what is texted to one code (Vibes: callback-api)."""

    source_code: str


class EventScope(Shape, frozen=True, kw_only=True):
    """Which events, and which steps of them (Vibes: callback-api)."""

    event_type: str | UnsetType = UNSET
    callbacks_to_send: Literal["all", "only_failures", "routing", "carrier_dlr", "handset_dlr"]


class Registration(Shape, frozen=True, kw_only=True):
    """A callback registration, with the member that narrows it (Vibes: callback-api)."""

    callback_id: str
    callback_type: CallbackType
    event_type: CallbackType
    destination: Destination
    start_date: Time
    end_date: Time | None
    url: Path
    created_at: Time
    updated_at: Time
    created_date: Time
    updated_date: Time
    ack_participant_added: CampaignScope | UnsetType = UNSET
    ack_participant_changed: CampaignScope | UnsetType = UNSET
    subscription_added: ListScope | UnsetType = UNSET
    subscription_removed: ListScope | UnsetType = UNSET
    unmatched_message_received: CodeScope | UnsetType = UNSET
    event_processed: EventScope | UnsetType = UNSET


class TestEvent(Shape, frozen=True, kw_only=True):
    """A test callback event is queued (Vibes: a-test-callback-event)."""

    __test__ = False  # not a test of pytest's

    message: str
    event_id: str
