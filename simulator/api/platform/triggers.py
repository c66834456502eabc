"""Events and event-triggered campaigns (Vibes: event-api, event-triggered-campaign-api)."""

from __future__ import annotations

from aiohttp import web

from simulator.api.platform import errors
from simulator.api.platform.call import Call, Rejected, not_found
from simulator.api.platform.errors import respond
from simulator.domain.triggers import (
    CampaignState,
    CancelTrigger,
    CreateTrigger,
    EventTakenIn,
    TriggerCampaign,
    UpdateTrigger,
)
from simulator.wire.platform_json import Malformed
from simulator.wire.trigger_json import TooLarge, read_event, read_trigger, shown
from simulator.wire.trigger_shapes import EventAccepted


async def submit(call: Call) -> web.Response:
    """POST events: 202 with the event's id; 413 over 16 KB (Vibes: event-api)."""
    try:
        command = read_event(await call.body(), call.version)
    except TooLarge as error:
        raise Rejected(errors.answer(errors.TOO_LARGE, str(error))) from error
    reply = await call.submit(command)
    assert isinstance(reply, EventTakenIn)
    return respond(EventAccepted(event_id=reply.event_id), 202)


async def create(call: Call) -> web.Response:
    """POST event_triggered_messages: 202 (Vibes: event-triggered-campaign-api)."""
    plan = read_trigger(await call.body())
    return respond(_shown(call, await call.submit(CreateTrigger(plan=plan))), 202)


async def index(call: Call) -> web.Response:
    """GET event_triggered_messages, all or by status and event type.

    Source: Vibes: event-triggered-campaign-api.
    """
    status, kind = call.query("status"), call.query("event_type")
    if status is not None and status not in list(CampaignState):
        raise Malformed(f'status "{status}" is not one of {", ".join(CampaignState)}')
    items = (await call.world()).triggers.campaigns.values()
    return respond(
        [
            shown(call.account, item, call.now())
            for item in items
            if status in (None, item.state(call.now()).value)
            and (kind is None or kind.casefold() == item.plan.event_type.casefold())
        ]
    )


async def get(call: Call) -> web.Response:
    """GET event_triggered_messages/{id}, or 404 (Vibes: event-triggered-campaign-api)."""
    item = (await call.world()).triggers.campaigns.get(_number(call))
    if item is None:
        raise not_found(f'no event-triggered campaign "{_number(call)}"')
    return respond(shown(call.account, item, call.now()))


async def update(call: Call) -> web.Response:
    """PUT event_triggered_messages/{id}; 422 once it ended (Vibes: event-triggered-campaign-api)."""
    command = UpdateTrigger(number=_number(call), plan=read_trigger(await call.body()))
    return respond(_shown(call, await call.submit(command)))


async def cancel(call: Call) -> web.Response:
    """DELETE event_triggered_messages/{id} (Vibes: event-triggered-campaign-api)."""
    return respond(_shown(call, await call.submit(CancelTrigger(number=_number(call)))))


def _number(call: Call) -> int:
    text = call.path("event_triggered_message_id")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise not_found(f'no event-triggered campaign "{text}"')
    return int(text)


def _shown(call: Call, reply: object) -> object:
    assert isinstance(reply, TriggerCampaign)
    return shown(call.account, reply, call.now())
