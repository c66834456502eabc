"""A session as its journal tells it: the commands, decided once more, and the world they lead to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from simulator.domain.account import Account
from simulator.domain.commands import AnyCommand, OpenAccount, decode_command
from simulator.domain.decide import decide
from simulator.domain.events import AnyEvent, MoReceived, MtAccepted, MtMoved, MtReplaced
from simulator.domain.instants import Instant, parse_instant
from simulator.domain.record import Record
from simulator.domain.world import World
from simulator.errors import RowsLetGo, UserError

MOST_ROWS = 50_000
"""A longer journal is no session made by hand."""


@dataclass(frozen=True, slots=True)
class Row:
    """One command of the journal, and when."""

    at: Instant
    command: AnyCommand


Rows = list[Row]


@dataclass(frozen=True, slots=True)
class Done:
    """A command that was done: when, what was answered."""

    at: Instant
    command: AnyCommand
    reply: Record


_NEVER = Instant(0)


@dataclass(slots=True)
class Session:
    """What was done in an account, what came to each phone, and how the world stands at the end."""

    account: Account
    world: World
    done: list[Done] = field(default_factory=list)
    inboxes: dict[str, list[str]] = field(default_factory=dict)
    ends: Instant = _NEVER


def read_rows(items: Iterable[Mapping[str, Any]]) -> Rows:
    """The commands among journal rows, as `smsim export` or the control API writes them.

    Raises UserError where they are no journal of this version, or too many.
    """
    rows: Rows = []
    try:
        for number, item in enumerate(items, start=1):
            if number > MOST_ROWS:
                raise UserError(
                    f"the journal has over {MOST_ROWS} rows; copying is for sessions made by hand"
                )
            if number == 1 and item["seq"] > 1:
                raise RowsLetGo(item["seq"], "the session cannot be copied from the journal")
            if item["kind"] == "command":
                command = decode_command(msgspec.json.encode(item["data"]))
                rows.append(Row(_instant(item["at"]), command))
    except (KeyError, msgspec.DecodeError) as error:
        raise UserError(f"this is no journal of this version of smsim: {error}") from error
    if not rows or not isinstance(rows[0].command, OpenAccount):
        raise UserError("the journal does not begin with OpenAccount")
    return rows


def _instant(told: object) -> Instant:
    return Instant(told) if isinstance(told, int) else parse_instant(str(told))


def replayed(rows: Rows) -> Session:
    """The session that these commands make. Raises UserError where they cannot follow each other."""
    opened = rows[0].command
    assert isinstance(opened, OpenAccount), "read_rows lets nothing else begin"
    session = Session(account=opened.account, world=World(opened.account))
    inbox = _Inbox()
    for row in rows[1:]:
        decision = decide(session.world, row.command, row.at)
        for event in decision.events:
            try:
                session.world.apply(event, row.at)
            except (KeyError, ValueError) as error:
                raise UserError(
                    "the journal does not follow from its commands; smsim replay says where"
                ) from error
            inbox.read(event)
        session.done.append(Done(row.at, row.command, decision.reply))
        session.ends = Instant(max(session.ends, row.at))
    session.inboxes = inbox.inboxes()
    return session


class _Inbox:
    """The texts that reached each phone, in the order they were accepted."""

    def __init__(self) -> None:
        self._texts: dict[str, tuple[str, str]] = {}
        self._arrived: set[str] = set()
        self._phones: dict[str, None] = {}

    def read(self, event: AnyEvent) -> None:
        if isinstance(event, MtAccepted | MtReplaced):
            self._texts[event.mt.message_id] = (event.mt.mdn, event.mt.text)
            self._phones.setdefault(event.mt.mdn)
        elif isinstance(event, MtMoved) and event.state == "delivered":
            self._arrived.add(event.message_id)
        elif isinstance(event, MoReceived):
            self._phones.setdefault(event.mo.mdn)

    def inboxes(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {mdn: [] for mdn in self._phones}
        for key, (mdn, text) in self._texts.items():
            if key in self._arrived:
                found[mdn].append(text)
        return found
