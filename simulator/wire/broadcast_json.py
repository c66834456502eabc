"""Broadcasts on the wire: what a client says, and what it is told (Vibes: broadcast-api)."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from simulator.domain.account import Account
from simulator.domain.broadcasts import Broadcast, Filter, LocalSchedule, Plan
from simulator.domain.instants import local_instant, parse_instant
from simulator.wire import broadcast_shapes as shapes
from simulator.wire.platform_json import Malformed, NotSimulated, read_object, read_shape
from simulator.wire.times import platform_time

DEFAULT_ZONE = "America/Chicago"


def read_broadcast(body: bytes, account: Account) -> Plan:
    """What POST and PUT broadcasts say; the account's first code where none is named.

    Source: Vibes: broadcast-api.
    """
    document = read_object(body)
    targeting = document.get("targeting")
    if isinstance(targeting, dict) and str(targeting.get("channel", "SMS")).lower() == "push":
        raise NotSimulated('the channel "Push" is not simulated; see docs/fidelity.md')
    schedule = document.get("send_schedule")
    if isinstance(schedule, dict) and schedule.get("method") == "by_date":
        raise NotSimulated('the send_schedule method "by_date" is not simulated')
    told = read_shape(document, shapes.BroadcastRequest)
    return _plan(told, account)


def shown(account: Account, item: Broadcast) -> shapes.Broadcast:
    """A broadcast as it is answered (Vibes: broadcast-api)."""
    plan = item.plan
    return shapes.Broadcast(
        broadcast_id=item.broadcast_id,
        status=item.state.value,
        name=plan.name,
        send_scheduled_date=platform_time(plan.scheduled_at),
        send_schedule=_shown_schedule(plan.schedule) if plan.schedule is not None else UNSET,
        created_by=account.username,
        created_by_application="api",
        targeting=shapes.Targeting(
            message_template=plan.template,
            short_url_base=plan.short_url_base,
            shorten_urls=plan.shorten_urls,
            channel="SMS",
            source_short_code=plan.code,
            source_lists=plan.list_ids,
            filters=tuple(
                shapes.ShownFilter(name=one.name, selector=one.selector, value=one.value)
                for one in plan.filters
            ),
        ),
        delivery=shapes.BroadcastDelivery(
            send_start_date=_time(item.started_at),
            enqueue_completed_date=_time(item.finished_at),
            recipient_count=item.recipients,
        ),
        url=f"/companies/{account.company_key}/mobiledb/broadcasts/{item.broadcast_id}",
        created_at=platform_time(item.created_at),
        updated_at=platform_time(item.updated_at),
    )


def _plan(told: shapes.BroadcastRequest, account: Account) -> Plan:
    targeting = told.targeting
    code = targeting.source_short_code
    try:
        scheduled_at = parse_instant(told.send_scheduled_date)
        schedule = _schedule(told.send_schedule) if told.send_schedule else None
    except ValueError as error:
        raise Malformed(str(error)) from error
    return Plan(
        name=told.name,
        scheduled_at=scheduled_at,
        template=targeting.message_template,
        code=_code(code, account),
        list_ids=tuple(dict.fromkeys(targeting.source_lists)),
        filters=tuple(
            Filter(name=one.name, selector=one.selector, value=tuple(one.value))
            for one in (targeting.filters or ())
        ),
        schedule=schedule,
        short_url_base=targeting.short_url_base or None,
        shorten_urls=targeting.shorten_urls or False,
    )


def _code(told: shapes.SourceShortCode | str | UnsetType, account: Account) -> str:
    """The code by itself, as an answer shows it, or as an object; else the account's first."""
    if told is UNSET:
        return account.source_codes[0].code
    return told if isinstance(told, str) else told.short_code


def _schedule(told: shapes.SendSchedule) -> LocalSchedule:
    zone = told.default_time_zone or DEFAULT_ZONE
    local_instant(told.send_date, told.send_time, zone)
    return LocalSchedule(
        send_date=told.send_date,
        send_time=told.send_time,
        field_name=told.field_name or None,
        default_time_zone=zone,
    )


def _shown_schedule(item: LocalSchedule) -> shapes.ShownSchedule:
    return shapes.ShownSchedule(
        method="by_time_zone",
        send_date=item.send_date,
        send_time=item.send_time,
        field_name=item.field_name,
        default_time_zone=item.default_time_zone,
    )


def _time(instant: int | None) -> str | None:
    return platform_time(instant) if instant is not None else None
