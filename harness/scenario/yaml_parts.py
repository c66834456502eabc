"""YAML made into parts: scalars, anchors, aliases and merge keys, each with its place.

Scalars follow YAML 1.2's core schema: only `true` and `false` are booleans and dates stay text, so
that `text: No` and `to: 2026-01-06T15:00:00Z` mean what they look like. What an alias repeats is
shared and not copied; how much it would be is counted before anybody spreads it out.
"""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import yaml

from harness.scenario.parts import (
    Member,
    Mistake,
    Mistakes,
    Part,
    Position,
    mapping,
    members_of,
    sequence,
)

MOST_REPEATED = 100_000
"""How many parts aliases and merge keys may repeat in one file."""

DEEPEST = 100
"""How deep values may stand in each other, aliases counted."""

_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_TAG}merge"


class _Alias(yaml.Node):
    """An alias where it stands, and the node it names."""

    def __init__(self, of: yaml.Node, mark: yaml.Mark) -> None:
        super().__init__(of.tag, of.value, mark, mark)
        self.of = of


class _Loader(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """A node; an alias is kept apart from what it names."""
        if not self.check_event(yaml.AliasEvent):
            return super().compose_node(parent, index)
        event = self.get_event()  # type: ignore[no-untyped-call]
        if event.anchor not in self.anchors:
            raise yaml.MarkedYAMLError(
                problem=_unknown_anchor(event.anchor, list(self.anchors)),
                problem_mark=event.start_mark,
            )
        return _Alias(self.anchors[event.anchor], event.start_mark)


def _unknown_anchor(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    there = f"there is {', '.join(known) or 'none'}"
    mend = f'did you mean "{close[0]}"?' if close else f"{there}; each file has its own"
    return f'no anchor "{name}" stands before it; {mend}'


_Loader.yaml_implicit_resolvers = {}
_Loader.yaml_constructors = dict(yaml.SafeLoader.yaml_constructors)
for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*))([eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ("merge", r"<<", ["<"]),
):
    _Loader.add_implicit_resolver(f"{_TAG}{_tag}", re.compile(f"(?:{_pattern})\\Z"), _first)


def _whole_number(_loader: _Loader, node: yaml.ScalarNode) -> int | str:
    """A decimal number; what leads with a zero is text, as a phone number or an id is."""
    text = str(node.value)
    digits = text.lstrip("+-")
    if not digits.isdecimal() or len(digits) > 30 or (digits.startswith("0") and digits != "0"):
        return text
    return int(text)


def _as_text(_loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(node.value)


_Loader.add_constructor(f"{_TAG}int", _whole_number)
_Loader.add_constructor(_MERGE, _as_text)
for _tag in ("timestamp", "binary", "omap", "pairs", "set"):
    _Loader.yaml_constructors.pop(f"{_TAG}{_tag}", None)


def read_parts(text: str, file: str) -> Part:
    """What a text says; `file` is the name its places carry. Raises Mistakes with all there are."""
    loader: _Loader | None = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            raise Mistakes([Mistake(Position(file, 1, 1), "the file is empty")])
        reader = _Reader(loader, file)
        part = reader.part(node)
        if reader.mistakes:
            raise Mistakes(reader.mistakes)
        return part
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        words = f"not YAML: {error.problem or 'it cannot be read'}{_mend(text, mark)}"
        raise Mistakes([Mistake(Position(file, line, column), words)]) from error
    except RecursionError as error:
        raise Mistakes([Mistake(Position(file, 1, 1), _TOO_DEEP)]) from error
    except (yaml.YAMLError, ValueError, AttributeError, TypeError) as error:
        raise Mistakes([Mistake(Position(file, 1, 1), f"not YAML: {error}")]) from error
    finally:
        if loader is not None:
            loader.dispose()


_TOO_DEEP = f"it is nested too deeply; {DEEPEST} levels are the most"


def _mend(text: str, mark: yaml.Mark | None) -> str:
    """What is wrong more often than not where a brace was not expected."""
    at = mark.index if mark is not None else 0
    if text[max(at - 1, 0) : at + 1] == "${":
        return '; inside { } and [ ] a parameter needs quotes, as "${name}"'
    return ""


class _Reader:
    """Makes parts of the nodes of one file, each node once."""

    def __init__(self, loader: _Loader, file: str) -> None:
        self.mistakes: list[Mistake] = []
        self._loader = loader
        self._file = file
        self._read: dict[int, Part] = {}
        self._open: set[int] = set()
        self._repeated = 0

    def part(self, node: yaml.Node) -> Part:
        """The part a node is. Raises Mistakes where it has no end, and YAML's own errors."""
        if isinstance(node, _Alias):
            return self._alias(node)
        if id(node) not in self._read:
            self._open.add(id(node))
            part = self._new(node) if len(self._open) <= DEEPEST else None
            if part is None or part.depth > DEEPEST:
                raise Mistakes([*self.mistakes, Mistake(self._at(node), _TOO_DEEP)])
            self._open.remove(id(node))
            self._read[id(node)] = part
        return self._read[id(node)]

    def _alias(self, node: _Alias) -> Part:
        if id(node.of) in self._open:
            words = "an alias stands inside what it names; write out what is meant"
            raise Mistakes([*self.mistakes, Mistake(self._at(node), words)])
        part = self.part(node.of)
        self._repeated += part.size
        if self._repeated > MOST_REPEATED:
            words = f"aliases repeat more than {MOST_REPEATED} parts here; have fewer of them"
            raise Mistakes([*self.mistakes, Mistake(self._at(node), words)])
        return replace(part, position=self._at(node))

    def _new(self, node: yaml.Node) -> Part:
        at = self._at(node)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return sequence(map(self.part, node.value), at)
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return mapping(self._members(node), at)
        if not isinstance(node, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(
                problem=f"a tag has no meaning here: {node.tag}", problem_mark=node.start_mark
            )
        return Part(value=self._scalar(node), position=at, written=str(node.value))

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        return self._loader.construct_object(node, deep=True)

    def _members(self, node: yaml.MappingNode) -> dict[str, Member]:
        own: dict[str, Member] = {}
        merged: dict[str, Member] | None = None
        for key, value in node.value:
            at = self._at(key)
            named = key.of if isinstance(key, _Alias) else key
            if named.tag == _MERGE:
                if merged is not None:
                    words = '"<<" stands twice; write one with a list: <<: [*one, *other]'
                    self.mistakes.append(Mistake(at, words))
                merged = {**self._merged(self.part(value)), **(merged or {})}
                continue
            if not isinstance(named, yaml.ScalarNode):
                self.mistakes.append(Mistake(at, "a key is one word, or text in quotes"))
                continue
            name = str(named.value)
            if name in own:
                self.mistakes.append(Mistake(at, f'"{name}" stands twice'))
            own[name] = Member(key=self._scalar(named), position=at, part=self.part(value))
        return {**(merged or {}), **own}

    def _merged(self, part: Part) -> dict[str, Member]:
        """What a merge key brings: of several mappings the first wins."""
        found: dict[str, Member] = {}
        several = part.value if isinstance(part.value, tuple) else (part,)
        for item in reversed(several):
            if not isinstance(item.value, dict):
                words = '"<<" merges a mapping, or a list of mappings; write <<: *name'
                self.mistakes.append(Mistake(item.position, words))
            found |= members_of(item)
        return found

    def _at(self, node: yaml.Node) -> Position:
        return Position(self._file, node.start_mark.line + 1, node.start_mark.column + 1)
