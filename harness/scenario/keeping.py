"""Values kept of an answer, in the steps after it: `{kept.broadcast}`.

A text of a body that is nothing else becomes the value as it was, a number or a mapping; in a longer
text it is written out, and in the path of a call as a path has it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel

from harness.scenario.answers import UnexpectedAnswer
from harness.scenario.campaign_names import Fault, known
from harness.scenario.parts import Path
from harness.scenario.step_specs import StepSpec

_USE = re.compile(r"(?<!\{)\{kept\.([^{}]*)\}(?!\})")
"""A kept value; in two pairs of braces it is a template's."""

_SLIP = re.compile(r"(?<!\{)\{keep\.[^{}]*\}(?!\})")
_BARE = re.compile(r"kept\.\S+")


def filled(step: StepSpec, kept: Mapping[str, object]) -> StepSpec:
    """The step with what is kept in its texts. Raises UnexpectedAnswer where that is not kept."""
    if not any(isinstance(value, str) and _USE.search(value) for _path, value in _values(step)):
        return step
    made: StepSpec = _filled(step, kept, _written)
    return made


def kept_by(step: StepSpec) -> dict[str, Path]:
    """The names a step keeps parts of its answer by, and where they stand in it."""
    keep = getattr(getattr(step, step.chosen), "keep", {})
    return {name: (step.chosen, "keep", name) for name in keep}


def kept_faults(path: Path, step: StepSpec, names: list[str]) -> Iterator[Fault]:
    """What a step uses that nothing before it keeps, and what lacks its quotation marks."""
    for where, value in _values(step):
        if isinstance(value, dict):
            bare = [name for name, item in value.items() if item is None and _BARE.fullmatch(name)]
            for name in bare:
                yield (*path, *where), f'write it with quotes: "{{{name}}}"'
            for name in filter(_USE.search, value):
                yield (
                    (*path, *where, name),
                    f'"{name}" is a name, and a kept value is no part of one',
                )
        else:
            for slip in _SLIP.findall(value):
                yield (*path, *where), f'"{slip}" is no kept value; write "{{kept.{slip[6:-1]}}}"'
            for name in _USE.findall(value):
                yield from known((*path, *where), "kept value", name, names)


def _values(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every text and every mapping of a step, and where it stands."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _values(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, dict):
        yield path, value
        for name, item in value.items():
            yield from _values(item, (*path, name))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _values(item, (*path, index))


Write = Callable[[str, Mapping[str, object]], object]


def _filled(value: Any, kept: Mapping[str, object], write: Write) -> Any:
    if isinstance(value, str):
        return write(value, kept)
    if isinstance(value, BaseModel):
        changed = {
            name: _filled(item, kept, _write_of(name, item))
            for name, item in value
            if name in value.model_fields_set
        }
        return value.model_copy(update=changed)
    if isinstance(value, dict):
        return {name: _filled(item, kept, write) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_filled(item, kept, write) for item in value)
    return value


def _write_of(name: str, value: object) -> Write:
    """How a member's texts are filled; a part of an answer that is one text stays a text."""
    if name == "gives" and isinstance(value, str):
        return _written
    return _WRITES.get(name, _written)


def _written(text: str, kept: Mapping[str, object]) -> str:
    return _USE.sub(lambda use: _text(_value(use[1], kept)), text)


def _in_path(text: str, kept: Mapping[str, object]) -> str:
    return _USE.sub(lambda use: quote(_text(_value(use[1], kept)), safe=""), text)


def _as_it_was(text: str, kept: Mapping[str, object]) -> object:
    use = _USE.fullmatch(text)
    return _written(text, kept) if use is None else _value(use[1], kept)


def _value(name: str, kept: Mapping[str, object]) -> object:
    if name not in kept:
        raise UnexpectedAnswer(f'no answer gave "{name}" to keep')
    return kept[name]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


_WRITES: dict[str, Write] = {"call": _in_path, "body": _as_it_was, "gives": _as_it_was}
