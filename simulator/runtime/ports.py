"""The ports of the runtime: what it asks of a store and of a transport, and the values they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from simulator.domain.account import Account
from simulator.domain.commands import AnyCommand, decode_command
from simulator.domain.events import AnyEvent, decode_event
from simulator.domain.instants import Instant
from simulator.domain.lines import Delivery


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One row of a journal: a command, or an event that followed from it. `seq` counts from 1.

    `held` is what the body holds, where it was at hand; `value` is, whether it was or not.
    """

    seq: int
    at: Instant
    kind: Literal["command", "event"]
    type: str
    body: bytes
    held: AnyCommand | AnyEvent | None = None

    @property
    def value(self) -> AnyCommand | AnyEvent:
        """The command or the event. Raises msgspec.ValidationError on a foreign body."""
        if self.held is not None:
            return self.held
        return decode_command(self.body) if self.kind == "command" else decode_event(self.body)

    @property
    def line(self) -> bytes:
        """The row as a line of JSON."""
        row = {
            "seq": self.seq,
            "at": self.at,
            "kind": self.kind,
            "type": self.type,
            "data": msgspec.Raw(self.body),
        }
        return msgspec.json.encode(row) + b"\n"


class Exchange(msgspec.Struct, frozen=True, gc=False):
    """What was sent to a destination, and what it answered or why it did not."""

    request_headers: dict[str, str]
    request_body: str
    status: int | None
    error: str | None
    response_body: str
    took_ms: int


class Attempt(msgspec.Struct, frozen=True, gc=False):
    """One attempt at a callback, in full. It stands beside the journal, for it holds real time.

    The command it came by is in the journal, though it change nothing.
    """

    delivery_id: str
    attempt: int
    at: Instant
    callback_type: str
    method: str
    url: str
    exchange: Exchange


class Batch(msgspec.Struct, frozen=True):
    """What one commit makes durable for one account, all or nothing; each attempt came by a row."""

    account: str
    entries: Sequence[Entry]
    attempts: Sequence[Attempt] = ()


class Snapshot(msgspec.Struct, frozen=True):
    """An account as it was: its journal up to a row, kept as a journal of its own."""

    id: str
    name: str
    seq: int
    at: Instant


class AccountRecord(msgspec.Struct, frozen=True):
    """What is kept of an account outside its journal: credentials, aliases, how it began, snapshots.

    `taken` is how many snapshots it ever had, so that no id comes again.
    """

    company_key: str
    username: str
    password: str
    hosts: dict[str, str] = {}
    account: Account | None = None
    snapshots: tuple[Snapshot, ...] = ()
    taken: int = 0


class HistoryStep(msgspec.Struct, frozen=True, gc=False):
    """A state a message reached, when, the receipt code if it is a failure, and why it waits.

    `held` and `forwarded` are told between states: the note is the reason, or the copy's id.
    """

    state: str
    at: Instant
    error_code: int | None = None
    note: str | None = None


class MessageRecord(msgspec.Struct, frozen=True, gc=False):
    """A message as recorded; `body` is the JSON of its Mt or Mo, `position` orders all of them.

    `campaign_id` and `list_ids` tell what it was sent or texted for, where that is known.
    """

    position: int
    id: str
    direction: Literal["mt", "mo"]
    mdn: str
    code: str
    text: str
    state: str
    at: Instant
    segments: int
    purpose: str
    surface: str
    carrier: str
    campaign_id: str | None
    list_ids: tuple[str, ...]
    body: bytes
    history: tuple[HistoryStep, ...]

    @property
    def error_code(self) -> int | None:
        """The receipt code it failed with, or None."""
        codes = (step.error_code for step in self.history if step.error_code is not None)
        return next(codes, None)


