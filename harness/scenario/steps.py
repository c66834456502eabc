"""Doing the steps of a scenario, all but its expectations."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from harness.campaigns.people import FLAGS, Person
from harness.message_book import MessageBook
from harness.own_simulator import Ending
from harness.scenario.answers import look
from harness.scenario.application import HttpStep
from harness.scenario.faults import FaultStep
from harness.scenario.moving import StepError, move, until
from harness.scenario.stage import Stage
from harness.scenario.step_specs import (
    ChangeStep,
    ClickStep,
    CreateStep,
    EditStep,
    EndpointStep,
    FormStep,
    OperatorStep,
    PhoneStep,
    ReplyStep,
    RequestStep,
    StepSpec,
    UntilStep,
    VibesStep,
)
from harness.scenario.submitting import submit
from harness.scenario.values import matches, when
from harness.vibes import AnswerLost
from simulator.domain.instants import iso


async def do(step: StepSpec, stage: Stage) -> None:
    """Do one step, then let all it caused be done. Time moves in `advance`, `to` and `until` alone.

    Raises StepError where a step is not as the scenario says, UnexpectedAnswer where an answer is not.
    """
    await _DOERS[step.chosen](getattr(step, step.chosen), stage)
    await stage.settle()


async def _run(name: str, stage: Stage) -> None:
    await stage.system.run(name)


async def _fill_form(step: FormStep, stage: Stage) -> None:
    await stage.system.fill_form(stage.person(step.person), step.form)


async def _request(step: RequestStep, stage: Stage) -> None:
    await stage.system.request(step.campaign, stage.person(step.person))


async def _reply(step: ReplyStep, stage: Stage) -> None:
    mdn = stage.mdn(step.person) if step.person is not None else step.phone
    await stage.account.text(mdn or "", step.text, step.to)


async def _advance(duration: str, stage: Stage) -> None:
    await move(stage.account.advance(duration), stage)


async def _move_to(moment: str, stage: Stage) -> None:
    await move(stage.account.move_to(iso(when(moment, stage.begins))), stage)


async def _wait(step: UntilStep, stage: Stage) -> None:
    missed = await until(step, stage)
    if missed:
        told = "; ".join(f"expected {found.expected}, {found.actual}" for _path, found in missed)
        raise StepError(told)


async def _call_vibes(step: VibesStep, stage: Stage) -> None:
    method, path = step.call.split()
    status: int | str = "lost"
    try:
        status, told = await stage.vibes.call(method, path, step.body)
    except AnswerLost as error:
        told = error
    if status != step.answers:
        raise StepError(f"{step.call} answered {status}, not {step.answers}: {told}")
    if status != "lost":
        stage.kept |= look(step.call, json.dumps(told), step.gives, step.keep)


async def _operate(step: OperatorStep, stage: Stage) -> None:
    method, path = step.call.split()
    told = await stage.account.operate(method, path, step.body)
    stage.kept |= look(step.call, json.dumps(told), step.gives, step.keep)
    if path == "/reset" or path.endswith("/restore"):
        stage.book = MessageBook()  # the journal is another
        await stage.account.look()
        await stage.smpp.renew()  # whoever was bound to it no more is


async def _break(step: FaultStep, stage: Stage) -> None:
    person = step.match.person if step.match is not None else None
    number = stage.mdn(person) if person is not None else None
    await stage.account.add_fault(step.rule(number, stage.begins))


async def _change(change: ChangeStep, stage: Stage) -> None:
    person = stage.person(change.person)
    for name in FLAGS:
        value = getattr(change, name)
        if value is not None:
            await stage.system.change(person, name, str(value).lower())
    for name, text in change.fields.items():
        await stage.system.change(person, name, text)


async def _create(create: CreateStep, stage: Stage) -> None:
    person = Person(
        id=len(stage.system.people) + 1,
        name=create.person,
        phone=create.phone,
        fields=dict(create.fields),
        blocklisted=create.blocklisted,
        marketing_suspended=create.marketing_suspended,
        email_unsubscribed=create.email_unsubscribed,
    )
    await stage.system.create(person)


async def _click(click: ClickStep, stage: Stage) -> None:
    try:
        led = await stage.click(click.person, click.link)
    except ValueError as error:
        raise StepError(str(error)) from error
    if click.leads_to is not None and not matches(led, click.leads_to):
        raise StepError(f'link {click.link} led to "{led}", not to "{click.leads_to}"')


def _handset(step: PhoneStep) -> dict[str, object]:
    state: dict[str, object] = {}
    if step.reachable is not None:
        state["reachable"] = step.reachable
    if step.connected is not None:
        state["connected"] = step.connected
    if step.carrier is not None:
        state["carrier"] = step.carrier
    if step.persona is not None:
        state["persona"] = {"name": step.persona}
    if step.replies is not None or step.replies_to_all is not None:
        state["persona"] = {
            "on_confirmation": step.replies,
            "on_message": step.replies_to_all,
            "after": step.after,
        }
    return state


async def _change_phone(step: PhoneStep, stage: Stage) -> None:
    await stage.account.set_handset(stage.mdn(step.person), _handset(step))


async def _call(step: HttpStep, stage: Stage) -> None:
    await stage.call(step)


async def _heal(fault: str, stage: Stage) -> None:
    await stage.account.heal(None if fault == "all" else fault)


async def _answer(step: EndpointStep, stage: Stage) -> None:
    stage.answer(step)


async def _edit(step: EditStep, stage: Stage) -> None:
    stage.edit(step)


async def _delete(name: str, stage: Stage) -> None:
    stage.system.delete(stage.person(name))


async def _restart(ending: Ending, stage: Stage) -> None:
    await stage.restart(ending)


async def _look(_told: object, _stage: Stage) -> None:
    """What is only looked at, or told, changes nothing."""


_DOERS: dict[str, Callable[[Any, Stage], Awaitable[None]]] = {
    "run": _run,
    "fill_form": _fill_form,
    "request": _request,
    "reply": _reply,
    "advance": _advance,
    "to": _move_to,
    "until": _wait,
    "change": _change,
    "create": _create,
    "edit": _edit,
    "click": _click,
    "phone": _change_phone,
    "http": _call,
    "vibes": _call_vibes,
    "submit": submit,
    "operator": _operate,
    "fault": _break,
    "heal": _heal,
    "endpoint": _answer,
    "delete": _delete,
    "restart": _restart,
    "explain": _look,
    "expect": _look,
}
