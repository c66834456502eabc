"""A watch for campaigns that trigger each other without end (Marketo: smart campaigns)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

MOST_AT_ONCE = 1_000
"""Whom one campaign is triggered for so often at one instant, it is triggered for without end."""


class CampaignsNeverEnd(ValueError):
    """A campaign is triggered over and over for one person while time stands.

    Source: Marketo: smart campaigns; the limit is ours.
    """


class Rounds:
    """How often each campaign was triggered for each person at this instant.

    Source: Marketo: smart campaigns; inferred.
    """

    def __init__(self) -> None:
        self._at: datetime | None = None
        self._counts: Counter[tuple[str, int]] = Counter()

    def count(self, campaign: str, person_id: int, now: datetime) -> None:
        """A campaign is triggered for a person. Raises CampaignsNeverEnd."""
        if now != self._at:
            self._at, self._counts = now, Counter()
        self._counts[campaign, person_id] += 1
        if self._counts[campaign, person_id] > MOST_AT_ONCE:
            raise CampaignsNeverEnd(
                f'campaign "{campaign}" was triggered {MOST_AT_ONCE} times for one person at one '
                "instant: what it does triggers it again; let a person run through it once"
            )
