"""How often a person may run through a campaign, and who has.

Rules: Marketo: edit qualification rules. Once is the default; days are sliding windows of 24 hours,
a month is 30 days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

_HOURS = {"hour": 1, "day": 24, "week": 7 * 24, "month": 30 * 24}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Once, every time, or once in so many hours, days, weeks or months.

    Source: Marketo: edit qualification rules.
    """

    kind: Literal["once", "every_time", "interval"] = "once"
    count: int = 1
    unit: Literal["hour", "day", "week", "month"] = "day"

    def allows(self, last: datetime | None, now: datetime) -> bool:
        """Whether a person who went through at `last` may go again."""
        if last is None or self.kind == "every_time":
            return True
        if self.kind == "once":
            return False
        return now - last >= timedelta(hours=self.count * _HOURS[self.unit])


ONCE = Rule()
"""The default (Marketo: edit qualification rules)."""


class Runs:
    """When each person last went through each campaign (Marketo: campaign members)."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, int], datetime] = {}

    def last(self, campaign: str, person_id: int) -> datetime | None:
        """When, or None."""
        return self._last.get((campaign, person_id))

    def note(self, campaign: str, person_id: int, now: datetime) -> None:
        """A person goes through now."""
        self._last[campaign, person_id] = now
