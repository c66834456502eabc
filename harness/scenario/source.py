"""YAML with positions: every value knows the line and column it was written at.

Scalars follow YAML 1.2's core schema: only `true` and `false` are booleans and dates stay text, so
that `text: No` and `to: 2026-01-06T15:00:00Z` mean what they look like.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

import yaml

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """Something wrong in a file: where, and what would do."""

    position: Position
    message: str

    def __str__(self) -> str:
        return f"{self.position}: {self.message}"


class Mistakes(Exception):
    """A file has mistakes; these are all of them, in the order they stand."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, sorted(mistakes))))
        self.mistakes = sorted(mistakes)


class Source:
    """A parsed file: `document` is plain data, `at` finds where a part of it stands."""

    def __init__(self, file: str, document: Any, positions: dict[Path, Position]) -> None:
        self.file = file
        self.document = document
        self._positions = positions

    def at(self, path: Path) -> Position:
        """The position of a path, or of the nearest part above it that was written.

        Where a single thing stands in place of a list, the path's index 0 is left out, and where a
        thing may be of several kinds, the kind's name.
        """
        single: Path = ()
        for part, following in zip(path, (*path[1:], None), strict=True):
            known = [name for name in (part, str(part)) if (*single, name) in self._positions]
            if known:
                single = (*single, known[0])
            elif part != 0 and (following is None or (*single, following) not in self._positions):
                single = (*single, part)
        path = single
        while path and path not in self._positions:
            path = path[:-1]
        return self._positions.get(path, Position(self.file, 1, 1))

    def mistake(self, path: Path, message: str) -> Mistake:
        """A mistake at a path."""
        return Mistake(self.at(path), message)


class _Loader(yaml.SafeLoader):
    pass


_Loader.yaml_implicit_resolvers = {}
_Loader.yaml_constructors = dict(yaml.SafeLoader.yaml_constructors)
for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*))([eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ("merge", r"<<", ["<"]),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})\\Z"), _first
    )


def _whole_number(_loader: _Loader, node: yaml.ScalarNode) -> int | str:
    """A decimal number; what leads with a zero is text, as a phone number or an id is."""
    text = str(node.value)
    digits = text.lstrip("+-")
    if not digits.isdecimal() or len(digits) > 30 or (digits.startswith("0") and digits != "0"):
        return text
    return int(text)


_Loader.add_constructor("tag:yaml.org,2002:int", _whole_number)
for _tag in ("timestamp", "binary", "omap", "pairs", "set"):
    _Loader.yaml_constructors.pop(f"tag:yaml.org,2002:{_tag}", None)


def read_file(path: FilePath) -> Source:
    """Read a scenario file. Raises Mistakes where it is not YAML, or a key stands twice."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Mistakes([Mistake(Position(str(path), 1, 1), f"cannot be read: {error}")]) from error
    return read_text(text, str(path))


def read_text(text: str, file: str) -> Source:
    """Read a scenario from text; `file` is the name its mistakes carry. Raises Mistakes."""
    loader: _Loader | None = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            raise Mistakes([Mistake(Position(file, 1, 1), "the file is empty")])
        positions: dict[Path, Position] = {}
        mistakes: list[Mistake] = []
        _walk(node, (), file, positions, mistakes)
        if mistakes:
            raise Mistakes(mistakes)
        return Source(file, loader.construct_document(node), positions)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        words = error.problem or "not YAML"
        raise Mistakes([Mistake(Position(file, line, column), f"not YAML: {words}")]) from error
    except RecursionError as error:
        words = "it is nested too deeply, or an alias refers to itself"
        raise Mistakes([Mistake(Position(file, 1, 1), words)]) from error
    except (yaml.YAMLError, ValueError, AttributeError, TypeError) as error:
        raise Mistakes([Mistake(Position(file, 1, 1), f"not YAML: {error}")]) from error
    finally:
        if loader is not None:
            loader.dispose()


def _walk(
    node: yaml.Node,
    path: Path,
    file: str,
    positions: dict[Path, Position],
    mistakes: list[Mistake],
) -> None:
    mark = node.start_mark
    if path not in positions:
        positions[path] = Position(file, mark.line + 1, mark.column + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(item, (*path, index), file, positions, mistakes)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            at = Position(file, key.start_mark.line + 1, key.start_mark.column + 1)
            if name in seen:
                mistakes.append(Mistake(at, f'"{name}" stands twice'))
            seen.add(name)
            positions[(*path, name)] = at
            _walk(value, (*path, name), file, positions, mistakes)
