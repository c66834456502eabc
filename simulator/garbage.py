"""Garbage of Python's: what a world is made of is not looked through again and again.

A world is the largest part of the heap, lives long and has next to no cycles in it. Each full look for
garbage would stop everything for as long as it is large; with 60,000 people that is a tenth of a
second, and the slowest hundredth of all calls. So whatever has outlived a full look is set aside, and it is
looked at again once there may be something in it: when an account has gone.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def set_aside() -> Iterator[None]:
    """Meanwhile what outlives a full look is set aside; for a process that serves."""
    gc.callbacks.append(_outlived)
    try:
        yield
    finally:
        gc.callbacks.remove(_outlived)
        gc.unfreeze()


def look_again() -> None:
    """The next full look is at everything, where things are set aside."""
    if _outlived in gc.callbacks:
        gc.unfreeze()


def _outlived(phase: str, told: dict[str, int]) -> None:
    if phase == "stop" and told["generation"] == 2:
        gc.freeze()
