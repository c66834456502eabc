"""The scenario files on offer: found below the given paths, and looked at just far enough to list them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from shlex import quote
from typing import Any, NamedTuple

import yaml

from harness.scenario.parts import Mistakes
from harness.scenario.reading import SUFFIXES, find, split
from simulator.ui.runs import Offer, Shelf

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

PROGRAM = "It starts a program of yours, which no page may"
RESTARTS = "It ends the simulator in the middle, and needs one of its own"


def barred(sut: object, steps: Iterable[object]) -> str:
    """Why a scenario is not played from a page; empty where it may be."""
    if sut is not None:
        return PROGRAM
    return RESTARTS if any(step is not None for step in steps) else ""


class _Stamp(NamedTuple):
    changed_ns: int
    size: int


class Offers:
    """What is below the paths. A file is looked at again once it has changed."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = list(paths)
        self._known: dict[Path, tuple[_Stamp, Offer]] = {}

    def look(self) -> Shelf:
        """Every file there is now, and the paths that lead to nothing."""
        offers: dict[str, Offer] = {}
        faults: list[str] = []
        for path in self._paths:
            try:
                found = find([path])
            except Mistakes as error:
                faults += [f"{item.position.file}: {item.message}" for item in error.mistakes]
                continue
            for one in found:
                file, case = split(one)
                offer = self._offer(file)
                offers[str(one)] = offer if case is None else offer._replace(cases=[case])
        return Shelf(list(offers.values()), faults)

    def path(self, name: str) -> Path | None:
        """The file of an offer, or its case, by the name it was listed with."""
        for offer in self.look().offers:
            if name in (offer.name, *(f"{offer.name}[{case}]" for case in offer.cases)):
                return Path(name)
        return None

    def _offer(self, file: Path) -> Offer:
        try:
            told = file.stat()
        except OSError:
            return _offer(file, {})
        stamp = _Stamp(told.st_mtime_ns, told.st_size)
        known = self._known.get(file)
        if known is None or known[0] != stamp:
            known = self._known[file] = stamp, _offer(file, _members(file))
        return known[1]


def _members(file: Path) -> dict[str, Any]:
    """The members of a file, all scalars as text; none where it cannot be read, as playing it tells."""
    try:
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _offer(file: Path, members: dict[str, Any]) -> Offer:
    name, rules, cases = members.get("name"), members.get("rules"), members.get("cases")
    steps = members.get("steps")
    stem = file.name
    for suffix in SUFFIXES:
        stem = stem.removesuffix(suffix)
    return Offer(
        name=str(file),
        folder=str(file.parent),
        title=name if isinstance(name, str) and name else stem,
        rules=[item for item in rules if isinstance(item, str)] if isinstance(rules, list) else [],
        cases=[str(case) for case in cases] if isinstance(cases, dict) else [],
        barred=barred(
            members.get("sut"),
            [item.get("restart") for item in steps or () if isinstance(item, dict)]
            if isinstance(steps, list)
            else (),
        ),
        command=f"smsim run {quote(str(file))}",
    )