class MessageQuery(msgspec.Struct, frozen=True):
    """Which messages; absent members do not narrow. `after` and `below` are positions.

    `since` is part of what is asked for and `until` is not; `text` is found in any letter case.
    """

    direction: str | None = None
    mdn: str | None = None
    state: str | None = None
    code: str | None = None
    purpose: str | None = None
    campaign_id: str | None = None
    list_id: str | None = None
    text: str | None = None
    since: Instant | None = None
    until: Instant | None = None
    after: int = 0
    below: int | None = None
    newest_first: bool = False
    limit: int = 100


class Store(Protocol):
    """Keeps journals. `commit` returns when the batch is durable; then a reply may leave."""

    at_once: bool
    """Whether `commit` waits for nothing, so that nobody is served meanwhile."""

    async def open(self) -> None:
        """Make ready. Raises ForeignDatabase or DatabaseInUse."""
        ...

    async def close(self) -> None:
        """Finish what was asked and let go of the file."""
        ...

    async def accounts(self) -> list[AccountRecord]:
        """Every account, in the order they were made."""
        ...

    async def save_account(self, record: AccountRecord) -> None:
        """Keep, or replace, what is known of an account outside its journal."""
        ...

    async def delete_account(self, key: str) -> None:
        """Forget the account, its journal and all that was derived from it."""
        ...

    async def clear_journal(self, key: str) -> None:
        """Forget an account's journal and all that was derived from it; the account stays."""
        ...

    async def copy_journal(
        self, source: str, target: str, record: AccountRecord | None = None
    ) -> Entry:
        """Let the target's journal, and all that is derived from it, be what the source's is now.

        With `record` the target is that account, and its journal opens it. All of it is done or
        nothing; returns the last row.
        """
        ...

    async def image(self, account: str) -> tuple[int, bytes] | None:
        """The image kept for an account, and the row it was made at."""
        ...

    async def save_image(self, account: str, seq: int, image: bytes) -> None:
        """Keep an image in place of an older one; it goes with the journal."""
        ...

    async def first(self, account: str) -> int:
        """The number of the first row of the journal that is there; 1 where there is none."""
        ...

    async def beyond(self, account: str, count: int) -> tuple[int, int]:
        """How many messages there are beyond the newest `count`, and the row of the newest of those."""
        ...

    async def forget_before(
        self, account: str, below: int, image: tuple[int, bytes] | None = None
    ) -> None:
        """Let the journal's rows before `below` go, with what was derived from them.

        A few of them may stay. What goes has come before the image there is, or this one, a row and a
        world: it is kept in the same transaction, for the world cannot be made of rows any more.
        """
        ...

    async def commit(self, batch: Batch) -> None:
        """Append to the journal and bring its projections up to it, in one transaction."""
        ...

    async def entries(
        self, account: str, after: int = 0, limit: int | None = None, types: Sequence[str] = ()
    ) -> list[Entry]:
        """Journal rows with seq > after, in order."""
        ...

    async def messages(self, account: str, query: MessageQuery) -> list[MessageRecord]:
        """Recorded messages, oldest first."""
        ...

    async def message(self, account: str, message_id: str) -> tuple[MessageRecord, int] | None:
        """A message by its id or by the id of one of its parts, with that part's number from 1."""
        ...

    async def trail(self, account: str, message_id: str) -> list[Entry]:
        """The journal rows that tell of a message beside its states: receipts, faults, replies."""
        ...

    async def attempts(
        self, account: str, delivery_ids: Sequence[str] | None = None
    ) -> list[Attempt]:
        """Every attempt at a callback, or at those deliveries, in the order they were made."""
        ...

    async def newest_attempts(
        self, account: str, limit: int, below: int | None = None
    ) -> list[tuple[int, Attempt]]:
        """Attempts at callbacks with their places, newest first, those below a place."""
        ...


class Transport(Protocol):
    """Carries callbacks out."""

    async def send(
        self, account: Account, delivery: Delivery, attempt: int, hosts: Mapping[str, str]
    ) -> Exchange:
        """Encode and try once; a peer that fails is an Exchange with an error, never an exception.

        `hosts` maps host names of callback URLs to `host:port`, as /etc/hosts would with ports.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
