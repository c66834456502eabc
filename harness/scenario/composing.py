"""From a file to the sources of its scenarios: its cases filled in, then what it includes below."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from harness.scenario.cases import MOST_PARTS, Case, cases_of, filled, without_cases
from harness.scenario.including import Includes, without_extensions
from harness.scenario.parts import Mistake, Mistakes, Part, members_of
from harness.scenario.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A file's scenarios: each with its own mistakes, and the mistakes that are of none of them."""

    sources: list[tuple[Source, list[Mistake]]]
    mistakes: list[Mistake]
    whole: bool
    """Whether the cases and every included file could be read; if not, names may be missing."""


def compose(source: Source) -> Composed:
    """The sources of a file's scenarios. One that was not read from a file is whole already."""
    if source.part is None or not members_of(source.part):
        return Composed(sources=[(source, [])], mistakes=[], whole=True)
    part = without_extensions(source.part)
    includes = Includes(source.file)
    if "cases" not in members_of(part):
        rest, wrong = filled(part, None, [])
        made = [_made(rest, wrong, source.file, None, includes)]
        mistakes = [*without_cases(part), *includes.mistakes]
        return Composed(sources=made, mistakes=mistakes, whole=includes.whole)
    cases, mistakes = cases_of(part)
    made = []
    rows: list[Case | None] = [*cases] or [None]
    for case in rows:
        rest, wrong = filled(part, case, cases)
        made.append(_made(rest, wrong, source.file, case, includes))
    return Composed(
        sources=made,
        mistakes=[*mistakes, *includes.mistakes],
        whole=includes.whole and bool(cases),
    )


def _made(
    part: Part, wrong: list[Mistake], file: str, case: Case | None, includes: Includes
) -> tuple[Source, list[Mistake]]:
    merged, mistakes = includes.under(part, file)
    if merged.size > MOST_PARTS:
        name = f' of case "{case.name}"' if case is not None else ""
        words = f"the scenario{name} has more than {MOST_PARTS} parts once it is filled in"
        raise Mistakes([Mistake(merged.position, f"{words}; write fewer to a file")])
    return Source.of(merged, file, case.name if case is not None else None), [*wrong, *mistakes]


def told_once(found: Iterable[tuple[str | None, list[Mistake]]]) -> list[Mistake]:
    """The mistakes of several cases: each once, with the cases it is in unless it is in all."""
    told = list(found)
    cases: dict[Mistake, list[str]] = {}
    for case, mistakes in told:
        for mistake in dict.fromkeys(mistakes):
            cases.setdefault(mistake, []).extend([] if case is None else [case])
    return [
        mistake if len(names) == len(told) > 1 or not names else _noted(mistake, names)
        for mistake, names in cases.items()
    ]


def _noted(mistake: Mistake, cases: list[str]) -> Mistake:
    names = ", ".join(f'"{name}"' for name in cases)
    note = f"case{'s' if len(cases) > 1 else ''} {names}"
    return replace(mistake, note=f"{mistake.note}, {note}" if mistake.note else note)
