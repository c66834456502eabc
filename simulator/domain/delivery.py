"""Delivery: what happens as a message meets its carrier and its phone, and when a phone changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET, UnsetType

from simulator.domain import acquisition, callbacks, lists, sending, triggers
from simulator.domain.carriers import DISCONNECTED, STAGES, MtState
from simulator.domain.draws import chance, draw
from simulator.domain.handset import (
    Disconnect,
    Handset,
    HandsetChanged,
    ReplyPlanned,
    carrier_of,
    on_again,
    persona_of,
)
from simulator.domain.instants import MILLISECOND, Duration, Instant, iso
from simulator.domain.messages import AUTOMATIC, Mt, MtForwarded, MtHeld, MtMoved, Purpose
from simulator.domain.numbers import Mdn
from simulator.domain.personas import Habit, Persona
from simulator.domain.profiles import drawn_ms
from simulator.domain.record import Command

if TYPE_CHECKING:
    from simulator.domain.turn import Turn


class MoveMt(Command, frozen=True, kw_only=True):
    """The next step of a message's fate is due (Connect: callbacks)."""

    message_id: str


class SetHandset(Command, frozen=True, kw_only=True):
    """Change a phone: absent members stay. Unreachable holds messages, disconnected loses them.

    Source: Connect: callbacks.
    """

    mdn: Mdn
    persona: Persona | UnsetType = UNSET
    reachable: bool | UnsetType = UNSET
    carrier: str | UnsetType | None = UNSET
    connected: bool | UnsetType = UNSET


def move(turn: Turn, command: MoveMt) -> None:
    """Do the next step of a message: to the carrier, to the phone, or its failure.

    Source: Connect: callbacks.
    """
    mt = turn.world.messages.in_flight[command.message_id]
    step = mt.fate.steps[turn.world.messages.steps[mt.message_id]]
    if step.state is MtState.DELIVERED:
        _meet_phone(turn, mt, turn.world.handsets.get(mt.mdn))
        return
    _reach(turn, mt, step.state, step.error_code)
    if step.state is MtState.SENT:
        acquisition.prompt_moved(turn, mt, "sent")


def set_handset(turn: Turn, command: SetHandset) -> Handset:
    """Change the phone. On again it gets what was held; disconnected it leaves every list.

    Source: Connect: callbacks.
    """
    before = turn.world.handsets.get(command.mdn)
    given = {
        name: value
        for name in ("persona", "reachable", "carrier", "connected")
        if (value := getattr(command, name)) is not UNSET
    }
    handset = msgspec.structs.replace(before, **given)
    if before.connected and not handset.connected:
        _drop(turn, handset)
    else:
        turn.emit(HandsetChanged(handset=handset))
    if handset.reachable and (not before.reachable or handset.persona != before.persona):
        for message_id in turn.world.messages.held_for(command.mdn):
            _meet_phone(turn, turn.world.messages.in_flight[message_id], handset)
    return handset


def cancel(turn: Turn, command: sending.CancelMt) -> Mt:
    """Take a message back, and tell its receipts (SMPP 3.4, cancel_sm)."""
    mt = sending.cancel(turn, command)
    callbacks.send_receipts(turn, mt, MtState.DELETED, 102)
    return mt


def _meet_phone(turn: Turn, mt: Mt, handset: Handset) -> None:
    """Deliver the message, or hold it while the phone is off, as long as its carrier tries."""
    end = Instant(mt.accepted_at + turn.account.profile(mt.carrier).validity)
    on = on_again(turn.world, mt.mdn, turn.now, handset)
    if not handset.connected:
        _reach(turn, mt, MtState.UNDELIVERABLE, 103)
    elif handset.reachable and on is None:
        _reach(turn, mt, MtState.DELIVERED, None)
        acquisition.prompt_moved(turn, mt, "delivered")
        _let_persona_act(turn, mt, handset)
    elif turn.now < end:
        until = end if on is None or not handset.reachable else min(end, on)
        because = f"the phone is off; the carrier tries until {iso(end)}"
        turn.emit(MtHeld(message_id=mt.message_id, until=until, because=because))
    else:
        _reach(turn, mt, MtState.EXPIRED, 101)


