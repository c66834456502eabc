"""Personas: what the people behind phones do by themselves, as data.

A persona is a set of habits. Whether a habit shows, which of its texts is chosen and how long it
takes are drawn from the seed, keyed by the message it answers (all inferred).
"""

from __future__ import annotations

from typing import Literal

from simulator.domain.instants import HOUR, Duration
from simulator.domain.profiles import Delay, Ratio
from simulator.domain.record import Record

SOON = Delay(least=5_000, median=5_000, p95=5_000, most=5_000)
_SPREAD = Delay(least=4_000, median=90_000, p95=7_200_000, most=108_000_000)


class Habit(Record, frozen=True, kw_only=True):
    """One thing a person does: to which messages, with what chance, in which words, how fast.

    `to` message is every message but automatic answers; prompts too, unless a habit answers those.
    `nth` narrows to the n-th message the phone got. Source: inferred.
    """

    to: Literal["confirmation", "message"] = "message"
    says: tuple[str, ...]
    chance: Ratio = (1, 1)
    after: Delay = SOON
    nth: int | None = None


class Persona(Record, frozen=True, kw_only=True):
    """What a phone and its owner do. No habits is silence.

    `off_for` keeps the phone off from the account's start, `ports_to` is the carrier the number
    changes to with its `ports_at`-th message. Source: inferred.
    """

    name: str = "silent"
    habits: tuple[Habit, ...] = ()
    landline: bool = False
    off_for: Duration = Duration(0)
    ports_to: str | None = None
    ports_at: int = 1


def says(text: str, *, to: Literal["confirmation", "message"] = "confirmation") -> Habit:
    """The habit of one text to every such message (inferred)."""
    return Habit(to=to, says=(text,))


SHIPPED: dict[str, Persona] = {
    item.name: item
    for item in (
        Persona(),
        Persona(name="says_yes", habits=(says("Y"),)),
        Persona(name="says_no", habits=(says("N"),)),
        Persona(
            name="slow_yes",
            habits=(Habit(to="confirmation", says=("Y", "y"), chance=(3, 4), after=_SPREAD),),
        ),
        Persona(
            name="sloppy_yes",
            habits=(
                Habit(
                    to="confirmation",
                    says=("y", "Y ", "yes please", "y.", "Yes!", "sí", "Si", "\U0001f44d", "ok"),
                ),
            ),
        ),
        Persona(name="stops_at_third", habits=(Habit(says=("STOP", "Stop", "stop "), nth=3),)),
        Persona(name="stops_at_once", habits=(Habit(says=("STOP",), nth=1),)),
        Persona(name="asks_help", habits=(Habit(says=("HELP", "help", "INFO"), nth=1),)),
        Persona(name="off_at_first", off_for=Duration(8 * HOUR), habits=(says("Y"),)),
        Persona(name="ports_away", ports_to="105", habits=(says("Y"),)),
        Persona(name="landline", landline=True),
        Persona(
            name="shared_phone",
            habits=(
                says("Y"),
                Habit(
                    to="confirmation",
                    says=("Who is this?", "wrong number", "?"),
                    after=Delay(least=20_000, median=20_000, p95=20_000, most=20_000),
                ),
            ),
        ),
    )
}
"""The personas an account can name."""
