"""`decide`: what follows from a command, as events and a reply, with nothing changed yet."""

from __future__ import annotations

from typing import NamedTuple, assert_never

from simulator.domain import (
    acquisition,
    bulk,
    callbacks,
    delivery,
    inbound,
    lists,
    messages,
    people,
    registrations,
)
from simulator.domain import commands as c
from simulator.domain.events import AccountOpened, AnyEvent, ClockMoved, ClockSet
from simulator.domain.instants import Instant
from simulator.domain.record import Record
from simulator.domain.refusals import Problem, Refused
from simulator.domain.turn import Turn
from simulator.domain.world import World


class Done(Record, frozen=True, kw_only=True):
    """Reply to a command that has nothing to tell."""


class Refusal(Record, frozen=True, kw_only=True):
    """Reply to a command that was refused; nothing changed."""

    problems: tuple[Problem, ...]


class Decision(NamedTuple):
    """The events that follow, in order, and the answer to whoever asked."""

    events: tuple[AnyEvent, ...]
    reply: Record


def decide(world: World, command: c.AnyCommand, now: Instant) -> Decision:
    """Decide a command at an instant. A refused command has no events and a Refusal as reply."""
    turn = Turn(world, now)
    try:
        reply = _dispatch(turn, command)
    except Refused as refused:
        return Decision((), Refusal(problems=refused.problems))
    return Decision(tuple(turn.events), reply)


def _dispatch(turn: Turn, command: c.AnyCommand) -> Record:
    match command:
        case c.AddPerson():
            return people.add_person(turn, command)
        case c.UpdatePerson():
            return people.update_person(turn, command)
        case c.ImportSubscribers():
            return bulk.import_subscribers(turn, command)
        case c.Unsubscribe():
            return lists.unsubscribe(turn, command)
        case c.AddParticipant():
            return acquisition.add_participant(turn, command)
        case c.LapseParticipation():
            acquisition.lapse(turn, command)
        case c.ReceiveMo():
            return inbound.receive(turn, command)
        case c.GiveReply():
            inbound.give_reply(turn, command)
        case c.SubmitMt():
            return messages.submit(turn, command)
        case c.MoveMt():
            delivery.move(turn, command)
        case c.SetHandset():
            return delivery.set_handset(turn, command)
        case c.RegisterCallback():
            return registrations.register(turn, command)
        case c.EndCallback():
            return registrations.end(turn, command)
        case c.RecordAttempt():
            callbacks.record_attempt(turn, command)
        case c.RetryCallback():
            callbacks.retry(turn, command)
        case c.OpenAccount():
            turn.emit(AccountOpened(account=command.account))
        case c.SetClock():
            turn.emit(ClockSet(mode=command.mode, rate=command.rate, real=command.real))
        case c.MoveClock():
            turn.emit(ClockMoved(now=turn.now))
        case _:
            assert_never(command)
    return Done()
