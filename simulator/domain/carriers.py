"""Carriers: which one a number is with, and what becomes of a message there.

The fate of a message is drawn when it is accepted, keyed by seed, phone and the message's place in
that phone's traffic; codes are Connect's receipt codes (delivery-receipt-response-codes).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from simulator.domain.draws import between, chance, draw
from simulator.domain.instants import HOUR, MILLISECOND, MINUTE, Duration
from simulator.domain.numbers import Mdn
from simulator.domain.record import Record

if TYPE_CHECKING:
    from simulator.domain.world import World

VALIDITY = Duration(72 * HOUR)

NAMES = {"101": "U.S. Cellular", "102": "Verizon Wireless", "104": "AT&T", "105": "T-Mobile"}
"""The carriers a number may fall to; a handset can be put on any other three-digit code."""

_CODES = tuple(NAMES)

LANDLINE = Mdn("+15005550001")
REFUSED_BY_CARRIER = Mdn("+15005550002")
UNDELIVERABLE = Mdn("+15005550003")
EXPIRES = Mdn("+15005550004")
SLOW = Mdn("+15005550005")
SAYS_YES = Mdn("+15005550006")
SAYS_STOP = Mdn("+15005550007")
DISCONNECTED = Mdn("+15005550008")
BLOCK_LISTED = Mdn("+15005550009")


class MtState(StrEnum):
    """Where a message to a phone stands. The last five end it (inferred)."""

    ACCEPTED = "accepted"
    ROUTED = "routed"
    SENT = "sent"
    DELIVERED = "delivered"
    BLOCKED = "blocked"
    REFUSED = "refused"
    UNDELIVERABLE = "undeliverable"
    EXPIRED = "expired"


NEXT_STATES: dict[MtState, frozenset[MtState]] = {
    MtState.ACCEPTED: frozenset({MtState.ROUTED, MtState.BLOCKED}),
    MtState.ROUTED: frozenset({MtState.SENT, MtState.REFUSED}),
    MtState.SENT: frozenset({MtState.DELIVERED, MtState.UNDELIVERABLE, MtState.EXPIRED}),
    MtState.DELIVERED: frozenset(),
    MtState.BLOCKED: frozenset(),
    MtState.REFUSED: frozenset(),
    MtState.UNDELIVERABLE: frozenset(),
    MtState.EXPIRED: frozenset(),
}
"""The lifecycle of an MT: from each state, the states that may follow."""


class Step(Record, frozen=True, kw_only=True):
    """One step of a message's fate: after `after` microseconds, `state`, with a receipt code.

    Source: inferred.
    """

    after: Duration
    state: MtState
    error_code: int | None = None


def carrier_of(world: World, mdn: Mdn) -> str:
    """The carrier code of a number: what its handset was put on, else drawn from the seed.

    Source: inferred.
    """
    handset = world.handsets.get(mdn)
    if handset is not None and handset.carrier is not None:
        return handset.carrier
    return _CODES[draw(world.account.seed, "carrier", mdn) % len(_CODES)]


def is_mobile(world: World, mdn: Mdn) -> bool:
    """False for a landline, which takes no text (Vibes: 422 not a mobile phone number)."""
    return not (world.account.settings.magic_numbers and mdn == LANDLINE)


def plan(world: World, mdn: Mdn, carrier: str, subject: str, *, blocked: bool) -> tuple[Step, ...]:
    """What will become of a message to the number, step after step, each `after` its accepting.
    Delays and shares are inferred, codes are Connect's (Connect: delivery-receipt-response-codes).

    `subject` is the message's place in the phone's traffic, so other traffic changes nothing.
    """
    account = world.account
    profile = account.profile(carrier)
    magic = mdn if account.settings.magic_numbers else None
    routed = account.settings.routing_ms
    if blocked or magic == BLOCK_LISTED:
        return (_step(routed, MtState.BLOCKED, 9),)
    sent = routed + between(account.seed, "carrier delay", subject, *profile.carrier_ms)
    if magic == REFUSED_BY_CARRIER:
        return (_step(routed, MtState.ROUTED), _step(sent, MtState.REFUSED, 107))
    arrived = sent + between(account.seed, "handset delay", subject, *profile.handset_ms)
    hits, of = profile.loss
    if magic == EXPIRES:
        last = Step(after=VALIDITY, state=MtState.EXPIRED, error_code=101)
    elif magic == SLOW:
        last = Step(after=Duration(10 * MINUTE), state=MtState.DELIVERED)
    elif magic in (UNDELIVERABLE, DISCONNECTED) or chance(
        account.seed, "loss", subject, hits=hits, of=of
    ):
        last = _step(arrived, MtState.UNDELIVERABLE, 103)
    else:
        last = _step(arrived, MtState.DELIVERED)
    return (_step(routed, MtState.ROUTED), _step(sent, MtState.SENT), last)


def _step(after_ms: int, state: MtState, error_code: int | None = None) -> Step:
    return Step(after=Duration(after_ms * MILLISECOND), state=state, error_code=error_code)
