"""Which of a smart list's filters must hold: all, any, or an expression by their numbers.

Rules: Marketo: using advanced smart list rule logic. Filters are numbered from 1; `and` and `or`
may be mixed only with parentheses, as there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_TOKEN = re.compile(r"\s*([0-9]{1,4}\b|and\b|or\b|\(|\))", re.IGNORECASE)
_LONGEST = 1_000
_DEEPEST = 50


class BadLogic(ValueError):
    """The expression cannot be read; the message says where and what would do (Marketo: logic)."""


@dataclass(frozen=True, slots=True)
class Group:
    """Filters by number, or groups of them, that are joined alike (Marketo: logic)."""

    joined: Literal["and", "or"]
    parts: tuple[int | Group, ...]

    def holds(self, results: Sequence[bool]) -> bool:
        """Whether the group holds, given each filter's result in order."""
        found = (
            results[part - 1] if isinstance(part, int) else part.holds(results)
            for part in self.parts
        )
        return all(found) if self.joined == "and" else any(found)

    def numbers(self) -> set[int]:
        """The numbers of the filters it names."""
        named: set[int] = set()
        for part in self.parts:
            named |= {part} if isinstance(part, int) else part.numbers()
        return named


def parse(text: str, count: int) -> Group:
    """`1 and (2 or 3)` over `count` filters. Raises BadLogic.

    Source: Marketo: using advanced smart list rule logic.
    """
    if len(text) > _LONGEST:
        raise BadLogic(f'"{text[:20]}..." is over {_LONGEST} characters long')
    words = _words(text)
    group, rest = _group(words, text)
    if rest:
        raise BadLogic(f'"{text}": "{rest[0]}" stands where nothing can')
    unknown = sorted(group.numbers() - set(range(1, count + 1)))
    if unknown:
        raise BadLogic(f'"{text}" names filter {unknown[0]}; there are {count}')
    unused = sorted(set(range(1, count + 1)) - group.numbers())
    if unused:
        raise BadLogic(f'"{text}" leaves out filter {unused[0]}')
    return group


def _words(text: str) -> list[str]:
    words: list[str] = []
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadLogic(
                f'"{text}" is no logic; write all, any, or filter numbers with and, or and '
                f'parentheses, as "1 and (2 or 3)"'
            )
        words.append(match[1].lower())
        at = match.end()
    return words


def _group(words: list[str], text: str, depth: int = 0) -> tuple[Group, list[str]]:
    if depth > _DEEPEST:
        raise BadLogic(f'"{text[:20]}..." is over {_DEEPEST} parentheses deep')
    part, words = _part(words, text, depth)
    parts, joined = [part], ""
    while words and words[0] in ("and", "or"):
        if joined and words[0] != joined:
            raise BadLogic(f'"{text}" mixes and with or; put parentheses round one of them')
        joined, words = words[0], words[1:]
        part, words = _part(words, text, depth)
        parts.append(part)
    return Group("or" if joined == "or" else "and", tuple(parts)), words


def _part(words: list[str], text: str, depth: int) -> tuple[int | Group, list[str]]:
    if not words:
        raise BadLogic(f'"{text}" ends where a filter should stand')
    if words[0].isdigit():
        return int(words[0]), words[1:]
    if words[0] != "(":
        raise BadLogic(f'"{text}": "{words[0]}" stands where a filter should')
    group, rest = _group(words[1:], text, depth + 1)
    if not rest or rest[0] != ")":
        raise BadLogic(f'"{text}" opens a parenthesis that nothing closes')
    return group, rest[1:]
