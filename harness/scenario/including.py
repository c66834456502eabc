"""Included files: partial scenarios, merged below the file that names them.

Mappings are merged by key, however deep; everything else is replaced. The including file wins, and
of several included ones the later.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from difflib import get_close_matches
from functools import reduce
from pathlib import Path as FilePath

from harness.scenario.model import PartialSpec, ScenarioSpec
from harness.scenario.parts import Member, Mistake, Mistakes, Part, mapping, members_of
from harness.scenario.source import file_parts
from simulator.documents import rather

SUFFIXES = (".inc.yaml", ".inc.yml")

DEEPEST = 20
"""How many files may include each other in a row."""

_MAY = tuple(PartialSpec.model_fields)
_MARKS = (".git", "pyproject.toml")
"""What the folder of a project has."""


class Includes:
    """The included files of one scenario file, each read once.

    `mistakes` are those in these files; `whole` says whether all of them could be read.
    """

    def __init__(self, file: str) -> None:
        self.mistakes: list[Mistake] = []
        self.whole = True
        self._project, self._marked = project_of(file)
        self._read: dict[FilePath, Part | None] = {}

    def under(
        self, part: Part, file: str, chain: tuple[FilePath, ...] = ()
    ) -> tuple[Part, list[Mistake]]:
        """A file's part with what it includes below it, and what is wrong with how it names that."""
        members = dict(members_of(part))
        named = members.pop("include", None)
        own = mapping(members, part.position)
        found, mistakes = list[Part](), list[Mistake]()
        for item in _items(named, mistakes):
            try:
                found += self._included(item, file, chain)
            except Mistakes as error:
                mistakes += error.mistakes
        self.whole = self.whole and not mistakes
        return reduce(over, [*found, own]), mistakes

    def _included(self, item: Part, file: str, chain: tuple[FilePath, ...]) -> list[Part]:
        """What a file says that is included there. Raises Mistakes."""
        place = FilePath(file).parent / str(item.value)
        shown = os.path.normpath(place)
        path, wrong = self._found(str(item.value), place, shown)
        if wrong is None and path in chain:
            names = " -> ".join(one.name for one in (*chain[chain.index(path) :], path))
            wrong = f'"{item.value}" includes itself: {names}; leave one out'
        if wrong is None and len(chain) >= DEEPEST:
            wrong = f"files include each other {DEEPEST} deep; include this one higher up"
        if wrong is not None:
            raise Mistakes([Mistake(item.position, wrong, item.note)])
        if path not in self._read:
            self._read[path] = self._new(path, shown, (*chain, path))
        known = self._read[path]
        return [] if known is None else [known]

    def _new(self, path: FilePath, shown: str, chain: tuple[FilePath, ...]) -> Part | None:
        try:
            part = without_extensions(file_parts(path, shown))
        except Mistakes as error:
            self.mistakes += error.mistakes
            self.whole = False
            return None
        self.mistakes += _faults(part)
        members = {
            name: member
            for name, member in members_of(part).items()
            if name == "include" or (name in _MAY and isinstance(member.part.value, dict))
        }
        merged, mistakes = self.under(mapping(members, part.position), shown, chain)
        self.mistakes += mistakes
        return merged

    def _found(self, name: str, place: FilePath, shown: str) -> tuple[FilePath, str | None]:
        """Where an included file is, and what is wrong with it."""
        wrong = _name_fault(name)
        if wrong is not None:
            return place, wrong
        try:
            path = place.resolve()
            if not path.is_relative_to(self._project):
                wrong = f'"{name}" is outside {self._project}{self._mend()}'
            elif not path.exists():
                wrong = f"there is no file {shown}{_near(place)}"
            elif path.is_dir():
                wrong = f"{shown} is a folder; name the files in it"
            elif not path.is_file() or not path.name.endswith(SUFFIXES):
                wrong = f"{shown} leads to what is no file *{SUFFIXES[0]}; name the file itself"
            return path, wrong
        except (OSError, RuntimeError) as error:
            return place, f"{shown} cannot be read: {error}"

    def _mend(self) -> str:
        if self._marked:
            return ", the project of this scenario; copy it there"
        return "; copy it there, or call smsim in a folder above both"


def project_of(file: str) -> tuple[FilePath, bool]:
    """The folder whose files a scenario may include, and whether it is marked as a project.

    It is the nearest above the file that has a `.git` or a `pyproject.toml`; without one the folder
    smsim was called in, where the file is further down, or else the one above the file's own.
    """
    folder = FilePath(file).resolve().parent
    for above in (folder, *folder.parents):
        if any((above / mark).exists() for mark in _MARKS):
            return above, True
    here = FilePath.cwd().resolve()
    return (here if here in folder.parents else folder.parent), False


def over(below: Part, above: Part) -> Part:
    """Two parts merged: mappings by key, and where both have something that is none, the latter."""
    if not isinstance(below.value, dict) or not isinstance(above.value, dict):
        return above
    members = dict(below.value)
    for name, member in above.value.items():
        part = over(members[name].part, member.part) if name in members else member.part
        members[name] = Member(key=member.key, position=member.position, part=part)
    return mapping(members, above.position)


def without_extensions(part: Part) -> Part:
    """A file's part without the members that begin with `x-`, a place for anchors."""
    if not isinstance(part.value, dict):
        return part
    kept = {name: item for name, item in part.value.items() if not name.startswith("x-")}
    return mapping(kept, part.position)


def _items(named: Member | None, mistakes: list[Mistake]) -> list[Part]:
    """The paths of an `include`; one alone needs no list."""
    if named is None:
        return []
    several = named.part.value if isinstance(named.part.value, tuple) else (named.part,)
    told = [item for item in several if not item.unsure]
    right = [item for item in told if isinstance(item.value, str) and item.value]
    for item in told:
        if item not in right:
            words = f"write the paths of files, as [shared/people{SUFFIXES[0]}]"
            mistakes.append(Mistake(item.position, words, item.note))
    return right


def _name_fault(name: str) -> str | None:
    if name.endswith((".sms.yaml", ".sms.yml")):
        return f'"{name}" is a scenario; move what is shared into a file *{SUFFIXES[0]}'
    if not name.endswith(SUFFIXES):
        return f'"{name}" cannot be included; give the file a name that ends in {SUFFIXES[0]}'
    if FilePath(name).is_absolute() or name.startswith("~") or "\0" in name:
        return f'"{name}" is no path from this file on; write one, as ../shared/people{SUFFIXES[0]}'
    return None


def _near(place: FilePath) -> str:
    """A file that may be meant, in the folder that was named."""
    folder = place.parent
    there = sorted(item.name for item in folder.glob("*") if item.name.endswith(SUFFIXES))
    if not folder.is_dir():
        return "; paths begin in the folder of the file that includes"
    close = get_close_matches(place.name, there, n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else f"; there is {', '.join(there) or 'none'}"


def _faults(part: Part) -> Iterator[Mistake]:
    """Members that an included file may not have, and those that are no mappings."""
    if not isinstance(part.value, dict):
        yield Mistake(part.position, f"an included file may have {', '.join(_MAY)}, by name")
    for name, member in members_of(part).items():
        if name not in _MAY and name in ScenarioSpec.model_fields:
            words = f'"{name}" belongs to a scenario; an included file may have {", ".join(_MAY)}'
            yield Mistake(member.position, words)
        elif name not in _MAY:
            words = f'unknown member "{name}"{rather(name, list(_MAY))}'
            yield Mistake(member.position, words)
        elif name != "include" and not isinstance(member.part.value, dict):
            yield Mistake(member.position, f'"{name}" is to be a mapping; write its members')
