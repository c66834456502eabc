"""From a file to a scenario that can run: every mistake of it at once, each with its position."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath

from harness.scenario import including
from harness.scenario.application import misplaced
from harness.scenario.campaign_names import campaign_faults, known, schedule_faults
from harness.scenario.check_names import has_number
from harness.scenario.composing import compose, told_once
from harness.scenario.model import ScenarioSpec
from harness.scenario.parts import Mistake, Mistakes, Path, Position
from harness.scenario.rules import RULES
from harness.scenario.salvage import Salvage
from harness.scenario.source import Source, read_file
from harness.scenario.step_names import step_faults
from simulator.documents import is_missing, rather, read
from simulator.errors import BadSpec
from simulator.spec import account_faults

SUFFIXES = (".sms.yaml", ".sms.yml")

_CASE = re.compile(r"(.+)\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A checked scenario. `name` is its file's name without the suffix.

    Of a file of several cases both `file` and `name` end in the case, as `[short]`.
    """

    file: str
    name: str
    spec: ScenarioSpec
    source: Source

    @property
    def slug(self) -> str:
        """The name as a company_key may be written, whatever is long without its end but the case's."""
        case = f"-{self.case}" if self.case is not None else ""
        stem = self.name.removesuffix(_in_brackets(self.case))
        short = re.sub("[^A-Za-z0-9_-]+", "-", stem).strip("-")[: 40 - len(case)]
        return f"{short or 'scenario'}{case}"

    @property
    def case(self) -> str | None:
        """Which of its file's cases it is."""
        return self.source.case

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
        elif path.name.endswith(including.SUFFIXES):
            words = "an included file is no scenario; name a file *.sms.yaml that includes it"
            missing.append(_of_file(path, words))
        elif path.is_file() or split(path)[0].is_file():
            found.append(path)
        else:
            missing.append(_of_file(path, "no such file or folder"))
    if missing:
        raise Mistakes(missing)
    return list(dict.fromkeys(found))


def split(path: FilePath) -> tuple[FilePath, str | None]:
    """A path as one may name a case: `edge.sms.yaml[short]` is the file and `short`."""
    named = _CASE.fullmatch(path.name)
    if named is None or path.exists():
        return path, None
    return path.with_name(named[1]), named[2]


def load_all(paths: Iterable[FilePath]) -> list[Scenario]:
    """Every scenario at the paths, each once. Raises Mistakes with those of all files together."""
    scenarios: dict[str, Scenario] = {}
    mistakes: list[Mistake] = []
    for path in find(paths):
        file, case = split(path)
        try:
            source = read_file(file)
            told = check_all(source)
            if case is not None:
                told = [_of_case(told, case, source)]
            scenarios |= {scenario.file: scenario for scenario in told}
        except Mistakes as error:
            mistakes += error.mistakes
    if mistakes:
        raise Mistakes(mistakes)
    return list(scenarios.values())


def check(source: Source) -> Scenario:
    """The one scenario a source describes. Raises Mistakes, also where it describes several."""
    scenarios = check_all(source)
    if len(scenarios) != 1:
        cases = ", ".join(str(item.case) for item in scenarios)
        raise Mistakes([source.mistake(("cases",), f"it has several cases; choose one of {cases}")])
    return scenarios[0]


def check_all(source: Source) -> list[Scenario]:
    """The scenarios a source describes, one for each of its cases. Raises Mistakes."""
    composed = compose(source)
    scenarios: list[Scenario] = []
    found: list[tuple[str | None, list[Mistake]]] = []
    for one, mistakes in composed.sources:
        try:
            scenarios.append(_checked(one, whole=composed.whole and not mistakes))
            found.append((one.case, mistakes))
        except Mistakes as error:
            found.append((one.case, [*mistakes, *error.mistakes]))
    every = [*composed.mistakes, *told_once(found)]
    if every:
        raise Mistakes(every)
    return scenarios


def _checked(source: Source, *, whole: bool) -> Scenario:
    """The scenario of a composed source; where that is not whole only its form is looked at."""
    try:
        spec = read(ScenarioSpec, source.document)
    except BadSpec as error:
        raise Mistakes(_all_mistakes(source, error, whole=whole)) from error
    faults = _faults(spec) if whole else ()
    mistakes = [source.mistake(path, text) for path, text in faults if not source.unsure(path)]
    if mistakes:
        raise Mistakes(mistakes)
    name = FilePath(source.file).name
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    case = _in_brackets(source.case)
    spec = spec.model_copy(update={"name": f"{spec.name}{case}"}) if case else spec
    return Scenario(f"{source.file}{case}", f"{name}{case}", spec, source)


def _all_mistakes(source: Source, error: BadSpec, *, whole: bool) -> list[Mistake]:
    """The mistakes of form, and the names that lead nowhere in whatever is right in form.

    What is not whole may be missing a member that is there, and names.
    """
    told = [(path, text) for path, text in error.faults if not source.unsure(path)]
    if not whole:
        known = [
            (path, text) for path, text in told if not is_missing(path, text) or len(path) == 1
        ]
        return [source.mistake(path, text) for path, text in known]
    rest = Salvage(source.document)
    spec = rest.spec()
    ground_is_right = not any(path[:1] in (("account",), ("sut",)) for path, _ in error.faults)
    if spec is not None and ground_is_right:
        nobody = not spec.people and any(path[:1] == ("people",) for path, _ in error.faults)
        placed = ((rest.place(path), text) for path, text in _faults(spec))
        told += [
            (path, text)
            for path, text in placed
            if not source.unsure(path) and not (nobody and text.startswith('no person "'))
        ]
    return [source.mistake(path, text) for path, text in told]


def _in_brackets(case: str | None) -> str:
    return f"[{case}]" if case is not None else ""


def _of_case(scenarios: list[Scenario], case: str, source: Source) -> Scenario:
    """The scenario of that case. Raises Mistakes with what there is."""
    cases = {item.case: item for item in scenarios if item.case is not None}
    if not cases:
        raise Mistakes([source.mistake((), f"it has no cases; leave out [{case}]")])
    if case not in cases:
        words = f'no case "{case}"{rather(case, list(cases))}'
        raise Mistakes([source.mistake(("cases",), words)])
    return cases[case]


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
            yield from has_number(("subscribers", list_id, index), name, spec)
    for name, campaign in spec.campaigns.items():
        where: Path = ("campaigns", name)
        yield from campaign_faults(where, campaign, spec)
        yield from schedule_faults(where, campaign, spec)
    yield from misplaced(spec, has_application=spec.sut is not None)
    yield from step_faults(spec)


def _of_file(path: FilePath, message: str) -> Mistake:
    return Mistake(Position(str(path), 1, 1), message)
