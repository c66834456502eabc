"""What an oracle is shown of a run, and what it says: evidence in, violations out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from harness.campaigns.activity_log import Activity
from harness.campaigns.flow import Choices
from harness.campaigns.people import People
from harness.campaigns.smart_campaign import SmartCampaign
from harness.chronicle import AnyRow

Row = AnyRow
"""A row of the journal: seq, at, type and data by name."""


class Name(StrEnum):
    """The invariants, by the names a scenario switches them off with.

    Sources: CTIA, FCC, Marketo: R3-R9, R11-R14, R22; each judge names its own.
    """

    AFTER_STOP = "after_stop"
    """Nothing reaches a number after its STOP to the code."""
    STOP_CONFIRMED = "stop_confirmed"
    """A STOP has one confirmation, within five minutes."""
    ONE_PER_SEND = "one_per_send"
    """A phone gets one message per list and send."""
    AUDIENCE = "audience"
    """Campaigns send to members who are neither blocklisted nor suspended."""
    MEMBERSHIP_AFTER_YES = "membership_after_yes"
    """Nobody becomes a member without a yes in time."""
    ONE_END = "one_end"
    """An accepted message ends in exactly one state."""
    HELP_ANSWERED = "help_answered"
    """A HELP is answered."""
    ONCE_PER_YES = "once_per_yes"
    """A yes is one opt-in, at Vibes and in the activity log."""
    COUNTERS = "counters"
    """What the activity log and the broadcasts count is what the journal has."""
    QUIET_HOURS = "quiet_hours"
    """No campaign message is sent in the quiet hours, where some are set."""
    FREQUENCY_CAP = "frequency_cap"
    """No phone gets more campaign messages in a time than the cap, where one is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """An invariant that a run broke, and the fewest lines of its history that show it.

    Source: inferred.
    """

    invariant: Name
    number: str | None
    at: str
    text: str
    timeline: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From `start` until before `end`, local time in the zone; over midnight where start is later.

    Source: FCC, 47 CFR 64.1200(c)(1): not before 8 a.m. nor after 9 p.m.
    """

    start: str = "21:00"
    end: str = "08:00"
    zone: str = "America/Chicago"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What is known of an application under test: the calls made of it.

    Each is when it was made, in microseconds, and the numbers it names. `by_hand` are the messages
    that the scenario submitted itself. Source: inferred.
    """

    calls: Sequence[tuple[int, frozenset[str]]] = ()
    by_hand: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a run beside its journal when it is judged.

    `finished`: time was moved to the end, so every message must have ended. `cap` is how many
    campaign messages a number may get in how long. `campaigns` and `choices` are the campaign
    system's, `people` are as they are at the end. Source: inferred.
    """

    activities: Sequence[Activity]
    people: People
    finished: bool = False
    quiet_hours: QuietHours | None = None
    cap: tuple[int, timedelta] | None = None
    campaigns: Mapping[str, SmartCampaign] = field(default_factory=dict)
    choices: Choices = field(default_factory=Choices)
    endpoint: str | None = None
    """How the URLs begin at which the campaign system is told; nowhere if None."""
    outside: Outside | None = None
    """The application that takes the campaign system's place, where one does."""
