"""`decide`: what follows from a command, as events and a reply, with nothing changed yet."""

from __future__ import annotations

from typing import NamedTuple, assert_never

from simulator.domain import (
    acquisition,
    alarms,
    binds,
    broadcasts,
    bulk,
    callbacks,
    catalogue,
    delivery,
    faults,
    inbound,
    incentive_pools,
    issuing,
    lines,
    lists,
    multipart,
    people,
    registrations,
    rehearsal,
    sending,
    triggers,
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
    match command:  # what is asked most stands first
        case c.MoveMt():
            delivery.move(turn, command)
        case c.SubmitMt():
            return sending.submit(turn, command)
        case c.RecordAttempt():
            lines.record_attempt(turn, command)
        case c.AddParticipant():
            return acquisition.add_participant(turn, command)
        case c.GiveReply():
            inbound.give_reply(turn, command)
        case c.LapseParticipation():
            acquisition.lapse(turn, command)
        case c.AddPerson():
            return people.add_person(turn, command)
        case c.UpdatePerson():
            return people.update_person(turn, command)
        case c.ImportSubscribers():
            return bulk.import_subscribers(turn, command)
        case c.OptOut():
            return bulk.opt_out(turn, command)
        case c.AddList():
            return catalogue.add(turn, command)
        case c.RenameList():
            return catalogue.rename(turn, command)
        case c.ArchiveList():
            return catalogue.archive(turn, command)
        case c.Unsubscribe():
            return lists.unsubscribe(turn, command)
        case c.ReceiveMo():
            return inbound.receive(turn, command)
        case c.SubmitBundle():
            return sending.submit_bundle(turn, command)
        case c.SubmitPart():
            return multipart.submit_part(turn, command)
        case c.LapseParts():
            multipart.lapse(turn, command)
        case c.CancelMt():
            return delivery.cancel(turn, command)
        case c.ReplaceMt():
            return sending.replace(turn, command)
        case c.CreateBroadcast():
            return broadcasts.create(turn, command)
        case c.UpdateBroadcast():
            return broadcasts.update(turn, command)
        case c.CancelBroadcast():
            return broadcasts.cancel(turn, command)
        case c.RunBroadcast():
            broadcasts.run(turn, command)
        case c.CreateTrigger():
            return triggers.create(turn, command)
        case c.UpdateTrigger():
            return triggers.update(turn, command)
        case c.CancelTrigger():
            return triggers.cancel(turn, command)
        case c.SubmitEvent():
            return triggers.submit(turn, command)
        case c.SetHandset():
            return delivery.set_handset(turn, command)
        case c.CreatePool():
            return incentive_pools.create(turn, command)
        case c.UpdatePool():
            return incentive_pools.update(turn, command)
        case c.AddCodes():
            return incentive_pools.add_codes(turn, command)
        case c.IssueCode():
            return issuing.issue(turn, command)
        case c.RedeemCode():
            return issuing.redeem(turn, command)
        case c.RegisterCallback():
            return registrations.register(turn, command)
        case c.TestCallback():
            return rehearsal.send(turn, command)
        case c.UpdateCallback():
            return registrations.update(turn, command)
        case c.EndCallback():
            return registrations.end(turn, command)
        case c.RetryCallback():
            lines.retry(turn, command)
        case c.QueueLate():
            lines.queue_late(turn, command)
        case c.RepeatCallback():
            return callbacks.repeat(turn, command)
        case c.RecoverDestination():
            lines.recover(turn, command)
        case c.OpenBind():
            return binds.open_bind(turn, command)
        case c.CloseBind():
            binds.close_bind(turn, command)
        case c.CloseAllBinds():
            binds.close_all(turn, command)
        case c.SetAlarm():
            alarms.set_alarm(turn, command)
        case c.ClearAlarm():
            alarms.clear(turn, command)
        case c.RingAlarm():
            alarms.ring(turn, command)
        case c.AddFaults():
            faults.add(turn, command)
        case c.RemoveFaults():
            faults.remove(turn, command)
        case c.MeetCall():
            return faults.meet(turn, command)
        case c.OpenAccount():
            turn.emit(AccountOpened(account=command.account))
        case c.SetClock():
            turn.emit(ClockSet(mode=command.mode, rate=command.rate, real=command.real))
        case c.MoveClock():
            turn.emit(ClockMoved(now=turn.now))
        case _:
            assert_never(command)
    return Done()
