"""Each command of a session as a step of a scenario, or in words why it is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from msgspec import UNSET

from harness.copying import bodies
from harness.copying.account_document import persona_document
from harness.copying.session import Done, Session
from simulator.domain import commands as c
from simulator.domain.acquisition import Participated
from simulator.domain.delivery import SetHandset
from simulator.domain.fault_rules import Effect, FaultRule
from simulator.domain.faults import Struck
from simulator.domain.instants import MILLISECOND, Instant, format_duration, iso
from simulator.domain.personas import SHIPPED
from simulator.domain.sending import BundleTaken

Step = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment at its place: what cannot be copied, or with `is_loss` false what is done instead."""

    text: str
    is_loss: bool = True


OF_ITSELF = (
    *(c.LapseParticipation, c.GiveReply, c.MoveMt, c.RunBroadcast, c.LapseParts, c.RingAlarm),
    *(c.RecordAttempt, c.RetryCallback, c.QueueLate, c.RecoverDestination, c.CloseAllBinds),
    *(c.SetClock, c.MoveClock),
)
"""What happens by itself once the rest is done, and moves of the clock, which come with the steps."""

UNSAID: dict[type, str] = {
    c.SubmitPart: "one part of a long text by SMPP is no step; submit the text as a whole",
    c.CancelMt: "a message was cancelled by SMPP, which no step does",
    c.ReplaceMt: "a message was replaced by SMPP, which no step does",
    c.CreatePool: "an incentive pool was made; add it as a step vibes",
    c.UpdatePool: "an incentive pool was changed; add it as a step vibes",
    c.AddCodes: "codes were added to an incentive pool; add them as a step operator",
    c.IssueCode: "an incentive code was issued; add it as a step vibes",
    c.RedeemCode: "an incentive code was redeemed; add it as a step vibes",
    c.RegisterCallback: "a callback was registered; a scenario's campaign system has its own",
    c.UpdateCallback: "a callback was changed; a scenario's campaign system has its own",
    c.EndCallback: "a callback was ended; a scenario's campaign system has its own",
    c.TestCallback: "a test callback was asked for, which goes to nobody here",
    c.RepeatCallback: "a callback was told once more by hand, which goes to nobody here",
    c.OpenBind: "an SMPP session began; a scenario submits by HTTP",
    c.CloseBind: "an SMPP session ended",
    c.SetAlarm: "an application asked to be woken; here nobody waits",
    c.ClearAlarm: "an application asked no more to be woken",
}
"""What is no step, in words."""


IN_PLACE = {
    **dict.fromkeys((Effect.STATUS, Effect.VENDOR_ERROR, Effect.THROTTLE, Effect.STORE_FULL)),
    **dict.fromkeys((Effect.DROP, Effect.GARBAGE), "lost"),
}
"""Effects that answer a call in its place, so that nothing is done; by some there is no answer."""


@dataclass(slots=True)
class Phones:
    """The phones of a session as people of the scenario, by names made of their last digits."""

    names: dict[str, str] = field(default_factory=dict)

    def name(self, mdn: str) -> str:
        """The person of a phone."""
        if mdn not in self.names:
            short = f"p{mdn[-4:]}"
            taken = short in self.names.values()
            self.names[mdn] = f"p{mdn.lstrip('+')}" if taken else short
        return self.names[mdn]


_TRIGGERS = "mobiledb/event_triggered_messages"


