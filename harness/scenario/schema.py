"""The JSON Schemas that editors read: of scenario files, and of files that these include.

An editor sees one file alone. So what a file includes may have the members that are required, and
in a file of cases a text with a parameter may stand where a number, a list or a word of a set is
expected. A file that neither includes nor has cases is held to the letter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.scenario.model import PartialSpec, ScenarioSpec

Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DEFS = "#/$defs/"
_PARAMETER = "Parameter"
_LISTS = ("anyOf", "oneOf", "allOf")
_HEADS = ("title", "description", "default", "examples")
_YAML = (
    "It is YAML 1.2: yes, no, on and off are texts. Texts and times need no quotes, but where a "
    "text looks like a number; what begins with [, {, *, & or @ does, and what has ': ' or ' #' in it."
)


def scenario_schema() -> Schema:
    """The schema of `*.sms.yaml` files."""
    whole, defs = _read(ScenarioSpec)
    whole["properties"]["cases"] = _closed(whole["properties"]["cases"])
    part = _Copied(defs, "InPart", _without_required)
    including = {**whole, "properties": _mergeable(whole["properties"], part)}
    cased = _Copied(defs, "InCases", _with_parameters)
    of_cases = {**including, "properties": _by_case(including["properties"], cased)}
    defs[_PARAMETER] = {"type": "string", "pattern": r"\$\{", "description": "A `${parameter}`."}
    defs |= {"Scenario": whole, "ScenarioThatIncludes": including, "ScenarioOfCases": of_cases}
    return {
        "$schema": _DIALECT,
        "title": "A scenario of smsim",
        "description": f"What to write in a file NAME.sms.yaml. {_YAML}",
        "properties": {name: _head(item) for name, item in whole["properties"].items()},
        "if": {"required": ["cases"]},
        "then": {"$ref": f"{_DEFS}ScenarioOfCases"},
        "else": {
            "if": {"required": ["include"]},
            "then": {"$ref": f"{_DEFS}ScenarioThatIncludes"},
            "else": {"$ref": f"{_DEFS}Scenario"},
        },
        "$defs": defs,
    }


def included_schema() -> Schema:
    """The schema of `*.inc.yaml` files."""
    whole, defs = _read(PartialSpec)
    part = _Copied(defs, "InPart", _without_required)
    properties = _mergeable(whole["properties"], part)
    made = {**whole, "properties": properties, "title": "A part of smsim's scenarios"}
    made["description"] = f"What to write in a file NAME.inc.yaml. {_YAML}"
    return {"$schema": _DIALECT, **made, "$defs": defs}


def _read(model: type[PartialSpec]) -> tuple[Schema, Schema]:
    """A model's own schema, which takes `x-` members too, and those that it refers to."""
    schema = model.model_json_schema(by_alias=True)
    defs = schema.pop("$defs")
    for one in (schema, *defs.values()):
        for item in one.get("properties", {}).values():
            _explain(item, defs)
    return {**schema, "patternProperties": {"^x-": {}}}, defs


def _explain(item: Schema, defs: Schema) -> None:
    """A member that has no words of its own has those of what it is; no default is a whole document."""
    kinds = [item, *item.get("anyOf", ()), item.get("items", {})]
    named = [kind["$ref"].removeprefix(_DEFS) for kind in kinds if "$ref" in kind]
    if named and "description" in defs[named[0]]:
        item.setdefault("description", defs[named[0]]["description"])
    told = item.get("default")
    if isinstance(told, dict) or (isinstance(told, list) and told and isinstance(told[0], dict)):
        del item["default"]


def _head(schema: Schema) -> Schema:
    """What an editor shows of a member before it knows which form a file has."""
    return {key: schema[key] for key in _HEADS if key in schema}


def _closed(table: Schema) -> Schema:
    """A table whose names are all held to their patterns."""
    named = {
        pattern: _closed(item) if "patternProperties" in item else item
        for pattern, item in table["patternProperties"].items()
    }
    return {**table, "patternProperties": named, "additionalProperties": False}


def _mergeable(properties: Schema, part: _Copied) -> Schema:
    """The properties, of which those that an included file may have need not be complete."""
    names = set(PartialSpec.model_fields) - {"include"}
    return {name: part.of(item) if name in names else item for name, item in properties.items()}


def _by_case(properties: Schema, cased: _Copied) -> Schema:
    return {
        name: item if name == "cases" else _or_parameter(cased.of(item))
        for name, item in properties.items()
    }


class _Copied:
    """Copies of definitions, each changed in one way, and so whatever they refer to."""

    def __init__(
        self, defs: Schema, suffix: str, change: Callable[[Schema, _Copied], Schema]
    ) -> None:
        self._defs = defs
        self._suffix = suffix
        self._change = change

    def of(self, schema: Schema) -> Schema:
        """A schema changed; a reference leads to the changed copy."""
        if "$ref" not in schema:
            return self._change(schema, self)
        name = schema["$ref"].removeprefix(_DEFS)
        copy = f"{name}{self._suffix}"
        if copy not in self._defs:
            self._defs[copy] = {}  # what refers to itself finds it here
            self._defs[copy] |= self._change(self._defs[name], self)
        return {**schema, "$ref": f"{_DEFS}{copy}"}


def _without_required(schema: Schema, copied: _Copied) -> Schema:
    """Mappings in mappings may lack members; what stands in lists is replaced as a whole."""
    whole = ("required", "minProperties")
    made = {key: value for key, value in schema.items() if key not in whole}
    return _inside(made, copied.of, (*_LISTS, "properties", "additionalProperties"))


def _with_parameters(schema: Schema, copied: _Copied) -> Schema:
    """Every value and key may be a text with a parameter in it."""

    def value_of(item: Schema) -> Schema:
        return _or_parameter(copied.of(item))

    made = _inside(schema, copied.of, _LISTS)
    holders = ("properties", "patternProperties", "additionalProperties", "items", "prefixItems")
    made = _inside(made, value_of, holders)
    made.pop("propertyNames", None)
    if "properties" in made or "patternProperties" in made:
        named = made.get("patternProperties", {})
        made["patternProperties"] = {**named, r"\$\{": {}}
    return made


def _inside(schema: Schema, change: Callable[[Schema], Schema], keys: tuple[str, ...]) -> Schema:
    """A schema with the schemas under these keys changed."""
    made = dict(schema)
    for key in keys:
        held = made.get(key)
        if isinstance(held, list):
            made[key] = [change(item) for item in held]
        elif isinstance(held, dict) and key in ("properties", "patternProperties"):
            made[key] = {name: change(item) for name, item in held.items()}
        elif isinstance(held, dict):
            made[key] = change(held)
    return made


def _or_parameter(schema: Schema) -> Schema:
    """A schema that a text with a parameter in it keeps as well; any text does already."""
    reference = {"$ref": f"{_DEFS}{_PARAMETER}"}
    heads = {key: schema[key] for key in _HEADS if key in schema}
    rest = {key: value for key, value in schema.items() if key not in _HEADS}
    if rest in ({}, {"type": "string"}):
        return schema
    if set(rest) == {"anyOf"}:
        return {**heads, "anyOf": [*rest["anyOf"], reference]}
    return {**heads, "anyOf": [rest, reference]}
