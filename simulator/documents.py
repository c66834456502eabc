"""Documents people write: read strictly, with every fault told at once in words of our own.

A fault says where it is, what is wrong, what would do, and the nearest valid name.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, ClassVar, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    ValidationError,
    ValidatorFunctionWrapHandler,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from simulator.errors import BadSpec

T = TypeVar("T", bound=BaseModel)

Path = tuple[str | int, ...]

Fault = tuple[Path, str]
"""Where a document is wrong, as a path into it, and why."""

_LONGEST_NAME = 80
"""What is longer is no misspelt name."""

_SHORT = 4
"""Up to how many letters a word is so short that one slip is all."""


class Spec(BaseModel):
    """A part of a document people write: unknown members are faults, numbers and truth values are
    written as such.

    What reads it is built when it first reads, and the words below its members are looked up when an
    editor is told: most starts read few documents and tell none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    meant: ClassVar[Mapping[str, str]] = {}
    """What is called otherwise elsewhere, and what to write here, as it is told."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler, /
    ) -> JsonSchemaValue:
        made = handler(schema)
        properties = handler.resolve_ref_schema(made).get("properties", {})
        said = words_below(cls)
        for name, field in cls.model_fields.items():
            if name in said:
                properties[field.alias or name].setdefault("description", said[name])
        return made


class OneSpec(Spec):
    """A part that has exactly one of its members."""

    @model_validator(mode="after")
    def _exactly_one(self) -> OneSpec:
        fields = type(self).model_fields
        if sum(getattr(self, name) is not None for name in fields) != 1:
            names = (field.alias or name for name, field in fields.items())
            raise ValueError(f"write exactly one of {', '.join(names)}")
        return self

    @property
    def chosen(self) -> str:
        """The name of its one member."""
        return next(name for name in type(self).model_fields if getattr(self, name) is not None)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler, /
    ) -> JsonSchemaValue:
        made = handler.resolve_ref_schema(super().__get_pydantic_json_schema__(schema, handler))
        made["properties"] = {
            name: _without_null(item) for name, item in made["properties"].items()
        }
        return {**made, "minProperties": 1, "maxProperties": 1}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in schema.items() if key not in ("default", "anyOf")}
    kinds = [item for item in schema.get("anyOf", ()) if item != {"type": "null"}]
    if len(kinds) == 1:
        return {**kinds[0], **rest}
    return {"anyOf": kinds, **rest} if kinds else rest


@dataclass(frozen=True)
class Form:
    """How a text is written, for editors: its pattern, and examples.

    With `what` it is demanded as well, and told where it is not so: `"x" is no call; write "..."`.
    """

    pattern: str
    examples: tuple[str, ...]
    what: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        """The schema of what it stands on, with the demand."""
        return core_schema.no_info_wrap_validator_function(self._demanded, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """What an editor is told."""
        return {**handler(schema), "pattern": self.pattern, "examples": list(self.examples)}

    def _demanded(self, value: object, inner: ValidatorFunctionWrapHandler) -> str:
        shown = " or ".join(f'"{item}"' for item in self.examples)
        try:
            text = str(inner(value))
        except ValidationError as error:
            if error.errors(include_url=False)[0]["type"] == "string_type":
                raise ValueError(f"write a text, as {shown}") from error
            raise
        if self.what and re.search(self.pattern, text) is None:
            raise ValueError(f'"{text}" is no {self.what}; write {shown}')
        return text


def words_below(model: type[BaseModel]) -> dict[str, str]:
    """What stands below each member of a model in its source, as a docstring does."""
    said: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if issubclass(part, Spec):
            said |= _classes(part.__module__).get(part.__name__, {})
    return said


@cache
def _classes(module: str) -> dict[str, dict[str, str]]:
    """The words below the members of each class of a module."""
    rows = ast.parse(inspect.getsource(sys.modules[module])).body
    return {row.name: _said(row) for row in rows if isinstance(row, ast.ClassDef)}


def _said(part: ast.ClassDef) -> dict[str, str]:
    said: dict[str, str] = {}
    for pair in pairwise(part.body):
        match pair:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(words))),
            ):
                said[name] = inspect.cleandoc(words)
    return said


def read(model: type[T], document: object) -> T:
    """Read a document as a model. Raises BadSpec with every fault and its path."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise BadSpec(_faults(error, model, document)) from error


def is_missing(path: Path, text: str) -> bool:
    """Whether a fault is that a member is not there."""
    return bool(path) and text.endswith(f'needs "{path[-1]}"')


def _faults(error: ValidationError, model: type[BaseModel], document: object) -> list[Fault]:
    """Every fault; a member that is missing because its name is misspelt is told once, as that."""
    errors = error.errors()
    missing = {item["loc"] for item in errors if item["type"] == "missing"}
    unknown: dict[Path, str] = {}
    for item in errors:
        path = item["loc"]
        if item["type"] == "extra_forbidden":
            known, meant = _members(model, path[:-1])
            wanted = [str(one[-1]) for one in missing if one[:-1] == path[:-1]]
            unknown[path], instead = _unknown(str(path[-1]), known, meant, wanted)
            missing -= {(*path[:-1], name) for name in instead}
    found: list[Fault] = []
    for item in errors:
        path = item["loc"]
        if path in unknown:
            found.append((path, unknown[path]))
        elif item["type"] == "missing":
            if path in missing:
                found.append((path, f'{_holder(document, path[:-1])} needs "{path[-1]}"'))
        else:
            found.append((path, _words(dict(item), model)))
    return found


