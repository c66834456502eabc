"""Fault rules in a world of their own: shares, places, and what other traffic does not change."""

from __future__ import annotations

import pytest

from simulator.domain.commands import (
    AddFaults,
    AddPerson,
    MeetCall,
    ReceiveMo,
    RegisterCallback,
    RemoveFaults,
    SubmitMt,
)
from simulator.domain.decide import Refusal
from simulator.domain.events import CallbackKept, FaultFired, decode_event
from simulator.domain.fault_rules import EFFECTS, Effect, FaultRule, Match, Occasion, Surface
from simulator.domain.faults import Struck
from simulator.domain.instants import HOUR, MINUTE
from simulator.domain.numbers import Mdn
from simulator.domain.person import PersonPatch
from simulator.specs.faults import EffectSpec
from tests.properties.company import PHONES, START, Trial

NUMBERS = [Mdn(f"+1312555{number:04}") for number in range(1000, 2000)]


def _rule(surface: Surface, effect: Effect, **more: object) -> FaultRule:
    match = Match(surface=surface, **more.pop("match", {}))  # type: ignore[arg-type]
    return FaultRule(id="it", match=match, effect=effect, **more)  # type: ignore[arg-type]


def _met(trial: Trial, mdn: str | None, operation: str = "submit") -> bool:
    """Whether a call about a number is struck."""
    occasion = Occasion(surface=Surface.CONNECT, operation=operation, mdn=mdn)
    reply = trial.do(MeetCall(occasion=occasion))
    assert isinstance(reply, Struck)
    return bool(reply.rules)


def _victims(seed: int, ratio: tuple[int, int], *, busy: bool = False) -> set[str]:
    trial = Trial(seed=seed)
    rule = _rule(Surface.CONNECT, Effect.THROTTLE, ratio=ratio)
    trial.do(AddFaults(rules=(rule,)))
    if busy:
        for mdn in PHONES * 20:
            _met(trial, mdn)
    order = reversed(NUMBERS) if busy else NUMBERS
    return {mdn for mdn in order if _met(trial, mdn)}


@pytest.mark.parametrize(("ratio", "least", "most"), [((1, 10), 75, 125), ((1, 2), 450, 550)])
def test_a_share_of_a_thousand_numbers_is_hit(
    ratio: tuple[int, int], least: int, most: int
) -> None:
    """Near the ratio, the same whoever else calls and in what order, others under another seed."""
    hit = _victims(1, ratio)
    assert least < len(hit) < most
    assert hit == _victims(1, ratio, busy=True)
    assert hit != _victims(2, ratio)


def test_a_share_of_nothing_and_of_all() -> None:
    """0/1 strikes none, 1/1 strikes all."""
    assert _victims(1, (0, 1)) == set()
    assert len(_victims(1, (1, 1))) == 1000


def test_a_number_is_drawn_anew_each_time() -> None:
    """One number's own occasions are hit in the same share, not all or none of them."""
    trial = Trial()
    trial.do(AddFaults(rules=(_rule(Surface.CONNECT, Effect.THROTTLE, ratio=(1, 2)),)))
    hits = [_met(trial, PHONES[0]) for _ in range(1000)]
    assert 450 < sum(hits) < 550


def test_rules_draw_apart() -> None:
    """Two rules of one ratio do not hit the same numbers: the draw is keyed by the rule's id too."""
    hit: dict[str, set[str]] = {"a": set(), "b": set()}
    trial = Trial()
    match = Match(surface=Surface.CONNECT)
    rules = [FaultRule(id=key, match=match, effect=Effect.DROP, ratio=(1, 2)) for key in hit]
    trial.do(AddFaults(rules=tuple(rules)))
    for mdn in NUMBERS:
        occasion = Occasion(surface=Surface.CONNECT, operation="submit", mdn=mdn)
        struck = trial.do(MeetCall(occasion=occasion))
        assert isinstance(struck, Struck)
        for rule in struck.rules:
            hit[rule.id].add(mdn)
    assert 150 < len(hit["a"] & hit["b"]) < 350


def test_faults_at_a_carrier_hit_the_same_messages_whatever_else_goes_on() -> None:
    """The messages that fail are drawn by number and place, with other phones' traffic or without."""

    def failed(numbers: list[Mdn]) -> dict[str, list[int]]:
        trial = Trial()
        trial.do(AddFaults(rules=(_rule(Surface.CARRIER, Effect.FAIL, number=103, ratio=(1, 3)),)))
        ends: dict[str, list[int]] = {}
        for mdn in numbers:
            trial.do(SubmitMt(mdn=mdn, code="65047", text="Hi"))
            mt = list(trial.world.messages.in_flight.values())[-1]
            ends.setdefault(mdn, []).append(len(mt.fate.fault_ids))
        return ends

    alone, mixed = failed([PHONES[0]] * 50), failed(PHONES * 50)
    assert alone[PHONES[0]] == mixed[PHONES[0]]
    assert 5 < sum(alone[PHONES[0]]) < 30


