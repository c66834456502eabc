"""Opt-outs: which number said STOP to which code, until it says yes again.

An opt-out bars what a client submits for that number on that code; the platform's own replies and
prompts still go out. Rules: A8 of docs/fidelity.md, CTIA practice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.domain.instants import Instant
from simulator.domain.numbers import Mdn
from simulator.domain.record import Event, Record

if TYPE_CHECKING:
    from simulator.domain.turn import Turn


class OptOut(Record, frozen=True, kw_only=True):
    """A STOP that stands, and the lists the number left by it (CTIA practice)."""

    code: str
    mdn: Mdn
    at: Instant
    list_ids: tuple[str, ...]


class OptedOut(Event, frozen=True, kw_only=True):
    """A number said STOP to a code (CTIA practice)."""

    opt_out: OptOut


class OptOutLifted(Event, frozen=True, kw_only=True):
    """The number said START, or yes to a new opt-in (CTIA practice)."""

    code: str
    mdn: Mdn


class StopConfirmed(Event, frozen=True, kw_only=True):
    """The one confirmation of a STOP went out (CTIA practice)."""

    code: str
    mdn: Mdn
    at: Instant


class OptOuts:
    """The opt-outs that stand, and when each number last had a STOP confirmed (CTIA practice)."""

    def __init__(self) -> None:
        self.standing: dict[tuple[str, Mdn], OptOut] = {}
        self.confirmed_at: dict[tuple[str, Mdn], Instant] = {}

    def get(self, code: str, mdn: Mdn) -> OptOut | None:
        """The opt-out of a number from a code, or None."""
        return self.standing.get((code, mdn))

    def apply_opted_out(self, event: OptedOut) -> None:
        """The number is opted out."""
        self.standing[event.opt_out.code, event.opt_out.mdn] = event.opt_out

    def apply_lifted(self, event: OptOutLifted) -> None:
        """The number may be sent to again."""
        del self.standing[event.code, event.mdn]

    def apply_confirmed(self, event: StopConfirmed) -> None:
        """Remember when, so that a repeated STOP is not answered again at once."""
        self.confirmed_at[event.code, event.mdn] = event.at


def lift(turn: Turn, code: str, mdn: Mdn) -> None:
    """Lift the opt-out of a number from a code, if one stands (CTIA practice)."""
    if turn.world.opt_outs.get(code, mdn) is not None:
        turn.emit(OptOutLifted(code=code, mdn=mdn))
