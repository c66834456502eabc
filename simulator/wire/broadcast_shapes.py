"""The shapes of broadcasts, as asked for and as answered (Vibes: broadcast-api)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from simulator.wire.request_shapes import Request
from simulator.wire.shapes import Path, Shape, Time

Text = Annotated[str, Meta(min_length=1)]


class SourceShortCode(Request, frozen=True, kw_only=True):
    """The code a broadcast is sent from (Vibes: broadcast-api)."""

    short_code: Text
    country_code: str | int | UnsetType = UNSET
    source_type: str | UnsetType = UNSET


class BroadcastFilter(Request, frozen=True, kw_only=True):
    """A custom field is any, or none, of some values (Vibes: broadcast-api)."""

    name: Text
    selector: Literal["any", "none"]
    value: list[str]


class SendSchedule(Request, frozen=True, kw_only=True):
    """At one local time for everyone (Vibes: broadcast-api)."""

    method: Literal["by_time_zone"]
    send_date: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    send_time: Annotated[str, Meta(pattern=r"^\d{2}:\d{2}$")]
    field_name: str | UnsetType = UNSET
    default_time_zone: str | UnsetType = UNSET


class TargetingRequest(Request, frozen=True, kw_only=True):
    """What is sent, and to whom (Vibes: broadcast-api)."""

    message_template: Text
    short_url_base: str | UnsetType | None = UNSET
    shorten_urls: bool | UnsetType = UNSET
    channel: Literal["SMS"] | UnsetType = UNSET
    source_short_code: SourceShortCode | Text | UnsetType = UNSET
    source_lists: Annotated[list[Text], Meta(min_length=1)]
    filters: list[BroadcastFilter] | UnsetType = UNSET


class BroadcastRequest(Request, frozen=True, kw_only=True):
    """A broadcast to make or to change (Vibes: broadcast-api)."""

    name: Annotated[str, Meta(min_length=1, max_length=255)]
    send_scheduled_date: Annotated[
        str, Meta(min_length=1, extra_json_schema={"format": "date-time"})
    ]
    send_schedule: SendSchedule | UnsetType | None = UNSET
    targeting: TargetingRequest


class ShownFilter(Shape, frozen=True, kw_only=True):
    """A filter of a broadcast (Vibes: broadcast-api)."""

    name: str
    selector: str
    value: tuple[str, ...]


class ShownSchedule(Shape, frozen=True, kw_only=True):
    """A schedule by local time (Vibes: broadcast-api)."""

    method: str
    send_date: str
    send_time: str
    field_name: str | None
    default_time_zone: str


class Targeting(Shape, frozen=True, kw_only=True):
    """What is sent, and to whom (Vibes: broadcast-api)."""

    message_template: str
    short_url_base: str | None
    shorten_urls: bool
    channel: str
    source_short_code: str
    source_lists: tuple[str, ...]
    filters: tuple[ShownFilter, ...]


class BroadcastDelivery(Shape, frozen=True, kw_only=True):
    """How far it has come (Vibes: broadcast-api)."""

    send_start_date: Time | None
    enqueue_completed_date: Time | None
    recipient_count: int


class Broadcast(Shape, frozen=True, kw_only=True):
    """A broadcast (Vibes: broadcast-api)."""

    broadcast_id: str
    status: Literal["scheduled", "in_progress", "sent", "deleted"]
    name: str
    send_scheduled_date: Time
    send_schedule: ShownSchedule | UnsetType = UNSET
    created_by: str
    created_by_application: str | None
    targeting: Targeting
    delivery: BroadcastDelivery
    url: Path
    created_at: Time
    updated_at: Time
