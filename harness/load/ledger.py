"""What the users of a load test know themselves: what they asked for and what they were told.

Each Locust process keeps one. After the run they are added up, and the journal is held against them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple


class Booked(StrEnum):
    """The calls whose outcomes are counted: what they begin stands in the journal."""

    SUBMIT = "submit"
    TEXT = "text"


class Balance(NamedTuple):
    """Of one kind of call: certainly taken, and how many were never answered, so may be either."""

    taken: int
    unanswered: int


class Ledger:
    """Counts of this process; `heard` counts callbacks that its receivers answered with a 2XX.

    A call is asked, then taken or turned away; what is neither was never answered for certain.
    """

    def __init__(self, told: Mapping[str, int] | None = None) -> None:
        self.counts: Counter[str] = Counter(told or {})

    @classmethod
    def sum_of(cls, told: Iterable[Mapping[str, int]]) -> Ledger:
        """The ledgers of all processes as one."""
        total = cls()
        for counts in told:
            total.counts.update(counts)
        return total

    def asked(self, kind: Booked) -> None:
        """A call is about to be made."""
        self.counts[f"{kind} asked"] += 1

    def taken(self, kind: Booked) -> None:
        """It was answered: it stands."""
        self.counts[f"{kind} taken"] += 1

    def turned_away(self, kind: Booked) -> None:
        """It was answered: it does not stand."""
        self.counts[f"{kind} turned away"] += 1

    def heard(self) -> None:
        """A receiver took a callback."""
        self.counts["heard"] += 1

    def balance(self, kind: Booked) -> Balance:
        """What is certain of a kind of call, and what is not."""
        taken = self.counts[f"{kind} taken"]
        answered = taken + self.counts[f"{kind} turned away"]
        return Balance(taken, self.counts[f"{kind} asked"] - answered)
