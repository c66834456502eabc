"""What is right in a scenario and likely not meant: told as a warning, unless the file expects it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness.campaigns.activity_log import Kind, Reason
from harness.scenario.campaigns import CampaignSpec, FlowStepSpec
from harness.scenario.checks import Check
from harness.scenario.model import ScenarioSpec
from harness.scenario.parts import Path, Position
from harness.scenario.reading import Scenario
from harness.scenario.step_specs import StepSpec
from simulator.documents import nearest

Doubt = tuple[Path, str]


def warnings(scenarios: Iterable[Scenario]) -> list[str]:
    """The warnings of scenarios, each once though several cases have it, as they stand."""
    found: dict[tuple[Position, str], None] = {}
    for scenario in scenarios:
        for path, text in doubts(scenario.spec):
            found[scenario.at(path), text] = None
    return [f"{position}: warning: {text}" for position, text in sorted(found)]


def doubts(spec: ScenarioSpec) -> Iterator[Doubt]:
    """What a scenario says that comes to nothing, and that no check of it expects."""
    checks = [check for step in spec.steps for check in step.checks.values()]
    for name, campaign in spec.campaigns.items():
        if not _is_to_be_invalid(name, checks):
            yield from _campaign(("campaigns", name), name, campaign, spec)
    for index, step in enumerate(spec.steps):
        edit = step.edit
        if edit is not None and not _is_to_be_invalid(edit.campaign, checks):
            yield from _campaign(("steps", index, "edit"), edit.campaign, edit, spec)
    if not _has(checks, Kind.FORM, None):
        yield from _forms(spec)
    if not _has(checks, None, Reason.NOT_ACTIVE):
        yield from _requests(spec)


def _is_to_be_invalid(name: str, checks: Iterable[Check]) -> bool:
    return any(
        (one.run is not None and one.run.campaign == name and one.run.is_ != "ran")
        or (
            one.activity is not None
            and one.activity.reason == Reason.CAMPAIGN_INVALID
            and one.activity.campaign in (None, name)
        )
        for one in checks
    )


def _has(checks: Iterable[Check], kind: Kind | None, reason: Reason | None) -> bool:
    """Whether an activity of that kind, or with that reason, is looked for."""
    told = (one.activity for one in checks if one.activity is not None)
    return any(
        (kind is None or item.kind == kind) and (reason is None or item.reason == reason)
        for item in told
    )


def _campaign(path: Path, name: str, campaign: CampaignSpec, spec: ScenarioSpec) -> Iterator[Doubt]:
    for index, step in enumerate(campaign.flow):
        for where, text in _flow_step((*path, "flow", index), step, spec):
            yield where, f'{text}: "{name}" is invalid and does not run'


def _flow_step(path: Path, step: FlowStepSpec, spec: ScenarioSpec) -> Iterator[Doubt]:
    if step.send is not None:
        for member in ("message", "list"):
            if not getattr(step.send, member):
                yield (*path, "send"), f"send has no {member}"
    if step.unsubscribe is not None and step.unsubscribe.list is None:
        yield (*path, "unsubscribe"), "unsubscribe has no list"
    if step.subscribe is not None:
        told = step.subscribe
        for member in ("list", "campaign"):
            if getattr(told, member) is None:
                yield (*path, "subscribe"), f"subscribe has no {member}"
        leads_to = {item.id: item.list for item in spec.account.acquisition_campaigns}
        to = leads_to.get(told.campaign or "")
        if to is not None and told.list is not None and to != told.list:
            words = f'acquisition campaign "{told.campaign}" leads to list {to}, not {told.list}'
            yield (*path, "subscribe", "campaign"), words
    if step.choose is not None:
        for index, choice in enumerate(step.choose.choices):
            if choice.do is not None:
                yield from _flow_step((*path, "choose", "choices", index, "do"), choice.do, spec)
        if step.choose.default is not None:
            yield from _flow_step((*path, "choose", "default"), step.choose.default, spec)


def _forms(spec: ScenarioSpec) -> Iterator[Doubt]:
    edits = [step.edit for step in spec.steps if step.edit is not None]
    every = [*spec.campaigns.values(), *edits]
    forms = [item.form for one in every for item in one.trigger if item.form is not None]
    for index, step in enumerate(spec.steps):
        if step.fill_form is None or _shows_nothing(spec.steps[index + 1 :]):
            continue
        if step.fill_form.form not in forms:
            form = step.fill_form.form
            close = nearest(form, forms)
            mend = f'; did you mean "{close}"?' if close else ""
            yield (
                ("steps", index, "fill_form", "form"),
                f'no campaign is triggered by the form "{form}"{mend}',
            )


def _shows_nothing(following: Iterable[StepSpec]) -> bool:
    """Whether what comes next, but for time, looks whether something did not happen."""
    looked = (step for step in following if step.advance is None and step.to is None)
    step = next(looked, None)
    return step is not None and any(map(_is_of_nothing, step.checks.values()))


def _is_of_nothing(check: Check) -> bool:
    counted = (check.messages, check.activity)
    asked = (check.member, check.ever_member, check.pending, check.waiting)
    return (
        check.no_message is not None
        or (check.inbox is not None and not check.inbox.is_)
        or any(one is not None and one.count == (0, 0) for one in counted)
        or any(one is not None and not one.is_ for one in asked)
    )


def _requests(spec: ScenarioSpec) -> Iterator[Doubt]:
    edited = {step.edit.campaign for step in spec.steps if step.edit is not None}
    for index, step in enumerate(spec.steps):
        if step.request is not None and step.request.campaign not in edited:
            name = step.request.campaign
            if not spec.campaigns[name].active:
                yield ("steps", index, "request", "campaign"), f'"{name}" is not active'
