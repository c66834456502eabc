"""The shapes of events and event-triggered campaigns.

Sources: Vibes event-api, event-triggered-campaign-api.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from simulator.wire.request_shapes import Request
from simulator.wire.shapes import Path, Shape, Time

Text = Annotated[str, Meta(min_length=1)]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}")]


class EventRequest(Request, frozen=True, kw_only=True):
    """Something that happened to one recipient, named in `event_data` (Vibes: event-api)."""

    event_id: Annotated[str, Meta(min_length=1, max_length=128)] | UnsetType | None = UNSET
    event_type: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]+$", max_length=128)]
    event_data: dict[str, object]
    debug_data: dict[str, object] | UnsetType | None = UNSET


class EventAccepted(Shape, frozen=True, kw_only=True):
    """The event was taken in; nothing is said of delivery (Vibes: event-api)."""

    event_id: str


class TriggerFilter(Request, frozen=True, kw_only=True):
    """The recipient is on any, or none, of some lists (Vibes: event-triggered-campaign-api)."""

    name: Literal["subscription"]
    transform: str | UnsetType | None = UNSET
    selector: Literal["any", "none"]
    value: list[str | int]


class SmsRequest(Request, frozen=True, kw_only=True):
    """The code a campaign sends from (Vibes: event-triggered-campaign-api)."""

    sourcecode: Text
    country_code: str | int | UnsetType = UNSET
    sourcecode_type: str | UnsetType = UNSET
    mdn_territory: str | UnsetType | None = UNSET


class TriggerTargetingRequest(Request, frozen=True, kw_only=True):
    """What is sent, and to whom (Vibes: event-triggered-campaign-api)."""

    message_template: Text
    short_url_base: str | UnsetType | None = UNSET
    shorten_urls: bool | UnsetType = UNSET
    channel: Literal["sms"] | UnsetType = UNSET
    sms: SmsRequest
    filters: list[TriggerFilter] | UnsetType = UNSET


class TriggerRequest(Request, frozen=True, kw_only=True):
    """A campaign to make or to change (Vibes: event-triggered-campaign-api)."""

    name: Annotated[str, Meta(min_length=1, max_length=255)]
    event_type: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]+$", max_length=128)]
    start_date: Day
    end_date: Day | UnsetType | None = UNSET
    targeting: TriggerTargetingRequest


class ShownTriggerFilter(Shape, frozen=True, kw_only=True):
    """A filter of a campaign (Vibes: event-triggered-campaign-api)."""

    name: str
    selector: str
    value: tuple[str, ...]


class ShownSms(Shape, frozen=True, kw_only=True):
    """The code a campaign sends from (Vibes: event-triggered-campaign-api)."""

    sourcecode: str
    country_code: str
    sourcecode_type: str


class TriggerTargeting(Shape, frozen=True, kw_only=True):
    """What is sent, and to whom (Vibes: event-triggered-campaign-api)."""

    message_template: str
    short_url_base: str | None
    shorten_urls: bool
    channel: str
    message_format: str
    sms: ShownSms
    filters: tuple[ShownTriggerFilter, ...]


class TriggerCampaign(Shape, frozen=True, kw_only=True):
    """An event-triggered campaign (Vibes: event-triggered-campaign-api)."""

    event_triggered_message_id: int
    name: str
    status: Literal["scheduled", "in_progress", "ended", "canceled"]
    event_type: str
    start_date: Time
    end_date: Time | None
    created_by: str
    created_by_application: str | None
    targeting: TriggerTargeting
    url: Path
    created_at: Time
    updated_at: Time
