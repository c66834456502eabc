"""What a scenario may say of the invariants that watch every run (harness.oracles)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictInt

from harness.scenario.campaigns import LengthText, TimeText, ZoneText
from simulator.documents import Spec

Invariant = Literal[
    "after_stop",
    "stop_confirmed",
    "one_per_send",
    "audience",
    "membership_after_yes",
    "one_end",
    "help_answered",
    "once_per_yes",
    "counters",
    "quiet_hours",
    "frequency_cap",
]


class QuietSpec(Spec):
    """When nobody is to be texted, in a zone."""

    start: TimeText
    """The time of day from which nobody is texted."""
    end: TimeText
    """The time of day from which people may be texted again."""
    zone: ZoneText = "America/Chicago"
    """The time zone of both."""


class CapSpec(Spec):
    """How many messages a number may get in any so long a time."""

    count: StrictInt = Field(ge=1)
    """How many."""
    per: LengthText
    """In how long: `1 day`, or `24h`."""


class InvariantsSpec(Spec):
    """Which invariants are switched off for this scenario, by name, and the two that need numbers."""

    off: tuple[Invariant, ...] = ()
    """Those that the scenario breaks on purpose."""
    quiet_hours: QuietSpec | None = None
    """Hours of the day in which nobody may be texted (`quiet_hours`)."""
    cap: CapSpec | None = None
    """How many messages a number may get in how long (`frequency_cap`)."""
