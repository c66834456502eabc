"""Oracles: invariants that hold in every run, whatever its scenario expects.

They are pure functions over what a run leaves: the journal, the activity log, the people. They take
nothing from the simulator's own rules, so that what they say is a second opinion. A scenario may
switch one off by its name.
"""

from __future__ import annotations

from harness.oracles.evidence import Evidence, Name, QuietHours, Violation
from harness.oracles.history import History
from harness.oracles.judging import violations

__all__ = ["Evidence", "History", "Name", "QuietHours", "Violation", "violations"]
