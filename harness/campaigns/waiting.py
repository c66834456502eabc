"""What the campaign system does later: people who wait in a flow, and campaigns that are scheduled.

Source: Marketo: wait flow step, smart campaigns (run once, recurring). Someone who waits keeps the
flow as it was when they came to the wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush

from harness.campaigns.calendar import NEVER
from harness.campaigns.flow import Run
from harness.campaigns.people import Person
from harness.campaigns.smart_campaign import FlowStep, SmartCampaign


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """People who wait, and the steps that come after (Marketo: wait flow step)."""

    campaign: SmartCampaign
    people: tuple[Person, ...]
    steps: tuple[FlowStep, ...]
    run: Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A run of a scheduled campaign that is to come (Marketo: smart campaigns)."""

    campaign: SmartCampaign


@dataclass(frozen=True, slots=True, kw_only=True)
class Triggered:
    """A campaign that something triggered for a person (Marketo: smart campaigns)."""

    campaign: SmartCampaign
    person: Person


Later = Parked | Planned
Work = Later | Triggered
"""What the campaign system has to do: later, or as soon as it is its turn."""


class Agenda:
    """What is to be done when, in order (Marketo: wait flow step, smart campaigns)."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Later]] = []
        self._order = 0

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, due: datetime, item: Later) -> None:
        """Put something down for an instant."""
        self._order += 1
        heappush(self._heap, (due, self._order, item))

    def next_due(self) -> datetime | None:
        """When the next thing is due, before time ends."""
        return self._heap[0][0] if self._heap and self._heap[0][0] < NEVER else None

    def due(self, now: datetime) -> list[Later]:
        """Everything that is due by now, in order; it is taken off."""
        found: list[Later] = []
        while self._heap and self._heap[0][0] <= now:
            found.append(heappop(self._heap)[2])
        return found

    def waiting(self) -> list[Person]:
        """Everyone who waits, soonest first; who was deleted waits no more (R18)."""
        return [
            person
            for _, _, item in sorted(self._heap, key=lambda entry: entry[:2])
            if isinstance(item, Parked)
            for person in item.people
            if not person.deleted
        ]
