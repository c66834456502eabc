"""Bodies of rows in memory by place: the old ones are packed, for a run of many people has millions."""

from __future__ import annotations

from array import array
from itertools import accumulate, pairwise
from zlib import compress, decompress

BLOCK = 1_024
"""How many old bodies are packed together."""

LOOSE = 100 * BLOCK
"""How many of the newest bodies are left as they are; most runs have no more."""

KEPT_OPEN = 16
"""How many packed blocks that were looked into stay open."""


class Bodies:
    """Bodies in the order they came; what is in one is nothing to it.

    Places are counted from the first there ever was; `_start` is that of the first that is held.
    """

    def __init__(self, *, block: int = BLOCK, loose: int = LOOSE) -> None:
        self._block, self._most = block, loose
        self._packed: list[tuple[bytes, array[int]]] = []
        self._loose: list[bytes] = []
        self._open: dict[int, list[bytes]] = {}
        self._start = 0

    def __len__(self) -> int:
        return self._start + len(self._packed) * self._block + len(self._loose)

    def extend(self, bodies: list[bytes]) -> None:
        """More bodies, behind the others."""
        self._loose += bodies
        while len(self._loose) >= self._most + self._block:
            block = self._loose[: self._block]
            del self._loose[: self._block]
            ends = array("Q", accumulate(map(len, block), initial=0))
            self._packed.append((compress(b"".join(block), level=1), ends))

    def drop(self, place: int) -> None:
        """Let go of what comes before a place, but for a packed block that holds something after it."""
        going = min((place - self._start) // self._block, len(self._packed))
        del self._packed[:going]
        self._start += going * self._block
        self._open.clear()
        if not self._packed:
            del self._loose[: place - self._start]
            self._start = place

    def __getitem__(self, place: int) -> bytes:
        number, within = divmod(place - self._start, self._block)
        if number >= len(self._packed):
            return self._loose[place - self._start - len(self._packed) * self._block]
        return self._opened(number)[within]

    def between(self, after: int, until: int) -> list[bytes]:
        """Bodies of a range of places."""
        packed, found = self._start + len(self._packed) * self._block, list[bytes]()
        while after < min(until, packed):
            number, within = divmod(after - self._start, self._block)
            part = self._opened(number)[within : within + until - after]
            found, after = found + part, after + len(part)
        return found + self._loose[after - packed : until - packed] if after < until else found

    def _opened(self, number: int) -> list[bytes]:
        block = self._open.get(number)
        if block is None:
            if len(self._open) >= KEPT_OPEN:
                del self._open[next(iter(self._open))]
            packed, ends = self._packed[number]
            whole = decompress(packed)
            block = self._open[number] = [whole[start:end] for start, end in pairwise(ends)]
        return block
