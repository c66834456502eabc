"""A file that was read: plain data, where each of its values stands, and its mistakes."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Any

from harness.scenario.parts import Mistake, Mistakes, Part, Path, Position
from harness.scenario.yaml_parts import read_parts


class Source:
    """A parsed file: `document` is plain data, `at` finds where a part of it stands.

    `part` is what it was made of, where it was read from a file; `case` names the one it is of the
    file's cases.
    """

    def __init__(
        self,
        file: str,
        document: Any,
        positions: dict[Path, Position],
        *,
        part: Part | None = None,
        case: str | None = None,
    ) -> None:
        self.file = file
        self.document = document
        self.part = part
        self.case = case
        self._positions = positions
        self._noted: dict[Path, Part] = {}

    @classmethod
    def of(cls, part: Part, file: str, case: str | None = None) -> Source:
        """The source of a part."""
        source = cls(file, part.plain(), {}, part=part, case=case)
        source._spread((), part)
        return source

    def at(self, path: Path) -> Position:
        """The position of a path, or of the nearest part above it that was written.

        Where a single thing stands in place of a list, the path's index 0 is left out, and where a
        thing may be of several kinds, the kind's name.
        """
        return self._positions.get(self._written(path), Position(self.file, 1, 1))

    def mistake(self, path: Path, message: str) -> Mistake:
        """A mistake at a path."""
        found = self._noted.get(self._written(path))
        return Mistake(self.at(path), message, found.note if found is not None else "")

    def unsure(self, path: Path) -> bool:
        """Whether the value at a path is missing, so that nothing can be said of it."""
        found = self._noted.get(self._written(path))
        return found is not None and found.unsure

    def _written(self, path: Path) -> Path:
        """The path as it was written, or the nearest above it."""
        single: Path = ()
        for part, following in zip(path, (*path, None)[1:], strict=True):
            known = [name for name in (part, str(part)) if (*single, name) in self._positions]
            if known:
                single = (*single, known[0])
            elif part != 0 and (following is None or (*single, following) not in self._positions):
                single = (*single, part)
        path = single
        while path and path not in self._positions:
            path = path[:-1]
        return path

    def _spread(self, path: Path, part: Part) -> None:
        """Note where a part and all in it stand; of a member it is where its key does."""
        self._positions.setdefault(path, part.position)
        if part.note or part.unsure:
            self._noted[path] = part
        if isinstance(part.value, tuple):
            for index, item in enumerate(part.value):
                self._spread((*path, index), item)
        elif isinstance(part.value, dict):
            for name, member in part.value.items():
                self._positions[(*path, name)] = member.position
                self._spread((*path, name), member.part)


def read_file(path: FilePath) -> Source:
    """Read a file. Raises Mistakes where it is not YAML, or a key stands twice."""
    return Source.of(file_parts(path, str(path)), str(path))


def read_text(text: str, file: str) -> Source:
    """Read a text; `file` is the name its mistakes carry. Raises Mistakes."""
    return Source.of(read_parts(text, file), file)


def file_parts(path: FilePath, shown: str) -> Part:
    """What a file says; `shown` is the name its mistakes carry. Raises Mistakes."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Mistakes([Mistake(Position(shown, 1, 1), f"cannot be read: {error}")]) from error
    return read_parts(text, shown)
