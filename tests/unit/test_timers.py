from __future__ import annotations

import pickle

from simulator.domain.commands import LapseParticipation
from simulator.domain.instants import Instant
from simulator.domain.timers import STALE, Timers


def _set(timers: Timers, key: str, due: int) -> None:
    timers.set(key, Instant(due), LapseParticipation(participation_id=key))


def _fire(timers: Timers) -> list[str]:
    fired = []
    while (timer := timers.next()) is not None:
        fired.append(timer.key)
        timers.clear(timer.key)
    return fired


def test_timers_come_by_instant_then_by_the_order_they_were_set() -> None:
    """What is due first comes first; at one instant, what was set first."""
    timers = Timers()
    for key, due in (("late", 9), ("b", 5), ("a", 5), ("early", 1)):
        _set(timers, key, due)
    assert [timer.key for timer in timers.all()] == ["early", "b", "a", "late"]
    assert _fire(timers) == ["early", "b", "a", "late"]


def test_setting_a_key_again_takes_the_place_of_the_first() -> None:
    """The earlier timer never fires, and the new one stands last at its instant."""
    timers = Timers()
    for key, due in (("x", 1), ("y", 5), ("x", 5)):
        _set(timers, key, due)
    assert len(timers) == 2
    assert timers.get("x") == timers.all()[1]
    assert _fire(timers) == ["y", "x"]


def test_a_cleared_timer_does_not_fire() -> None:
    """Clearing forgets it; clearing what is not there is nothing."""
    timers = Timers()
    _set(timers, "x", 1)
    _set(timers, "y", 2)
    timers.clear("x")
    timers.clear("nothing")
    assert timers.get("x") is None
    assert _fire(timers) == ["y"]
    assert (len(timers), timers.next()) == (0, None)


def test_looking_does_not_take() -> None:
    """next leaves the timer in place."""
    timers = Timers()
    _set(timers, "x", 1)
    assert timers.next() is timers.next()
    assert len(timers) == 1


def test_timers_that_were_cleared_or_set_again_take_no_room() -> None:
    """Millions of opt-ins that were answered leave nothing behind, and the others keep their order."""
    timers = Timers()
    for key, due in (("b", 7), ("a", 7), ("first", 3)):
        _set(timers, key, due)
    for number in range(20 * STALE):
        _set(timers, "again", 1_000_000 - number)
        _set(timers, str(number), 2_000_000)
        timers.clear(str(number))
    timers.clear("again")
    assert len(pickle.dumps(timers)) < 50 * STALE
    assert _fire(timers) == ["first", "b", "a"]
