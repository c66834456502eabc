"""The shapes of what clients send to the Platform, for its OpenAPI document.

They say what is understood; `platform_json` does the reading, since it tells every fault at once.
Members that are not here are ignored. Sources: Vibes person-api, post_add-a-participant,
callback-api.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from simulator.domain.person import FieldValue
from simulator.wire.shapes import CallbackType

Number = Annotated[
    str,
    Meta(
        description="E.164 in X-API-Version 2, ten national digits in version 1",
        pattern=r"^(\+?1)?[2-9][0-9]{2}[2-9][0-9]{6}$",
    ),
]
ExternalId = Annotated[str, Meta(min_length=1, max_length=128)]
CarrierCode = Annotated[str, Meta(description="three digits", pattern="^[0-9]{3}$")]
Key = Annotated[str, Meta(min_length=1, max_length=128)]
Url = Annotated[
    str,
    Meta(
        max_length=1024,
        pattern=r"^https?://[A-Za-z0-9\[][!-~]*$",
        description="http or https, with a host that can be called",
    ),
]
Scope = Annotated[str, Meta(min_length=1)]
_DAY = "(19[7-9][0-9]|20[0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
Date = Annotated[
    str,
    Meta(
        description="yyyy-mm-dd, or with a time in UTC",
        pattern=f"^{_DAY}(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?Z)?$",
        examples=["2026-01-05"],
    ),
]


class Request(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A JSON object that is taken; what it does not name is ignored (Vibes: technical-details)."""


class PhoneRequest(Request, frozen=True, kw_only=True):
    """A mobile phone; null takes the number away (Vibes: person-api)."""

    mdn: Number | UnsetType | None = UNSET
    carrier_code: CarrierCode | UnsetType | None = UNSET


class PersonRequest(Request, frozen=True, kw_only=True):
    """A person: what is absent stays, what is null goes (Vibes: person-api)."""

    external_person_id: ExternalId | UnsetType | None = UNSET
    mobile_phone: PhoneRequest | UnsetType | None = UNSET
    custom_fields: dict[str, FieldValue] | UnsetType | None = UNSET


class ParticipantRequest(PersonRequest, frozen=True, kw_only=True):
    """Who shall be asked to join, by key, id, external id or number, and what is known of them.

    Source: Vibes: post_add-a-participant.
    """

    person_key: Key | UnsetType | None = UNSET
    person_id: Key | UnsetType | None = UNSET


class DestinationRequest(Request, frozen=True, kw_only=True):
    """Where a callback shall go (Vibes: callback-api)."""

    url: Url
    method: Literal["POST", "PUT"] = "POST"
    content_type: Literal["application/json", "text/json"] = "application/json"


class CampaignScopeRequest(Request, frozen=True, kw_only=True):
    """Only what happens in one campaign (Vibes: callback-api)."""

    campaign_id: Scope


class ListScopeRequest(Request, frozen=True, kw_only=True):
    """Only what happens to one list (Vibes: callback-api)."""

    list_id: Scope


class CodeScopeRequest(Request, frozen=True, kw_only=True):
    """Only what is texted to one code (Vibes: callback-api)."""

    source_code: Scope


class EventScopeRequest(Request, frozen=True, kw_only=True):
    """Which events, and which steps of them (Vibes: callback-api)."""

    event_type: Scope | UnsetType = UNSET
    callbacks_to_send: (
        Literal["all", "only_failures", "routing", "carrier_dlr", "handset_dlr"] | UnsetType
    ) = UNSET


class CallbackRequest(Request, frozen=True, kw_only=True):
    """What somebody wants to be told of, and where (Vibes: callback-api).

    `event_type` may stand for `callback_type`.
    """

    callback_type: CallbackType | UnsetType = UNSET
    event_type: CallbackType | UnsetType = UNSET
    destination: DestinationRequest
    ack_participant_added: CampaignScopeRequest | UnsetType | None = UNSET
    ack_participant_changed: CampaignScopeRequest | UnsetType | None = UNSET
    subscription_added: ListScopeRequest | UnsetType | None = UNSET
    subscription_removed: ListScopeRequest | UnsetType | None = UNSET
    unmatched_message_received: CodeScopeRequest | UnsetType | None = UNSET
    event_processed: EventScopeRequest | UnsetType | None = UNSET
    start_date: Date | UnsetType | None = UNSET
    end_date: Date | UnsetType | None = UNSET


_EITHER = [{"required": [name]} for name in ("callback_type", "event_type")]
CallbackDocument = Annotated[CallbackRequest, Meta(extra_json_schema={"anyOf": _EITHER})]
"""A CallbackRequest that says its type under one of the two names."""


class TestCampaignRequest(Request, frozen=True, kw_only=True):
    """The campaign a made-up opt-in is of (Vibes: a-test-callback-event)."""

    __test__ = False

    api_key: Scope


class TestParticipantRequest(Request, frozen=True, kw_only=True):
    """A made-up participant (Vibes: a-test-callback-event)."""

    __test__ = False

    acquisition_campaign: TestCampaignRequest


class TestListRequest(Request, frozen=True, kw_only=True):
    """The list a made-up subscription is to (Vibes: a-test-callback-event)."""

    __test__ = False

    id: Scope


class TestSubscriptionRequest(Request, frozen=True, kw_only=True):
    """A made-up subscription (Vibes: a-test-callback-event)."""

    __test__ = False

    subscription_list: TestListRequest


class TestEventRequest(Request, frozen=True, kw_only=True):
    """Which type of event to make up, and of which campaign or list.

    Source: Vibes: a-test-callback-event.
    """

    __test__ = False

    callback_type: CallbackType
    participant: TestParticipantRequest | UnsetType = UNSET
    subscription: TestSubscriptionRequest | UnsetType = UNSET
