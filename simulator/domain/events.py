"""The closed union of everything that can happen in an account: the journal's vocabulary."""

from __future__ import annotations

from typing import Literal

import msgspec

from simulator.domain.account import Account
from simulator.domain.callbacks import (
    CallbackDeferred,
    CallbackDelivered,
    CallbackFailed,
    CallbackQueued,
    CallbackReleased,
)
from simulator.domain.handset import HandsetChanged, ReplyGiven, ReplyPlanned
from simulator.domain.inbound import KeywordNearMiss
from simulator.domain.instants import Instant
from simulator.domain.lists import SubscriptionAdded, SubscriptionRemoved
from simulator.domain.messages import MoReceived, MtAccepted, MtHeld, MtMoved
from simulator.domain.opt_outs import OptedOut, OptOutLifted, StopConfirmed
from simulator.domain.participation import (
    ConfirmationBlockCleared,
    ParticipationEnded,
    ParticipationOpened,
)
from simulator.domain.person import PersonAdded, PersonUpdated
from simulator.domain.record import Event
from simulator.domain.registrations import CallbackRegistered


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
    | HandsetChanged
    | ReplyPlanned
    | ReplyGiven
    | CallbackRegistered
    | CallbackQueued
    | CallbackReleased
    | CallbackDelivered
    | CallbackDeferred
    | CallbackFailed
)

__all__ = [
    "AccountOpened",
    "AnyEvent",
    "CallbackDeferred",
    "CallbackDelivered",
    "CallbackFailed",
    "CallbackQueued",
    "CallbackRegistered",
    "CallbackReleased",
    "ClockMoved",
    "ClockSet",
    "ConfirmationBlockCleared",
    "HandsetChanged",
    "KeywordNearMiss",
    "MoReceived",
    "MtAccepted",
    "MtHeld",
    "MtMoved",
    "OptOutLifted",
    "OptedOut",
    "ParticipationEnded",
    "ParticipationOpened",
    "PersonAdded",
    "PersonUpdated",
    "ReplyGiven",
    "ReplyPlanned",
    "StopConfirmed",
    "SubscriptionAdded",
    "SubscriptionRemoved",
    "decode_event",
]

_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def decode_event(body: bytes) -> AnyEvent:
    """The event a journal row holds. Raises msgspec.ValidationError on a foreign one."""
    return _decoder.decode(body)
