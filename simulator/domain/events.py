"""The closed union of everything that can happen in an account: the journal's vocabulary."""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec

from simulator.domain.account import Account
from simulator.domain.alarms import AlarmCleared, AlarmSet
from simulator.domain.binds import BindClosed, BindOpened
from simulator.domain.broadcasts import (
    BroadcastAdvanced,
    BroadcastSaved,
    BroadcastStarted,
    RecipientSkipped,
)
from simulator.domain.catalogue import ListArchived, ListSaved
from simulator.domain.faults import FaultAdded, FaultFired, FaultRemoved, FaultSpared
from simulator.domain.handset import HandsetChanged, ReplyGiven, ReplyPlanned
from simulator.domain.inbound import KeywordNearMiss
from simulator.domain.incentives import (
    CodeIssued,
    CodeRedeemed,
    CodesAdded,
    PoolCreated,
    PoolUpdated,
)
from simulator.domain.instants import Instant
from simulator.domain.lines import (
    CallbackDeferred,
    CallbackDelivered,
    CallbackFailed,
    CallbackKept,
    CallbackOverflowed,
    CallbackQueued,
    CallbackReleased,
    CallbackReturned,
    DestinationDowned,
    DestinationRecovered,
)
from simulator.domain.lists import SubscriptionAdded, SubscriptionRemoved
from simulator.domain.messages import (
    MoReceived,
    MtAccepted,
    MtForwarded,
    MtHeld,
    MtMoved,
    MtReplaced,
)
from simulator.domain.multipart import PartKept, PartsJoined
from simulator.domain.opt_outs import OptedOut, OptOutLifted, StopConfirmed
from simulator.domain.participation import (
    ConfirmationBlockCleared,
    ParticipationEnded,
    ParticipationOpened,
)
from simulator.domain.person import PersonAdded, PersonUpdated
from simulator.domain.record import Event
from simulator.domain.registrations import CallbackRegistered
from simulator.domain.triggers import EventRouted, EventTaken, TriggerSaved


class AccountOpened(Event, frozen=True, kw_only=True):
    """An account began; everything it was told."""

    account: Account


class ClockSet(Event, frozen=True, kw_only=True):
    """The clock became manual or live; `real` is the wall time a live clock is anchored to."""

    mode: Literal["manual", "live"]
    rate: int
    real: Instant | None


class ClockMoved(Event, frozen=True, kw_only=True):
    """Time was moved to `now`, and all that was due has happened."""

    now: Instant


AnyEvent = (
    AccountOpened
    | ClockSet
    | ClockMoved
    | PersonAdded
    | PersonUpdated
    | ListSaved
    | ListArchived
    | SubscriptionAdded
    | SubscriptionRemoved
    | ParticipationOpened
    | ParticipationEnded
    | ConfirmationBlockCleared
    | OptedOut
    | OptOutLifted
    | StopConfirmed
    | MoReceived
    | KeywordNearMiss
    | MtAccepted
    | MtMoved
    | MtHeld
    | MtForwarded
    | MtReplaced
    | PartKept
    | PartsJoined
    | BroadcastSaved
    | RecipientSkipped
    | BroadcastStarted
    | BroadcastAdvanced
    | TriggerSaved
    | EventTaken
    | EventRouted
    | HandsetChanged
    | ReplyPlanned
    | ReplyGiven
    | PoolCreated
    | PoolUpdated
    | CodesAdded
    | CodeIssued
    | CodeRedeemed
    | CallbackRegistered
    | CallbackQueued
    | CallbackReleased
    | CallbackDelivered
    | CallbackDeferred
    | CallbackFailed
    | DestinationRecovered
    | DestinationDowned
    | CallbackOverflowed
    | CallbackKept
    | CallbackReturned
    | BindOpened
    | BindClosed
    | AlarmSet
    | AlarmCleared
    | FaultAdded
    | FaultRemoved
    | FaultFired
    | FaultSpared
)

__all__ = [
    "AccountOpened",
    "AlarmCleared",
    "AlarmSet",
    "AnyEvent",
    "BindClosed",
    "BindOpened",
    "BroadcastAdvanced",
    "BroadcastSaved",
    "BroadcastStarted",
    "CallbackDeferred",
    "CallbackDelivered",
    "CallbackFailed",
    "CallbackKept",
    "CallbackOverflowed",
    "CallbackQueued",
    "CallbackRegistered",
    "CallbackReleased",
    "CallbackReturned",
    "ClockMoved",
    "ClockSet",
    "CodeIssued",
    "CodeRedeemed",
    "CodesAdded",
    "ConfirmationBlockCleared",
    "DestinationDowned",
    "DestinationRecovered",
    "EventRouted",
    "EventTaken",
    "FaultAdded",
    "FaultFired",
    "FaultRemoved",
    "FaultSpared",
    "HandsetChanged",
    "KeywordNearMiss",
    "ListArchived",
    "ListSaved",
    "MoReceived",
    "MtAccepted",
    "MtForwarded",
    "MtHeld",
    "MtMoved",
    "MtReplaced",
    "OptOutLifted",
    "OptedOut",
    "PartKept",
    "ParticipationEnded",
    "ParticipationOpened",
    "PartsJoined",
    "PersonAdded",
    "PersonUpdated",
    "PoolCreated",
    "PoolUpdated",
    "RecipientSkipped",
    "ReplyGiven",
    "ReplyPlanned",
    "StopConfirmed",
    "SubscriptionAdded",
    "SubscriptionRemoved",
    "TriggerSaved",
    "decode_event",
]


@cache
def _decoder() -> msgspec.json.Decoder[AnyEvent]:
    return msgspec.json.Decoder(AnyEvent)


def decode_event(body: bytes) -> AnyEvent:
    """The event a journal row holds. Raises msgspec.ValidationError on a foreign one."""
    return _decoder().decode(body)
