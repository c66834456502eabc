from __future__ import annotations

import re

from simulator.domain.draws import chance, draw
from simulator.domain.ids import person_id_of, short_of, uuid_of


def test_a_draw_is_the_same_for_ever() -> None:
    """The number of (7, "loss", "x") is a constant of the project: journals depend on it."""
    assert draw(7, "loss", "x") == 14054356766051434741


def test_a_draw_depends_on_seed_purpose_and_subject() -> None:
    """Each of the three changes it, and they are not simply joined."""
    draws = {
        draw(1, "a", "b"),
        draw(2, "a", "b"),
        draw(1, "b", "b"),
        draw(1, "a", "c"),
        draw(1, "ab", ""),
        draw(1, "", "ab"),
        draw(11, "a", "b"),
    }
    assert len(draws) == 7


def test_chance_is_a_share() -> None:
    """None of 0/1, all of 1/1, about a quarter of 1/4."""
    subjects = [str(number) for number in range(4_000)]
    assert not any(chance(1, "p", s, hits=0, of=1) for s in subjects)
    assert all(chance(1, "p", s, hits=1, of=1) for s in subjects)
    quarter = sum(chance(1, "p", s, hits=1, of=4) for s in subjects)
    assert 900 < quarter < 1_100


def test_message_ids_are_lower_case_version_4_uuids() -> None:
    """The shape of `b75fccf3-8f06-4d8f-a282-d1886a4792a2`, derived from seed, kind and subject."""
    shape = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    ids = {uuid_of(seed, kind, s) for seed in (1, 2) for kind in "ab" for s in "xyz"}
    assert len(ids) == 12
    assert all(re.fullmatch(shape, item) for item in ids)
    assert uuid_of(1, "a", "x") == uuid_of(1, "a", "x")


def test_callback_ids_are_eight_letters_and_digits() -> None:
    """The shape of `Hzh39LP3`."""
    ids = {short_of(1, "callback", str(number)) for number in range(1_000)}
    assert len(ids) == 1_000
    assert all(re.fullmatch(r"[A-Za-z0-9]{8}", item) for item in ids)


def test_person_ids_count_in_decimal() -> None:
    """The first person is 100001."""
    assert (person_id_of(1), person_id_of(2)) == ("100001", "100002")
