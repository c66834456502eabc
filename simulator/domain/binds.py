"""SMPP binds of an account: which sessions there are, and what is told through them.

Rules: Connect set-up-specs (binds are counted per type, by contract). A session is the gateway's;
the account knows that it began and ended, so that what is to be told waits for a receiver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from simulator.domain import callbacks, lines
from simulator.domain.record import Command, Event, Record
from simulator.domain.refusals import Fault, refuse

if TYPE_CHECKING:
    from simulator.domain.turn import Turn

BindType = Literal["transmitter", "receiver", "transceiver"]


class OpenBind(Command, frozen=True, kw_only=True):
    """A client binds (Connect: set-up-specs)."""

    bind_type: BindType


class CloseBind(Command, frozen=True, kw_only=True):
    """A session ended, and why (Connect: set-up-specs)."""

    bind_id: str
    because: str


class CloseAllBinds(Command, frozen=True, kw_only=True):
    """The simulator begins anew: no session of before is left (inferred)."""


class BindOpened(Event, frozen=True, kw_only=True):
    """A client is bound (Connect: set-up-specs)."""

    bind_id: str
    bind_type: BindType


class BindClosed(Event, frozen=True, kw_only=True):
    """A session is no more (Connect: set-up-specs)."""

    bind_id: str
    because: str


class Bound(Record, frozen=True, kw_only=True):
    """Reply: the id of the session (Connect: set-up-specs)."""

    bind_id: str


class Binds:
    """The sessions that are bound (Connect: set-up-specs)."""

    def __init__(self) -> None:
        self.open: dict[str, BindType] = {}
        self.receivers = 0
        self.ever_received = False
        self.opened = 0

    def apply_opened(self, event: BindOpened) -> None:
        """A session is there."""
        self.opened += 1
        self.open[event.bind_id] = event.bind_type
        if event.bind_type != "transmitter":
            self.receivers += 1
            self.ever_received = True

    def apply_closed(self, event: BindClosed) -> None:
        """A session is gone."""
        if self.open.pop(event.bind_id) != "transmitter":
            self.receivers -= 1


def open_bind(turn: Turn, command: OpenBind) -> Bound:
    """Let a client bind, and tell a receiver what waits for one. Refused when too many are bound.

    Source: Connect: set-up-specs.
    """
    binds, smpp = turn.world.binds, turn.account.connect.smpp
    same = sum(1 for item in binds.open.values() if item == command.bind_type)
    if same >= smpp.max_binds:
        told = f"{same} sessions are bound as {command.bind_type}; {smpp.max_binds} are allowed"
        raise refuse(Fault.TOO_MANY_BINDS, told)
    bind_id = f"bind-{turn.count('bind', binds.opened)}"
    turn.emit(BindOpened(bind_id=bind_id, bind_type=command.bind_type))
    if command.bind_type != "transmitter":
        url = callbacks.smpp_url(turn.account.username)
        lines.release_more(turn, url, (binds.receivers + 1) * smpp.window)
    return Bound(bind_id=bind_id)


def close_bind(turn: Turn, command: CloseBind) -> None:
    """A session ended; one that is gone already changes nothing (Connect: set-up-specs)."""
    if command.bind_id in turn.world.binds.open:
        turn.emit(BindClosed(bind_id=command.bind_id, because=command.because))


def close_all(turn: Turn, _command: CloseAllBinds) -> None:
    """End what a process that is no more had bound (inferred)."""
    for bind_id in turn.world.binds.open:
        turn.emit(BindClosed(bind_id=bind_id, because="the simulator began anew"))
