"""The message book: every message to and from a phone, with what became of it, from the journal.

It reads the journal as it grows, so that whoever looks at messages again and again reads each row once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from harness import chronicle
from harness.chronicle import AnyRow

STOP = frozenset(
    {"STOP", "STOPALL", "STOP ALL", "END", "QUIT", "CANCEL", "UNSUBSCRIBE", "REVOKE", "OPTOUT"}
) | {"OPT OUT"}
"""What opts out, and must be confirmed (CTIA; FCC: the words of revocation)."""

HELP = frozenset({"HELP", "INFO"})
"""What must be answered (CTIA)."""

_ENDS = frozenset({"delivered", "blocked", "refused", "undeliverable", "expired", "deleted"})
_ANSWERS = {
    "stop": frozenset({"stop_reply"}),
    "help": frozenset({"help_reply"}),
    "start": frozenset({"start_reply"}),
    "unmatched": frozenset({"unmatched_reply"}),
    "keyword": frozenset({"confirmation", "already_subscribed"}),
}
"""Which messages answer a text, by what it was taken for."""

_REPLIES = frozenset().union(*_ANSWERS.values())


@dataclass(slots=True, eq=False)
class Text:
    """A text from a phone, and the message that answered it.

    `seq` is its place in the journal, `said` the text as keywords are compared.
    """

    row: AnyRow
    mo: Any
    seq: int
    mdn: str
    code: str
    at: int
    said: str
    taken_as: str
    reply: Sms | None = None

    @property
    def is_stop(self) -> bool:
        """Whether it opts out, or was taken for it (CTIA; FCC: the words of revocation)."""
        return self.said in STOP or self.taken_as == "stop"

    @property
    def is_help(self) -> bool:
        """Whether it asks for help, or was taken for it (CTIA)."""
        return self.said in HELP or self.taken_as == "help"

    @property
    def moved(self) -> AnyRow:
        """The row by which it came to its state: it has one."""
        return self.row

    @property
    def direction(self) -> Literal["mo"]:
        """To the code."""
        return "mo"

    @property
    def state(self) -> str:
        """A text that came has come."""
        return "received"

    @property
    def error_code(self) -> None:
        """It cannot fail."""
        return None

    @property
    def id(self) -> str:
        """Its message id."""
        return str(self.mo["message_id"])

    @property
    def text(self) -> str:
        """The text as it was written."""
        return str(self.mo["text"])

    @property
    def purpose(self) -> str:
        """What it was taken for."""
        return self.taken_as

    @property
    def carrier(self) -> str:
        """The carrier it came through."""
        return str(self.mo["carrier"])

    @property
    def segments(self) -> int:
        """How many parts it came in."""
        return len(self.mo["part_ids"])


@dataclass(slots=True, eq=False)
class Sms:
    """A message to a phone: as accepted, every state that ended it, and what came after an end.

    `seq` is its place in the journal, `at` when it was accepted, which is when Vibes sends it;
    `moved` is the row by which it came to its state, the one that accepted it to begin with.
    """

    row: AnyRow
    mt: Any
    seq: int
    id: str
    mdn: str
    code: str
    purpose: str
    at: int
    moved: AnyRow
    state: str = "accepted"
    error_code: int | None = None
    ends: tuple[AnyRow, ...] = ()
    after: tuple[AnyRow, ...] = ()
    answers: Text | None = None

    @property
    def direction(self) -> Literal["mt"]:
        """To the phone."""
        return "mt"

    @property
    def text(self) -> str:
        """The text the phone shows."""
        return str(self.mt["text"])

    @property
    def carrier(self) -> str:
        """The carrier it goes to."""
        return str(self.mt["carrier"])

    @property
    def segments(self) -> int:
        """How many parts it goes in."""
        return len(self.mt["part_ids"])

    @property
    def end(self) -> str | None:
        """The first state that ended it."""
        return str(self.ends[0]["data"]["state"]) if self.ends else None


class MessageBook:
    """All messages by id, both ways in order, and those of each code and number.

    `strays` moved and were never accepted.
    """

    def __init__(self) -> None:
        self.all: list[Sms | Text] = []
        self.messages: dict[str, Sms] = {}
        self.of_number: dict[tuple[str, str], list[Sms]] = {}
        self.texts: dict[tuple[str, str], list[Text]] = {}
        self.strays: list[AnyRow] = []
        self._unanswered: dict[tuple[str, str], list[Text]] = {}
        self._read_to = 0
        self._readers: dict[str, chronicle.Reader] = {
            "MtAccepted": self._accepted,
            "MtReplaced": self._replaced,
            "MtMoved": self._moved,
            "MoReceived": self._received,
        }

    def read(self, rows: Sequence[AnyRow]) -> None:
        """Take in the next rows of the journal."""
        chronicle.read(rows, self._readers)
        if rows:
            self._read_to = rows[-1]["seq"]

    async def read_on(self, journal: chronicle.Journal) -> None:
        """Take in all that the journal has beyond what was read."""
        async for rows in chronicle.pages(journal, self._readers, after=self._read_to):
            self.read(rows)

    def _accepted(self, row: AnyRow, data: Any) -> None:
        mt = data["mt"]
        key, mdn, code, purpose = mt["message_id"], mt["mdn"], mt["code"], mt["purpose"]
        sms = Sms(row, mt, row["seq"], key, mdn, code, purpose, mt["accepted_at"], row)
        self.all.append(sms)
        self.messages[key] = sms
        self.of_number.setdefault((code, mdn), []).append(sms)
        if purpose in _REPLIES:
            self._pair(sms, self._unanswered.get((code, mdn), []))

    def _pair(self, sms: Sms, waiting: list[Text]) -> None:
        """Let a reply answer the newest text that waits for one of its kind."""
        for text in reversed(waiting):
            if sms.purpose in _ANSWERS.get(text.taken_as.split(" ")[0], ()):
                text.reply, sms.answers = sms, text
                waiting.remove(text)
                return

    def _replaced(self, _row: AnyRow, data: Any) -> None:
        mt = data["mt"]
        self.messages[mt["message_id"]].mt = mt

    def _moved(self, row: AnyRow, data: Any) -> None:
        sms = self.messages.get(data["message_id"])
        if sms is None:
            self.strays.append(row)
            return
        sms.moved, sms.state = row, data["state"]
        if data["error_code"] is not None:
            sms.error_code = data["error_code"]
        if sms.state in _ENDS:
            sms.ends += (row,)
        elif sms.ends:
            sms.after += (row,)

    def _received(self, row: AnyRow, data: Any) -> None:
        mo = data["mo"]
        key = mo["code"], mo["mdn"]
        said, taken_as = normalised(mo["text"]), mo["taken_as"]
        text = Text(row, mo, row["seq"], key[1], key[0], mo["received_at"], said, taken_as)
        self.all.append(text)
        self.texts.setdefault(key, []).append(text)
        self._unanswered.setdefault(key, []).append(text)


def normalised(text: str) -> str:
    """A text as keywords are compared: trimmed, inner space single, upper case (CTIA)."""
    return " ".join(text.split()).upper()