class Steps:
    """The steps of a session, with the clock's moves between them."""

    def __init__(self, session: Session) -> None:
        self.phones = Phones()
        self._session = session
        self._now = session.account.clock.now
        self._lost = False

    def all(self) -> Iterator[Step | Remark]:
        """Every step and every remark, in order; the clock ends where the session's did."""
        for rule in self._session.account.faults:
            yield {"fault": bodies.fault_document(rule)}
        for done in self._session.done:
            for said in self._of(done):
                yield from self._moved(done.at)
                yield said
        yield from self._moved(self._session.ends)

    def _moved(self, at: int) -> Iterator[Step]:
        if at > self._now:
            wait = at - self._now
            self._now = Instant(at)
            yield {"to": iso(at)} if wait % MILLISECOND else {"advance": format_duration(wait)}

    def _of(self, done: Done) -> Iterator[Step | Remark]:
        command, reply = done.command, done.reply
        if isinstance(command, OF_ITSELF):
            return
        match command:
            case c.ReceiveMo():
                first = self._session.account.source_codes[0].code
                to = {} if command.code == first else {"to": command.code}
                person = self.phones.name(command.mdn)
                yield {"reply": {"person": person, "text": command.text, **to}}
            case c.SetHandset():
                yield from self._handset(command)
            case c.SubmitMt():
                yield from self._submit(command)
            case c.SubmitBundle():
                yield from self._bundle(command, reply)
            case c.AddParticipant():
                assert isinstance(reply, Participated)
                path = f"campaigns/acquisition/{quote(command.campaign_id)}/participants"
                key = {} if command.ref is None else {"person_key": command.ref.value}
                body = {**key, **bodies.person(command.patch)}
                yield self._call("POST", path, body, 200 if reply.repeated else 201)
            case c.AddPerson():
                yield self._call(
                    "POST", "mobiledb/persons", bodies.person(command.patch), bodies.saved(reply)
                )
            case c.UpdatePerson():
                path, body = bodies.person_path(command.ref), bodies.person(command.patch)
                yield self._call("PUT", path, body, bodies.saved(reply))
            case c.Unsubscribe():
                path = f"{bodies.person_path(command.ref)}/subscriptions/{quote(command.list_id)}"
                yield self._call("DELETE", path, None, 204)
            case c.CreateBroadcast():
                yield self._call("POST", "mobiledb/broadcasts", bodies.broadcast(command.plan), 201)
            case c.UpdateBroadcast():
                path = f"mobiledb/broadcasts/{quote(command.broadcast_id)}"
                yield self._call("PUT", path, bodies.broadcast(command.plan), 200)
            case c.CancelBroadcast():
                path = f"mobiledb/broadcasts/{quote(command.broadcast_id)}"
                yield self._call("DELETE", path, None, 200)
            case c.CreateTrigger():
                yield self._call("POST", _TRIGGERS, bodies.trigger(command.plan), 202)
            case c.UpdateTrigger():
                path = f"{_TRIGGERS}/{command.number}"
                yield self._call("PUT", path, bodies.trigger(command.plan), 200)
            case c.CancelTrigger():
                yield self._call("DELETE", f"{_TRIGGERS}/{command.number}", None, 200)
            case c.SubmitEvent():
                yield self._call("POST", "events", bodies.event(command), 202)
            case c.AddFaults():
                yield from ({"fault": bodies.fault_document(rule)} for rule in command.rules)
            case c.RemoveFaults():
                yield {"heal": command.fault_id or "all"}
            case c.MeetCall():
                yield from self._met(command, reply)
            case _:
                yield from _operator(command)

    def _call(self, method: str, path: str, body: Step | None, status: int) -> Step:
        lost, self._lost = self._lost, False
        told: Step = {"call": f"{method} {path}"}
        if body is not None:
            told["body"] = body
        return {"vibes": {**told, "answers": "lost" if lost else status}}

    def _submit(self, command: c.SubmitMt) -> Iterator[Step | Remark]:
        if command.surface == "smpp":
            yield Remark("this one was submitted by SMPP; its fate is the same by HTTP")
        lost, self._lost = self._lost, False
        wish = command.receipts.option if command.receipts is not None else "NONE"
        yield {
            "submit": {
                "to": self.phones.name(command.mdn),
                "text": command.text,
                **self._from(command.code),
                **({} if command.carrier is None else {"carrier": command.carrier}),
                **({} if command.company_id is None else {"company": command.company_id}),
                **({"split": True} if command.split else {}),
                **({"alternate": True} if command.alternate else {}),
                **({} if wish == "NONE" or command.surface == "smpp" else {"receipts": wish}),
                **({"answers": "lost"} if lost else {}),
            }
        }

    def _bundle(self, command: c.SubmitBundle, reply: object) -> Iterator[Step | Remark]:
        assert isinstance(reply, BundleTaken)
        yield Remark(f"these {len(command.orders)} were submitted in one bundle")
        lost, self._lost = self._lost, False
        if lost:
            yield Remark("and the answer to it was lost")
        for order, result in zip(command.orders, reply.results, strict=True):
            if hasattr(result, "message_id"):
                yield from self._submit(order)
            else:
                yield Remark(f"one of them, to {order.mdn}, was refused: {result.message}")

    def _met(self, command: c.MeetCall, reply: object) -> Iterator[Step | Remark]:
        """A call that faults met: whether its answer was lost, or it was answered in its place."""
        assert isinstance(reply, Struck)
        occasion, effects = command.occasion, {rule.effect: rule for rule in reply.rules}
        self._lost = Effect.LOSE_ANSWER in effects or Effect.HALF in effects
        struck = next((rule for rule in reply.rules if rule.effect in IN_PLACE), None)
        if struck is None:
            return
        self._lost = False
        call = f'fault {struck.id} struck the call "{occasion.operation}", which did nothing'
        if occasion.operation != "submit" or occasion.mdn is None:
            yield Remark(f"{call} and is not made again")
            return
        yield Remark(f"{call}; what its text was is not kept")
        yield {
            "submit": {
                "to": self.phones.name(occasion.mdn),
                "text": "not kept",
                **self._from(occasion.code),
                **_answer(struck),
            }
        }

    def _from(self, code: str | None) -> Step:
        """The code of a message, where it is not the account's first."""
        first = self._session.account.source_codes[0].code
        return {} if code in (None, first) else {"code": code}

    def _handset(self, command: SetHandset) -> Iterator[Step | Remark]:
        told: Step = {}
        for name in ("reachable", "connected", "carrier"):
            value = getattr(command, name)
            if value is not UNSET and value is not None:
                told[name] = value
        if command.carrier is None:
            yield Remark(f"{command.mdn} went back to the carrier of its number; no step does that")
        if command.persona is not UNSET:
            name = command.persona.name
            known = self._session.account.personas.get(name) or SHIPPED.get(name)
            if known != command.persona:
                body = {"persona": persona_document(command.persona)}
                yield {"operator": {"call": f"PUT /handsets/{command.mdn}", "body": body}}
            else:
                told["persona"] = name
        if told:
            yield {"phone": {"person": self.phones.name(command.mdn), **told}}


