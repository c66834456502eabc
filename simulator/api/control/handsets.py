"""Phones: the conversation, a text from the subscriber, persona and state."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import UNSET
from pydantic import AfterValidator, Field, StrictBool

from simulator.api.control import views
from simulator.api.control.call import mdn_of, respond, taken, told, universe_of
from simulator.documents import Spec
from simulator.domain.delivery import SetHandset
from simulator.domain.handset import Handset, Persona, persona_of
from simulator.domain.inbound import Received, ReceiveMo
from simulator.domain.instants import MILLISECOND, format_duration, parse_duration
from simulator.domain.numbers import Mdn
from simulator.runtime.ports import MessageQuery
from simulator.runtime.universe import Universe
from simulator.spec import DurationText, Id

LONGEST_CONVERSATION = 10_000


class TextCall(Spec):
    """What the subscriber texts, and to which code; the account's first if absent."""

    text: str = Field(min_length=1, max_length=1600)
    to: Id | None = None


def _takes_time(value: str) -> str:
    if parse_duration(value) < MILLISECOND:
        raise ValueError("a persona takes at least 1ms to answer")
    return value


class PersonaSpec(Spec):
    """What the phone's owner answers by itself."""

    on_confirmation: str | None = None
    on_message: str | None = None
    after: Annotated[DurationText, AfterValidator(_takes_time)] = "5s"
    """How long after a message; at least a millisecond, so that time goes on."""


class HandsetSpec(Spec):
    """What changes about a phone; absent members stay."""

    persona: PersonaSpec | None = None
    reachable: StrictBool | None = None
    carrier: str | None = Field(default=None, pattern=r"^\d{3}$")
    connected: StrictBool | None = None
    """False once its carrier has dropped the number (Marketo: R19)."""


async def get(request: web.Request) -> web.Response:
    """GET handsets/{mdn}: the conversation, oldest first."""
    universe, mdn = universe_of(request), mdn_of(request)
    await universe.engine.committed()
    records = await universe.store.messages(
        universe.record.company_key, MessageQuery(mdn=mdn, limit=LONGEST_CONVERSATION)
    )
    shown = [views.message(record) for record in records]
    return respond({**_shown(universe, mdn), "messages": shown})


async def text(request: web.Request) -> web.Response:
    """POST handsets/{mdn}/messages: 202 with the message and what it was taken for."""
    universe, mdn = universe_of(request), mdn_of(request)
    call = await told(request, TextCall)
    code = call.to or universe.account.source_codes[0].code
    reply = taken(await universe.engine.submit(ReceiveMo(mdn=mdn, code=code, text=call.text)))
    assert isinstance(reply, Received)
    return respond(views.received(reply.mo), 202)


async def put(request: web.Request) -> web.Response:
    """PUT handsets/{mdn}: persona and state."""
    universe, mdn = universe_of(request), mdn_of(request)
    spec = await told(request, HandsetSpec)
    persona = UNSET if spec.persona is None else _persona(spec.persona)
    command = SetHandset(
        mdn=mdn,
        persona=persona,
        reachable=UNSET if spec.reachable is None else spec.reachable,
        carrier=UNSET if spec.carrier is None else spec.carrier,
        connected=UNSET if spec.connected is None else spec.connected,
    )
    taken(await universe.engine.submit(command))
    return respond(_shown(universe, mdn))


def _persona(spec: PersonaSpec) -> Persona:
    return Persona(
        on_confirmation=spec.on_confirmation,
        on_message=spec.on_message,
        after_ms=parse_duration(spec.after) // MILLISECOND,
    )


def _shown(universe: Universe, mdn: Mdn) -> dict[str, object]:
    world = universe.world
    handset = world.handsets.get(mdn) or Handset(mdn=mdn)
    persona = msgspec.structs.asdict(persona_of(world, mdn))
    after = format_duration(persona.pop("after_ms") * MILLISECOND)
    return {
        "mdn": mdn,
        "persona": {**persona, "after": after},
        "reachable": handset.reachable,
        "connected": handset.connected,
        "carrier": handset.carrier,
    }
