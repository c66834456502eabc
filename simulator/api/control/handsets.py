"""Phones: the conversation, a text from the subscriber, persona and state."""

from __future__ import annotations

from aiohttp import web
from msgspec import UNSET
from pydantic import Field, StrictBool

from simulator.api.control import views
from simulator.api.control.call import mdn_of, respond, taken, told, universe_of
from simulator.documents import Spec, rather
from simulator.domain.carriers import NAMES
from simulator.domain.delivery import SetHandset
from simulator.domain.handset import carrier_of, on_again, persona_of
from simulator.domain.inbound import Received, ReceiveMo
from simulator.domain.instants import MILLISECOND, format_duration
from simulator.domain.numbers import Mdn
from simulator.domain.personas import SHIPPED, Persona
from simulator.errors import UserError
from simulator.runtime.ports import MessageQuery
from simulator.runtime.universe import Universe
from simulator.specs.phones import PersonaSpec, texts_of
from simulator.specs.phones import persona_of as persona_of_spec
from simulator.specs.values import Id

LONGEST_CONVERSATION = 10_000


class TextCall(Spec):
    """What the subscriber texts, and to which code; the account's first if absent."""

    text: str = Field(min_length=1, max_length=1600)
    to: Id | None = None


class HandsetSpec(Spec):
    """What changes about a phone; absent members stay."""

    persona: PersonaSpec | None = None
    reachable: StrictBool | None = None
    carrier: str | None = Field(default=None, pattern=r"^[0-9]{3}$")
    connected: StrictBool | None = None
    """False once its carrier has dropped the number (Marketo: R19)."""


async def get(request: web.Request) -> web.Response:
    """GET handsets/{mdn}: the conversation, oldest first."""
    universe, mdn = universe_of(request), mdn_of(request)
    await universe.engine.committed()
    records = await universe.store.messages(
        universe.record.company_key, MessageQuery(mdn=mdn, limit=LONGEST_CONVERSATION)
    )
    texts = [views.message(record, universe.account.prices) for record in records]
    return respond({**shown(universe, mdn), "messages": texts})


async def text(request: web.Request) -> web.Response:
    """POST handsets/{mdn}/messages: 202 with the message and what it was taken for."""
    universe, mdn = universe_of(request), mdn_of(request)
    call = await told(request, TextCall)
    code = call.to or universe.account.source_codes[0].code
    reply = taken(await universe.engine.submit(ReceiveMo(mdn=mdn, code=code, text=call.text)))
    assert isinstance(reply, Received)
    return respond(views.received(reply.mo, universe.account.prices), 202)


async def put(request: web.Request) -> web.Response:
    """PUT handsets/{mdn}: persona and state."""
    universe, mdn = universe_of(request), mdn_of(request)
    spec = await told(request, HandsetSpec)
    given = UNSET if spec.persona is None else _persona(universe, spec.persona)
    command = SetHandset(
        mdn=mdn,
        persona=given,
        reachable=UNSET if spec.reachable is None else spec.reachable,
        carrier=UNSET if spec.carrier is None else spec.carrier,
        connected=UNSET if spec.connected is None else spec.connected,
    )
    taken(await universe.engine.submit(command))
    return respond(shown(universe, mdn))


def _persona(universe: Universe, spec: PersonaSpec) -> Persona:
    if spec.name is None:
        return persona_of_spec(spec)
    account = universe.account
    if spec.name not in account.personas and spec.name not in SHIPPED:
        known = rather(spec.name, [*account.personas, *SHIPPED])
        raise UserError(f'no persona "{spec.name}"{known}')
    return account.persona(spec.name)


def shown(universe: Universe, mdn: Mdn) -> dict[str, object]:
    """A phone: its persona, whether it is on, its carrier."""
    handset = universe.world.handsets.get(mdn)
    code = carrier_of(universe.world, mdn)
    return {
        "mdn": mdn,
        "persona": persona(persona_of(universe.world, mdn)),
        "reachable": handset.reachable
        and on_again(universe.world, mdn, universe.engine.now()) is None,
        "connected": handset.connected,
        "carrier": handset.carrier,
        "carrier_now": {"code": code, "name": NAMES.get(code)},
    }


def persona(item: Persona) -> dict[str, object]:
    """A persona, in full and in short: the first answer to prompts and to messages."""
    prompted, answered = texts_of(item, "confirmation"), texts_of(item, "message")
    first = prompted or answered
    after = first.after.median if first is not None else 5_000
    return {
        "name": item.name,
        "on_confirmation": prompted.says[0] if prompted is not None else None,
        "on_message": answered.says[0] if answered is not None else None,
        "after": format_duration(after * MILLISECOND),
        "habits": item.habits,
        "landline": item.landline,
        "off_for": format_duration(item.off_for),
        "ports_to": item.ports_to,
        "ports_at": item.ports_at,
    }
