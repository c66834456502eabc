"""What became of a campaign's messages: sent, delivered, bounced, clicked; and over time.

Rules: Marketo: R22. Rates are of what was sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from typing import Literal

from harness.campaigns.activity_log import Activity, Kind, Reason

_COUNTED = {
    Kind.SMS_SENT: "sent",
    Kind.SMS_DELIVERED: "delivered",
    Kind.SMS_CLICKED: "clicked",
}

COUNTED = ("sent", "delivered", "bounced_soft", "bounced_hard", "clicked")
"""What is counted (Marketo: R22)."""

RATES = ("delivery_rate", "bounce_rate")
"""What is told of what was sent (Marketo: R22)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Messages of a campaign by what became of them (Marketo: R22)."""

    sent: int = 0
    delivered: int = 0
    bounced_soft: int = 0
    bounced_hard: int = 0
    clicked: int = 0

    @property
    def delivery_rate(self) -> float:
        """Delivered of sent, 0 to 1; 0 where nothing was sent."""
        return self.delivered / self.sent if self.sent else 0.0

    @property
    def bounce_rate(self) -> float:
        """Bounced, soft and hard, of sent."""
        return (self.bounced_soft + self.bounced_hard) / self.sent if self.sent else 0.0


def counters(activities: Iterable[Activity], campaign: str | None = None) -> Counters:
    """The counters of a campaign, or of all (Marketo: R22)."""
    counts = Counter(
        name
        for item in activities
        if campaign in (None, item.campaign) and (name := _name(item)) is not None
    )
    return Counters(**counts)


def over_time(
    activities: Iterable[Activity],
    campaign: str | None = None,
    per: Literal["minute", "hour", "day"] = "hour",
    zone: tzinfo = UTC,
) -> dict[datetime, Counters]:
    """The counters of each minute, hour or day in which anything happened, by its start in UTC.

    A day is one of the zone. Source: Marketo: R22.
    """
    found: dict[datetime, list[Activity]] = {}
    for item in activities:
        if campaign in (None, item.campaign) and _name(item) is not None:
            found.setdefault(_start(item.moment, per, zone), []).append(item)
    return {start: counters(items) for start, items in sorted(found.items())}


def _name(item: Activity) -> str | None:
    if item.kind is Kind.SMS_BOUNCED:
        return "bounced_soft" if item.reason is Reason.SOFT else "bounced_hard"
    return _COUNTED.get(item.kind)


def _start(moment: datetime, per: str, zone: tzinfo) -> datetime:
    if per == "day":
        day = moment.astimezone(zone).date()
        return datetime.combine(day, time(), zone).astimezone(UTC)
    whole = moment.replace(second=0, microsecond=0)
    return whole if per == "minute" else whole.replace(minute=0)