def _reach(turn: Turn, mt: Mt, state: MtState, error_code: int | None) -> None:
    turn.emit(MtMoved(message_id=mt.message_id, state=state, at=turn.now, error_code=error_code))
    copy = None
    if error_code is not None and _is_known(turn, mt, state):
        copy = sending.forward(turn, mt)
    if copy is not None:
        turn.emit(MtForwarded(message_id=mt.message_id, to=copy.message_id))
    callbacks.send_receipts(turn, mt, state, error_code, copy)
    triggers.message_moved(turn, mt, state, error_code)
    if state is MtState.UNDELIVERABLE and mt.mdn == DISCONNECTED:
        handset = turn.world.handsets.get(mt.mdn)
        if turn.account.settings.magic_numbers and handset.connected:
            _drop(turn, msgspec.structs.replace(handset, connected=False))


def _is_known(turn: Turn, mt: Mt, state: MtState) -> bool:
    """Whether Vibes hears of a failure beyond itself: of a phone's only by a handset receipt."""
    return STAGES[state] != "System" and turn.account.profile(mt.carrier).tells(state)


def _drop(turn: Turn, handset: Handset) -> None:
    """A number its carrier has dropped leaves every list, and is in that day's file.

    Source: Marketo: R19; Connect: carrier-disconnect-files.
    """
    carrier = handset.carrier or carrier_of(turn.world, handset.mdn)
    line = Disconnect(mdn=handset.mdn, carrier=carrier, at=turn.now)
    turn.emit(HandsetChanged(handset=handset, disconnect=line))
    lists.remove_from_all(turn, handset.mdn, lists.OptOutReason.DISCONNECT)


def _let_persona_act(turn: Turn, mt: Mt, handset: Handset) -> None:
    """What the phone's owner does about a message that just came (inferred)."""
    if mt.purpose in AUTOMATIC:
        return
    persona = persona_of(turn.world, mt.mdn, handset)
    number = turn.count(f"met {mt.mdn}", turn.world.messages.met.get(mt.mdn, 0))
    place = f"{mt.mdn} {number}"
    for index, habit in enumerate(persona.habits):
        hits, of = habit.chance
        drawn = chance(turn.account.seed, f"habit {index}", place, hits=hits, of=of)
        if _shows(persona, habit, mt, number) and drawn:
            turn.emit(_reply(turn, mt, habit, index, place))
    if persona.ports_to is not None and number == persona.ports_at:
        ported = msgspec.structs.replace(handset, carrier=persona.ports_to)
        turn.emit(HandsetChanged(handset=ported))


def _shows(persona: Persona, habit: Habit, mt: Mt, number: int) -> bool:
    """Whether a habit is about a message: the n-th, a prompt, or any that no other answers."""
    if habit.nth not in (None, number):
        return False
    if habit.to == "confirmation":
        return mt.purpose is Purpose.CONFIRMATION
    answered = any(other.to == "confirmation" for other in persona.habits)
    return mt.purpose is not Purpose.CONFIRMATION or not answered or habit.nth is not None


def _reply(turn: Turn, mt: Mt, habit: Habit, index: int, place: str) -> ReplyPlanned:
    """What is texted back; `place` is the message's among those the phone got."""
    seed = turn.account.seed
    chosen = draw(seed, f"words {index}", place) % len(habit.says)
    wait = drawn_ms(seed, f"answer {index}", place, habit.after)
    return ReplyPlanned(
        mdn=mt.mdn,
        code=mt.code,
        text=habit.says[chosen],
        due=Instant(turn.now + Duration(wait * MILLISECOND)),
        answers=mt.message_id,
        habit=index,
    )
