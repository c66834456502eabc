"""Delivery: what happens as a message meets its carrier and its phone, and when a phone changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET, UnsetType

from simulator.domain import acquisition, callbacks, lists, triggers
from simulator.domain.carriers import DISCONNECTED, VALIDITY, MtState
from simulator.domain.handset import Handset, HandsetChanged, Persona, ReplyPlanned, persona_of
from simulator.domain.instants import MILLISECOND, Instant
from simulator.domain.messages import AUTOMATIC, Mt, MtHeld, MtMoved, Purpose
from simulator.domain.numbers import Mdn
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
    step = mt.plan[turn.world.messages.steps[mt.message_id]]
    if step.state is MtState.DELIVERED:
        _meet_phone(turn, mt, turn.world.handsets.get(mt.mdn))
        return
    _reach(turn, mt, step.state, step.error_code)
    if step.state is MtState.SENT:
        acquisition.prompt_moved(turn, mt, "sent")


def set_handset(turn: Turn, command: SetHandset) -> Handset:
    """Change the phone. Reachable again it gets what was held; disconnected it leaves every list.

    Source: Connect: callbacks.
    """
    before = turn.world.handsets.get(command.mdn) or Handset(mdn=command.mdn)
    given = {
        name: value
        for name in ("persona", "reachable", "carrier", "connected")
        if (value := getattr(command, name)) is not UNSET
    }
    handset = msgspec.structs.replace(before, **given)
    turn.emit(HandsetChanged(handset=handset))
    if handset.reachable and not before.reachable:
        for message_id in turn.world.messages.held_for(command.mdn):
            _meet_phone(turn, turn.world.messages.in_flight[message_id], handset)
    if before.connected and not handset.connected:
        lists.remove_from_all(turn, command.mdn, lists.OptOutReason.DISCONNECT)
    return handset


def _meet_phone(turn: Turn, mt: Mt, handset: Handset | None) -> None:
    """Deliver the message, or hold it while the phone is off, at most 72 hours."""
    if handset is not None and not handset.connected:
        _reach(turn, mt, MtState.UNDELIVERABLE, 103)
    elif handset is not None and not handset.reachable:
        until = Instant(mt.accepted_at + VALIDITY)
        if turn.now < until:
            turn.emit(MtHeld(message_id=mt.message_id, until=until))
        else:
            _reach(turn, mt, MtState.EXPIRED, 101)
    else:
        _reach(turn, mt, MtState.DELIVERED, None)
        acquisition.prompt_moved(turn, mt, "delivered")
        _let_persona_answer(turn, mt)


def _reach(turn: Turn, mt: Mt, state: MtState, error_code: int | None) -> None:
    turn.emit(MtMoved(message_id=mt.message_id, state=state, at=turn.now, error_code=error_code))
    callbacks.send_receipts(turn, mt, state, error_code)
    triggers.message_moved(turn, mt, state, error_code)
    magic = turn.account.settings.magic_numbers
    if state is MtState.UNDELIVERABLE and magic and mt.mdn == DISCONNECTED:
        _disconnect(turn, mt.mdn)


def _disconnect(turn: Turn, mdn: Mdn) -> None:
    """A number its carrier has dropped leaves every list (Marketo: R19)."""
    handset = turn.world.handsets.get(mdn) or Handset(mdn=mdn)
    if handset.connected:
        turn.emit(HandsetChanged(handset=msgspec.structs.replace(handset, connected=False)))
        lists.remove_from_all(turn, mdn, lists.OptOutReason.DISCONNECT)


def _let_persona_answer(turn: Turn, mt: Mt) -> None:
    persona = persona_of(turn.world, mt.mdn)
    text = persona.on_message
    if mt.purpose is Purpose.CONFIRMATION and persona.on_confirmation is not None:
        text = persona.on_confirmation
    if text is not None and mt.purpose not in AUTOMATIC:
        due = Instant(turn.now + persona.after_ms * MILLISECOND)
        turn.emit(ReplyPlanned(mdn=mt.mdn, code=mt.code, text=text, due=due, answers=mt.message_id))
