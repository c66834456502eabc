"""Charts of counters over time: where each bar stands, for a drawing without a script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from harness.events import Tally

SERIES = ("sent", "delivered", "bounced", "clicked")
HEIGHT = 120
BAR = 9
GAP = 14
MOST_PERIODS = 60
"""So many periods are drawn with the empty ones between them; more without."""

_STEPS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar, in the drawing's units, and what it says when pointed at."""

    series: str
    x: int
    y: float
    height: float
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The counters of one campaign: totals, bars, and the labels under them."""

    campaign: str
    per: str
    totals: dict[str, int]
    highest: int
    width: int
    bars: tuple[Bar, ...]
    labels: tuple[tuple[int, str], ...]


def charts(tallies: Iterable[Tally]) -> list[Chart]:
    """A chart for each campaign that counted anything, in the order they came."""
    by_campaign: dict[str, list[Tally]] = {}
    for item in tallies:
        by_campaign.setdefault(item.campaign, []).append(item)
    return [_chart(name, found) for name, found in by_campaign.items()]


def _chart(campaign: str, found: Sequence[Tally]) -> Chart:
    per = found[0].per
    by_start = {item.at: item for item in found}
    starts = _starts(list(by_start), per)
    highest = max(getattr(item, name) for item in found for name in SERIES)
    group = len(SERIES) * BAR + GAP
    bars: list[Bar] = []
    for place, start in enumerate(starts):
        item = by_start.get(start)
        for index, name in enumerate(SERIES):
            count = getattr(item, name) if item is not None else 0
            if count:
                height = round(max(2.0, HEIGHT * count / highest), 1)
                x = place * group + index * BAR
                says = f"{start}: {count} {name}"
                y = round(HEIGHT - height, 1)
                bars.append(Bar(series=name, x=x, y=y, height=height, says=says))
    every = max(1, -(-70 // group))
    return Chart(
        campaign=campaign,
        per=per,
        totals={name: sum(getattr(item, name) for item in found) for name in SERIES},
        highest=highest,
        width=max(len(starts) * group, 70),
        bars=tuple(bars),
        labels=tuple(
            (place * group, _label(start, per, first=place == 0))
            for place, start in enumerate(starts)
            if place % every == 0
        ),
    )


def _starts(known: list[str], per: str) -> list[str]:
    """Every period from the first to the last; only those that have something where it is many."""
    times = sorted(datetime.fromisoformat(at).replace(tzinfo=UTC) for at in known)
    count = (times[-1] - times[0]) // _STEPS[per] + 1
    if count > MOST_PERIODS:
        return [f"{at:%Y-%m-%d %H:%M}" for at in times]
    return [f"{times[0] + _STEPS[per] * place:%Y-%m-%d %H:%M}" for place in range(count)]


def _label(start: str, per: str, *, first: bool) -> str:
    if per == "day":
        return start[:10] if first else start[5:10]
    return start[5:] if first else start[11:]
