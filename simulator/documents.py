"""Documents people write: read strictly, with every fault told at once in words of our own.

A fault says where it is, what is wrong, what would do, and the nearest valid name.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from simulator.errors import BadSpec

T = TypeVar("T", bound=BaseModel)

REQUIRED = "is required"
"""What is said of a member that is missing."""

Fault = tuple[tuple[str | int, ...], str]
"""Where a document is wrong, as a path into it, and why."""


class Spec(BaseModel):
    """A part of a document people write: unknown members are faults, numbers and truth values are
    written as such."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, frozen=True)


def read(model: type[T], document: object) -> T:
    """Read a document as a model. Raises BadSpec with every fault and its path."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise BadSpec(_faults(error, model)) from error


def _faults(error: ValidationError, model: type[BaseModel]) -> list[Fault]:
    return [(tuple(item["loc"]), _words(dict(item), model)) for item in error.errors()]


def _words(error: dict[str, object], model: type[BaseModel]) -> str:
    kind, context = error["type"], error.get("ctx")
    told = dict(context) if isinstance(context, dict) else {}
    location = error["loc"]
    path = location if isinstance(location, tuple) else ()
    if kind == "extra_forbidden":
        known = _members(model, path[:-1])
        return f'unknown member "{path[-1]}"{rather(str(path[-1]), known)}'
    if kind == "missing":
        return REQUIRED
    if kind == "literal_error":
        valid = re.findall(r"'([^']*)'", str(told.get("expected")))
        return f'"{error["input"]}" is not one of {", ".join(valid)}{rather(str(error["input"]), valid)}'
    if kind == "value_error":
        return str(told.get("error"))
    return str(error["msg"])[:1].lower() + str(error["msg"])[1:]


def _members(model: type[BaseModel], path: tuple[object, ...]) -> list[str]:
    """The members a document may have at a path, following models through lists and unions."""
    current: list[type[BaseModel]] = [model]
    for part in path:
        if isinstance(part, int):
            continue
        fields = [
            field
            for item in current
            for name, field in item.model_fields.items()
            if part in (name, field.alias)
        ]
        nested = [found for field in fields for found in _models(field.annotation)]
        current = nested or current
    return [field.alias or name for item in current for name, field in item.model_fields.items()]


def _models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    found: list[type[BaseModel]] = []
    for part in getattr(annotation, "__args__", ()):
        found += _models(part)
    return found


def rather(said: str, known: list[str]) -> str:
    """`; did you mean "x"?` where a known name is near, else what there is."""
    close = get_close_matches(said, known, n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else f"; it may be {', '.join(known) or 'none'}"
