"""What the journal tells of beside messages, one record for each: requests, memberships, opt-outs.

A record holds the rows it comes from, so that a timeline can be drawn of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.oracles.evidence import Row


@dataclass(slots=True, eq=False)
class Request:
    """One request to join, each time its window was set, and how it ended."""

    item: Any
    rows: list[Row]
    ended: Row | None = None

    @property
    def mdn(self) -> str:
        """Whose phone it asks."""
        return str(self.item["mdn"])

    @property
    def campaign_id(self) -> str:
        """The acquisition campaign."""
        return str(self.item["campaign_id"])

    def expires_at(self, seq: int) -> int:
        """The end of its window as it stood at a place in the journal."""
        stood = [row for row in self.rows if row["seq"] < seq] or self.rows[:1]
        return int(stood[-1]["data"]["participation"]["expires_at"])


@dataclass(slots=True, eq=False)
class Span:
    """Something that began and perhaps ended: a membership, an opt-out."""

    began: Row
    ended: Row | None = None

    def holds(self, seq: int) -> bool:
        """Whether it stood at a place in the journal."""
        return self.began["seq"] < seq and (self.ended is None or seq < self.ended["seq"])


@dataclass(slots=True, eq=False)
class Membership(Span):
    """One time of a number on a list."""

    mdn: str | None = None

    @property
    def list_id(self) -> str:
        """The list."""
        return str(self.began["data"]["subscription"]["list_id"])

    @property
    def consent(self) -> str:
        """What it says it rests on: `import`, `start`, `api` or a keyword."""
        return str(self.began["data"]["subscription"]["consent"])
