"""Expectations: what each kind of check finds, in words, and what its opposite would be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from harness.campaigns.counters import COUNTED, RATES, counters
from harness.scenario import callback_expectations, message_expectations
from harness.scenario.checks import (
    ActivityCheck,
    Check,
    CountersCheck,
    EverCheck,
    FaultCheck,
    InboxCheck,
    MemberCheck,
    PendingCheck,
    RunCheck,
    WaitingCheck,
)
from harness.scenario.finding import Found, counted, listed, many, narrowed, since, some, within
from harness.scenario.message_checks import CostCheck, MessagesCheck, NoMessageCheck
from harness.scenario.stage import Stage
from harness.scenario.values import matches, share, when
from simulator.domain.instants import parse_instant, to_datetime

HALF_A_TENTH = 0.0005
"""Rates are told to a tenth of a percent."""


async def evaluate(check: Check, stage: Stage) -> Found:
    """Look whether an expectation holds now."""
    return await _EVALUATORS[check.chosen](getattr(check, check.chosen), stage)


def inverted(check: Check) -> Check:
    """The check with the opposite expectation: where the one holds, the other must fail."""
    return check.model_copy(update={check.chosen: _opposite(getattr(check, check.chosen))})


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
    if isinstance(told, NoMessageCheck):
        return NoMessageCheck()
    if isinstance(told, tuple):
        return told[::-1]
    if isinstance(told, CostCheck):
        return told.model_copy(update={"is_": str(Decimal(told.is_) + 1)})
    name = "fired" if isinstance(told, FaultCheck) else "count"
    if isinstance(told, MessagesCheck) and told.count is None:
        name = "total_segments"
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
        expected=f"{told.person} received {listed(told.is_)}",
        actual=f"received {listed(texts)}",
        people=(told.person,),
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
    whenever = [
        item
        for item in stage.system.log
        if item.kind == told.kind
        and (person is None or item.person_id == person)
        and (told.reason is None or item.reason == told.reason)
        and (told.campaign is None or item.campaign == told.campaign)
    ]
    count, actual = len(whenever), counted(len(whenever), "activity")
    if told.at is not None:
        first, last = (when(text, stage.begins) for text in told.at)
        moments = [parse_instant(item.at) for item in whenever]
        count = sum(first <= moment <= last for moment in moments)
        times = some(since(moment, stage.begins) for moment in moments)
        there = f"one {times}" if times else "none at any time"
        actual = f"{counted(count, 'activity')}; there is {there}"
    if not whenever:
        actual += _nearest(told, stage, person)
    those = narrowed(told.model_dump(exclude={"count", "kind"}, exclude_defaults=True))
    return Found(
        holds=within(count, told.count),
        expected=f'{counted(told.count, "activity")} "{told.kind}"{those}',
        actual=actual,
        people=(told.person,) if told.person is not None else (),
    )


def _nearest(told: ActivityCheck, stage: Stage, person: int | None) -> str:
    """Of that kind, what there is with another reason, of another campaign, of somebody else."""
    alike = [item for item in stage.system.log if item.kind == told.kind]
    own = [item for item in alike if person is None or item.person_id == person]
    if not alike:
        return "; there is none of that kind"
    if not own:
        names = {item.id: item.name for item in stage.system.people}
        whose = dict.fromkeys(names.get(item.person_id, "somebody else") for item in alike)
        return f"; there is one of {some(whose)}"
    parts = (
        " ".join(
            f"{name} {value}"
            for name, value in (("reason", item.reason), ("campaign", item.campaign))
            if value is not None and getattr(told, name) is not None
        )
        for item in own
    )
    return f"; there is one with {some(dict.fromkeys(part for part in parts if part) or ['none'])}"


async def _fault(told: FaultCheck, stage: Stage) -> Found:
    fired = {item["id"]: item["fired"] for item in await stage.account.faults()}.get(told.id)
    return Found(
        holds=fired is not None and within(fired, told.fired),
        expected=f"fault {told.id} fired {counted(told.fired, 'time')}",
        actual="no such fault holds" if fired is None else f"it fired {counted(fired, 'time')}",
    )


async def _counters(told: CountersCheck, stage: Stage) -> Found:
    since, until = (
        to_datetime(when(text, stage.begins)) if text is not None else None
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
    holds = all(within(getattr(found, name), count) for name, count in wanted.items())
    near = all(
        abs(getattr(found, name) - share(rate)) < HALF_A_TENTH for name, rate in rates.items()
    )
    counted = [f"{getattr(found, name)} {name}" for name in wanted]
    rated = [f"{name} {getattr(found, name):.1%}" for name in rates]
    return Found(
        holds=holds and near,
        expected=", ".join(
            [f"{many(count)} {name}" for name, count in wanted.items()]
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
    those = narrowed(told.model_dump(include={"people", "because"}, exclude_defaults=True))
    because = (
        f": {'; '.join(reasons)}"
        if reasons
        else f" for {people} people"
        if people != 1
        else " for 1 person"
    )
    return Found(
        holds=holds,
        expected=f'campaign "{told.campaign}": {told.is_}{those}',
        actual=f"{status}{because}",
    )


_EVALUATORS: dict[str, Callable[[Any, Stage], Awaitable[Found]]] = {
    "inbox": _inbox,
    "messages": message_expectations.messages,
    "no_message": message_expectations.no_message,
    "order": message_expectations.order,
    "cost": message_expectations.cost,
    "member": _member,
    "ever_member": _ever,
    "pending": _pending,
    "activity": _activity,
    "callbacks": callback_expectations.callbacks,
    "run": _run,
    "fault": _fault,
    "counters": _counters,
    "waiting": _waiting,
}


def _not(holds: bool) -> str:
    return "" if holds else "not "


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
