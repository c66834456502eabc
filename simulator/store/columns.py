"""What a search asks of the messages in memory: an octet for each message and word, and the texts.

A message is told by its number, from 0 in the order they came. A million of them are looked through
in milliseconds, and none is put together but those that are shown.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from zlib import compress, decompress

from simulator.runtime.ports import MessageQuery
from simulator.store import texts

WORDS = ("direction", "state", "code", "purpose", "campaign_id", "list_id")
"""The members of a query that have few values. Of lists a message may have several."""

Value = str | None | tuple[str, ...]
"""Of a word: what a message has there."""

OTHERS = 255
"""Stands for every value of a word after the first 255; who asks for one looks at the message."""

OPEN_BLOCKS = 64
"""How many of the newest blocks of texts are not packed."""


class Columns:
    """The words and texts of every message of an account."""

    def __init__(self) -> None:
        self._positions = array("q")
        self._columns = {name: bytearray() for name in WORDS}
        self._values: dict[str, dict[Value, int]] = {name: {} for name in WORDS}
        self._octets: dict[tuple[Value, ...], bytes] = {}
        self._texts = _Texts()

    def extend(
        self, positions: Iterable[int], words: Iterable[tuple[Value, ...]], told: Iterable[str]
    ) -> None:
        """More messages: where each is, its values in the order of WORDS, its text."""
        self._positions.extend(positions)
        octets = b"".join([self._octets.get(values) or self._learn(values) for values in words])
        for place, column in enumerate(self._columns.values()):
            column += octets[place :: len(WORDS)]
        for text in told:
            self._texts.append(text)

    def moved(self, position: int, state: str) -> None:
        """The message at that position came to a state."""
        octet = self._values["state"].get(state)
        if octet is None:
            octet = self._octet("state", state)
        self._columns["state"][bisect_left(self._positions, position)] = octet

    def retold(self, position: int, text: str) -> None:
        """The message at that position has another text."""
        self._texts.replace(bisect_left(self._positions, position), text)

    def found(self, query: MessageQuery, within: range) -> Iterator[int]:
        """The messages of a range that have the query's words and hold its text, in its order."""
        met = self._met(query)
        if query.text is not None:
            return self._holding(query, within, met)
        if met is not None:
            return _ones(met, within, query.newest_first)
        return iter(reversed(within) if query.newest_first else within)

    def _holding(self, query: MessageQuery, within: range, met: bytes | None) -> Iterator[int]:
        assert query.text is not None
        wanted, size = texts.folded(query.text), texts.BLOCK
        blocks = range(within.start // size, -(-within.stop // size))
        for number in reversed(blocks) if query.newest_first else blocks:
            first = number * size
            part = range(max(first, within.start), min(first + size, within.stop))
            if met is not None and met.find(1, part.start, part.stop) < 0:
                continue
            places = texts.holding(self._texts.block(number), wanted)
            for place in reversed(places) if query.newest_first else places:
                if first + place in part and (met is None or met[first + place]):
                    yield first + place

    def _met(self, query: MessageQuery) -> bytes | None:
        """An octet for each message, 1 where it has every word; None where none is asked for."""
        met: int | None = None
        for name in WORDS:
            value = getattr(query, name)
            if value is not None:
                signs = {octet for known, octet in self._values[name].items() if _is(known, value)}
                table = bytes(octet in signs for octet in range(256))
                ones = int.from_bytes(self._columns[name].translate(table), "big")
                met = ones if met is None else met & ones
        return None if met is None else met.to_bytes(len(self._positions), "big")

    def _learn(self, values: tuple[Value, ...]) -> bytes:
        known = (self._octet(name, value) for name, value in zip(WORDS, values, strict=True))
        octets = self._octets[values] = bytes(known)
        return octets

    def _octet(self, name: str, value: Value) -> int:
        values = self._values[name]
        return values.setdefault(value, min(len(values), OTHERS))


class _Texts:
    """Texts in blocks; the old blocks are packed."""

    def __init__(self) -> None:
        self._packed: list[bytes] = []
        self._open: list[bytes] = []
        self._loose: list[str] = []

    def append(self, text: str) -> None:
        self._loose.append(text)
        if len(self._loose) == texts.BLOCK:
            self._open.append(texts.block(self._loose))
            self._loose = []
            if len(self._open) > OPEN_BLOCKS:
                self._packed.append(compress(self._open.pop(0), level=1))

    def block(self, number: int) -> bytes:
        if number < len(self._packed):
            return decompress(self._packed[number])
        number -= len(self._packed)
        return self._open[number] if number < len(self._open) else texts.block(self._loose)

    def replace(self, number: int, text: str) -> None:
        block, place = divmod(number, texts.BLOCK)
        if block < len(self._packed):
            self._packed[block] = compress(texts.replaced(self.block(block), place, text), level=1)
        elif block < len(self._packed) + len(self._open):
            changed = texts.replaced(self.block(block), place, text)
            self._open[block - len(self._packed)] = changed
        else:
            self._loose[place] = text


def _is(known: Value, value: str) -> bool:
    """Whether a message that has the one is found by the other."""
    return value in known if isinstance(known, tuple) else value == known


def _ones(met: bytes, within: range, newest_first: bool) -> Iterator[int]:
    if newest_first:
        at = met.rfind(1, within.start, within.stop)
        while at >= 0:
            yield at
            at = met.rfind(1, within.start, at)
    else:
        at = met.find(1, within.start, within.stop)
        while at >= 0:
            yield at
            at = met.find(1, at + 1, within.stop)
