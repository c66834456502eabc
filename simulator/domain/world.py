"""The world of one account: everything there is, changed by `apply` and nothing else.

`apply` also sets and clears the timers an event implies, so a world rebuilt from its journal is the
same world, timers and all.
"""

from __future__ import annotations

from typing import assert_never

from simulator.domain import events as e
from simulator.domain.account import Account
from simulator.domain.acquisition import LapseParticipation
from simulator.domain.alarms import RingAlarm
from simulator.domain.binds import Binds
from simulator.domain.broadcasts import Broadcasts, RunBroadcast
from simulator.domain.callbacks import Callbacks
from simulator.domain.catalogue import Catalogue
from simulator.domain.delivery import MoveMt
from simulator.domain.faults import Faults, whose
from simulator.domain.handset import Handsets
from simulator.domain.inbound import GiveReply
from simulator.domain.incentives import Incentives
from simulator.domain.instants import Instant
from simulator.domain.lines import Lines, QueueLate, RecoverDestination, RetryCallback
from simulator.domain.lists import Subscriptions
from simulator.domain.messages import Messages
from simulator.domain.multipart import LapseParts, PartKept, Parts
from simulator.domain.opt_outs import OptOuts
from simulator.domain.participation import Participation, Participations
from simulator.domain.person import People
from simulator.domain.timers import Timers
from simulator.domain.triggers import Triggers


