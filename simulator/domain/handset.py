"""A phone as the world remembers it, and the persona that answers on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.domain.carriers import SAYS_STOP, SAYS_YES
from simulator.domain.instants import Instant
from simulator.domain.numbers import Mdn
from simulator.domain.record import Event, Record

if TYPE_CHECKING:
    from simulator.domain.world import World


class Persona(Record, frozen=True, kw_only=True):
    """What the phone's owner texts back, and after how many milliseconds. None is silence.

    Source: inferred.
    """

    on_confirmation: str | None = None
    on_message: str | None = None
    after_ms: int = 5_000


class Handset(Record, frozen=True, kw_only=True):
    """A phone that was told something about itself; one that never was has no record (inferred)."""

    mdn: Mdn
    persona: Persona | None = None
    reachable: bool = True
    carrier: str | None = None
    connected: bool = True


class HandsetChanged(Event, frozen=True, kw_only=True):
    """A phone changed; its whole new state (inferred)."""

    handset: Handset


class ReplyPlanned(Event, frozen=True, kw_only=True):
    """The persona will text back at `due`; `answers` is the message it answers, at most once.

    Source: inferred.
    """

    mdn: Mdn
    code: str
    text: str
    due: Instant
    answers: str


class ReplyGiven(Event, frozen=True, kw_only=True):
    """The persona texts back now (inferred)."""

    answers: str


_EAGER = Persona(on_confirmation="Y")
_FED_UP = Persona(on_message="STOP")
_SILENT = Persona()


def persona_of(world: World, mdn: Mdn) -> Persona:
    """What answers on the phone: what it was given, else its magic number's persona (inferred)."""
    handset = world.handsets.get(mdn)
    if handset is not None and handset.persona is not None:
        return handset.persona
    if world.account.settings.magic_numbers:
        if mdn == SAYS_YES:
            return _EAGER
        if mdn == SAYS_STOP:
            return _FED_UP
    return _SILENT
