"""Carriers and personas over many numbers: the shares and delays drawn are near those said."""

from __future__ import annotations

from collections import Counter

import pytest

from simulator.domain.carriers import NAMES, native_carrier
from simulator.domain.draws import chance
from simulator.domain.handset import persona_of
from simulator.domain.instants import parse_instant
from simulator.domain.numbers import Mdn
from simulator.domain.profiles import (
    SHIPPED,
    CarrierProfile,
    Delay,
    Window,
    after_maintenance,
    drawn_ms,
)
from simulator.domain.world import World
from simulator.spec import read_account

SUBJECTS = [f"+13125{number:06d} 1" for number in range(2_000)]
NUMBERS = [Mdn(f"+1312555{number:04d}") for number in range(1_000, 3_000)]


def _personas(seed: int, **phones: str) -> list[str]:
    spec = {"seed": seed, "phones": phones}
    account, _ = read_account(spec, key="acct0001", now=parse_instant("2026-01-05T15:00:00Z"))
    world = World(account)
    return [persona_of(world, mdn).name for mdn in NUMBERS]


_DELAYS = [
    (f"{name} {leg}", delay)
    for name, profile in SHIPPED.items()
    for leg, delay in (("carrier", profile.carrier_delay), ("handset", profile.handset_delay))
]


@pytest.mark.parametrize(("purpose", "delay"), _DELAYS, ids=[name for name, _ in _DELAYS])
def test_a_delay_keeps_its_floor_and_its_quantiles(purpose: str, delay: Delay) -> None:
    """Of 2,000 none is below the floor or above the most; half are under the median, 95 % under p95."""
    drawn = sorted(drawn_ms(7, purpose, subject, delay) for subject in SUBJECTS)
    assert {type(item) for item in drawn} == {int}
    assert delay.least <= drawn[0] <= drawn[-1] <= delay.most
    assert sum(item <= delay.median for item in drawn) >= 940 or delay.least == delay.most
    assert sum(item < delay.median for item in drawn) <= 1_060
    assert sum(item <= delay.p95 for item in drawn) >= 1_870
    assert sum(item < delay.p95 for item in drawn) <= 1_930


def test_a_delay_is_drawn_by_seed_purpose_and_subject() -> None:
    """Each of the three changes the delays; drawn again they are the same."""
    delay = SHIPPED["typical"].handset_delay

    def drawn(seed: int, purpose: str, tail: str) -> list[int]:
        return [drawn_ms(seed, purpose, subject + tail, delay) for subject in SUBJECTS[:50]]

    plain = drawn(1, "a", "")
    assert plain == drawn(1, "a", "")
    assert plain not in (drawn(2, "a", ""), drawn(1, "b", ""), drawn(1, "a", "x"))


def test_a_delay_without_width_is_itself() -> None:
    """Where all four are one, every draw is that."""
    delay = Delay(least=5, median=5, p95=5, most=5)
    assert {drawn_ms(1, "a", subject, delay) for subject in SUBJECTS} == {5}


@pytest.mark.parametrize(
    ("name", "purpose"), [("typical", "loss"), ("rush_hour", "loss"), ("outage", "refusal")]
)
def test_a_share_of_a_profile_is_near_what_is_said(name: str, purpose: str) -> None:
    """Of 2,000 messages about the share is lost or refused."""
    hits, of = getattr(SHIPPED[name], purpose)
    count = sum(chance(3, purpose, subject, hits=hits, of=of) for subject in SUBJECTS)
    expected = 2_000 * hits // of
    assert abs(count - expected) <= 15 + expected // 40


def test_a_mix_is_near_its_shares() -> None:
    """Of 2,000 numbers 30 % and 12.5 % have the two personas, the rest are silent."""
    counts = Counter(_personas(5, says_yes="30%", stops_at_once="12.5%"))
    assert abs(counts["says_yes"] - 600) < 60
    assert abs(counts["stops_at_once"] - 250) < 45
    assert counts["silent"] == 2_000 - counts["says_yes"] - counts["stops_at_once"]


def test_a_mix_may_take_in_everybody() -> None:
    """Shares of a hundred percent leave nobody silent; none at all leaves everybody so."""
    assert set(_personas(5, says_yes="99.5%", says_no="0.5%")) == {"says_yes", "says_no"}
    assert set(_personas(5)) == {"silent"}
    assert set(_personas(5, says_yes="0%")) == {"silent"}


def test_a_mix_is_the_seeds() -> None:
    """The same seed gives every number the same persona, another seed does not."""
    assert _personas(5, says_yes="50%") == _personas(5, says_yes="50%")
    assert _personas(5, says_yes="50%") != _personas(6, says_yes="50%")


def test_a_larger_share_keeps_those_who_had_it() -> None:
    """Raising the first share adds numbers and takes none away."""
    few, more = _personas(5, says_yes="20%"), _personas(5, says_yes="40%")
    assert all(
        late == "says_yes" for early, late in zip(few, more, strict=True) if early != "silent"
    )


def test_numbers_fall_to_the_carriers_of_their_country() -> None:
    """US numbers to four of the US, the large three nine in ten; Canadian ones to four of Canada."""
    american = Counter(native_carrier(7, mdn) for mdn in NUMBERS)
    canadian = Counter(native_carrier(7, Mdn(f"+1416555{n:04d}")) for n in range(1_000, 3_000))
    assert set(american) == {"101", "102", "104", "105"}
    assert set(canadian) == {"300", "304", "307", "309"}
    for counts, small in ((american, "101"), (canadian, "309")):
        assert abs(counts[small] - 200) < 50
        assert all(abs(count - 600) < 80 for code, count in counts.items() if code != small)
    assert set(american) | set(canadian) <= set(NAMES)


def _after(time: str, *windows: tuple[int, int]) -> str:
    profile = CarrierProfile(maintenance=tuple(Window(start=a, until=b) for a, b in windows))
    at = after_maintenance(profile, parse_instant(f"2026-01-05T{time}Z"))
    minutes = (at - parse_instant("2026-01-05T00:00:00Z")) // 60_000_000
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@pytest.mark.parametrize(
    ("time", "windows", "later"),
    [
        ("07:59:59.999999", [(480, 540)], "07:59"),
        ("08:00:00", [(480, 540)], "09:00"),
        ("08:59:59.999999", [(480, 540)], "09:00"),
        ("09:00:00", [(480, 540)], "09:00"),
        ("23:30:00", [(1380, 60)], "25:00"),
        ("00:30:00", [(1380, 60)], "01:00"),
        ("08:30:00", [(540, 600), (480, 540)], "10:00"),
        ("08:30:00", [(600, 660), (540, 600), (480, 540)], "11:00"),
    ],
)
def test_a_window_lets_nothing_in_and_ends_where_it_says(
    time: str, windows: list[tuple[int, int]], later: str
) -> None:
    """The start is within, the end is not; past midnight and from one into the next."""
    assert _after(time, *windows) == later
