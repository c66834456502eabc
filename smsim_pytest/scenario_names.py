"""What the scenarios of a file are called, read without reading whether they are right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_USE = re.compile(r"\$\$\{|\$\{([^{}]*)\}")
_MERGE = "tag:yaml.org,2002:merge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A scenario of a file: what it is called, and which of the file's cases it is."""

    name: str
    case: str | None = None


def scenarios_in(path: Path) -> list[Named]:
    """The scenarios of a file, one for each of its cases; one alone where that cannot be read."""
    plain = path.name.removesuffix(".sms.yaml")
    try:
        text = path.read_text(encoding="utf-8")
        if "cases" not in text:
            return [Named(name=_name(text) or plain)]
        return _cases(text, plain)
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return [Named(name=plain)]


def _name(text: str) -> str | None:
    """The scenario's `name`, read without reading the rest; None where there is none."""
    top = _top(yaml.parse(text))
    return next((value for key, value in top if key == "name" and value), None)


def _top(events: Iterator[Any]) -> Iterator[tuple[str, str | None]]:
    """The members of the document's mapping: each key, and its value where that is a plain word."""
    depth, key = 0, None
    for event in events:
        if depth == 1 and key is not None and not isinstance(event, yaml.CollectionEndEvent):
            yield key, event.value if isinstance(event, yaml.ScalarEvent) else None
            key = None
        elif depth == 1 and isinstance(event, yaml.ScalarEvent):
            key = event.value
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)


def _cases(text: str, plain: str) -> list[Named]:
    members = _members(yaml.compose(text, Loader=yaml.SafeLoader))
    name = _word(members.get("name")) or plain
    cases = _members(members.get("cases"))
    return [
        Named(name=f"{_filled(name, _members(values))}[{case}]", case=case)
        for case, values in cases.items()
    ] or [Named(name=name)]


def _members(node: yaml.Node | None) -> dict[str, yaml.Node]:
    """The members of a mapping, with those it merges; of anything else none."""
    merged: dict[str, yaml.Node] = {}
    own: dict[str, yaml.Node] = {}
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.tag == _MERGE:
            several = value.value if isinstance(value, yaml.SequenceNode) else [value]
            for item in reversed(several):
                merged |= _members(item)
        elif isinstance(key, yaml.ScalarNode):
            own[key.value] = value
    return merged | own


def _word(node: yaml.Node | None) -> str | None:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else None


def _filled(name: str, values: dict[str, yaml.Node]) -> str:
    """A name with the values of a case in it."""

    def value_of(found: re.Match[str]) -> str:
        word = _word(values.get(found[1]))
        return "${" if found[0] == "$${" else found[0] if word is None else word

    return _USE.sub(value_of, name)
