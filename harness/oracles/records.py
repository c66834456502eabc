"""What the journal tells of, one record for each: texts, messages, requests, memberships.

A record holds the rows it comes from, so that a timeline can be drawn of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.oracles.evidence import Row

STOP = frozenset(
    {"STOP", "STOPALL", "STOP ALL", "END", "QUIT", "CANCEL", "UNSUBSCRIBE", "REVOKE", "OPTOUT"}
) | {"OPT OUT"}
"""What opts out, and must be confirmed (CTIA; FCC: the words of revocation)."""

HELP = frozenset({"HELP", "INFO"})
"""What must be answered (CTIA)."""


@dataclass(slots=True, eq=False)
class Text:
    """A text from a phone, and the message that answered it."""

    row: Row
    mdn: str
    code: str
    at: int
    said: str
    taken_as: str
    reply: Sms | None = None

    @property
    def seq(self) -> int:
        """Its place in the journal."""
        return int(self.row["seq"])

    @property
    def is_stop(self) -> bool:
        """Whether it opts out, or was taken for it (CTIA; FCC: the words of revocation)."""
        return self.said in STOP or self.taken_as == "stop"

    @property
    def is_help(self) -> bool:
        """Whether it asks for help, or was taken for it (CTIA)."""
        return self.said in HELP or self.taken_as == "help"


@dataclass(slots=True, eq=False)
class Sms:
    """A message to a phone: as accepted, every state that ended it, and what came after an end."""

    row: Row
    mt: Any
    ends: tuple[Row, ...] = ()
    after: tuple[Row, ...] = ()
    answers: Text | None = None

    @property
    def seq(self) -> int:
        """Its place in the journal."""
        return int(self.row["seq"])

    @property
    def id(self) -> str:
        """Its message id."""
        return str(self.mt["message_id"])

    @property
    def mdn(self) -> str:
        """The phone it is for."""
        return str(self.mt["mdn"])

    @property
    def code(self) -> str:
        """The code it is from."""
        return str(self.mt["code"])

    @property
    def purpose(self) -> str:
        """Why it was sent."""
        return str(self.mt["purpose"])

    @property
    def at(self) -> int:
        """When it was accepted, which is when Vibes sends it."""
        return int(self.mt["accepted_at"])

    @property
    def end(self) -> str | None:
        """The first state that ended it."""
        return str(self.ends[0]["data"]["state"]) if self.ends else None


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


def normalised(text: str) -> str:
    """A text as keywords are compared: trimmed, inner space single, upper case (CTIA)."""
    return " ".join(text.split()).upper()
