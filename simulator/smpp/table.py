"""The session of SMPP as a table: in which state which request is answered, and how else.

Source: SMPP 3.4, 2.3; Connect: set-up-specs for what Vibes supports.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from simulator.wire.smpp_codes import CommandId, Status


class State(StrEnum):
    """Where a session stands (SMPP 3.4, 2.2)."""

    OPEN = "open"
    TRANSMITTER = "transmitter"
    RECEIVER = "receiver"
    TRANSCEIVER = "transceiver"
    CLOSED = "closed"


BINDS = {
    CommandId.BIND_TRANSMITTER: State.TRANSMITTER,
    CommandId.BIND_RECEIVER: State.RECEIVER,
    CommandId.BIND_TRANSCEIVER: State.TRANSCEIVER,
}
"""The state that each bind leads to."""

_ALWAYS = frozenset({CommandId.ENQUIRE_LINK, CommandId.UNBIND})
_SENDING = frozenset(
    {
        CommandId.SUBMIT_SM,
        CommandId.SUBMIT_MULTI,
        CommandId.DATA_SM,
        CommandId.QUERY_SM,
        CommandId.CANCEL_SM,
        CommandId.REPLACE_SM,
    }
)

ALLOWED: dict[State, frozenset[CommandId]] = {
    State.OPEN: frozenset({*BINDS, CommandId.ENQUIRE_LINK}),
    State.TRANSMITTER: _ALWAYS | _SENDING,
    State.RECEIVER: _ALWAYS,
    State.TRANSCEIVER: _ALWAYS | _SENDING,
    State.CLOSED: frozenset(),
}
"""The requests that each state answers."""

SUPPORTED: dict[Literal["vibes", "generic"], frozenset[CommandId]] = {
    "vibes": _ALWAYS | frozenset({*BINDS, CommandId.SUBMIT_SM}),
    "generic": _ALWAYS | _SENDING | frozenset(BINDS),
}
"""The requests that each profile knows at all."""


def verdict(state: State, command: int, profile: Literal["vibes", "generic"]) -> Status:
    """ROK where the request is to be done, else the status that refuses it.

    Source: SMPP 3.4, 2.3; Connect: set-up-specs, response-codes.
    """
    if command not in SUPPORTED[profile]:
        return Status.RINVCMDID
    if command in ALLOWED[state]:
        return Status.ROK
    return Status.RALYBND if command in BINDS else Status.RINVBNDSTS
