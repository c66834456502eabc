"""Texts of messages as a search reads them: many in one block, each in no letter case.

A block is gone through at the speed of memory, so no text needs an index of its own: a thousand
blocks are a million messages. Both stores search by these functions, and so find alike.
"""

from __future__ import annotations

from collections.abc import Iterable

BLOCK = 1_024
"""How many texts are kept together."""

_BETWEEN = b"\xff"
"""No octet of UTF-8."""

_MARK = "\ud800"
"""In no text: half of a pair, which no journal can hold."""


def folded(text: str) -> bytes:
    """A text without its letter case, in any script."""
    return text.casefold().encode("utf-8", "surrogatepass")


def block(texts: Iterable[str]) -> bytes:
    """Texts as a block, all folded at once."""
    return folded(_MARK.join(texts)).replace(folded(_MARK), _BETWEEN)


def holding(packed: bytes, wanted: bytes) -> list[int]:
    """Which texts of a block hold a folded text, by their place in it."""
    if wanted not in packed:
        return []
    return [place for place, text in enumerate(packed.split(_BETWEEN)) if wanted in text]


def replaced(packed: bytes, place: int, text: str) -> bytes:
    """The block with another text in that place."""
    texts = packed.split(_BETWEEN)
    texts[place] = folded(text)
    return _BETWEEN.join(texts)