def test_a_rule_that_is_not_about_it_counts_nothing() -> None:
    """An occasion that a rule is not about leaves no row and no count."""
    trial = Trial()
    match = {"mdn": PHONES[0]}
    trial.do(AddFaults(rules=(_rule(Surface.CONNECT, Effect.DROP, match=match),)))
    before = len(trial.journal)
    assert not _met(trial, PHONES[1])
    assert not _met(trial, None)
    assert len(trial.journal) == before
    assert _met(trial, PHONES[0])
    assert trial.world.faults.met == {"it": 1}


def test_a_rule_that_ended_leaves_nothing_behind() -> None:
    """Its counts and places go with it, so that the same rule begins anew."""
    trial = Trial()
    trial.do(AddFaults(rules=(_rule(Surface.CONNECT, Effect.DROP, ratio=(1, 2)),)))
    first = [_met(trial, PHONES[0]) for _ in range(20)]
    trial.do(RemoveFaults(fault_id="it"))
    book = trial.world.faults
    assert (book.rules, book.met, book.fired, book.subjects) == ({}, {}, {}, {})
    assert isinstance(trial.do(RemoveFaults(fault_id="it")), Refusal)
    trial.do(AddFaults(rules=(_rule(Surface.CONNECT, Effect.DROP, ratio=(1, 2)),)))
    assert [_met(trial, PHONES[0]) for _ in range(20)] == first


def _register(trial: Trial, kind: str) -> None:
    trial.do(
        RegisterCallback(
            callback_type=kind,
            scope=None,
            url="http://a.test/",
            method="POST",
            content_type="application/json",
            version=2,
            start=None,
            end=None,
        )
    )


@pytest.mark.parametrize("effect", [Effect.DELAY, Effect.REORDER])
def test_of_two_waits_the_longer_counts(effect: Effect) -> None:
    """Two rules that keep one callback keep it until the later of their instants."""
    trial = Trial()
    _register(trial, "person_added")
    match = Match(surface=Surface.CALLBACK)
    waits = {"a": 60_000, "b": 1_000}
    rules = [
        FaultRule(id=key, match=match, effect=effect, wait_ms=wait) for key, wait in waits.items()
    ]
    trial.do(AddFaults(rules=tuple(rules)))
    trial.do(AddPerson(patch=PersonPatch(mdn=PHONES[0])))
    (kept,) = trial.world.lines.kept.values()
    assert kept.until == START + MINUTE


def test_nothing_is_kept_for_ever() -> None:
    """Whatever is kept joins its line once, and the books of what is kept are empty then."""
    trial = Trial(connect={"mo_url": "http://a.test/"})
    rules = [
        FaultRule(
            id=str(number),
            match=Match(surface=Surface.MO),
            effect=effect,
            wait_ms=60_000 * number,
            ratio=(1, 2),
        )
        for number, effect in enumerate([Effect.REORDER, Effect.DELAY, Effect.DUPLICATE])
    ]
    trial.do(AddFaults(rules=tuple(rules)))
    for number in range(60):
        trial.do(ReceiveMo(mdn=PHONES[number % 4], code="65047", text="x" * (number * 11 + 1)))
        trial.run(trial.now + number % 3)
    book = trial.world.lines
    trial.run(trial.now + HOUR)
    assert book.kept == {}
    assert book.behind == {}
    joined = list(book.deliveries)
    assert len(set(joined)) == len(joined) == book.queued
    kept = {
        event.delivery.delivery_id
        for _, _, bodies in trial.journal
        for event in map(decode_event, bodies)
        if isinstance(event, CallbackKept)
    }
    assert kept
    assert kept <= set(joined)


def test_every_effect_that_can_be_written_is_known_somewhere() -> None:
    """The members of an effect are the effects, and each belongs to a surface."""
    assert set(EffectSpec.model_fields) == {effect.value for effect in Effect}
    assert set().union(*EFFECTS.values()) == set(Effect)
    assert set(EFFECTS) == set(Surface)


def test_a_firing_names_its_effect_and_occasion() -> None:
    """FaultFired decodes to what was met."""
    trial = Trial()
    trial.do(AddFaults(rules=(_rule(Surface.CONNECT, Effect.DROP),)))
    _met(trial, PHONES[0], "look_up")
    (fired,) = map(decode_event, trial.journal[-1][2])
    occasion = Occasion(surface=Surface.CONNECT, operation="look_up", mdn=PHONES[0])
    assert fired == FaultFired(fault_id="it", effect="drop", occasion=occasion)
