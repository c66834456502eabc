"""The operations that send: broadcasts, events and event-triggered campaigns.

Sources: Vibes broadcast-api, event-api, event-triggered-campaign-api.
"""

from __future__ import annotations

from simulator.api.platform import broadcasts, triggers
from simulator.api.platform.operation import Operation, Query
from simulator.domain.broadcasts import BroadcastState
from simulator.domain.triggers import CampaignState
from simulator.wire.broadcast_shapes import Broadcast, BroadcastRequest
from simulator.wire.trigger_shapes import (
    EventAccepted,
    EventRequest,
    TriggerCampaign,
    TriggerRequest,
)

_DB = "mobiledb"
_BROADCAST = f"{_DB}/broadcasts/{{broadcast_id}}"
_TRIGGER = f"{_DB}/event_triggered_messages/{{event_triggered_message_id}}"

SENDING: tuple[Operation, ...] = (
    Operation(
        "POST",
        f"{_DB}/broadcasts",
        broadcasts.create,
        "Schedule a broadcast; one whose time is past is sent at once",
        {201: Broadcast},
        refuses=(422, 501),
        takes=BroadcastRequest,
    ),
    Operation(
        "GET",
        f"{_DB}/broadcasts",
        broadcasts.index,
        "The broadcasts, all or those of a status",
        {200: list[Broadcast]},
        query=(Query("status", "where they stand", BroadcastState),),
    ),
    Operation("GET", _BROADCAST, broadcasts.get, "One broadcast", {200: Broadcast}),
    Operation(
        "PUT",
        _BROADCAST,
        broadcasts.update,
        "Change a broadcast that has not started",
        {200: Broadcast},
        refuses=(422, 501),
        takes=BroadcastRequest,
    ),
    Operation(
        "DELETE",
        _BROADCAST,
        broadcasts.cancel,
        "Cancel a broadcast that has not started",
        {200: Broadcast},
    ),
    Operation(
        "POST",
        "events",
        triggers.submit,
        "Submit an event; campaigns of its type send their message",
        {202: EventAccepted},
        refuses=(501,),
        takes=EventRequest,
    ),
    Operation(
        "POST",
        f"{_DB}/event_triggered_messages",
        triggers.create,
        "Make an event-triggered campaign",
        {202: TriggerCampaign},
        refuses=(422, 501),
        takes=TriggerRequest,
    ),
    Operation(
        "GET",
        f"{_DB}/event_triggered_messages",
        triggers.index,
        "The event-triggered campaigns, all or by status and event type",
        {200: list[TriggerCampaign]},
        query=(
            Query("status", "where they stand", CampaignState),
            Query("event_type", "the type of event, in any case"),
        ),
    ),
    Operation(
        "GET", _TRIGGER, triggers.get, "One event-triggered campaign", {200: TriggerCampaign}
    ),
    Operation(
        "PUT",
        _TRIGGER,
        triggers.update,
        "Change an event-triggered campaign that has not ended",
        {200: TriggerCampaign},
        refuses=(422, 501),
        takes=TriggerRequest,
    ),
    Operation(
        "DELETE",
        _TRIGGER,
        triggers.cancel,
        "Cancel an event-triggered campaign",
        {200: TriggerCampaign},
    ),
)
"""Broadcasts, events and event-triggered campaigns."""
