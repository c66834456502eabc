"""The closed union of everything that can be asked of an account."""

from __future__ import annotations

from typing import Literal

import msgspec

from simulator.domain.account import Account
from simulator.domain.acquisition import AddParticipant, LapseParticipation
from simulator.domain.bulk import ImportSubscribers
from simulator.domain.callbacks import RecordAttempt, RetryCallback
from simulator.domain.delivery import MoveMt, SetHandset
from simulator.domain.inbound import GiveReply, ReceiveMo
from simulator.domain.instants import Instant
from simulator.domain.lists import Unsubscribe
from simulator.domain.messages import SubmitMt
from simulator.domain.people import AddPerson, UpdatePerson
from simulator.domain.record import Command
from simulator.domain.registrations import EndCallback, RegisterCallback


class OpenAccount(Command, frozen=True, kw_only=True):
    """The first command of every journal."""

    account: Account


class SetClock(Command, frozen=True, kw_only=True):
    """Make the clock manual, or live at a rate; `real` anchors a live clock to the wall."""

    mode: Literal["manual", "live"]
    rate: int = 1
    real: Instant | None = None


class MoveClock(Command, frozen=True, kw_only=True):
    """The end of an advance: all that was due until now has happened."""


AnyCommand = (
    OpenAccount
    | SetClock
    | MoveClock
    | AddPerson
    | UpdatePerson
    | ImportSubscribers
    | Unsubscribe
    | AddParticipant
    | LapseParticipation
    | ReceiveMo
    | GiveReply
    | SubmitMt
    | MoveMt
    | SetHandset
    | RegisterCallback
    | EndCallback
    | RecordAttempt
    | RetryCallback
)

__all__ = [
    "AddParticipant",
    "AddPerson",
    "AnyCommand",
    "EndCallback",
    "GiveReply",
    "ImportSubscribers",
    "LapseParticipation",
    "MoveClock",
    "MoveMt",
    "OpenAccount",
    "ReceiveMo",
    "RecordAttempt",
    "RegisterCallback",
    "RetryCallback",
    "SetClock",
    "SetHandset",
    "SubmitMt",
    "Unsubscribe",
    "UpdatePerson",
    "decode_command",
]

_decoder: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)


def decode_command(body: bytes) -> AnyCommand:
    """The command a journal row holds. Raises msgspec.ValidationError on a foreign one."""
    return _decoder.decode(body)