class World:
    """One account's universe. Read it anywhere; change it only through `apply`."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.now: Instant = account.clock.now
        self.clock = e.ClockSet(mode="manual", rate=1, real=None)
        self.clock_since: Instant = account.clock.now
        self.catalogue = Catalogue(account.lists)
        self.people = People()
        self.subscriptions = Subscriptions()
        self.participations = Participations()
        self.opt_outs = OptOuts()
        self.messages = Messages(account)
        self.parts = Parts()
        self.handsets = Handsets()
        self.incentives = Incentives()
        self.broadcasts = Broadcasts()
        self.triggers = Triggers()
        self.callbacks = Callbacks()
        self.lines = Lines()
        self.binds = Binds()
        self.alarms: dict[str, e.AlarmSet] = {}
        self.faults = Faults()
        for rule in account.faults:
            self.faults.rules[rule.id] = rule
        self.timers = Timers()

    def apply(self, event: e.AnyEvent, at: Instant) -> None:
        """Let the event have happened at `at`. An impossible event raises ValueError or KeyError."""
        self.now = at
        match event:  # what happens most is asked for first
            case e.MtMoved():
                if self.messages.apply_moved(event):
                    self._await_step(event.message_id)
                else:
                    self.timers.clear(f"mt:{event.message_id}")
                    self.triggers.routed.pop(event.message_id, None)
            case e.MtAccepted():
                self.messages.apply_accepted(event)
                self._await_step(event.mt.message_id)
            case e.CallbackQueued():
                self.lines.apply_queued(event)
                self.timers.clear(f"late:{event.delivery.delivery_id}")
            case e.CallbackReleased():
                self.lines.apply_released(event)
                self.timers.clear(f"retry:{event.delivery_id}")
            case e.CallbackDelivered():
                self.lines.apply_finished(event.delivery_id, gave_up=False)
            case e.MoReceived():
                self.messages.apply_received(event)
            case e.ReplyPlanned():
                self._await_reply(event)
            case e.ReplyGiven():
                self.timers.clear(f"reply:{event.answers}:{event.habit}")
            case e.PersonAdded() | e.PersonUpdated():
                self.people.apply_saved(event.person)
            case e.ParticipationOpened():
                self.participations.apply_opened(event)
                self._await_yes(event.participation)
            case e.ParticipationEnded():
                self.participations.apply_ended(event)
                self.timers.clear(f"expire:{event.participation_id}")
            case e.SubscriptionAdded():
                self.subscriptions.apply_added(event)
            case e.ListSaved():
                self.catalogue.apply_saved(event)
            case e.ListArchived():
                self.catalogue.apply_archived(event)
            case e.SubscriptionRemoved():
                self.subscriptions.apply_removed(event)
            case e.ConfirmationBlockCleared():
                self.participations.blocks.discard((event.campaign_id, event.mdn))
            case e.OptedOut():
                self.opt_outs.apply_opted_out(event)
            case e.OptOutLifted():
                self.opt_outs.apply_lifted(event)
            case e.StopConfirmed():
                self.opt_outs.apply_confirmed(event)
            case e.MtHeld():
                self.messages.apply_held(event)
                self._await_step(event.message_id)
            case e.MtReplaced():
                self.messages.apply_replaced(event)
            case e.PartKept():
                self.parts.apply_kept(event)
                self._await_parts(event)
            case e.PartsJoined():
                self.parts.apply_joined(event)
                self.timers.clear(f"parts:{event.key}")
            case e.BroadcastSaved():
                self.broadcasts.apply_saved(event)
                self._await_broadcast(event.broadcast.broadcast_id)
            case e.BroadcastStarted():
                self.broadcasts.apply_started(event)
            case e.BroadcastAdvanced():
                self.broadcasts.apply_advanced(event)
                self._await_broadcast(event.broadcast_id)
            case e.TriggerSaved():
                self.triggers.apply_saved(event)
            case e.EventTaken():
                self.triggers.apply_taken(event)
            case e.EventRouted():
                self.triggers.apply_routed(event)
            case e.HandsetChanged():
                self.handsets.apply_changed(event)
            case e.PoolCreated():
                self.incentives.apply_created(event)
            case e.PoolUpdated():
                self.incentives.apply_updated(event)
            case e.CodesAdded():
                self.incentives.apply_added(event, at)
            case e.CodeIssued():
                self.incentives.apply_issued(event)
            case e.CodeRedeemed():
                self.incentives.apply_redeemed(event)
            case e.CallbackRegistered():
                item = event.registration
                self.callbacks.registrations[item.callback_id] = item
            case e.CallbackDeferred():
                self.lines.apply_deferred(event)
                retry = RetryCallback(delivery_id=event.delivery_id)
                self.timers.set(f"retry:{event.delivery_id}", event.due, retry)
            case e.CallbackFailed():
                self.lines.apply_finished(event.delivery_id, gave_up=event.gave_up)
            case e.CallbackOverflowed():
                self.lines.apply_overflowed(event)
                self.timers.clear(f"late:{event.delivery.delivery_id}")
            case e.CallbackKept():
                self.lines.apply_kept(event)
                key = event.delivery.delivery_id
                self.timers.set(f"late:{key}", event.until, QueueLate(delivery_id=key))
            case e.CallbackReturned():
                self.lines.apply_returned(event.delivery_id)
            case e.BindOpened():
                self.binds.apply_opened(event)
            case e.BindClosed():
                self.binds.apply_closed(event)
            case e.AlarmSet():
                self.alarms[event.name] = event
                self.timers.set(f"alarm:{event.name}", event.at, RingAlarm(name=event.name))
            case e.AlarmCleared():
                del self.alarms[event.name]
                self.timers.clear(f"alarm:{event.name}")
            case e.FaultAdded():
                self.faults.apply_added(event)
            case e.FaultRemoved():
                self.faults.apply_removed(event.fault_id)
            case e.FaultFired():
                self.faults.apply_met(event.fault_id, whose(event.occasion), fired=True)
            case e.FaultSpared():
                self.faults.apply_met(event.fault_id, event.subject, fired=False)
            case e.DestinationDowned():
                self.lines.downed[event.url] = event.until
                recover = RecoverDestination(url=event.url)
                self.timers.set(f"recover:{event.url}", event.until, recover)
            case e.DestinationRecovered():
                del self.lines.downed[event.url]
                self.lines.failures.pop(event.url, None)
                self.timers.clear(f"recover:{event.url}")
            case e.ClockSet():
                self.clock = event
                self.clock_since = at
            case e.ClockMoved():
                self.now = event.now
            case e.AccountOpened() | e.KeywordNearMiss() | e.RecipientSkipped() | e.MtForwarded():
                pass
            case _:
                assert_never(event)

    def _await_yes(self, item: Participation) -> None:
        inclusive = self.account.settings.window_edge == "inclusive"
        due = Instant(item.expires_at + (1 if inclusive else 0))
        lapse = LapseParticipation(participation_id=item.participation_id)
        self.timers.set(f"expire:{item.participation_id}", due, lapse)

    def _await_step(self, message_id: str) -> None:
        due = self.messages.next_due(message_id)
        self.timers.set(f"mt:{message_id}", due, MoveMt(message_id=message_id))

    def _await_broadcast(self, broadcast_id: str) -> None:
        due = self.broadcasts.next_due(broadcast_id, self.now)
        if due is None:
            self.timers.clear(f"broadcast:{broadcast_id}")
        else:
            run = RunBroadcast(broadcast_id=broadcast_id)
            self.timers.set(f"broadcast:{broadcast_id}", due, run)

    def _await_reply(self, event: e.ReplyPlanned) -> None:
        reply = GiveReply(
            mdn=event.mdn,
            code=event.code,
            text=event.text,
            answers=event.answers,
            habit=event.habit,
        )
        self.timers.set(f"reply:{event.answers}:{event.habit}", event.due, reply)

    def _await_parts(self, event: PartKept) -> None:
        if self.timers.get(f"parts:{event.key}") is None:
            self.timers.set(f"parts:{event.key}", event.until, LapseParts(key=event.key))
