"""Journal rows as an engine writes them: real commands decided in a real world."""

from __future__ import annotations

import msgspec

from simulator.domain.commands import AnyCommand
from simulator.domain.decide import decide
from simulator.domain.events import AnyEvent
from simulator.domain.instants import Instant, parse_instant
from simulator.domain.lines import RecordAttempt
from simulator.domain.record import Record
from simulator.domain.world import World
from simulator.runtime.ports import AccountRecord, Attempt, Batch, Entry, Exchange
from simulator.spec import read_account

START = parse_instant("2026-01-05T15:00:00Z")


class Author:
    """Decides commands for one account and keeps the rows that follow, as an engine does."""

    def __init__(self, key: str = "acme") -> None:
        account, _ = read_account({"company_key": key}, key=key, now=START)
        self.key = key
        self.record = AccountRecord(key, key, "s3cret")
        self.world = World(account)
        self.rows: list[Entry] = []
        self._written = 0

    def do(self, command: AnyCommand, at: int = START) -> Record:
        """Decide and apply; the reply."""
        decision = decide(self.world, command, Instant(at))
        if decision.events:
            self._note(at, command)
        for event in decision.events:
            self.world.apply(event, Instant(at))
            self._note(at, event)
        return decision.reply

    def run(self, until: int) -> None:
        """Fire the timers that are due up to an instant."""
        while (timer := self.world.timers.next()) is not None and timer.due <= until:
            self.do(timer.command, timer.due)

    def batch(self, *attempts: Attempt) -> Batch:
        """What was decided since the last batch."""
        rows, self.rows = self.rows, []
        if rows:
            self._written = rows[-1].seq
        return Batch(self.key, rows, attempts)

    def attempted(self, *attempts: Attempt) -> Batch:
        """Attempts at callbacks, each with the row it came by."""
        for item in attempts:
            row = RecordAttempt(delivery_id=item.delivery_id, attempt=item.attempt, status=500)
            self._note(item.at, row)
        return self.batch(*attempts)

    def _note(self, at: int, value: AnyCommand | AnyEvent) -> None:
        seq = (self.rows[-1].seq if self.rows else self._written) + 1
        name = type(value).__name__
        self.rows.append(
            Entry(
                seq=seq,
                at=Instant(at),
                kind="command" if name in _COMMANDS else "event",
                type=name,
                body=msgspec.json.encode(value),
                held=value,
            )
        )


_COMMANDS = {item.__name__ for item in AnyCommand.__args__}


def attempt(number: int) -> Attempt:
    """An attempt at a callback, told apart by its number."""
    exchange = Exchange({"X-A": "b"}, '{"a":1}', 500, None, "no", 7)
    return Attempt("d1", number, START, "person_added", "POST", "http://127.0.0.1:9/p", exchange)
