"""A participation: one request to join, pending until a yes, a no or the end of its window.

Its states are a table, NEXT_STATES. Rules: Vibes acquisition-campaign-api; A6 and A9 of docs/fidelity.md.
"""

from __future__ import annotations

from enum import StrEnum

from simulator.domain.instants import Instant
from simulator.domain.numbers import Mdn
from simulator.domain.record import Event, Record


class OptIn(StrEnum):
    """Where a participation stands (Vibes: acquisition-campaign-api)."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"
    LAPSED = "LAPSED"


NEXT_STATES: dict[OptIn, frozenset[OptIn]] = {
    OptIn.PENDING: frozenset({OptIn.CONFIRMED, OptIn.REJECTED, OptIn.LAPSED}),
    OptIn.CONFIRMED: frozenset(),
    OptIn.REJECTED: frozenset(),
    OptIn.LAPSED: frozenset(),
}
"""The lifecycle of a participation: from each state, the states that may follow."""


class Participation(Record, frozen=True, kw_only=True):
    """One request to join; a yes counts while now is before `expires_at`.

    Source: Vibes: acquisition-campaign-api.
    """

    participation_id: str
    campaign_id: str
    person_key: str
    mdn: Mdn
    keyword: str | None
    participated_at: Instant
    expires_at: Instant


class ParticipationOpened(Event, frozen=True, kw_only=True):
    """A request to join; also a repeated one whose window moved.

    Source: Vibes: acquisition-campaign-api.
    """

    participation: Participation


class ParticipationEnded(Event, frozen=True, kw_only=True):
    """The request came to its end; `blocks` says that a No bars this number from API joins.

    Source: Vibes: acquisition-campaign-api.
    """

    participation_id: str
    outcome: OptIn
    blocks: bool = False


class ConfirmationBlockCleared(Event, frozen=True, kw_only=True):
    """The number may be added through the API again, having texted the keyword (A9)."""

    campaign_id: str
    mdn: Mdn


class Participations:
    """Pending participations by id and by campaign and number, and the confirmation blocks.

    Source: Vibes: acquisition-campaign-api.
    """

    def __init__(self) -> None:
        self.pending: dict[str, Participation] = {}
        self.by_number: dict[Mdn, dict[str, str]] = {}
        self.blocks: set[tuple[str, Mdn]] = set()
        self.opened = 0

    def get(self, campaign_id: str, mdn: Mdn) -> Participation | None:
        """The pending participation of a number in a campaign, or None."""
        key = self.by_number.get(mdn, {}).get(campaign_id)
        return self.pending[key] if key is not None else None

    def of(self, mdn: Mdn) -> list[Participation]:
        """The pending participations of a number, oldest first."""
        return [self.pending[key] for key in self.by_number.get(mdn, {}).values()]

    def apply_opened(self, event: ParticipationOpened) -> None:
        """A request is pending, or its window moved."""
        item = event.participation
        if item.participation_id not in self.pending:
            self.opened += 1
        self.pending[item.participation_id] = item
        self.by_number.setdefault(item.mdn, {})[item.campaign_id] = item.participation_id

    def apply_ended(self, event: ParticipationEnded) -> None:
        """A request is over. An end that is not in the table raises and changes nothing."""
        if event.outcome not in NEXT_STATES[OptIn.PENDING]:
            raise ValueError(f"a participation cannot end as {event.outcome}")
        item = self.pending.pop(event.participation_id)
        of_number = self.by_number[item.mdn]
        del of_number[item.campaign_id]
        if not of_number:
            del self.by_number[item.mdn]
        if event.blocks:
            self.blocks.add((item.campaign_id, item.mdn))
