"""Made-up people: the same for a seed, in exact shares."""

from __future__ import annotations

from collections import Counter

from harness.campaigns.people import e164
from harness.population import MadeUp, make


def _people(seed: int = 7) -> list[MadeUp]:
    return make(
        10_000, seed=seed, shared_phone=0.12, blocklisted=0.03, suspended=0.04, subscribed=0.60
    )


def test_a_seed_makes_the_same_people() -> None:
    """The same seed gives the same people, another seed others."""
    assert _people() == _people()
    assert _people() != _people(8)


def test_shares_are_exact() -> None:
    """12 % share a number, 3 % are blocklisted, 4 % suspended, 60 % subscribed, to the person."""
    people = _people()
    assert len({item.phone for item in people}) == 10_000 - 1_200
    assert sum(item.blocklisted for item in people) == 300
    assert sum(item.suspended for item in people) == 400
    assert sum(item.subscribed for item in people) == 6_000


def test_every_number_is_a_number() -> None:
    """Each phone is a US number, and none is a magic one."""
    numbers = [e164(item.phone) for item in _people()]
    assert all(number and not number.startswith("+1500555") for number in numbers)


def test_the_exact_number_of_messages_follows_from_the_rules_alone() -> None:
    """5268 messages, counted from the people by R4, R6 and R8 without the campaign system."""
    people = _people()
    members = {item.phone for item in people if item.subscribed}
    may = [item for item in people if not item.blocklisted and not item.suspended]
    reached = Counter(item.phone for item in may if item.phone in members)
    assert len(reached) == 5_268
    assert sum(count - 1 for count in reached.values()) == 884
