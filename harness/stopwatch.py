"""Real time, for progress and reports only; nothing that is asserted looks here."""

from __future__ import annotations

import time


def reading() -> float:
    """Seconds on a clock that only goes forward."""
    return time.perf_counter()
