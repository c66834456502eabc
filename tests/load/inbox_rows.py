"""A journal of many messages, made quickly: rows like those an engine writes, all made from a few."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from simulator.domain.commands import ReceiveMo, SubmitMt
from simulator.domain.events import AnyEvent
from simulator.domain.instants import HOUR, Instant
from simulator.domain.messages import MoReceived, MtAccepted, MtMoved
from simulator.domain.numbers import Mdn
from simulator.runtime.ports import Batch, Entry
from tests.contract.rows import START, Author

BATCH = 2_000
EVERY_MO = 20
EVERY_UNDELIVERABLE = 50
APART = 50_000
"""Microseconds between two messages."""

TEXTS = (
    "Shoes for the whole family, 20% off till Sunday: shop.example/s/{n:x}. Reply STOP to end.",
    "Your order {n} is on its way and should be with you tomorrow. Reply HELP for help.",
    "Happy birthday! Show the code GIFT-{n} at the till. Msg&data rates may apply.",
    "Élodie, votre rendez-vous n° {n} est confirmé. Répondez STOP pour arrêter.",
)

ORIGINS: tuple[tuple[str | None, tuple[str, ...]], ...] = (
    (None, ()),
    ("JoinVip01", ("1001",)),
    ("7", ("1002", "1001")),
    ("8", ("10010", 'a "b"')),
)
"""The campaign and the lists of a message, in turn."""


class _Made(NamedTuple):
    accepted: MtAccepted
    moves: tuple[MtMoved, ...]
    received: MoReceived


def batches(key: str, count: int, *, short: bool = False) -> Iterator[Batch]:
    """Batches with so many messages; `short` leaves out the states between first and last."""
    made, seq, entries = _made(key), 0, list[Entry]()
    for number in range(count):
        at = Instant(START + number * APART)
        for event in _events(made, number, short):
            seq += 1
            name = type(event).__name__
            entries.append(Entry(seq, at, "event", name, msgspec.json.encode(event), event))
        if number % BATCH == BATCH - 1 or number == count - 1:
            yield Batch(key, entries, [])
            entries = []


def mdn_of(number: int) -> Mdn:
    """The phone of that message: each has about ten."""
    return Mdn(f"+1312{2_000_000 + number * 7_919 % 99_991:07d}")


def _events(made: _Made, number: int, short: bool) -> Iterator[AnyEvent]:
    name, mdn, replace = f"m{number}", mdn_of(number), msgspec.structs.replace
    campaign_id, list_ids = ORIGINS[number // 3 % len(ORIGINS)]
    known = {"mdn": mdn, "part_ids": (name,), "campaign_id": campaign_id, "list_ids": list_ids}
    if number % EVERY_MO == 0:
        mo = replace(made.received.mo, message_id=name, text="Y", **known)
        yield replace(made.received, mo=mo)
        return
    text = TEXTS[number % len(TEXTS)].format(n=number)
    mt = replace(made.accepted.mt, message_id=name, text=text, **known)
    yield replace(made.accepted, mt=mt)
    bad = number % EVERY_UNDELIVERABLE == 1
    for move in made.moves[-1:] if short else made.moves:
        state = "undeliverable" if bad and move is made.moves[-1] else move.state
        yield replace(move, message_id=name, state=state)


def _made(key: str) -> _Made:
    author = Author(key)
    author.do(SubmitMt(mdn=mdn_of(1), code="65047", text="one"))
    author.do(ReceiveMo(mdn=mdn_of(1), code="65047", text="Y"))
    author.run(START + HOUR)
    values = [entry.value for entry in author.rows]
    accepted = next(item for item in values if isinstance(item, MtAccepted))
    moves = tuple(
        item
        for item in values
        if isinstance(item, MtMoved) and item.message_id == accepted.mt.message_id
    )
    received = next(item for item in values if isinstance(item, MoReceived))
    return _Made(accepted, moves, received)
