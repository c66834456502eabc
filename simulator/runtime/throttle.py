"""Throttling as the real platform does it: so many calls in any one second of real time."""

from __future__ import annotations

from collections import deque

from simulator.domain.instants import SECOND
from simulator.runtime.clock import Wall


class Throttle:
    """Lets calls through while fewer than `per_second` were let through in the last second."""

    def __init__(self, wall: Wall, per_second: int) -> None:
        self._wall = wall
        self._per_second = per_second
        self._passed: deque[int] = deque()

    def passes(self, count: int = 1) -> bool:
        """Whether so many more may pass now; they are counted if so, all of them or none.

        One that is more than a whole second's worth passes where nothing passed before it.
        """
        now = self._wall.now()
        while self._passed and self._passed[0] <= now - SECOND:
            self._passed.popleft()
        if self._passed and len(self._passed) + count > self._per_second:
            return False
        self._passed.extend([now] * count)
        return True
