"""Campaigns as a scenario says them, made into the campaign system's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from harness.campaigns.activity_log import Kind
from harness.campaigns.calendar import (
    Schedule,
    Wait,
    read_duration,
    read_length,
    read_local,
    read_time,
)
from harness.campaigns.logic import Group, parse
from harness.campaigns.qualification import Rule
from harness.campaigns.smart_campaign import (
    ChangeDataValue,
    Choose,
    FlowStep,
    RequestCampaign,
    SendSms,
    SmartCampaign,
    SubscribeToVibesList,
    UnsubscribeFromVibesList,
)
from harness.campaigns.smart_list import (
    CampaignIsRequested,
    DataValueChanges,
    Did,
    FieldFilter,
    FillsOutForm,
    Filter,
    MemberOf,
    Not,
    PersonIsCreated,
    SmartList,
    SmsHappens,
    SubscribedTo,
    SubscribesToVibesList,
    Trigger,
    UnsubscribesFromVibesList,
)
from harness.scenario.campaigns import (
    CampaignSpec,
    DidSpec,
    FieldSpec,
    FilterSpec,
    FlowStepSpec,
    OnceSpec,
    ScheduleSpec,
    TriggerSpec,
    WaitSpec,
)

_HAPPENED = {
    "sent": Kind.SMS_SENT,
    "delivered": Kind.SMS_DELIVERED,
    "bounced": Kind.SMS_BOUNCED,
    "clicked": Kind.SMS_CLICKED,
}

_DID = {
    "was_sent": Kind.SMS_SENT,
    "was_delivered": Kind.SMS_DELIVERED,
    "bounced": Kind.SMS_BOUNCED,
    "clicked": Kind.SMS_CLICKED,
}


def campaign(name: str, spec: CampaignSpec) -> SmartCampaign:
    """The campaign of that name."""
    zone = ZoneInfo(spec.zone)
    filters = tuple(map(_filter, spec.who))
    return SmartCampaign(
        name=name,
        smart_list=SmartList(filters=filters, match=_match(spec.match, len(filters))),
        triggers=tuple(map(_trigger, spec.trigger)),
        flow=tuple(_step(item, zone) for item in spec.flow),
        qualification=_rule(spec.qualification),
        person_limit=spec.person_limit,
        schedule=_schedule(spec.schedule, zone) if spec.schedule is not None else None,
        active=spec.active,
    )


def _match(text: str, count: int) -> Literal["all", "any"] | Group:
    if text == "any":
        return "any"
    return "all" if text == "all" else parse(text, count)


def _rule(spec: str | OnceSpec) -> Rule:
    if isinstance(spec, OnceSpec):
        hours = read_length(spec.once_per) // timedelta(hours=1)
        return Rule(kind="interval", count=hours, unit="hour")
    return Rule(kind="once" if spec == "once" else "every_time")


def _schedule(spec: ScheduleSpec, zone: ZoneInfo) -> Schedule:
    return Schedule(
        start=read_local(spec.at),
        every=spec.every,
        weekdays_only=spec.weekdays_only,
        until=read_local(spec.until).date() if spec.until is not None else None,
        zone=zone,
    )


def _trigger(spec: TriggerSpec) -> Trigger:
    if spec.form is not None:
        return FillsOutForm(form=spec.form)
    if spec.created is not None:
        return PersonIsCreated()
    if spec.changes is not None:
        return DataValueChanges(field=spec.changes.field, to=spec.changes.to)
    if spec.subscribes is not None:
        return SubscribesToVibesList(list_id=spec.subscribes)
    if spec.unsubscribes is not None:
        return UnsubscribesFromVibesList(list_id=spec.unsubscribes)
    if spec.sms is not None:
        return SmsHappens(kind=_HAPPENED[spec.sms.is_], campaign=spec.sms.campaign)
    return CampaignIsRequested()


def _filter(spec: FilterSpec) -> Filter:
    if spec.member_of is not None:
        return MemberOf(list_id=spec.member_of)
    if spec.subscribed_to is not None:
        return SubscribedTo(list_id=spec.subscribed_to)
    if spec.unsubscribed_from is not None:
        return Did(kind=Kind.UNSUBSCRIBES, list_id=spec.unsubscribed_from)
    if spec.not_ is not None:
        return Not(filter=_filter(spec.not_))
    if spec.field is not None:
        return _field_filter(spec.field)
    member = next(name for name in _DID if getattr(spec, name) is not None)
    return _did(_DID[member], getattr(spec, member))


def _did(kind: Kind, spec: DidSpec) -> Did:
    within = read_length(spec.within) if spec.within is not None else None
    return Did(kind=kind, campaign=spec.campaign, list_id=spec.list, within=within)


def _field_filter(spec: FieldSpec) -> FieldFilter:
    if spec.empty is not None:
        return FieldFilter(field=spec.name, operator="is_empty" if spec.empty else "is_not_empty")
    if spec.is_ is not None:
        return FieldFilter(field=spec.name, operator="is", value=spec.is_)
    if spec.is_not is not None:
        return FieldFilter(field=spec.name, operator="is_not", value=spec.is_not)
    if spec.contains is not None:
        return FieldFilter(field=spec.name, operator="contains", value=spec.contains)
    return FieldFilter(field=spec.name, operator="starts_with", value=spec.starts_with or "")


def _step(spec: FlowStepSpec, zone: ZoneInfo) -> FlowStep:
    if spec.send is not None:
        send = spec.send
        return SendSms(message=send.message, list_id=send.list, links=send.links)
    if spec.subscribe is not None:
        return SubscribeToVibesList(
            list_id=spec.subscribe.list, campaign_id=spec.subscribe.campaign
        )
    if spec.unsubscribe is not None:
        return UnsubscribeFromVibesList(list_id=spec.unsubscribe.list)
    if spec.wait is not None:
        return _wait(spec.wait, zone)
    if spec.request is not None:
        return RequestCampaign(campaign=spec.request)
    if spec.change is not None:
        return ChangeDataValue(field=spec.change.field, value=spec.change.value)
    assert spec.choose is not None
    return Choose(
        choices=tuple(
            (_filter(item.if_), _step(item.do, zone) if item.do is not None else None)
            for item in spec.choose.choices
        ),
        otherwise=_step(spec.choose.default, zone) if spec.choose.default is not None else None,
    )


def _wait(spec: WaitSpec, zone: ZoneInfo) -> Wait:
    return Wait(
        duration=read_duration(spec.for_) if spec.for_ is not None else None,
        until=read_local(spec.until) if spec.until is not None else None,
        token=spec.field,
        anniversary=spec.anniversary,
        days=spec.days,
        weekdays=spec.weekday,
        at=read_time(spec.at) if spec.at is not None else None,
        zone=zone,
    )
