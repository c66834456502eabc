"""What a call of a session said, as JSON a client sends; and a fault rule as people write it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import UNSET

from simulator.domain.broadcasts import Plan
from simulator.domain.commands import SubmitEvent
from simulator.domain.fault_rules import FaultRule
from simulator.domain.instants import MILLISECOND, format_duration, iso
from simulator.domain.people import PersonSaved
from simulator.domain.person import PersonPatch, PersonRef
from simulator.domain.triggers import TriggerPlan

Body = dict[str, Any]


def fault_document(rule: FaultRule) -> Body:
    """A fault rule as a step says it."""
    match = rule.match
    told = {
        "surface": str(match.surface),
        "operation": match.operation,
        "number": match.mdn,
        "list": match.list_id,
        "code": match.code,
        "carrier": match.carrier,
        "since": iso(match.since) if match.since is not None else None,
        "until": iso(match.until) if match.until is not None else None,
        "nth": match.nth,
    }
    effect: object = True
    if rule.number is not None:
        effect = rule.number
    elif rule.wait_ms:
        effect = format_duration(rule.wait_ms * MILLISECOND)
    return {
        "id": rule.id,
        "match": {name: value for name, value in told.items() if value is not None},
        "effect": {str(rule.effect): effect},
        **({} if rule.ratio == (1, 1) else {"ratio": f"{rule.ratio[0]}/{rule.ratio[1]}"}),
        **({} if rule.budget is None else {"budget": rule.budget}),
    }


def person(patch: PersonPatch) -> Body:
    """What a client says of a person."""
    body: Body = {}
    if patch.external_person_id is not UNSET:
        body["external_person_id"] = patch.external_person_id
    phone: Body = {}
    if patch.mdn is not UNSET:
        phone["mdn"] = patch.mdn
    if patch.carrier_code is not UNSET:
        phone["carrier_code"] = patch.carrier_code
    if phone:
        body["mobile_phone"] = phone
    if patch.custom_fields:
        body["custom_fields"] = patch.custom_fields
    return body


def subscriber(patch: PersonPatch) -> Body:
    """One imported subscriber."""
    body = person(patch)
    return {**body.pop("mobile_phone", {}), **body}


def person_path(ref: PersonRef) -> str:
    """Where a person is, below the company."""
    by = "external/" if ref.by == "external" else ""
    return f"mobiledb/persons/{by}{quote(ref.value, safe='')}"


def saved(reply: object) -> int:
    """The status of a person that was saved."""
    assert isinstance(reply, PersonSaved)
    return 201 if reply.created else 200


def broadcast(plan: Plan) -> Body:
    """A broadcast to make or to change."""
    targeting: Body = {
        "message_template": plan.template,
        "source_short_code": plan.code,
        "source_lists": list(plan.list_ids),
    }
    if plan.filters:
        targeting["filters"] = msgspec.to_builtins(plan.filters)
    body: Body = {"name": plan.name, "send_scheduled_date": iso(plan.scheduled_at)}
    if plan.schedule is not None:
        told = {k: v for k, v in msgspec.to_builtins(plan.schedule).items() if v is not None}
        body["send_schedule"] = {"method": "by_time_zone", **told}
    return {**body, "targeting": {**targeting, **_links(plan)}}


def trigger(plan: TriggerPlan) -> Body:
    """An event-triggered campaign to make or to change."""
    targeting: Body = {"message_template": plan.template, "sms": {"sourcecode": plan.code}}
    if plan.filters:
        targeting["filters"] = [
            {"name": "subscription", "selector": item.selector, "value": list(item.list_ids)}
            for item in plan.filters
        ]
    body: Body = {
        "name": plan.name,
        "event_type": plan.event_type,
        "start_date": iso(plan.start),
        **({} if plan.end is None else {"end_date": iso(plan.end)}),
    }
    return {**body, "targeting": {**targeting, **_links(plan)}}


def event(command: SubmitEvent) -> Body:
    """An event; its recipient is in its data."""
    data = msgspec.json.decode(command.data)
    if command.recipient.by == "mdn":
        data["mdn"] = command.recipient.value
    debug = msgspec.json.decode(command.debug)
    return {
        **({} if command.event_id is None else {"event_id": command.event_id}),
        "event_type": command.event_type,
        "event_data": data,
        **({} if debug is None else {"debug_data": debug}),
    }


def _links(plan: Plan | TriggerPlan) -> Body:
    told: Body = {}
    if plan.short_url_base is not None:
        told["short_url_base"] = plan.short_url_base
    if plan.shorten_urls:
        told["shorten_urls"] = True
    return told
