"""Recorded messages: a page of them, or one with its history."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from pydantic import AfterValidator, Field

from simulator.api.control import explain, views
from simulator.api.control.call import UnknownThing, respond, universe_of
from simulator.documents import Spec, rather, read
from simulator.domain.carriers import MtState
from simulator.domain.instants import parse_instant
from simulator.domain.numbers import InvalidMdn, parse_any_mdn
from simulator.errors import UserError
from simulator.runtime.ports import MessageQuery
from simulator.runtime.retention import may_be_gone
from simulator.specs.values import InstantText

RECEIVED = "received"


def _known_state(value: str) -> str:
    known = [*MtState, RECEIVED]
    if value not in known:
        raise ValueError(f'there is no state "{value}"{rather(value, list(known))}')
    return value


class Narrowing(Spec):
    """The query string of the message list."""

    direction: Literal["mt", "mo"] | None = None
    mdn: str | None = None
    state: Annotated[str, AfterValidator(_known_state)] | None = None
    since: InstantText | None = None
    limit: int = Field(default=100, ge=1, le=10_000)
    cursor: int = Field(default=0, ge=0, le=2**63 - 1)


async def index(request: web.Request) -> web.Response:
    """GET messages: oldest first; `next` is the cursor of the next page, or null."""
    universe = universe_of(request)
    wish = read(Narrowing, dict(request.query))
    try:
        mdn = parse_any_mdn(wish.mdn.strip()) if wish.mdn is not None else None
    except InvalidMdn as error:
        raise UserError(str(error)) from error
    query = MessageQuery(
        direction=wish.direction,
        mdn=mdn,
        state=wish.state,
        since=parse_instant(wish.since) if wish.since is not None else None,
        after=wish.cursor,
        limit=wish.limit,
    )
    await universe.engine.committed()
    records = await universe.store.messages(universe.record.company_key, query)
    following = records[-1].position if len(records) == wish.limit else None
    prices = universe.account.prices
    shown = [views.message(record, prices) for record in records]
    return respond({"items": shown, "next": following})


async def get(request: web.Request) -> web.Response:
    """GET messages/{id}: with its history, and why it fared as it did."""
    universe = universe_of(request)
    await universe.engine.committed()
    found = await universe.message(request.match_info["message_id"])
    if found is None:
        gone = may_be_gone(await universe.begins())
        raise UnknownThing(f'no message "{request.match_info["message_id"]}"{gone}')
    return respond(await explain.message(universe, found[0]))
