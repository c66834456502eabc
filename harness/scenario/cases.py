"""Cases: one file, a table of parameters, and a scenario for each row of it.

`${parameter}` stands for a row's value in every text and key of the file but those of the table. A
text that is nothing else takes the value as it is: a number, a truth value, a list, a mapping.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.scenario.parts import Member, Mistake, Part, Position, mapping, members_of, sequence
from simulator.documents import rather

MOST_CASES = 1_000
MOST_PARTS = 500_000
"""How many parts all cases of a file may have together."""

CASE_NAME = re.compile(r"[A-Za-z0-9_-]{1,30}")
PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")

_USE = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")
"""A literal `${`, a parameter, or one that does not end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A row of the table: its name, and what stands for each parameter in it."""

    name: str
    position: Position
    values: dict[str, Member]


@dataclass(frozen=True, slots=True)
class _Use:
    """A parameter where it is used; without a name it does not end."""

    name: str | None
    position: Position


def cases_of(part: Part) -> tuple[list[Case], list[Mistake]]:
    """The cases of a file, and what is wrong with the table and with the uses of its parameters."""
    table = members_of(part)["cases"]
    rows, mistakes = _rows(table)
    if not rows:
        return rows, mistakes
    used = list(_uses(_rest(part)))
    mistakes += _table_faults(rows, {use.name for use in used if use.name is not None})
    mistakes += _use_faults(used, rows)
    if len(rows) * part.size > MOST_PARTS:
        words = f"all cases together have more than {MOST_PARTS} parts; write fewer to a file"
        return [], [*mistakes, Mistake(table.position, words)]
    return rows, mistakes


def without_cases(part: Part) -> Iterator[Mistake]:
    """The parameters in a file that has no cases."""
    for use in _uses(part):
        told = f'no parameter "{use.name}"' if use.name is not None else 'a "${" has no "}"'
        mend = 'the file has no cases; write "$${" where it is meant as it is'
        yield Mistake(use.position, f"{told}: {mend}")


def filled(part: Part, case: Case | None, others: list[Case]) -> tuple[Part, list[Mistake]]:
    """The rest of a file with a case's values in it, and what cannot stand where it is.

    What the case lacks, which has been told, is taken from another.
    """
    values = {name: member for other in reversed(others) for name, member in other.values.items()}
    filling = _Filling({**values, **(case.values if case is not None else {})})
    return filling.part(_rest(part)), filling.mistakes


def _rest(part: Part) -> Part:
    members = {name: item for name, item in members_of(part).items() if name != "cases"}
    return mapping(members, part.position)


def _rows(table: Member) -> tuple[list[Case], list[Mistake]]:
    rows, mistakes = list[Case](), list[Mistake]()
    told = members_of(table.part)
    if not told:
        words = "write cases by name, each with its parameters, as {short: {wait: 1h}}"
        return [], [Mistake(table.position, words)]
    if len(told) > MOST_CASES:
        words = f"{len(told)} cases are too many; {MOST_CASES} are the most"
        return [], [Mistake(table.position, words)]
    for name, member in told.items():
        if not CASE_NAME.fullmatch(name):
            words = f'"{name}" is no name of a case; write 1 to 30 letters, digits, "_" and "-"'
            mistakes.append(Mistake(member.position, words))
        if not isinstance(member.part.value, dict):
            words = f'write the parameters of the case "{name}" by name, as {{wait: 1h}}'
            mistakes.append(Mistake(member.position, words))
            continue
        rows.append(Case(name=name, position=member.position, values=member.part.value))
    return rows, mistakes


def _table_faults(rows: list[Case], used: set[str]) -> Iterator[Mistake]:
    """Parameters that a case lacks, that it alone has, that nothing uses, or that are no names."""
    every = list(dict.fromkeys(name for row in rows for name in row.values))
    shared = [name for name in every if all(name in row.values for row in rows)]
    for name in every:
        has = [row for row in rows if name in row.values]
        if not PARAMETER.fullmatch(name):
            words = f'"{name}" is no name of a parameter; write letters, digits, "_" and "-"'
            yield Mistake(has[0].values[name].position, words)
        elif name in used:
            lacking = (row for row in rows if name not in row.values)
            yield from (
                Mistake(row.position, f'the case "{row.name}" has no "{name}", which is used')
                for row in lacking
            )
        elif name in shared:
            words = f'"{name}" is used nowhere; write ${{{name}}} where it belongs, or leave it out'
            yield Mistake(has[0].values[name].position, words)
        else:
            known = sorted(used & set(every)) or shared
            for row in has:
                words = f'"{name}" is used nowhere, and other cases have none{rather(name, known)}'
                yield Mistake(row.values[name].position, words)
    for row in rows:
        for member in row.values.values():
            yield from (
                Mistake(
                    use.position, f"inside cases ${{{use.name}}} stays as it is; write its value"
                )
                for use in _uses(member.part)
                if use.name in every
            )


def _use_faults(used: list[_Use], rows: list[Case]) -> Iterator[Mistake]:
    known = list(dict.fromkeys(name for row in rows for name in row.values))
    for use in used:
        if use.name is None:
            yield Mistake(use.position, 'a "${" has no "}"; write "$${" where it is meant as it is')
        elif use.name not in known:
            yield Mistake(use.position, f'no parameter "{use.name}"{rather(use.name, known)}')


def _uses(part: Part) -> Iterator[_Use]:
    """Every parameter in a part's texts and keys, where it stands."""
    if isinstance(part.value, dict):
        for name, member in part.value.items():
            yield from _uses_in(name, member.position)
            yield from _uses(member.part)
    elif isinstance(part.value, tuple):
        for item in part.value:
            yield from _uses(item)
    elif isinstance(part.value, str):
        yield from _uses_in(part.value, part.position)


