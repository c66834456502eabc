"""From a file to a scenario that can run: every mistake of it at once, each with its position."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath

from harness.campaigns.activity_log import Kind, Reason
from harness.campaigns.people import e164
from harness.scenario.application import misplaced
from harness.scenario.campaign_names import campaign_faults, known, schedule_faults
from harness.scenario.checks import Check
from harness.scenario.model import PhoneStep, ScenarioSpec, StepSpec
from harness.scenario.rules import RULES
from harness.scenario.salvage import Salvage
from harness.scenario.source import Mistake, Mistakes, Path, Position, Source, read_file
from simulator.documents import read
from simulator.errors import BadSpec
from simulator.spec import AccountSpec, account_faults
from simulator.specs.phones import phone_faults

SUFFIXES = (".sms.yaml", ".sms.yml")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A checked scenario. `name` is its file's name without the suffix."""

    file: str
    name: str
    spec: ScenarioSpec
    source: Source

    @property
    def slug(self) -> str:
        """The name as a company_key may be written."""
        return re.sub("[^A-Za-z0-9_-]+", "-", self.name).strip("-")[:40] or "scenario"

    def at(self, path: Path) -> Position:
        """Where a part of it was written."""
        return self.source.at(path)


def find(paths: Iterable[FilePath]) -> list[FilePath]:
    """The scenario files among paths, folders searched through, in order. Raises Mistakes."""
    found: list[FilePath] = []
    missing: list[Mistake] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(item for item in path.rglob("*") if item.name.endswith(SUFFIXES))
            if not inside:
                missing.append(_of_file(path, "no *.sms.yaml file in this folder"))
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            missing.append(_of_file(path, "no such file or folder"))
    if missing:
        raise Mistakes(missing)
    return list(dict.fromkeys(found))


def load_all(paths: Iterable[FilePath]) -> list[Scenario]:
    """Every scenario at the paths. Raises Mistakes with those of all files together."""
    scenarios: list[Scenario] = []
    mistakes: list[Mistake] = []
    for path in find(paths):
        try:
            scenarios.append(check(read_file(path)))
        except Mistakes as error:
            mistakes += error.mistakes
    if mistakes:
        raise Mistakes(mistakes)
    return scenarios


def check(source: Source) -> Scenario:
    """The scenario a source describes. Raises Mistakes."""
    try:
        spec = read(ScenarioSpec, source.document)
    except BadSpec as error:
        raise Mistakes(_all_mistakes(source, error)) from error
    mistakes = [source.mistake(path, text) for path, text in _faults(spec)]
    if mistakes:
        raise Mistakes(mistakes)
    name = FilePath(source.file).name
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return Scenario(source.file, name, spec, source)


def _all_mistakes(source: Source, error: BadSpec) -> list[Mistake]:
    """The mistakes of form, and the names that lead nowhere in whatever is right in form."""
    mistakes = [source.mistake(path, text) for path, text in error.faults]
    rest = Salvage(source.document)
    spec = rest.spec()
    ground_is_right = not any(path[:1] in (("account",), ("sut",)) for path, _ in error.faults)
    if spec is not None and ground_is_right:
        mistakes += [source.mistake(rest.place(path), text) for path, text in _faults(spec)]
    return mistakes


def _faults(spec: ScenarioSpec) -> Iterator[tuple[Path, str]]:
    account = spec.account
    yield from ((("account", *path), text) for path, text in account_faults(account))
    if not spec.steps:
        yield ("steps",), "a scenario needs a step"
    lists = [item.id for item in account.subscription_lists]
    people = list(spec.people)
    for index, rule in enumerate(spec.rules):
        yield from known(("rules", index), "rule", rule, RULES)
    if spec.population is not None:
        yield from known(("population", "list"), "list", spec.population.list, lists)
    for list_id, names in spec.subscribers.items():
        yield from known(("subscribers", list_id), "list", list_id, lists)
        for index, name in enumerate(names):
            yield from known(("subscribers", list_id, index), "person", name, people)
            yield from _has_number(("subscribers", list_id, index), name, spec)
    for name, campaign in spec.campaigns.items():
        where: Path = ("campaigns", name)
        yield from campaign_faults(where, campaign, spec)
        yield from schedule_faults(where, campaign, spec)
    yield from misplaced(spec, has_application=spec.sut is not None)
    for index, item in enumerate(spec.steps):
        if item.create is not None:
            yield from _new(("steps", index, "create", "person"), item.create.person, people)
            people.append(item.create.person)
        yield from _step(("steps", index), item, spec, people, lists)


def _new(path: Path, name: str, people: list[str]) -> Iterator[tuple[Path, str]]:
    if name in people:
        yield path, f'"{name}" is there already'


