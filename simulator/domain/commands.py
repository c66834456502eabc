"""The closed union of everything that can be asked of an account."""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec

from simulator.domain.account import Account
from simulator.domain.acquisition import AddParticipant, LapseParticipation
from simulator.domain.alarms import ClearAlarm, RingAlarm, SetAlarm
from simulator.domain.binds import CloseAllBinds, CloseBind, OpenBind
from simulator.domain.broadcasts import (
    CancelBroadcast,
    CreateBroadcast,
    RunBroadcast,
    UpdateBroadcast,
)
from simulator.domain.bulk import ImportSubscribers, OptOut
from simulator.domain.catalogue import AddList, ArchiveList, RenameList
from simulator.domain.delivery import MoveMt, SetHandset
from simulator.domain.faults import AddFaults, MeetCall, RemoveFaults
from simulator.domain.inbound import GiveReply, ReceiveMo
from simulator.domain.incentive_pools import AddCodes, CreatePool, UpdatePool
from simulator.domain.instants import Instant
from simulator.domain.issuing import IssueCode, RedeemCode
from simulator.domain.lines import (
    QueueLate,
    RecordAttempt,
    RecoverDestination,
    RepeatCallback,
    RetryCallback,
)
from simulator.domain.lists import Unsubscribe
from simulator.domain.multipart import LapseParts, SubmitPart
from simulator.domain.people import AddPerson, UpdatePerson
from simulator.domain.record import Command
from simulator.domain.registrations import EndCallback, RegisterCallback, UpdateCallback
from simulator.domain.rehearsal import TestCallback
from simulator.domain.sending import CancelMt, ReplaceMt, SubmitBundle, SubmitMt
from simulator.domain.triggers import CancelTrigger, CreateTrigger, SubmitEvent, UpdateTrigger


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
    | OptOut
    | AddList
    | RenameList
    | ArchiveList
    | Unsubscribe
    | AddParticipant
    | LapseParticipation
    | ReceiveMo
    | GiveReply
    | SubmitMt
    | SubmitBundle
    | SubmitPart
    | LapseParts
    | CancelMt
    | ReplaceMt
    | MoveMt
    | CreateBroadcast
    | UpdateBroadcast
    | CancelBroadcast
    | RunBroadcast
    | CreateTrigger
    | UpdateTrigger
    | CancelTrigger
    | SubmitEvent
    | SetHandset
    | CreatePool
    | UpdatePool
    | AddCodes
    | IssueCode
    | RedeemCode
    | RegisterCallback
    | TestCallback
    | UpdateCallback
    | EndCallback
    | RecordAttempt
    | RetryCallback
    | QueueLate
    | OpenBind
    | CloseBind
    | CloseAllBinds
    | SetAlarm
    | ClearAlarm
    | RingAlarm
    | AddFaults
    | RemoveFaults
    | MeetCall
    | RecoverDestination
    | RepeatCallback
)

__all__ = [
    "AddCodes",
    "AddFaults",
    "AddList",
    "AddParticipant",
    "AddPerson",
    "AnyCommand",
    "ArchiveList",
    "CancelBroadcast",
    "CancelMt",
    "CancelTrigger",
    "ClearAlarm",
    "CloseAllBinds",
    "CloseBind",
    "CreateBroadcast",
    "CreatePool",
    "CreateTrigger",
    "EndCallback",
    "GiveReply",
    "ImportSubscribers",
    "IssueCode",
    "LapseParticipation",
    "LapseParts",
    "MeetCall",
    "MoveClock",
    "MoveMt",
    "OpenAccount",
    "OpenBind",
    "OptOut",
    "QueueLate",
    "ReceiveMo",
    "RecordAttempt",
    "RecoverDestination",
    "RedeemCode",
    "RegisterCallback",
    "RemoveFaults",
    "RenameList",
    "RepeatCallback",
    "ReplaceMt",
    "RetryCallback",
    "RingAlarm",
    "RunBroadcast",
    "SetAlarm",
    "SetClock",
    "SetHandset",
    "SubmitBundle",
    "SubmitEvent",
    "SubmitMt",
    "SubmitPart",
    "TestCallback",
    "Unsubscribe",
    "UpdateBroadcast",
    "UpdateCallback",
    "UpdatePerson",
    "UpdatePool",
    "UpdateTrigger",
    "decode_command",
]


@cache
def _decoder() -> msgspec.json.Decoder[AnyCommand]:
    return msgspec.json.Decoder(AnyCommand)


def decode_command(body: bytes) -> AnyCommand:
    """The command a journal row holds. Raises msgspec.ValidationError on a foreign one."""
    return _decoder().decode(body)
