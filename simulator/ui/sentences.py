"""Journal rows and timers as sentences: what was asked, what happened, what is due.

What a row names by id alone is looked up in `Known`; where nothing is known of it the id stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulator.domain import commands as c
from simulator.domain import events as e
from simulator.domain.account import Account
from simulator.domain.instants import MILLISECOND, format_duration
from simulator.domain.lines import Delivery
from simulator.domain.messages import Mt
from simulator.domain.person import PersonPatch, PersonRef
from simulator.domain.timers import Timer
from simulator.domain.world import World
from simulator.ui.words import carrier, clock_time, isolated, phone

LONGEST = 60
"""The characters of a text that stand in a sentence."""

OPEN = "asked to join"


class Known:
    """What sentences look up: the messages of a page by id, and the world for people and lists."""

    def __init__(self, world: World, messages: Mapping[str, tuple[str, str]] | None = None) -> None:
        self.world = world
        self._messages = messages or {}

    def message(self, key: str) -> str:
        """A message, by its text and its phone."""
        mt = self.world.messages.in_flight.get(key)
        found = self._messages.get(key)
        if found is None and mt is not None:
            found = (mt.mdn, mt.text)
        return f"{cut(found[1])} to {phone(found[0])}" if found else f"message {key}"

    def step(self, key: str) -> str:
        """What becomes of a message next."""
        book = self.world.messages
        if key in book.held:
            return "its carrier tries no longer"
        mt = book.in_flight.get(key)
        if mt is None:
            return "a message goes a step on"
        step = mt.fate.steps[book.steps[key]]
        if step.state == "delivered":
            return "a message gets to the phone, if it is on"
        code = f" with code {step.error_code}" if step.error_code is not None else ""
        return f"a message is {step.state}{code}"

    def person(self, key: str) -> str:
        """A person, by number or external id."""
        person = self.world.people.by_key.get(key)
        if person is None:
            return f"person {key}"
        return phone(person.mdn) if person.mdn else f"person {person.external_person_id or key}"

    def list(self, key: str) -> str:
        """A list, by its name and id."""
        item = self.world.catalogue.lists.get(key)
        return f"{item.name} ({key})" if item is not None else f"list {key}"

    def delivery(self, key: str) -> str:
        """A callback, by its type where it is still under way."""
        kept = self.world.lines.kept.get(key)
        item = self.world.lines.deliveries.get(key) or (kept.delivery if kept else None)
        return f"callback {item.callback_type}" if item is not None else f"callback {key[:8]}"

    def request(self, key: str) -> str:
        """A request to join, by its phone and campaign while it is pending."""
        item = self.world.participations.pending.get(key)
        if item is None:
            return f"the request to join {key}"
        return f"the request of {phone(item.mdn)} to join {item.campaign_id}"


def cut(text: str) -> str:
    """A text in quotes, its end left out where it is long."""
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()}..."
    return f'"{isolated(shown)}"'


def sentence(value: c.AnyCommand | e.AnyEvent, known: Known) -> str:
    """A command or an event in words."""
    told = _SENTENCES.get(type(value))
    words = told(value, known) if told is not None else type(value).__name__
    return words[:1].upper() + words[1:]


def why(timer: Timer, known: Known) -> tuple[str, str]:
    """What a timer does, and for whom."""
    told = _TIMERS.get(type(timer.command))
    return told(timer.command, known) if told is not None else (type(timer.command).__name__, "")


def _who(ref: PersonRef | None, patch: PersonPatch | None, known: Known) -> str:
    if patch is not None and isinstance(patch.mdn, str):
        return phone(patch.mdn)
    if ref is not None:
        return known.person(ref.value) if ref.by == "key" else phone(ref.value)
    if patch is not None and isinstance(patch.external_person_id, str):
        return f"person {patch.external_person_id}"
    return "somebody"


def _account(account: Account) -> str:
    return f"The account {account.company_key} began, with the seed {account.seed}"


def _mt(mt: Mt) -> str:
    by = {"connect": "by HTTP", "smpp": "by SMPP", "platform": "from the platform"}[mt.surface]
    return f"{cut(mt.text)} to {phone(mt.mdn)} was accepted ({mt.purpose.replace('_', ' ')}, {by})"


def _handset(item: c.SetHandset) -> str:
    told: list[str] = []
    if isinstance(item.reachable, bool):
        told.append("goes on" if item.reachable else "goes off")
    if isinstance(item.connected, bool):
        told.append("is connected" if item.connected else "is dropped by its carrier")
    if isinstance(item.carrier, str):
        told.append(f"goes to {carrier(item.carrier)}")
    name = getattr(item.persona, "name", None)
    if name is not None:
        told.append(f"gets the persona {name.replace('_', ' ')}")
    return f"The phone {phone(item.mdn)} {', '.join(told) or 'is as it was'}"


def _moved(item: e.MtMoved, known: Known) -> str:
    code = f", code {item.error_code}" if item.error_code is not None else ""
    return f"{known.message(item.message_id)} is {item.state}{code}"


def _met(item: c.MeetCall) -> str:
    whose = f" about {phone(item.occasion.mdn)}" if item.occasion.mdn else ""
    return f"The call {item.occasion.operation}{whose} meets the faults that hold"


def _fired(item: e.FaultFired) -> str:
    occasion = item.occasion
    whom = f" of {phone(occasion.mdn)}" if occasion.mdn else ""
    return f"Fault {item.fault_id} strikes {occasion.surface} {occasion.operation}{whom}: {item.effect}"


def _attempt(item: c.RecordAttempt, known: Known) -> str:
    came = f"answered {item.status}" if item.status is not None else f"failed: {item.error}"
    return f"Attempt {item.attempt} at {known.delivery(item.delivery_id)} {came}"


def _told(item: Delivery) -> str:
    return f"Callback {item.callback_type} for {item.url}"


def _rules(item: c.AddFaults) -> str:
    told = ", ".join(f"{rule.id} ({rule.match.surface} {rule.effect})" for rule in item.rules)
    return f"Faults hold from now on: {told}"


def _clock(item: e.ClockSet | c.SetClock) -> str:
    return (
        "The clock stands until moved"
        if item.mode == "manual"
        else f"The clock runs at {item.rate}x"
    )


_SENTENCES: dict[type, Callable[[Any, Known], str]] = {
    c.OpenAccount: lambda i, k: _account(i.account),
    c.SetClock: lambda i, k: _clock(i),
    c.MoveClock: lambda i, k: "The clock is moved",
    c.AddPerson: lambda i, k: f"A client saves the person {_who(None, i.patch, k)}",
    c.UpdatePerson: lambda i, k: f"A client changes the person {_who(i.ref, i.patch, k)}",
    c.ImportSubscribers: lambda i, k: f"{len(i.persons)} people are put on {k.list(i.list_id)}",
    c.OptOut: lambda i, k: f"{len(i.mdns) or 'Many'} numbers are opted out in bulk ({i.reason})",
    c.AddList: lambda i, k: f"The list {i.name} ({i.list_id}) is made",
    c.RenameList: lambda i, k: f"The list {i.list_id} is renamed {i.name}",
    c.ArchiveList: lambda i, k: f"The list {i.list_id} is archived",
    c.Unsubscribe: lambda i, k: f"A client takes {_who(i.ref, None, k)} off {k.list(i.list_id)}",
    c.AddParticipant: lambda i, k: (
        f"A client asks {_who(i.ref, i.patch, k)} to join {i.campaign_id}"
    ),
    c.LapseParticipation: lambda i, k: f"The window of {k.request(i.participation_id)} is over",
    c.ReceiveMo: lambda i, k: f"{phone(i.mdn)} texts {cut(i.text)} to {i.code}",
    c.GiveReply: lambda i, k: f"{phone(i.mdn)} replies {cut(i.text)} by itself",
    c.SubmitMt: lambda i, k: f"A client submits {cut(i.text)} to {phone(i.mdn)} from {i.code}",
    c.SubmitBundle: lambda i, k: f"A client submits a bundle of {len(i.orders)} messages",
    c.SubmitPart: lambda i, k: "A client submits one part of a long message",
    c.LapseParts: lambda i, k: "The parts of a message were waited for in vain",
    c.CancelMt: lambda i, k: f"A client cancels {k.message(i.message_id)}",
    c.ReplaceMt: lambda i, k: f"A client replaces {k.message(i.message_id)} by {cut(i.text)}",
    c.MoveMt: lambda i, k: f"{k.message(i.message_id)} goes a step on",
    c.CreateBroadcast: lambda i, k: f"A client makes the broadcast {cut(i.plan.name)}",
    c.UpdateBroadcast: lambda i, k: f"A client changes the broadcast {i.broadcast_id}",
    c.CancelBroadcast: lambda i, k: f"A client cancels the broadcast {i.broadcast_id}",
    c.RunBroadcast: lambda i, k: f"The broadcast {i.broadcast_id} sends",
    c.SubmitEvent: lambda i, k: f"A client submits the event {i.event_type}",
    c.SetHandset: lambda i, k: _handset(i),
    c.RegisterCallback: lambda i, k: f"A client registers {i.callback_type} at {i.url}",
    c.EndCallback: lambda i, k: f"A client ends the callback {i.callback_id}",
    c.RecordAttempt: lambda i, k: _attempt(i, k),
    c.RetryCallback: lambda i, k: f"{k.delivery(i.delivery_id)} is tried again",
    c.QueueLate: lambda i, k: f"{k.delivery(i.delivery_id)}, kept by a fault, joins its line",
    c.RepeatCallback: lambda i, k: f"{_told(i.delivery)} is told once more by hand",
    c.RecoverDestination: lambda i, k: f"{i.url} is tried again",
    c.AddFaults: lambda i, k: _rules(i),
    c.RemoveFaults: lambda i, k: f"Fault {i.fault_id} ends" if i.fault_id else "All faults end",
    c.MeetCall: lambda i, k: _met(i),
    c.SetAlarm: lambda i, k: f"An application sets the alarm {i.name} for {clock_time(i.at)}",
    c.RingAlarm: lambda i, k: f"The alarm {i.name} rings",
    e.AccountOpened: lambda i, k: _account(i.account),
    e.ClockSet: lambda i, k: _clock(i),
    e.ClockMoved: lambda i, k: f"It is {clock_time(i.now)}",
    e.PersonAdded: lambda i, k: f"{k.person(i.person.person_key)} came into the database",
    e.PersonUpdated: lambda i, k: f"{k.person(i.person.person_key)} changed",
    e.ListSaved: lambda i, k: f"There is the list {i.item.name} ({i.item.id})",
    e.ListArchived: lambda i, k: f"The list {i.list_id} is archived",
    e.SubscriptionAdded: lambda i, k: (
        f"{k.person(i.subscription.person_key)} is on {k.list(i.subscription.list_id)} "
        f"(consent: {i.subscription.consent})"
    ),
    e.SubscriptionRemoved: lambda i, k: (
        f"{k.person(i.person_key)} is off {k.list(i.list_id)} ({i.reason})"
    ),
    e.ParticipationOpened: lambda i, k: (
        f"{phone(i.participation.mdn)} {OPEN} {i.participation.campaign_id}, "
        f"until {clock_time(i.participation.expires_at)}"
    ),
    e.ParticipationEnded: lambda i, k: f"{k.request(i.participation_id)} ends {i.outcome}",
    e.ConfirmationBlockCleared: lambda i, k: (
        f"{phone(i.mdn)} may be asked by {i.campaign_id} again"
    ),
    e.OptedOut: lambda i, k: f"{phone(i.opt_out.mdn)} opted out of {i.opt_out.code}",
    e.OptOutLifted: lambda i, k: f"The opt-out of {phone(i.mdn)} from {i.code} is lifted",
    e.StopConfirmed: lambda i, k: f"The STOP of {phone(i.mdn)} to {i.code} is confirmed",
    e.MoReceived: lambda i, k: (
        f"{cut(i.mo.text)} from {phone(i.mo.mdn)} is taken as {i.mo.taken_as.replace('_', ' ')}"
    ),
    e.KeywordNearMiss: lambda i, k: (
        f"{cut(i.text)} from {phone(i.mdn)} holds {i.keyword} and is no {i.keyword}"
    ),
    e.MtAccepted: lambda i, k: _mt(i.mt),
    e.MtMoved: _moved,
    e.MtHeld: lambda i, k: (
        f"{k.message(i.message_id)} waits until {clock_time(i.until)}: {i.because}"
    ),
    e.MtForwarded: lambda i, k: f"{k.message(i.message_id)} is sent again from the alternate code",
    e.MtReplaced: lambda i, k: f"The text is now {cut(i.mt.text)} to {phone(i.mt.mdn)}",
    e.BroadcastSaved: lambda i, k: (
        f"The broadcast {cut(i.broadcast.plan.name)} is {i.broadcast.state.replace('_', ' ')}"
    ),
    e.BroadcastStarted: lambda i, k: (
        f"The broadcast {i.broadcast_id} goes to {len(i.recipients)} people"
    ),
    e.RecipientSkipped: lambda i, k: f"A broadcast skips {k.person(i.person_key)}: {i.reason}",
    e.EventTaken: lambda i, k: f"The event {i.event_type} is taken in",
    e.HandsetChanged: lambda i, k: f"The phone {phone(i.handset.mdn)} is changed",
    e.ReplyPlanned: lambda i, k: f"{phone(i.mdn)} will reply {cut(i.text)} at {clock_time(i.due)}",
    e.ReplyGiven: lambda i, k: "A planned reply is given",
    e.CallbackRegistered: lambda i, k: (
        f"{i.registration.callback_type} is told to {i.registration.url}"
    ),
    e.CallbackQueued: lambda i, k: f"{_told(i.delivery)} waits in its line",
    e.CallbackReleased: lambda i, k: f"{k.delivery(i.delivery_id)} goes out",
    e.CallbackDelivered: lambda i, k: f"{k.delivery(i.delivery_id)} was taken: {i.status}",
    e.CallbackDeferred: lambda i, k: (
        f"{k.delivery(i.delivery_id)} was not taken ({i.reason}), again at {clock_time(i.due)}"
    ),
    e.CallbackFailed: lambda i, k: f"{k.delivery(i.delivery_id)} failed ({i.reason})",
    e.CallbackOverflowed: lambda i, k: f"{_told(i.delivery)} failed: its line is full",
    e.CallbackKept: lambda i, k: f"A fault keeps {_told(i.delivery)} until {clock_time(i.until)}",
    e.DestinationDowned: lambda i, k: f"{i.url} gets nothing until {clock_time(i.until)}",
    e.DestinationRecovered: lambda i, k: f"{i.url} is tried again",
    e.AlarmSet: lambda i, k: f"The alarm {i.name} is set for {clock_time(i.at)}",
    e.AlarmCleared: lambda i, k: f"The alarm {i.name} {'rang' if i.rang else 'is taken back'}",
    e.BindOpened: lambda i, k: f"An SMPP session is bound as {i.bind_type}",
    e.BindClosed: lambda i, k: "An SMPP session ended",
    e.FaultAdded: lambda i, k: (
        f"Fault {i.rule.id} holds: {i.rule.match.surface} {i.rule.effect}"
        + (f" {format_duration(i.rule.wait_ms * MILLISECOND)}" if i.rule.wait_ms else "")
    ),
    e.FaultRemoved: lambda i, k: f"Fault {i.fault_id} ended",
    e.FaultFired: lambda i, k: _fired(i),
    e.FaultSpared: lambda i, k: f"Fault {i.fault_id} lets one pass",
}

_TIMERS: dict[type, Callable[[Any, Known], tuple[str, str]]] = {
    c.LapseParticipation: lambda i, k: (
        "the window of an opt-in ends",
        k.request(i.participation_id),
    ),
    c.MoveMt: lambda i, k: (k.step(i.message_id), k.message(i.message_id)),
    c.RunBroadcast: lambda i, k: ("a broadcast sends", f"broadcast {i.broadcast_id}"),
    c.GiveReply: lambda i, k: (f"a persona replies {cut(i.text)}", phone(i.mdn)),
    c.RetryCallback: lambda i, k: ("a callback is tried again", k.delivery(i.delivery_id)),
    c.QueueLate: lambda i, k: ("a callback that a fault keeps is told", k.delivery(i.delivery_id)),
    c.RecoverDestination: lambda i, k: ("a downed destination is tried again", i.url),
    c.LapseParts: lambda i, k: ("missing parts are waited for no longer", "a message in parts"),
    c.RingAlarm: lambda i, k: ("an alarm of your application rings", i.name),
}
