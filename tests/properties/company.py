"""A world to try things on: every event that is applied is followed by a check of the invariants."""

from __future__ import annotations

import msgspec

from simulator.domain.account import Account
from simulator.domain.commands import AnyCommand, decode_command
from simulator.domain.decide import Refusal, decide
from simulator.domain.events import CallbackReleased, decode_event
from simulator.domain.instants import Instant, parse_instant
from simulator.domain.invariants import check
from simulator.domain.numbers import Mdn
from simulator.domain.record import Record
from simulator.domain.world import World
from simulator.spec import read_account

START = parse_instant("2026-01-05T15:00:00Z")
PHONES = [Mdn(f"+131255501{number:02}") for number in range(1, 5)]
MAGIC = [Mdn(f"+1500555000{number}") for number in range(1, 10)]


def account(**spec: object) -> Account:
    """The account a spec describes."""
    made, _ = read_account({"company_key": "acme", **spec}, key="acme", now=START)
    return made


class Trial:
    """A world, its journal as bytes, and the deliveries somebody owes an answer for."""

    def __init__(self, **spec: object) -> None:
        self.account = account(**spec)
        self.world = World(self.account)
        self.journal: list[tuple[int, AnyCommand, list[bytes]]] = []
        self.owed: list[CallbackReleased] = []

    @property
    def now(self) -> Instant:
        """The world's time."""
        return self.world.now

    def do(self, command: AnyCommand, at: int | None = None) -> Record:
        """Decide, apply and check; the reply. A refusal must have no events."""
        instant = Instant(self.world.now if at is None else at)
        decision = decide(self.world, command, instant)
        assert not (isinstance(decision.reply, Refusal) and decision.events)
        for event in decision.events:
            self.world.apply(event, instant)
            check(self.world)
            if isinstance(event, CallbackReleased):
                self.owed.append(event)
        if decision.events:
            encoded = [msgspec.json.encode(event) for event in decision.events]
            self.journal.append((instant, command, encoded))
        return decision.reply

    def run(self, until: int) -> None:
        """Let time pass, firing every timer at its instant."""
        while (timer := self.world.timers.next()) is not None and timer.due <= until:
            self.do(timer.command, timer.due)
            assert self.world.timers.next() != timer, f"{timer.key} would fire for ever"
        self.world.now = Instant(max(self.world.now, until))

    def replay(self) -> World:
        """A world decided again from the journal's commands; its events must be the same bytes."""
        again = World(self.account)
        for at, command, bodies in self.journal:
            decision = decide(again, decode_command(msgspec.json.encode(command)), Instant(at))
            assert [msgspec.json.encode(event) for event in decision.events] == bodies
            for event in decision.events:
                again.apply(event, Instant(at))
        assert again.timers.all() == self.world.timers.all()
        return again

    def rebuild(self) -> World:
        """A world made of the journal's events alone, decoded from their bytes."""
        again = World(self.account)
        for at, _, bodies in self.journal:
            for body in bodies:
                again.apply(decode_event(body), Instant(at))
        assert again.timers.all() == self.world.timers.all()
        return again
