"""Events and event-triggered campaigns on the wire.

Sources: Vibes event-api, event-triggered-campaign-api.
"""

from __future__ import annotations

import msgspec

from simulator.domain.account import Account
from simulator.domain.instants import Instant, parse_instant
from simulator.domain.notices import NOTHING
from simulator.domain.person import PersonRef
from simulator.domain.triggers import ListFilter, SubmitEvent, TriggerCampaign, TriggerPlan
from simulator.wire import trigger_shapes as shapes
from simulator.wire.platform_json import (
    Malformed,
    NotSimulated,
    read_mdn,
    read_object,
    read_shape,
)
from simulator.wire.times import platform_time

LARGEST_EVENT = 16 * 1024
"""Bytes of an event's body (Vibes: event-triggered-messages)."""

_RECIPIENTS = ("mdn", "person_key", "person_id", "external_person_id")


class TooLarge(Exception):
    """The event is larger than Vibes takes (Vibes: event-triggered-messages)."""


class _Parts(msgspec.Struct):
    event_data: msgspec.Raw
    debug_data: msgspec.Raw = msgspec.Raw()


def read_event(body: bytes, version: int) -> SubmitEvent:
    """What POST events says: a type, data, and exactly one recipient in it (Vibes: event-api)."""
    if len(body) > LARGEST_EVENT:
        raise TooLarge(f"an event is at most {LARGEST_EVENT} bytes, this one has {len(body)}")
    told = read_shape(read_object(body), shapes.EventRequest)
    parts = msgspec.json.decode(body, type=_Parts)
    named = [name for name in _RECIPIENTS if told.event_data.get(name) is not None]
    if "vibes_device_id" in told.event_data:
        raise NotSimulated("events for a vibes_device_id (push) are not simulated")
    if len(named) != 1:
        raise Malformed(f"event_data needs exactly one of {', '.join(_RECIPIENTS)}")
    value = told.event_data[named[0]]
    if named[0] == "person_id" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value:
        raise Malformed(f"event_data.{named[0]} must be a non-empty string")
    return SubmitEvent(
        event_id=told.event_id or None,
        event_type=told.event_type,
        recipient=_ref(named[0], value, version),
        data=_on_a_line(parts.event_data),
        debug=_on_a_line(parts.debug_data) if told.debug_data else NOTHING,
    )


def read_trigger(body: bytes) -> TriggerPlan:
    """What POST and PUT event_triggered_messages say (Vibes: event-triggered-campaign-api)."""
    document = read_object(body)
    targeting = document.get("targeting")
    if isinstance(targeting, dict):
        for other in ("mms", "push"):
            if other in targeting or targeting.get("channel") == other:
                raise NotSimulated(f'the channel "{other}" is not simulated; see docs/fidelity.md')
    told = read_shape(document, shapes.TriggerRequest)
    try:
        start = parse_instant(told.start_date)
        end = parse_instant(told.end_date) if told.end_date else None
    except ValueError as error:
        raise Malformed(str(error)) from error
    if end is not None and end <= start:
        raise Malformed("end_date must be after start_date")
    targeted = told.targeting
    return TriggerPlan(
        name=told.name,
        event_type=told.event_type,
        start=start,
        end=end,
        template=targeted.message_template,
        code=targeted.sms.sourcecode,
        filters=tuple(
            ListFilter(selector=one.selector, list_ids=tuple(map(str, one.value)))
            for one in (targeted.filters or ())
        ),
        short_url_base=targeted.short_url_base or None,
        shorten_urls=targeted.shorten_urls or False,
    )


def shown(account: Account, item: TriggerCampaign, now: Instant) -> shapes.TriggerCampaign:
    """A campaign as it is answered (Vibes: event-triggered-campaign-api)."""
    plan = item.plan
    base = f"/companies/{account.company_key}/mobiledb/event_triggered_messages"
    return shapes.TriggerCampaign(
        event_triggered_message_id=item.number,
        name=plan.name,
        status=item.state(now).value,
        event_type=plan.event_type,
        start_date=platform_time(plan.start),
        end_date=platform_time(plan.end) if plan.end is not None else None,
        created_by=account.username,
        created_by_application="api",
        targeting=shapes.TriggerTargeting(
            message_template=plan.template,
            short_url_base=plan.short_url_base,
            shorten_urls=plan.shorten_urls,
            channel="sms",
            message_format="sms",
            sms=shapes.ShownSms(sourcecode=plan.code, country_code="1", sourcecode_type="SC"),
            filters=tuple(
                shapes.ShownTriggerFilter(
                    name="subscription", selector=one.selector, value=one.list_ids
                )
                for one in plan.filters
            ),
        ),
        url=f"{base}/{item.number}",
        created_at=platform_time(item.created_at),
        updated_at=platform_time(item.updated_at),
    )


def _ref(name: str, value: str, version: int) -> PersonRef:
    if name == "mdn":
        return PersonRef(by="mdn", value=read_mdn(value, version))
    if name == "external_person_id":
        return PersonRef(by="external", value=value)
    return PersonRef(by="key", value=value)


def _on_a_line(told: msgspec.Raw) -> msgspec.Raw:
    """JSON as it was written, numbers to the last digit, without its line breaks and indents."""
    return msgspec.Raw(msgspec.json.format(bytes(told), indent=-1))
