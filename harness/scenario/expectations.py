"""Expectations: what each kind of check finds, in words, and what its opposite would be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from harness.campaigns.counters import COUNTED, RATES, counters
from harness.scenario.checks import (
    ActivityCheck,
    CallbacksCheck,
    Check,
    CountersCheck,
    EverCheck,
    FaultCheck,
    InboxCheck,
    MemberCheck,
    MessagesCheck,
    PendingCheck,
    RunCheck,
    WaitingCheck,
    matches,
    share,
)
from harness.scenario.stage import Stage
from simulator.domain.instants import parse_instant, to_datetime

HALF_A_TENTH = 0.0005
"""Rates are told to a tenth of a percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a check found: whether it holds, what was expected and what is, and whose phones."""

    holds: bool
    expected: str
    actual: str
    people: tuple[str, ...] = field(default=())


async def evaluate(check: Check, stage: Stage) -> Found:
    """Look whether an expectation holds now."""
    for member, evaluator in _EVALUATORS.items():
        told = getattr(check, member)
        if told is not None:
            return await evaluator(told, stage)
    raise ValueError("an empty check passed validation")


def inverted(check: Check) -> Check:
    """The check with the opposite expectation: where the one holds, the other must fail."""
    for member in type(check).model_fields:
        told = getattr(check, member)
        if told is not None:
            return check.model_copy(update={member: _opposite(told)})
    raise ValueError("an empty check passed validation")


def _opposite(told: Any) -> Any:
    if isinstance(told, InboxCheck):
        texts = told.is_[:-1] if told.is_ else ("*",)
        return told.model_copy(update={"is_": texts})
    if isinstance(told, CountersCheck):
        name = next(name for name in (*COUNTED, *RATES) if getattr(told, name) is not None)
        wanted = getattr(told, name)
        if name in RATES:
            return told.model_copy(update={name: "100%" if share(wanted) < 1 else "0%"})
        return told.model_copy(update={name: (wanted[1] + 1, wanted[1] + 1)})
    if isinstance(told, MemberCheck | EverCheck | PendingCheck | WaitingCheck):
        return told.model_copy(update={"is_": not told.is_})
    if isinstance(told, RunCheck):
        return told.model_copy(update={"is_": "ran" if told.is_ != "ran" else "invalid"})
    name = "fired" if isinstance(told, FaultCheck) else "count"
    more = getattr(told, name)[1] + 1
    return told.model_copy(update={name: (more, more)})


async def _inbox(told: InboxCheck, stage: Stage) -> Found:
    conversation = await stage.account.conversation(stage.mdn(told.person))
    came = [i for i in conversation if i["direction"] == "mt" and i["state"] == "delivered"]
    texts: list[str] = []
    for item in came:
        shown = [item]
        if told.parts:
            shown = (await stage.account.message(item["id"]))["parts"]
        texts += [part["text"] for part in shown]
    same = len(texts) == len(told.is_) and all(map(matches, texts, told.is_))
    return Found(
        holds=same,
        expected=f"{told.person} received {_listed(told.is_)}",
        actual=f"received {_listed(texts)}",
        people=(told.person,),
    )


async def _messages(told: MessagesCheck, stage: Stage) -> Found:
    mdn = stage.mdn(told.to) if told.to is not None else None
    found = [
        item
        for item in await stage.account.messages()
        if item["direction"] == told.direction
        and (mdn is None or item["mdn"] == mdn)
        and (told.text is None or matches(item["text"], told.text))
        and (told.purpose is None or item["purpose"] == told.purpose)
        and (told.state is None or item["state"] == told.state)
        and (told.segments is None or item["segments"] == told.segments)
        and (told.code is None or item["code"] == told.code)
        and (told.error is None or item["error_code"] == told.error)
        and (told.carrier is None or item["carrier"] == told.carrier)
    ]
    narrowed = _narrowed(told.model_dump(exclude={"count"}, exclude_defaults=True))
    return Found(
        holds=_within(len(found), told.count),
        expected=f"{_many(told.count)} messages{narrowed}",
        actual=f"{len(found)} messages",
        people=(told.to,) if told.to is not None else (),
    )


async def _member(told: MemberCheck, stage: Stage) -> Found:
    mdn = stage.mdn(told.person)
    found: dict[str, bool] = {}
    if told.says != "campaigns":
        found["Vibes"] = await stage.vibes.is_subscribed(told.list, mdn)
    if told.says != "vibes" and stage.application is None:
        found["the campaign system"] = stage.system.membership.is_member(told.list, mdn)
    return Found(
        holds=set(found.values()) == {told.is_},
        expected=f"{told.person} is {_not(told.is_)}a member of list {told.list}",
        actual=", ".join(f"{who} says {_yes(member)}" for who, member in found.items()),
        people=(told.person,),
    )


async def _ever(told: EverCheck, stage: Stage) -> Found:
    ever = stage.system.membership.was_member(told.list, stage.mdn(told.person))
    return Found(
        holds=ever == told.is_,
        expected=f"{told.person} is {_not(told.is_)}or ever was subscribed to list {told.list}",
        actual=f"the campaign system says {_yes(ever)}",
        people=(told.person,),
    )


async def _pending(told: PendingCheck, stage: Stage) -> Found:
    pending = await stage.vibes.pending(told.campaign, stage.mdn(told.person))
    return Found(
        holds=pending == told.is_,
        expected=f"the opt-in of {told.person} to {told.campaign} is {_not(told.is_)}pending",
        actual=f"it is {_not(pending)}pending",
        people=(told.person,),
    )


async def _activity(told: ActivityCheck, stage: Stage) -> Found:
    person = stage.person(told.person).id if told.person is not None else None
    found = [
        item
        for item in stage.system.log
        if item.kind == told.kind
        and (person is None or item.person_id == person)
        and (told.reason is None or item.reason == told.reason)
        and (told.campaign is None or item.campaign == told.campaign)
    ]
    narrowed = _narrowed(told.model_dump(exclude={"count", "kind"}, exclude_defaults=True))
    return Found(
        holds=_within(len(found), told.count),
        expected=f'{_many(told.count)} activities "{told.kind}"{narrowed}',
        actual=f"{len(found)} activities",
        people=(told.person,) if told.person is not None else (),
    )


async def _callbacks(told: CallbacksCheck, stage: Stage) -> Found:
    found = [
        item
        for item in await stage.account.deliveries()
        if item["callback_type"] == told.type and item["fate"] == told.fate
    ]
    return Found(
        holds=_within(len(found), told.count),
        expected=f"{_many(told.count)} callbacks {told.type} {told.fate}",
        actual=f"{len(found)} {told.fate}",
    )


async def _fault(told: FaultCheck, stage: Stage) -> Found:
    fired = {item["id"]: item["fired"] for item in await stage.account.faults()}.get(told.id)
    return Found(
        holds=fired is not None and _within(fired, told.fired),
        expected=f"fault {told.id} fired {_many(told.fired)} times",
        actual="no such fault holds" if fired is None else f"it fired {fired} times",
    )


async def _counters(told: CountersCheck, stage: Stage) -> Found:
    since, until = (
        to_datetime(parse_instant(text)) if text is not None else None
        for text in (told.since, told.until)
    )
    found = counters(
        (
            item
            for item in stage.system.log
            if (since is None or item.moment >= since) and (until is None or item.moment < until)
        ),
        told.campaign,
    )
    wanted = {name: count for name in COUNTED if (count := getattr(told, name)) is not None}
    rates = {name: rate for name in RATES if (rate := getattr(told, name)) is not None}
    holds = all(_within(getattr(found, name), count) for name, count in wanted.items())
    near = all(
        abs(getattr(found, name) - share(rate)) < HALF_A_TENTH for name, rate in rates.items()
    )
    counted = [f"{getattr(found, name)} {name}" for name in wanted]
    rated = [f"{name} {getattr(found, name):.1%}" for name in rates]
    return Found(
        holds=holds and near,
        expected=", ".join(
            [f"{_many(count)} {name}" for name, count in wanted.items()]
            + [f"{name} {rate}" for name, rate in rates.items()]
        ),
        actual=", ".join(counted + rated),
    )


async def _waiting(told: WaitingCheck, stage: Stage) -> Found:
    person = stage.person(told.person)
    waits = any(item is person for item in stage.system.agenda.waiting())
    return Found(
        holds=waits == told.is_,
        expected=f"{told.person} is {_not(told.is_)}waiting in a flow",
        actual=f"{told.person} is {_not(waits)}waiting",
        people=(told.person,),
    )


async def _run(told: RunCheck, stage: Stage) -> Found:
    report = stage.runs.get(told.campaign)
    status = report.status if report is not None else "never"
    reasons = report.reasons if report is not None else ()
    people = report.people if report is not None else 0
    holds = (
        status == told.is_
        and (told.people is None or told.people == people)
        and (told.because is None or any(told.because in reason for reason in reasons))
    )
    narrowed = _narrowed(told.model_dump(include={"people", "because"}, exclude_defaults=True))
    because = f": {'; '.join(reasons)}" if reasons else f" for {people} people"
    return Found(
        holds=holds,
        expected=f'campaign "{told.campaign}": {told.is_}{narrowed}',
        actual=f"{status}{because}",
    )


_EVALUATORS: dict[str, Callable[[Any, Stage], Awaitable[Found]]] = {
    "inbox": _inbox,
    "messages": _messages,
    "member": _member,
    "ever_member": _ever,
    "pending": _pending,
    "activity": _activity,
    "callbacks": _callbacks,
    "run": _run,
    "fault": _fault,
    "counters": _counters,
    "waiting": _waiting,
}


def _within(number: int, count: tuple[int, int]) -> bool:
    return count[0] <= number <= count[1]


def _many(count: tuple[int, int]) -> str:
    least, most = count
    return str(least) if least == most else f"{least} to {most}"


def _listed(texts: tuple[str, ...] | list[str]) -> str:
    return "nothing" if not texts else ", ".join(f'"{text}"' for text in texts)


def _narrowed(told: dict[str, Any]) -> str:
    return " with " + ", ".join(f"{key} {value!r}" for key, value in told.items()) if told else ""


def _not(holds: bool) -> str:
    return "" if holds else "not "


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