def _unknown(
    name: str, known: list[str], meant: Mapping[str, str], wanted: list[str]
) -> tuple[str, list[str]]:
    """What is said of a member that is none, and the members it may stand for."""
    said = f'unknown member "{name}"'
    if name in meant:
        return f"{said}; {meant[name]}", re.findall(r'"(\w+)"', meant[name])
    close = nearest(name, wanted) or nearest(name, known)
    return f"{said}{rather(name, known if close is None else [close])}", [close] if close else []


def _holder(document: object, path: Path) -> str:
    """What a member is missing in: the name it has in the document, or whose items they are."""
    name, each, current = "it", False, document
    for part in path:
        if isinstance(current, Mapping):
            named = [key for key in current if str(key) == str(part)]
            if named:
                name, each, current = str(part), False, current[named[0]]
        elif isinstance(current, list | tuple) and isinstance(part, int) and part < len(current):
            each, current = True, current[part]
    return f"each of {name}" if each else name


def _words(error: dict[str, Any], model: type[BaseModel]) -> str:
    kind, told, given = str(error["type"]), error.get("ctx") or {}, error.get("input")
    if kind == "literal_error":
        return _none_of(given, str(told.get("expected")))
    if kind == "value_error":
        return str(told.get("error"))
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"write members, as {{{_example(model, error['loc'], kind)}}}"
    if kind in ("tuple_type", "list_type"):
        item = _quoted(given) if _is_single(given) else "{...}" if given else "..."
        return f"write a list, as [{item}]"
    if kind == "string_type":
        return f"write text in quotes, as {_quoted(given)}" if _is_single(given) else "write text"
    if kind in ("too_short", "too_long") and isinstance(given, str):
        kind = f"string_{kind}"
    if kind in _PLAIN:
        return _PLAIN[kind].format(**told)
    return str(error["msg"])[:1].lower() + str(error["msg"])[1:]


_PLAIN = {
    "bool_type": "write true or false",
    "int_type": "write a whole number, as 5",
    "greater_than_equal": "write {ge} or more",
    "greater_than": "write more than {gt}",
    "less_than_equal": "write {le} or less",
    "less_than": "write less than {lt}",
    "string_too_short": "it cannot be empty",
    "string_too_long": "write {max_length} characters or less",
    "too_short": "write {min_length} or more; there are {actual_length}",
    "too_long": "write {max_length} or less; there are {actual_length}",
}
"""What is said of values, in plain words."""


def _none_of(given: object, expected: str) -> str:
    valid = re.findall(r"'([^']*)'", expected)
    if not valid:
        return f"write {expected.lower()}"
    if not isinstance(given, str) and str(given) in valid:
        return f"write text in quotes, as {_quoted(given)}"
    close = nearest(str(given), valid)
    mend = f'; did you mean "{close}"?' if close else ""
    return f'"{given}" is not one of {", ".join(valid)}{mend}'


def _is_single(given: object) -> bool:
    return isinstance(given, str | int | float)


def _quoted(given: object) -> str:
    text = str(given).lower() if isinstance(given, bool) else str(given)
    return f'"{text}"' if len(text) <= _LONGEST_NAME else '"..."'


def _example(model: type[BaseModel], path: Path, kind: str) -> str:
    """Members that would do at a path: what must be there, else the first that may be."""
    models = _models_at(model, path)
    if kind == "dict_type" or not models:
        return "name: value"
    fields = [(item.alias or name, item) for name, item in models[0].model_fields.items()]
    names = [name for name, item in fields if item.is_required()] or [fields[0][0]]
    return ", ".join(f"{name}: ..." for name in names)


def _members(model: type[BaseModel], path: Path) -> tuple[list[str], Mapping[str, str]]:
    """The members a document may have at a path, and what else they may be called there."""
    models = _models_at(model, path)
    names = [field.alias or name for item in models for name, field in item.model_fields.items()]
    meant: dict[str, str] = {}
    for item in models:
        meant |= getattr(item, "meant", {})
    return names, meant


def _models_at(model: type[BaseModel], path: Iterable[object]) -> list[type[BaseModel]]:
    """The models at a path, followed through lists and unions."""
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
    return current


def _models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    found: list[type[BaseModel]] = []
    for part in getattr(annotation, "__args__", ()):
        found += _models(part)
    return found


def rather(said: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?` where a known name is near, else what there is."""
    names = [str(item) for item in known]
    close = nearest(said, names)
    return f'; did you mean "{close}"?' if close else f"; it may be {', '.join(names) or 'none'}"


def nearest(said: str, known: Iterable[str]) -> str | None:
    """The known name that a misspelt one is most likely to be; None where none is near enough.

    Near are few slips of the keyboard for the length of the word, whatever the case, and the one name
    that begins so.
    """
    if len(said) > _LONGEST_NAME:
        return None
    word = _folded(said)
    most = 1 if len(word) <= _SHORT else 2 if len(word) <= 2 * _SHORT else 3
    slips = {name: _slips(word, _folded(name), most) for name in sorted(known, reverse=True)}
    close = min(slips, key=lambda name: slips[name], default=None)
    if close is not None and slips[close] <= min(most, len(word) - 1):
        return close
    begun = [name for name in slips if _folded(name).startswith(word)]
    return begun[0] if len(word) > _SHORT and len(begun) == 1 else None


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", name.casefold())


def _slips(one: str, other: str, most: int) -> int:
    """How many characters are wrong, missing, too many, or in each other's place."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        here = [row]
        for column, its in enumerate(other, start=1):
            cost = min(above[column] + 1, here[-1] + 1, above[column - 1] + (letter != its))
            swapped = row > 1 < column and letter == other[column - 2] and one[row - 2] == its
            here.append(min(cost, before[column - 2] + 1) if swapped else cost)
        before, above = above, here
    return above[-1]