def _uses_in(text: str, position: Position) -> Iterator[_Use]:
    for found in _USE.finditer(text):
        if found[0] != "$${":
            yield _Use(found[1], position)


class _Filling:
    """Puts values in the place of parameters. What it does not know is left as it is, unsure."""

    def __init__(self, values: dict[str, Member]) -> None:
        self.mistakes: list[Mistake] = []
        self._values = values

    def part(self, part: Part) -> Part:
        """The part with the values in it."""
        if isinstance(part.value, dict):
            return mapping(self._members(part.value), part.position)
        if isinstance(part.value, tuple):
            return sequence(map(self.part, part.value), part.position)
        return self._text(part) if isinstance(part.value, str) and "${" in part.value else part

    def _members(self, members: dict[str, Member]) -> dict[str, Member]:
        made: dict[str, Member] = {}
        for name, member in members.items():
            if "${" not in name:
                key = Part(value=member.key, position=member.position, written=name)
            else:
                key = self._text(Part(value=name, position=member.position), is_key=True)
            if key.written in made:
                words = f'"{key.written}" stands twice'
                self.mistakes.append(Mistake(member.position, words, key.note))
            assert not isinstance(key.value, tuple | dict)
            part = self.part(member.part)
            note, unsure = part.note or key.note, part.unsure or key.unsure
            part = replace(part, note=note, unsure=unsure)
            made[key.written] = Member(key=key.value, position=member.position, part=part)
        return made

    def _text(self, part: Part, *, is_key: bool = False) -> Part:
        """A text with the values in it; a value as it is where there is nothing else."""
        text = str(part.value)
        whole = _USE.fullmatch(text)
        if whole is not None and whole[1] in self._values:
            value = self._values[whole[1]]
            if not (is_key and isinstance(value.part.value, tuple | dict)):
                return replace(value.part, position=part.position, note=_note(whole[1], value))
        unsure, notes = False, dict[str, None]()

        def value_of(found: re.Match[str]) -> str:
            nonlocal unsure
            if found[0] == "$${":
                return "${"
            value = self._values.get(found[1] or "")
            if value is None or isinstance(value.part.value, tuple | dict):
                unsure = True
                if value is not None:
                    self._no_text(found[1], value, part.position, is_key=is_key)
                return found[0]
            notes[_note(found[1], value)] = None
            return "" if value.part.value is None else value.part.written

        made = _USE.sub(value_of, text)
        note = ", ".join(notes)
        return Part(value=made, position=part.position, written=made, note=note, unsure=unsure)

    def _no_text(self, name: str, value: Member, position: Position, *, is_key: bool) -> None:
        kind = "list" if isinstance(value.part.value, tuple) else "mapping"
        mend = "a key is one word" if is_key else "it can only stand alone, with nothing round it"
        note = _note(name, value)
        self.mistakes.append(Mistake(position, f'"{name}" is a {kind}; {mend}', note))


def _note(name: str, value: Member) -> str:
    return f"{name} is set at {value.position.line}:{value.position.column}"
