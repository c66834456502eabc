"""How carriers treat messages: delays as distributions, losses as ratios, and the shipped profiles.

Vibes publishes no such figures; the shapes follow what other operators say of theirs (inferred).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from simulator.domain.carriers import STAGES, VALIDITY, MtState
from simulator.domain.draws import draw
from simulator.domain.instants import DAY, MINUTE, Duration, Instant
from simulator.domain.record import Record

Shows = Literal["ascii", "gsm", "ucs2"]

Ratio = tuple[int, int]
"""So many hits out of so many."""


class Delay(Record, frozen=True, kw_only=True):
    """A distribution in whole milliseconds by its quantiles, straight lines between them.

    `least` is its floor: nothing is faster (inferred).
    """

    least: int
    median: int
    p95: int
    most: int


class Window(Record, frozen=True, kw_only=True):
    """A time of every day in UTC, in minutes after midnight; `until` before `start` is past it.

    Source: inferred.
    """

    start: int
    until: int


class CarrierProfile(Record, frozen=True, kw_only=True):
    """How a carrier treats messages (inferred; docs/fidelity.md).

    `per_second` is what it takes from one code, 0 without bound; `shows` the characters its phones
    can show; `not_provisioned` the codes it does not know.
    """

    name: str = "plain"
    carrier_delay: Delay = Delay(least=50, median=1_025, p95=1_902, most=2_000)
    handset_delay: Delay = Delay(least=1_000, median=8_000, p95=14_300, most=15_000)
    refusal: Ratio = (0, 1)
    loss: Ratio = (0, 1)
    unreachable: Ratio = (0, 1)
    validity: Duration = VALIDITY
    per_second: int = 0
    maintenance: tuple[Window, ...] = ()
    handset_receipts: bool = True
    concatenates: bool = True
    shows: Shows = "ucs2"
    not_provisioned: tuple[str, ...] = ()

    def reaches(self, code: str) -> bool:
        """Whether messages of a code get there (Connect: http-error-and-status-codes, 1025)."""
        return code not in self.not_provisioned

    def tells(self, state: MtState) -> bool:
        """Whether Vibes hears of a state: of a phone's only by a handset receipt.

        Source: Connect: callbacks.
        """
        return self.handset_receipts or STAGES[state] != "Handset"


SHIPPED: dict[str, CarrierProfile] = {
    item.name: item
    for item in (
        CarrierProfile(),
        CarrierProfile(
            name="instant",
            carrier_delay=Delay(least=1, median=1, p95=1, most=1),
            handset_delay=Delay(least=1, median=1, p95=1, most=1),
        ),
        CarrierProfile(
            name="typical",
            carrier_delay=Delay(least=50, median=400, p95=1_500, most=5_000),
            handset_delay=Delay(least=900, median=4_000, p95=30_000, most=600_000),
            loss=(8, 1_000),
            unreachable=(12, 1_000),
        ),
        CarrierProfile(
            name="rush_hour",
            carrier_delay=Delay(least=500, median=8_000, p95=60_000, most=300_000),
            handset_delay=Delay(least=2_000, median=45_000, p95=600_000, most=3_600_000),
            refusal=(5, 1_000),
            loss=(15, 1_000),
            unreachable=(12, 1_000),
            per_second=30,
        ),
        CarrierProfile(
            name="regional",
            carrier_delay=Delay(least=200, median=1_500, p95=8_000, most=30_000),
            handset_delay=Delay(least=2_000, median=9_000, p95=90_000, most=1_200_000),
            loss=(25, 1_000),
            per_second=5,
            maintenance=(Window(start=8 * 60, until=9 * 60),),
            handset_receipts=False,
            concatenates=False,
            shows="gsm",
        ),
        CarrierProfile(
            name="outage",
            carrier_delay=Delay(least=5_000, median=30_000, p95=300_000, most=900_000),
            handset_delay=Delay(least=5_000, median=60_000, p95=900_000, most=3_600_000),
            refusal=(9, 10),
        ),
    )
}
"""The profiles an account can name."""


def drawn_ms(seed: int, purpose: str, subject: str, delay: Delay) -> int:
    """A delay of the distribution in milliseconds, the same for ever for the same subject.

    Source: inferred.
    """
    if delay.least == delay.most:
        return delay.least
    at = draw(seed, purpose, subject) % 10_000
    points = (0, delay.least), (5_000, delay.median), (9_500, delay.p95), (10_000, delay.most)
    for (start, low), (end, high) in pairwise(points):
        if at < end:
            return low + (high - low) * (at - start) // (end - start)
    return delay.most


def after_maintenance(profile: CarrierProfile, at: Instant) -> Instant:
    """When a message that would be handed over at an instant is: past the windows it falls into.

    Source: inferred.
    """
    for _ in profile.maintenance:
        for window in profile.maintenance:
            length = (window.until - window.start) * MINUTE % DAY
            into = (at - window.start * MINUTE) % DAY
            if into < length:
                at = Instant(at + length - into)
    return at
