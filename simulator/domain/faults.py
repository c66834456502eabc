"""Faults: whether a rule strikes, and that it did. Every firing is an event of the journal.

A draw is keyed by rule, seed and subject (the number, and which of its occasions), so a fault hits
the same messages whatever else goes on (inferred).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.domain.draws import chance
from simulator.domain.fault_rules import FaultRule, Match, Occasion
from simulator.domain.record import Command, Event, Record
from simulator.domain.refusals import Fault, refuse

if TYPE_CHECKING:
    from simulator.domain.turn import Turn


class AddFaults(Command, frozen=True, kw_only=True):
    """Rules that hold from now on; one with the id of another takes its place (inferred)."""

    rules: tuple[FaultRule, ...]


class RemoveFaults(Command, frozen=True, kw_only=True):
    """A rule that ends; None ends all (inferred)."""

    fault_id: str | None = None


class MeetCall(Command, frozen=True, kw_only=True):
    """A client's call came in: does a fault strike it? (inferred)"""

    occasion: Occasion


class FaultAdded(Event, frozen=True, kw_only=True):
    """A rule holds (inferred)."""

    rule: FaultRule


class FaultRemoved(Event, frozen=True, kw_only=True):
    """A rule ended (inferred)."""

    fault_id: str


class FaultFired(Event, frozen=True, kw_only=True):
    """A rule struck: its effect, and whom it hit (inferred)."""

    fault_id: str
    effect: str
    occasion: Occasion


class FaultSpared(Event, frozen=True, kw_only=True):
    """A rule was about this occasion and let it pass: not its turn, or the draw said no (inferred)."""

    fault_id: str
    subject: str


class Struck(Record, frozen=True, kw_only=True):
    """Reply: the rules that struck a call, in the order they were added (inferred)."""

    rules: tuple[FaultRule, ...]


class Faults:
    """The rules that hold, and how often each was met and fired (inferred)."""

    def __init__(self) -> None:
        self.rules: dict[str, FaultRule] = {}
        self.fired: dict[str, int] = {}
        self.met: dict[str, int] = {}
        self.subjects: dict[tuple[str, str], int] = {}

    def apply_added(self, event: FaultAdded) -> None:
        """A rule begins with nothing counted."""
        self.apply_removed(event.rule.id)
        self.rules[event.rule.id] = event.rule

    def apply_removed(self, fault_id: str) -> None:
        """A rule and its counts are gone."""
        self.rules.pop(fault_id, None)
        self.fired.pop(fault_id, None)
        self.met.pop(fault_id, None)
        for key in [key for key in self.subjects if key[0] == fault_id]:
            del self.subjects[key]

    def apply_met(self, fault_id: str, whose: str, *, fired: bool) -> None:
        """A rule met an occasion."""
        self.met[fault_id] = self.met.get(fault_id, 0) + 1
        subject = (fault_id, whose)
        self.subjects[subject] = self.subjects.get(subject, 0) + 1
        if fired:
            self.fired[fault_id] = self.fired.get(fault_id, 0) + 1


def add(turn: Turn, command: AddFaults) -> None:
    """Let the rules hold (inferred)."""
    for rule in command.rules:
        turn.emit(FaultAdded(rule=rule))


def remove(turn: Turn, command: RemoveFaults) -> None:
    """End a rule, or all. Refused where there is no such rule (inferred)."""
    rules = turn.world.faults.rules
    if command.fault_id is not None and command.fault_id not in rules:
        raise refuse(Fault.NOT_FOUND, f'no fault "{command.fault_id}"')
    for fault_id in rules if command.fault_id is None else (command.fault_id,):
        turn.emit(FaultRemoved(fault_id=fault_id))


def meet(turn: Turn, command: MeetCall) -> Struck:
    """Which rules strike a call (inferred)."""
    return Struck(rules=strike(turn, command.occasion))


def strike(turn: Turn, occasion: Occasion) -> tuple[FaultRule, ...]:
    """The rules that strike an occasion, each told in the journal, in the order they were added.

    Source: inferred.
    """
    book = turn.world.faults
    return tuple(
        rule
        for rule in book.rules.values()
        if _is_about(rule.match, occasion, turn.now) and _fires(turn, rule, occasion)
    )


def whose(occasion: Occasion) -> str:
    """The subject of a draw: the number, or the operation where there is none (inferred)."""
    return occasion.mdn or occasion.operation


def _is_about(match: Match, occasion: Occasion, now: int) -> bool:
    return (
        match.surface is occasion.surface
        and match.operation in (None, occasion.operation)
        and match.mdn in (None, occasion.mdn)
        and match.list_id in (None, occasion.list_id)
        and match.code in (None, occasion.code)
        and match.carrier in (None, occasion.carrier)
        and (match.since is None or match.since <= now)
        and (match.until is None or now < match.until)
    )


def _fires(turn: Turn, rule: FaultRule, occasion: Occasion) -> bool:
    book = turn.world.faults
    number = turn.count(f"fault {rule.id}", book.met.get(rule.id, 0))
    subject = (rule.id, whose(occasion))
    place = turn.count(f"fault {subject}", book.subjects.get(subject, 0))
    spent = book.fired.get(rule.id, 0) + turn.taken(f"fired {rule.id}")
    hits, of = rule.ratio
    key = f"{whose(occasion)} {place}"
    fires = (
        rule.match.nth in (None, number)
        and (rule.budget is None or spent < rule.budget)
        and chance(turn.account.seed, f"fault {rule.id}", key, hits=hits, of=of)
    )
    if fires:
        turn.count(f"fired {rule.id}", 0)
        turn.emit(FaultFired(fault_id=rule.id, effect=rule.effect, occasion=occasion))
    else:
        turn.emit(FaultSpared(fault_id=rule.id, subject=whose(occasion)))
    return fires
