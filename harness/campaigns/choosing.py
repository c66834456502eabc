"""Which people do what at a step: its choices, and how long each of them waits.

Rules: Marketo: flow steps, choices; wait flow step.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from harness.campaigns.calendar import Wait
from harness.campaigns.people import Person
from harness.campaigns.smart_campaign import Choose, FlowStep
from harness.campaigns.smart_list import Known

Way = tuple[FlowStep | None, list[Person]]
"""A step, or none, and who does it."""


def ways(step: FlowStep | None, audience: list[Person], known: Known) -> list[Way]:
    """For each person the first choice whose filter holds, else the default (Marketo: choices)."""
    if not isinstance(step, Choose):
        return [(step, audience)]
    taken: list[list[Person]] = [[] for _ in range(len(step.choices) + 1)]
    for person in audience:
        holds = (condition.holds(person, known) for condition, _ in step.choices)
        first = next((index for index, held in enumerate(holds) if held), len(step.choices))
        taken[first].append(person)
    steps = [*(one for _, one in step.choices), step.otherwise]
    return [
        way for one, people in zip(steps, taken, strict=True) for way in ways(one, people, known)
    ]


def together(wait: Wait, audience: Sequence[Person], now: datetime) -> dict[datetime, list[Person]]:
    """Who goes on when: the people of each instant, in their order (Marketo: wait flow step)."""
    groups: dict[datetime, list[Person]] = {}
    for person in audience:
        value = person.value(wait.token) if wait.token is not None else ""
        groups.setdefault(wait.due(now, value), []).append(person)
    return groups