def _step(
    path: Path, item: StepSpec, spec: ScenarioSpec, people: list[str], lists: list[str]
) -> Iterator[tuple[Path, str]]:
    """What is wrong with a step; `people` are those who are there when it is done."""
    campaigns = list(spec.campaigns)
    if item.run is not None:
        yield from known((*path, "run"), "campaign", item.run, campaigns)
        if item.run in spec.campaigns and spec.campaigns[item.run].trigger:
            yield (*path, "run"), f'"{item.run}" is a trigger campaign; it runs when triggered'
    if item.delete is not None:
        yield from known((*path, "delete"), "person", item.delete, people)
    for member in ("fill_form", "request", "reply", "change", "phone", "click"):
        step = getattr(item, member)
        name = getattr(step, "person", None)
        if name is not None:
            yield from known((*path, member, "person"), "person", name, people)
            if member in ("reply", "phone", "click"):
                yield from _has_number((*path, member, "person"), name, spec)
    if item.phone is not None:
        yield from _persona((*path, "phone", "persona"), item.phone, spec.account)
    if item.submit is not None and item.submit.to is not None:
        yield from known((*path, "submit", "to"), "person", item.submit.to, people)
        yield from _has_number((*path, "submit", "to"), item.submit.to, spec)
    match = item.fault.match if item.fault is not None else None
    if match is not None and match.person is not None:
        where = (*path, "fault", "match", "person")
        yield from known(where, "person", match.person, people)
        yield from _has_number(where, match.person, spec)
    if item.edit is not None:
        yield from known((*path, "edit", "campaign"), "campaign", item.edit.campaign, campaigns)
        yield from campaign_faults((*path, "edit"), item.edit, spec)
    if item.heal is not None and item.heal != "all":
        yield from _known_fault((*path, "heal"), item.heal, spec)
    if item.reply is not None and item.reply.phone is not None and not e164(item.reply.phone):
        yield (*path, "reply", "phone"), f'"{item.reply.phone}" is no US or Canadian number'
    if (item.advance or item.to) and spec.account.clock.mode == "live":
        yield path, "the account's clock runs live, so time cannot be moved; leave out mode"
    if item.request is not None:
        name = item.request.campaign
        yield from known((*path, "request", "campaign"), "campaign", name, campaigns)
        if name in spec.campaigns and not any(t.requested for t in spec.campaigns[name].trigger):
            yield (*path, "request", "campaign"), f'"{name}" has no trigger "requested"'
    if item.reply is not None and item.reply.to is not None:
        codes = [code.code for code in spec.account.source_codes]
        yield from known((*path, "reply", "to"), "source code", item.reply.to, codes)
    for index, one in enumerate(item.expect or ()):
        yield from _check((*path, "expect", index), one, spec, people, lists)


def _check(
    path: Path, item: Check, spec: ScenarioSpec, people: list[str], lists: list[str]
) -> Iterator[tuple[Path, str]]:
    for member in type(item).model_fields:
        told = getattr(item, member)
        for attribute, what, valid in (
            ("person", "person", people),
            ("to", "person", people),
            ("list", "list", lists),
        ):
            value = getattr(told, attribute, None)
            if value is not None:
                yield from known((*path, member, attribute), what, value, valid)
    for member in ("inbox", "member", "pending"):
        name = getattr(getattr(item, member), "person", None)
        if name is not None:
            yield from _has_number((*path, member, "person"), name, spec)
    if item.fault is not None:
        yield from _known_fault((*path, "fault", "id"), item.fault.id, spec)
    if item.pending is not None:
        acquisition = [known.id for known in spec.account.acquisition_campaigns]
        where = (*path, "pending", "campaign")
        yield from known(where, "acquisition campaign", item.pending.campaign, acquisition)
    for member in ("run", "activity", "counters"):
        name = getattr(getattr(item, member), "campaign", None)
        if name is not None:
            where = (*path, member, "campaign")
            yield from known(where, "campaign", name, list(spec.campaigns))
    if item.activity is not None:
        where = (*path, "activity")
        yield from known((*where, "kind"), "activity", item.activity.kind, list(Kind))
        if item.activity.reason is not None:
            yield from known((*where, "reason"), "reason", item.activity.reason, list(Reason))


def _persona(path: Path, item: PhoneStep, account: AccountSpec) -> Iterator[tuple[Path, str]]:
    """Whether a persona is a shipped one, or one of the account's."""
    if item.persona is not None:
        for place, text in phone_faults({item.persona: "0%"}, account.personas):
            if place == ("phones", item.persona):
                yield path, text


def _known_fault(path: Path, name: str, spec: ScenarioSpec) -> Iterator[tuple[Path, str]]:
    """Whether any rule has that id. A profile's rules have ids of their own, told as it runs."""
    steps = [step.fault for step in spec.steps if step.fault is not None]
    if any(step.profile is not None for step in steps):
        return
    ids = [*(rule.id for rule in spec.account.faults), *(step.id for step in steps)]
    given = [item for item in ids if item is not None]
    numbered = [f"fault-{number}" for number in range(1, len(ids) + 1)]
    yield from known(path, "fault", name, given if len(given) == len(ids) else [*given, *numbered])


def _has_number(path: Path, name: str, spec: ScenarioSpec) -> Iterator[tuple[Path, str]]:
    created = {step.create.person: step.create for step in spec.steps if step.create is not None}
    person = spec.people.get(name) or created.get(name)
    if person is not None and (person.phone is None or e164(person.phone) is None):
        said = f'"{person.phone}" is no US or Canadian number' if person.phone else "has no phone"
        yield path, f"{name}: {said}"


def _of_file(path: FilePath, message: str) -> Mistake:
    return Mistake(Position(str(path), 1, 1), message)
