"""What is still right in a document with mistakes, so that one reading finds the others as well.

Wrong members are taken out until the rest can be read; what is left keeps the places it had.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from harness.scenario.model import ScenarioSpec
from harness.scenario.parts import Path
from simulator.documents import read
from simulator.errors import BadSpec

_OUT = object()
_NAMED = ("people", "campaigns")
_FILLED: dict[str, object] = {"name": "x", "steps": [{"advance": "0s"}]}
_MOST_ROUNDS = 20


class Salvage:
    """The readable rest of a document. `place` leads from a path in it to the path as written."""

    def __init__(self, document: object) -> None:
        self._document = deepcopy(document)

    def spec(self) -> ScenarioSpec | None:
        """What is left, as a scenario; None where too little is."""
        for _ in range(_MOST_ROUNDS):
            rest = _without_marks(self._document)
            if not isinstance(rest, dict) or not isinstance(self._document, dict):
                return None
            if rest.get("steps") == [] and self._document["steps"]:
                del rest["steps"]  # each was wrong, which is not the same as none
            try:
                return read(ScenarioSpec, {**_FILLED, **rest})
            except BadSpec as error:
                places = [self.place(path) for path, _text in error.faults]
                out: set[Path] = set()
                for place in places:
                    if not any(place[:length] in out for length in range(len(place) + 1)):
                        out.add(self._take_out(place))
        return None

    def place(self, path: Path) -> Path:
        """The same place in the document as it was written: list indexes count what is out."""
        found: list[str | int] = []
        current: Any = self._document
        for part in path:
            if isinstance(part, int) and isinstance(current, list):
                kept = [index for index, item in enumerate(current) if item is not _OUT]
                part = kept[part] if part < len(kept) else part
            found.append(part)
            current = _inside(current, part)
        return tuple(found)

    def _take_out(self, path: Path) -> Path:
        """Take out the wrong part; a named thing stays, empty, so that its name is still known.

        What was taken out is the part itself, or what it should have been in.
        """
        written = path
        while written and _inside_all(self._document, written) in (None, _OUT):
            written = written[:-1]
        if not written:
            self._document = {}
            return written
        holder, last = _inside_all(self._document, written[:-1]), written[-1]
        if len(written) == 2 and written[0] in _NAMED and holder[last] != {}:
            holder[last] = {}
        elif isinstance(holder, list) and isinstance(last, int):
            holder[last] = _OUT
        else:
            del holder[last]
        return written


def _without_marks(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_marks(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_marks(item) for item in value if item is not _OUT]
    return value


def _inside(value: Any, part: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(part, value.get(int(part)) if str(part).isdecimal() else None)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return None


def _inside_all(value: Any, path: Path) -> Any:
    for part in path:
        value = _inside(value, part)
    return value
