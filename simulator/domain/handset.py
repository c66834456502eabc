"""A phone as the world knows it: what it was told, its carrier, and the persona behind it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.domain import personas
from simulator.domain.carriers import LANDLINE, NAMES, SAYS_STOP, SAYS_YES, native_carrier
from simulator.domain.draws import draw
from simulator.domain.instants import Instant
from simulator.domain.numbers import Mdn
from simulator.domain.personas import Persona
from simulator.domain.record import Event, Record

if TYPE_CHECKING:
    from simulator.domain.account import Account
    from simulator.domain.world import World


class Handset(Record, frozen=True, kw_only=True):
    """A phone that was told something about itself; one that never was has no record (inferred)."""

    mdn: Mdn
    persona: Persona | None = None
    reachable: bool = True
    carrier: str | None = None
    connected: bool = True


class Disconnect(Record, frozen=True, kw_only=True):
    """A number its carrier dropped, as the daily files list it.

    Source: Connect: carrier-disconnect-files.
    """

    mdn: Mdn
    carrier: str
    at: Instant


class HandsetChanged(Event, frozen=True, kw_only=True):
    """A phone changed; its whole new state, and its line in the disconnect file if it was dropped.

    Source: inferred.
    """

    handset: Handset
    disconnect: Disconnect | None = None


class ReplyPlanned(Event, frozen=True, kw_only=True):
    """The persona will text back at `due`; `answers` is the message, `habit` which of its habits.

    Source: inferred.
    """

    mdn: Mdn
    code: str
    text: str
    due: Instant
    answers: str
    habit: int = 0


class ReplyGiven(Event, frozen=True, kw_only=True):
    """The persona texts back now (inferred)."""

    answers: str
    habit: int = 0


_EAGER = personas.SHIPPED["says_yes"]
_FED_UP = Persona(name="fed_up", habits=(personas.says("STOP", to="message"),))
_SILENT = personas.SHIPPED["silent"]


class Handsets:
    """Phones that were told something, and every number a carrier dropped (inferred)."""

    def __init__(self) -> None:
        self.by_mdn: dict[Mdn, Handset] = {}
        self.disconnects: list[Disconnect] = []

    def get(self, mdn: Mdn) -> Handset:
        """The phone, as new where it was never told anything."""
        return self.by_mdn.get(mdn) or Handset(mdn=mdn)

    def apply_changed(self, event: HandsetChanged) -> None:
        """A phone is as the event says."""
        self.by_mdn[event.handset.mdn] = event.handset
        if event.disconnect is not None:
            self.disconnects.append(event.disconnect)


def carrier_of(world: World, mdn: Mdn) -> str:
    """The carrier code of a number: what it was ported to, else drawn from the seed (inferred)."""
    handset = world.handsets.by_mdn.get(mdn)
    if handset is not None and handset.carrier is not None:
        return handset.carrier
    return native_carrier(world.account.seed, mdn)


def persona_of(world: World, mdn: Mdn, changed: Handset | None = None) -> Persona:
    """What is behind a phone: what it was given, its magic number's, else its share of the mix.

    `changed` is the phone as it is about to be. Source: inferred.
    """
    handset = changed or world.handsets.by_mdn.get(mdn)
    if handset is not None and handset.persona is not None:
        return handset.persona
    if world.account.settings.magic_numbers:
        if mdn == SAYS_YES:
            return _EAGER
        if mdn == SAYS_STOP:
            return _FED_UP
        if mdn.startswith("+1500555000"):
            return _SILENT
    return _of_the_mix(world.account, mdn)


def _of_the_mix(account: Account, mdn: Mdn) -> Persona:
    if not account.phones:
        return _SILENT
    at = _place_in_mix(account.seed, mdn)
    for name, share in account.phones:
        if at < share:
            return account.persona(name)
        at -= share
    return _SILENT


@lru_cache(65_536)
def _place_in_mix(seed: int, mdn: Mdn) -> int:
    """Where a number stands among ten thousand (inferred)."""
    return draw(seed, "persona", mdn) % 10_000


def is_mobile(world: World, mdn: Mdn) -> bool:
    """False for a landline, which takes no text (Vibes: 422 not a mobile phone number)."""
    if world.account.settings.magic_numbers and mdn == LANDLINE:
        return False
    return not persona_of(world, mdn).landline


def takes_texts(world: World, mdn: Mdn, carrier: str) -> bool:
    """Whether a number is a mobile phone at a carrier that Vibes knows (Connect: 1031)."""
    return carrier in NAMES and is_mobile(world, mdn)


def on_again(
    world: World, mdn: Mdn, now: Instant, changed: Handset | None = None
) -> Instant | None:
    """When a phone that its persona keeps off goes on; None where it is on (inferred)."""
    off_for = persona_of(world, mdn, changed).off_for
    until = Instant(world.account.clock.now + off_for)
    return until if off_for and now < until else None
