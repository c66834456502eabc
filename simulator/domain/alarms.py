"""Alarms: how an application that waits takes part in the account's time.

An application under test that does something tomorrow would sleep until then. Here it sets an
alarm; when the account's time gets there, it is called at that very instant, and time stands until
it has answered. Nothing of this is Vibes' (inferred).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.domain import callbacks
from simulator.domain.instants import Instant
from simulator.domain.lines import Target
from simulator.domain.notices import AlarmNotice
from simulator.domain.record import Command, Event
from simulator.domain.refusals import Fault, refuse

if TYPE_CHECKING:
    from simulator.domain.turn import Turn

ALARM = "alarm"


class SetAlarm(Command, frozen=True, kw_only=True):
    """Call a URL at an instant; an alarm of the same name is moved (inferred)."""

    name: str
    at: Instant
    url: str


class ClearAlarm(Command, frozen=True, kw_only=True):
    """Forget an alarm (inferred)."""

    name: str


class RingAlarm(Command, frozen=True, kw_only=True):
    """The time of an alarm has come (inferred)."""

    name: str


class AlarmSet(Event, frozen=True, kw_only=True):
    """An alarm is set (inferred)."""

    name: str
    at: Instant
    url: str


class AlarmCleared(Event, frozen=True, kw_only=True):
    """An alarm is no more: it rang, or was taken back (inferred)."""

    name: str
    rang: bool


def set_alarm(turn: Turn, command: SetAlarm) -> None:
    """Set or move an alarm. Refused for an instant that is over (inferred)."""
    if command.at < turn.now:
        raise refuse(Fault.INVALID, "the alarm's time is over; give one that is to come")
    turn.emit(AlarmSet(name=command.name, at=command.at, url=command.url))


def clear(turn: Turn, command: ClearAlarm) -> None:
    """Take an alarm back. Refused where there is none of that name (inferred)."""
    if command.name not in turn.world.alarms:
        raise refuse(Fault.NOT_FOUND, f'no alarm "{command.name}"')
    turn.emit(AlarmCleared(name=command.name, rang=False))


def ring(turn: Turn, command: RingAlarm) -> None:
    """Call who set it, whatever faults hold: they are for what Vibes tells (inferred)."""
    alarm = turn.world.alarms[command.name]
    turn.emit(AlarmCleared(name=command.name, rang=True))
    notice = AlarmNotice(name=command.name, at=turn.now)
    target = Target(url=alarm.url, content_type="application/json")
    callbacks.queue(turn, ALARM, notice, target, faultless=True)
