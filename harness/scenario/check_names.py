"""Names in a scenario's checks that lead nowhere, and checks that no run could answer."""

from __future__ import annotations

from collections.abc import Iterator

from harness.campaigns.activity_log import Kind, Reason
from harness.campaigns.people import e164
from harness.scenario.campaign_names import Fault, known
from harness.scenario.checks import Check, PendingCheck
from harness.scenario.model import ScenarioSpec
from harness.scenario.parts import Path
from harness.scenario.values import when
from simulator.documents import Spec
from simulator.domain.instants import iso, parse_instant
from simulator.spec import DEFAULT_START


def check_faults(path: Path, item: Check, spec: ScenarioSpec, people: list[str]) -> Iterator[Fault]:
    """What is wrong with a check; `people` are those who are there when it is looked at."""
    lists = [one.id for one in spec.account.subscription_lists]
    for member in type(item).model_fields:
        where, told = (*path, member), getattr(item, member)
        if isinstance(told, tuple):
            for index, one in enumerate(told):
                yield from _names((*where, index), one, spec, people, lists)
        elif told is not None:
            yield from _names(where, told, spec, people, lists)
    for member in ("inbox", "member", "pending"):
        name = getattr(getattr(item, member), "person", None)
        if name is not None:
            yield from has_number((*path, member, "person"), name, spec)
    if item.fault is not None:
        yield from known_fault((*path, "fault", "id"), item.fault.id, spec)
    if item.cost is not None and "prices" not in spec.account.model_fields_set:
        yield (*path, "cost"), 'the account has no prices; add account: {prices: {segment: "0.01"}}'
    if item.activity is not None:
        where = (*path, "activity")
        yield from known((*where, "kind"), "activity", item.activity.kind, list(Kind))
        if item.activity.reason is not None:
            yield from known((*where, "reason"), "reason", item.activity.reason, list(Reason))


def _names(
    path: Path, told: Spec, spec: ScenarioSpec, people: list[str], lists: list[str]
) -> Iterator[Fault]:
    """The people, lists and campaigns that a part of a check names, and the times it names."""
    campaigns, what = list(spec.campaigns), "campaign"
    if isinstance(told, PendingCheck):
        campaigns = [one.id for one in spec.account.acquisition_campaigns]
        what = "acquisition campaign"
    for member, kind, valid in (
        ("person", "person", people),
        ("to", "person", people),
        ("from", "person", people),
        ("list", "list", lists),
        ("campaign", what, campaigns),
    ):
        name = getattr(told, "from_" if member == "from" else member, None)
        if name is not None:
            yield from known((*path, member), kind, name, valid)
    at = getattr(told, "at", None)
    if at is not None and spec.account.clock.mode == "manual":
        begins = parse_instant(spec.account.clock.now or DEFAULT_START)
        first, last = (when(text, begins) for text in at)
        if last < begins or first > last:
            yield (*path, "at"), f"it would never be: the scenario begins at {iso(begins)}"


def known_fault(path: Path, name: str, spec: ScenarioSpec) -> Iterator[Fault]:
    """Whether any rule has that id. A profile's rules have ids of their own, told as it runs."""
    steps = [step.fault for step in spec.steps if step.fault is not None]
    if any(step.profile is not None for step in steps):
        return
    ids = [*(rule.id for rule in spec.account.faults), *(step.id for step in steps)]
    given = [item for item in ids if item is not None]
    numbered = [f"fault-{number}" for number in range(1, len(ids) + 1)]
    yield from known(path, "fault", name, given if len(given) == len(ids) else [*given, *numbered])


def has_number(path: Path, name: str, spec: ScenarioSpec) -> Iterator[Fault]:
    """Whether a person has a phone, and one that can be texted."""
    created = {step.create.person: step.create for step in spec.steps if step.create is not None}
    person = spec.people.get(name) or created.get(name)
    if person is not None and (person.phone is None or e164(person.phone) is None):
        said = f'"{person.phone}" is no US or Canadian number' if person.phone else "has no phone"
        yield path, f"{name}: {said}"
