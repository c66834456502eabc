"""One turn of the world: what a decision may see, and where it puts what it decides.

A decision reads `turn.world` and calls `turn.emit`; nothing changes until the engine applies the
events, so a decision that raises has changed nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.domain.ids import code_of, short_of, uuid_of
from simulator.domain.instants import Instant

if TYPE_CHECKING:
    from simulator.domain.account import Account
    from simulator.domain.events import AnyEvent
    from simulator.domain.world import World


class Turn:
    """The world as it stands, the instant, and the events decided so far.

    `account` is what the account was told at its birth.
    """

    __slots__ = ("_taken", "account", "events", "lanes", "lengthened", "now", "world")

    def __init__(self, world: World, now: Instant) -> None:
        self.world = world
        self.account: Account = world.account
        self.now = now
        self.events: list[AnyEvent] = []
        self.lengthened: dict[str, int] = {}
        self.lanes: dict[tuple[str, str], Instant] = {}
        self._taken: dict[str, int] = {}

    def emit(self, event: AnyEvent) -> None:
        """Put down what happens; it is applied after the decision."""
        self.events.append(event)

    def count(self, kind: str, already: int) -> int:
        """The next number of a kind, from 1, given how many the world has and this turn took."""
        self._taken[kind] = self._taken.get(kind, 0) + 1
        return already + self._taken[kind]

    def taken(self, kind: str) -> int:
        """How many of a kind this turn took."""
        return self._taken.get(kind, 0)

    def uuid(self, kind: str, subject: str) -> str:
        """An id in the shape of a UUID for a subject of this account."""
        return uuid_of(self.account.seed, kind, subject)

    def short_id(self, kind: str, subject: str) -> str:
        """An id of eight letters and digits for a subject of this account."""
        return short_of(self.account.seed, kind, subject)

    def code(self, kind: str, subject: str, length: int) -> str:
        """A code of upper-case letters and digits for a subject of this account."""
        return code_of(self.account.seed, kind, subject, length)
