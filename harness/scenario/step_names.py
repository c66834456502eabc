"""Names in a scenario's steps that lead nowhere, and steps that could never be done."""

from __future__ import annotations

from collections.abc import Iterator

from harness.campaigns.people import e164
from harness.scenario.campaign_names import Fault, campaign_faults, known
from harness.scenario.check_names import check_faults, has_number, known_fault
from harness.scenario.keeping import kept_by, kept_faults
from harness.scenario.model import ScenarioSpec
from harness.scenario.parts import Path
from harness.scenario.step_specs import (
    CreateStep,
    EditStep,
    PhoneStep,
    ReplyStep,
    RequestStep,
    StepSpec,
    SubmitStep,
)
from simulator.specs.phones import phone_faults

_WITH_A_PHONE = ("reply", "phone", "click")
_MOVING = ("advance", "to", "until")


def step_faults(spec: ScenarioSpec) -> Iterator[Fault]:
    """What is wrong with the steps, one after the other: people come, and answers are kept."""
    people, kept = list(spec.people), list[str]()
    for index, step in enumerate(spec.steps):
        path: Path = ("steps", index)
        if step.create is not None:
            yield from _new((*path, "create", "person"), step.create, people)
            people.append(step.create.person)
        yield from _step((*path, step.chosen), step, spec, people)
        for where, one in step.checks.items():
            yield from check_faults((*path, *where), one, spec, people)
        yield from kept_faults(path, step, kept)
        kept += kept_by(step)


def _step(path: Path, step: StepSpec, spec: ScenarioSpec, people: list[str]) -> Iterator[Fault]:
    """What is wrong with a step; `people` are those who are there when it is done."""
    told = getattr(step, step.chosen)
    if step.chosen in _MOVING and spec.account.clock.mode == "live":
        yield path[:-1], "the account's clock runs live, so time cannot be moved; leave out mode"
    elif step.restart is not None and spec.account.clock.mode == "live":
        yield path, "the account's clock runs live and would not stand; leave out mode"
    elif step.run is not None:
        yield from known(path, "campaign", step.run, spec.campaigns)
        if step.run in spec.campaigns and spec.campaigns[step.run].trigger:
            yield path, f'"{step.run}" is a trigger campaign; it runs when triggered'
    elif step.delete is not None:
        yield from known(path, "person", step.delete, people)
    elif step.heal is not None and step.heal != "all":
        yield from known_fault(path, step.heal, spec)
    elif step.explain is not None and e164(step.explain) is None:
        yield from known(path, "person", step.explain, people)
    elif step.edit is not None:
        yield from _edit(path, step.edit, spec)
    elif step.submit is not None:
        yield from _person((*path, "to"), step.submit.to, spec, people)
        yield from _by_smpp(path, step.submit)
    elif step.fault is not None and step.fault.match is not None:
        yield from _person((*path, "match", "person"), step.fault.match.person, spec, people)
    elif step.create is None and getattr(told, "person", None) is not None:
        phone = step.chosen in _WITH_A_PHONE
        yield from _person((*path, "person"), told.person, spec, people, phone=phone)
    if step.request is not None:
        yield from _request((*path, "campaign"), step.request, spec)
    if step.phone is not None:
        yield from _persona((*path, "persona"), step.phone, spec)
    if step.reply is not None:
        yield from _reply(path, step.reply, spec)


def _person(
    path: Path, name: str | None, spec: ScenarioSpec, people: list[str], *, phone: bool = True
) -> Iterator[Fault]:
    """Whether there is a person of that name, with a phone that can be texted."""
    if name is not None:
        yield from known(path, "person", name, people)
        if phone:
            yield from has_number(path, name, spec)


def _by_smpp(path: Path, step: SubmitStep) -> Iterator[Fault]:
    """What a message by SMPP cannot say."""
    if step.by != "smpp":
        return
    if step.company is not None:
        yield (*path, "company"), "by: smpp has no company; leave it out"
    if "split" in step.model_fields_set:
        yield (*path, "split"), "by: smpp has no split, every long text is split; leave it out"
    if step.receipts.startswith("SMSC_"):
        yield (*path, "receipts"), f"by: smpp has no {step.receipts}; write NONE, ERROR or ALL"
    if step.answers not in (None, "lost"):
        mend = "write lost, or error with the command status"
        yield (*path, "answers"), f"by: smpp has no HTTP status; {mend}"


def _new(path: Path, step: CreateStep, people: list[str]) -> Iterator[Fault]:
    if step.person in people:
        yield path, f'"{step.person}" is there already'


def _edit(path: Path, step: EditStep, spec: ScenarioSpec) -> Iterator[Fault]:
    yield from known((*path, "campaign"), "campaign", step.campaign, spec.campaigns)
    yield from campaign_faults(path, step, spec)


def _request(path: Path, step: RequestStep, spec: ScenarioSpec) -> Iterator[Fault]:
    name = step.campaign
    yield from known(path, "campaign", name, spec.campaigns)
    if name in spec.campaigns and not any(item.requested for item in spec.campaigns[name].trigger):
        yield path, f'"{name}" has no trigger "requested"'


def _persona(path: Path, step: PhoneStep, spec: ScenarioSpec) -> Iterator[Fault]:
    """Whether a persona is a shipped one, or one of the account's."""
    if step.persona is not None:
        for place, text in phone_faults({step.persona: "0%"}, spec.account.personas):
            if place == ("phones", step.persona):
                yield path, text


def _reply(path: Path, step: ReplyStep, spec: ScenarioSpec) -> Iterator[Fault]:
    if step.phone is not None and not e164(step.phone):
        yield (*path, "phone"), f'"{step.phone}" is no US or Canadian number'
    if step.to is not None:
        codes = [code.code for code in spec.account.source_codes]
        yield from known((*path, "to"), "source code", step.to, codes)