def _answer(struck: FaultRule) -> Step:
    """How a submit is answered that a fault struck."""
    errors = {Effect.THROTTLE: 1002, Effect.STORE_FULL: 1001, Effect.VENDOR_ERROR: struck.number}
    if struck.effect in errors:
        return {"error": errors[struck.effect]}
    if IN_PLACE[struck.effect]:
        return {"answers": "lost"}
    ours = struck.number is not None and struck.number >= 500
    return {"answers": struck.number, "error": 1001 if ours else 1000}


def _operator(command: c.AnyCommand) -> Iterator[Step | Remark]:
    """What an operator does by hand; what nobody can do again, in words."""
    match command:
        case c.ImportSubscribers():
            persons = [bodies.subscriber(item) for item in command.persons]
            path = f"/lists/{quote(command.list_id)}/subscribers"
            yield _operated("POST", path, {"persons": persons})
        case c.OptOut():
            body = {"reason": str(command.reason), "mdns": list(command.mdns)}
            more = {"carrier": command.carrier, "list": command.list_id}
            told = {name: value for name, value in more.items() if value is not None}
            yield _operated("POST", "/opt-outs", {**body, **told})
        case c.AddList():
            yield _operated("POST", "/lists", {"id": command.list_id, "name": command.name})
        case c.RenameList():
            yield _operated("PUT", f"/lists/{quote(command.list_id)}", {"name": command.name})
        case c.ArchiveList():
            yield _operated("DELETE", f"/lists/{quote(command.list_id)}", {})
        case _:
            words = UNSAID.get(type(command), f"{type(command).__name__} is no step")
            yield Remark(words)


def _operated(method: str, path: str, body: Step) -> Step:
    return {"operator": {"call": f"{method} {path}", **({"body": body} if body else {})}}
