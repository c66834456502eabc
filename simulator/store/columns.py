"""What a search asks of the messages in memory: an octet for each message and word, and the texts.

A message is told by its number, from 0 in the order they came. A million of them are looked through
in milliseconds, and none is put together but those that are shown.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from zlib import compress, decompress

from simulator.runtime.ports import MessageQuery
from simulator.store import texts

WORDS = ("direction", "state", "code", "purpose")
"""The members of a query that have few values."""

OTHERS = 255
"""Stands for every value of a word after the first 255; who asks for one looks at the message."""

OPEN_BLOCKS = 64
"""How many of the newest blocks of texts are not packed."""


class Columns:
    """The words and texts of every message of an account."""

    def __init__(self) -> None:
        self.positions = array("q")
        self._columns = {name: bytearray() for name in WORDS}
        self._values: dict[str, dict[str, int]] = {name: {} for name in WORDS}
        self._octets: dict[tuple[str, ...], bytes] = {}
        self._texts = _Texts()

    def append(self, position: int, values: tuple[str, ...], text: str) -> None:
        """One more message, with its values in the order of WORDS."""
        self.positions.append(position)
        octets = self._octets.get(values)
        if octets is None:
            known = (self._octet(name, value) for name, value in zip(WORDS, values, strict=True))
            octets = self._octets[values] = bytes(known)
        for column, octet in zip(self._columns.values(), octets, strict=True):
            column.append(octet)
        self._texts.append(text)

    def moved(self, position: int, state: str) -> None:
        """The message at that position came to a state."""
        octet = self._values["state"].get(state)
        if octet is None:
            octet = self._octet("state", state)
        self._columns["state"][bisect_left(self.positions, position)] = octet

    def retold(self, position: int, text: str) -> None:
        """The message at that position has another text."""
        self._texts.replace(bisect_left(self.positions, position), text)

    def within(self, query: MessageQuery, times: Sequence[int]) -> range:
        """The messages between the query's bounds. `times` has the instant of every row."""
        low, high = bisect_right(self.positions, query.after), len(self.positions)
        if query.below is not None:
            high = bisect_left(self.positions, query.below)
        if query.since is not None:
            low = max(low, self._at(query.since, times))
        if query.until is not None:
            high = min(high, self._at(query.until, times))
        return range(low, max(low, high))

    def found(self, query: MessageQuery, within: range) -> Iterator[int]:
        """The messages of a range that have the query's words and hold its text, in its order."""
        met = self._met(query)
        if query.text is not None:
            yield from self._holding(query, within, met)
        elif met is None:
            yield from reversed(within) if query.newest_first else within
        else:
            yield from _ones(met, within, query.newest_first)

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
                sign = self._values[name].get(value)
                table = bytes(octet == sign for octet in range(256))
                ones = int.from_bytes(self._columns[name].translate(table), "big")
                met = ones if met is None else met & ones
        return None if met is None else met.to_bytes(len(self.positions), "big")

    def _octet(self, name: str, value: str) -> int:
        values = self._values[name]
        return values.setdefault(value, min(len(values), OTHERS))

    def _at(self, instant: int, times: Sequence[int]) -> int:
        """The first message at that instant or later: time never goes back in a journal."""
        return bisect_left(self.positions, instant, key=lambda position: times[position - 1])


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
