"""Doing the steps of a scenario, all but its expectations."""

from __future__ import annotations

from harness.campaigns.people import FLAGS, Person, e164
from harness.message_book import MessageBook
from harness.scenario.faults import FaultStep
from harness.scenario.model import (
    ChangeStep,
    ClickStep,
    CreateStep,
    PhoneStep,
    StepSpec,
    SubmitStep,
    VibesStep,
)
from harness.scenario.moving import StepError, move, until
from harness.scenario.stage import Stage
from harness.scenario.values import matches, when
from harness.vibes import AnswerLost
from simulator.domain.instants import iso


async def do(step: StepSpec, stage: Stage) -> None:
    """Do one step, then let all it caused be done. Time moves in `advance`, `to` and `until` alone.

    Raises StepError where a step is not as the scenario says.
    """
    if step.run is not None:
        await stage.system.run(step.run)
    elif step.fill_form is not None:
        await stage.system.fill_form(stage.person(step.fill_form.person), step.fill_form.form)
    elif step.request is not None:
        await stage.system.request(step.request.campaign, stage.person(step.request.person))
    elif step.reply is not None:
        reply = step.reply
        mdn = stage.mdn(reply.person) if reply.person is not None else reply.phone
        await stage.account.text(mdn or "", reply.text, reply.to)
    elif step.advance is not None:
        await move(stage.account.advance(step.advance), stage)
    elif step.to is not None:
        await move(stage.account.move_to(iso(when(step.to, stage.begins))), stage)
    elif step.until is not None:
        await _wait(step, stage)
    elif step.change is not None:
        await _change(step.change, stage)
    elif step.create is not None:
        await _create(step.create, stage)
    elif step.edit is not None:
        stage.edit(step.edit)
    elif step.click is not None:
        await _click(step.click, stage)
    elif step.phone is not None:
        await stage.account.set_handset(stage.mdn(step.phone.person), _handset(step.phone))
    elif step.http is not None:
        await stage.call(step.http)
    elif step.vibes is not None:
        await _call_vibes(step.vibes, stage)
    elif step.submit is not None:
        await _submit(step.submit, stage)
    elif step.fault is not None:
        await _break(step.fault, stage)
    elif step.heal is not None:
        await stage.account.heal(None if step.heal == "all" else step.heal)
    elif step.endpoint is not None:
        stage.answer(step.endpoint)
    elif step.operator is not None:
        method, path = step.operator.call.split()
        await stage.account.operate(method, path, step.operator.body)
        if path == "/reset":
            stage.book = MessageBook()  # the journal begins again
    elif step.delete is not None:
        stage.system.delete(stage.person(step.delete))
    elif step.restart is not None:
        await stage.restart(step.restart)
    await stage.settle()


def title(step: StepSpec) -> str:
    """The step in a few words, for progress and reports."""
    if step.run is not None:
        return f'run "{step.run}"'
    if step.fill_form is not None:
        return f'{step.fill_form.person} fills out "{step.fill_form.form}"'
    if step.request is not None:
        return f'request "{step.request.campaign}" for {step.request.person}'
    if step.reply is not None:
        return f'{step.reply.person or step.reply.phone} texts "{step.reply.text}"'
    if step.advance is not None:
        return f"advance {step.advance}"
    if step.to is not None:
        return f"move the clock to {step.to}"
    if step.until is not None:
        return f"move the clock until it is so, {step.until.within} at most"
    if step.change is not None:
        return f"change {step.change.person}"
    if step.create is not None:
        return f"create {step.create.person}"
    if step.edit is not None:
        return f'edit "{step.edit.campaign}"'
    if step.click is not None:
        return f"{step.click.person} opens link {step.click.link}"
    if step.phone is not None:
        return f"change the phone of {step.phone.person}"
    if step.http is not None:
        return step.http.call
    if step.vibes is not None:
        return step.vibes.call
    if step.submit is not None:
        return f"submit a message to {step.submit.to or step.submit.phone}"
    if step.fault is not None:
        return f"fault {step.fault.profile or step.fault.id or ''}".rstrip()
    if step.heal is not None:
        return f"heal {step.heal}"
    if step.endpoint is not None:
        return f"the endpoint answers {step.endpoint.answers}"
    if step.operator is not None:
        return f"operator: {step.operator.call}"
    if step.delete is not None:
        return f"delete {step.delete}"
    if step.restart is not None:
        return f"restart the simulator: {step.restart}"
    if step.explain is not None:
        return f"explain {step.explain}"
    return "expect"


async def _wait(step: StepSpec, stage: Stage) -> None:
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


async def _submit(step: SubmitStep, stage: Stage) -> None:
    """Submit, and hold the answer against what it must be: its status, its error, or its loss."""
    mdn = stage.mdn(step.to) if step.to is not None else step.phone or ""
    told, error = "", None
    status: int | str = "lost"
    try:
        answer = await stage.vibes.submit(
            mdn=e164(mdn) or mdn,
            code=step.code or stage.code,
            text=step.text,
            split=step.split,
            alternate=step.alternate,
            carrier=step.carrier,
            company_id=step.company,
            receipts=step.receipts,
            receipts_url=stage.receipts_url if step.receipts != "NONE" else None,
        )
        status, error, told = answer.status, answer.error_code, answer.description
        if answer.message_id is not None:
            stage.by_hand.add(answer.message_id)
    except AnswerLost as lost:
        told = str(lost)
    wanted = step.answers or (200 if step.error is None else None)
    if (wanted is not None and status != wanted) or step.error != error:
        found = f"{status}" if error is None else f"{status} with error {error}"
        parts = (wanted, None if step.error is None else f"error {step.error}")
        must = " with ".join(str(part) for part in parts if part is not None)
        raise StepError(f"the message was answered {found}, not {must}: {told}")


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
