"""What is due when: a heap ordered by (instant, order of setting), with timers known by key.

Timers are set and cleared only by applying events, so a world rebuilt from its journal has exactly
the timers that were running.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

import msgspec

from simulator.domain.instants import Instant

if TYPE_CHECKING:
    from simulator.domain.commands import AnyCommand


STALE = 1_000
"""So many heap entries may be stale beyond as many as are live."""


class Timer(msgspec.Struct, frozen=True, gc=False):
    """At `due`, do `command`; `key` says what for (`expire:...`, `mt:...`, `retry:...`)."""

    due: Instant
    order: int
    key: str
    command: AnyCommand


class Timers:
    """The timers of one world. Clearing is lazy: a stale heap entry is dropped when it surfaces.

    Where most are stale, those that are live are made a heap anew.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, int, str]] = []
        self._live: dict[str, Timer] = {}
        self._order = 0

    def __len__(self) -> int:
        return len(self._live)

    def set(self, key: str, due: Instant, command: AnyCommand) -> None:
        """Set the timer with that key, in place of an earlier one."""
        self._order += 1
        self._live[key] = Timer(due, self._order, key, command)
        heappush(self._heap, (due, self._order, key))
        self._tidy()

    def clear(self, key: str) -> None:
        """Forget the timer with that key, if there is one."""
        self._live.pop(key, None)
        self._tidy()

    def _tidy(self) -> None:
        if len(self._heap) > 2 * len(self._live) + STALE:
            self._heap = [(timer.due, timer.order, key) for key, timer in self._live.items()]
            heapify(self._heap)

    def get(self, key: str) -> Timer | None:
        """The running timer with that key."""
        return self._live.get(key)

    def next(self) -> Timer | None:
        """The timer that is due first, left in place."""
        while self._heap:
            _, order, key = self._heap[0]
            timer = self._live.get(key)
            if timer is not None and timer.order == order:
                return timer
            heappop(self._heap)
        return None

    def all(self) -> list[Timer]:
        """Every running timer, first due first."""
        return sorted(self._live.values(), key=lambda timer: (timer.due, timer.order))
