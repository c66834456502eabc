"""The journal as the harness reads it: page by page, the rows and the members it asks about.

A run of many people leaves millions of rows, so the rows that are many are read as small structs; a
member that nobody here asks about is left out. All others hold dictionaries. Both are asked alike:
`row["data"]["mt"]["mdn"]`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from functools import cache, reduce
from operator import or_
from sys import intern
from typing import Any, ClassVar, Protocol

import msgspec
from msgspec import UNSET, UnsetType

from simulator.errors import RowsLetGo

PAGE = 10_000


class Journal(Protocol):
    """Where the journal is read."""

    async def read(self, path: str) -> bytes:
        """What a control call of the account answers that changes nothing."""
        ...


class AnyRow(Protocol):
    """A row as readers ask it: seq, at, type and data by name."""

    def __getitem__(self, name: str, /) -> Any:
        """The member of that name."""
        ...


class Told(msgspec.Struct, gc=False):
    """Something the journal tells, its members by name as those of a dictionary."""

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)

    def __contains__(self, name: str) -> bool:
        return getattr(self, name, UNSET) is not UNSET

    def get(self, name: str, default: Any = None) -> Any:
        """The member of that name, or the default where there is none."""
        value = getattr(self, name, UNSET)
        return default if value is UNSET else value


class Row(Told):
    """A row of the journal: its place, its time in UTC, its type, what it holds."""

    seq: int
    at: str
    data: Any
    type: ClassVar[str]


class _Mt(Told):
    message_id: str
    mdn: str
    code: str
    text: str
    purpose: str
    surface: str
    carrier: str
    accepted_at: int
    part_ids: tuple[str, ...]
    submitted_text: str | None = None
    subject_id: str | None = None
    submitter_id: str | None = None
    forwarded_from: str | None = None

    def __post_init__(self) -> None:
        """What many messages have in common is kept once."""
        self.code, self.text = intern(self.code), intern(self.text)
        self.purpose, self.surface = intern(self.purpose), intern(self.surface)
        self.carrier = intern(self.carrier)
        if len(self.part_ids) == 1:
            self.part_ids = (self.message_id,)


class _Accepted(Told):
    mt: _Mt


class _Moved(Told):
    message_id: str
    state: str
    error_code: int | None = None

    def __post_init__(self) -> None:
        """As above."""
        self.state = intern(self.state)


class _Person(Told):
    person_key: str
    mdn: str | None = None


class _PersonSaved(Told):
    person: _Person


class _Participation(Told):
    participation_id: str
    campaign_id: str
    mdn: str
    expires_at: int


class _Asked(Told):
    participation: _Participation


class _AskEnded(Told):
    participation_id: str
    outcome: str


class _Mo(Told):
    message_id: str
    mdn: str
    code: str
    text: str
    received_at: int
    taken_as: str
    part_ids: tuple[str, ...]
    carrier: str


class _Received(Told):
    mo: _Mo


class _Notice(Told):
    """What a callback tells: of each kind of notice what is asked about it."""

    person: _Person | UnsetType | None = UNSET
    mdn: str | UnsetType = UNSET
    list_id: str | UnsetType = UNSET
    opt_in_at: int | UnsetType = UNSET
    opt_out_reason: str | UnsetType | None = UNSET
    campaign_id: str | UnsetType = UNSET
    status: str | UnsetType = UNSET
    message_id: str | UnsetType = UNSET
    original_id: str | UnsetType | None = UNSET
    submitter_id: str | UnsetType | None = UNSET
    part: int | UnsetType = UNSET
    stage: str | UnsetType = UNSET
    error_code: int | UnsetType | None = UNSET
    at: int | UnsetType = UNSET


class _Delivery(Told):
    delivery_id: str
    event_id: str
    callback_type: str
    url: str
    version: int
    notice: _Notice

    def __post_init__(self) -> None:
        """As above."""
        self.callback_type, self.url = intern(self.callback_type), intern(self.url)
        if self.event_id == self.delivery_id:
            self.event_id = self.delivery_id


class _Queued(Told):
    delivery: _Delivery


class _Taken(Told):
    delivery_id: str
    attempt: int
    status: int


_MANY: dict[str, type[Told]] = {
    "MtAccepted": _Accepted,
    "MtMoved": _Moved,
    "PersonAdded": _PersonSaved,
    "PersonUpdated": _PersonSaved,
    "ParticipationOpened": _Asked,
    "ParticipationEnded": _AskEnded,
    "MoReceived": _Received,
    "CallbackQueued": _Queued,
    "CallbackKept": _Queued,
    "CallbackOverflowed": _Queued,
    "CallbackDelivered": _Taken,
}


@cache
def _page(types: frozenset[str]) -> msgspec.json.Decoder[Any]:
    """What reads a page of rows of these types: each has a struct of its own, told by its type."""
    rows = [
        msgspec.defstruct(
            name,
            [("data", _MANY.get(name, Any))],
            bases=(Row,),
            namespace={"type": name},
            tag_field="type",
            tag=name,
            gc=False,
        )
        for name in sorted(types)
    ]
    row: Any = reduce(or_, rows)
    page = msgspec.defstruct("Page", [("items", list[row]), ("next", int | None), ("first", int)])
    return msgspec.json.Decoder(page)


async def pages(
    journal: Journal, types: Iterable[str], *, after: int = 0
) -> AsyncIterator[list[Row]]:
    """The rows of these types so far, beyond a place, in order, a page at a time. Raises RowsLetGo."""
    wanted = frozenset(types)
    following: int | None = after if wanted else None
    while following is not None:
        names = ",".join(sorted(wanted))
        told = await journal.read(f"/events?limit={PAGE}&after={following}&types={names}")
        page = _page(wanted).decode(told)
        if page.first > following + 1:
            raise RowsLetGo(page.first, "what happened cannot be told from the journal")
        yield page.items
        following = page.next


Reader = Callable[[AnyRow, Any], None]
"""Takes in one row, and what it holds."""


def read(rows: Iterable[AnyRow], readers: dict[str, Reader]) -> None:
    """Give each row to the reader of its type."""
    for row in rows:
        reader = readers.get(row["type"])
        if reader is not None:
            reader(row, row["data"])
