"""The world as it was at a row of the journal, made anew from the rows up to there."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass

from simulator.domain.events import AccountOpened, AnyEvent, MtAccepted, MtMoved
from simulator.domain.world import World
from simulator.errors import RowsLetGo, UserError
from simulator.runtime.ports import Entry
from simulator.runtime.universe import Universe

FURTHEST = 50_000
"""How far into a journal the world is made anew while somebody waits."""

SHOWN = 50
"""How many requests and opt-outs are told one by one."""

WINDOW = 2_000


@dataclass(frozen=True, slots=True)
class Past:
    """A world that was, the row that led to it, and how far each message had come."""

    world: World
    row: Entry
    states: dict[str, str]
    messages: dict[str, tuple[str, str]]


async def at(universe: Universe, seq: int) -> Past:
    """The world once that row had been applied. Raises UserError beyond the bound, RowsLetGo."""
    begins = await universe.begins()
    if begins > 1:
        raise RowsLetGo(begins, "the world cannot be made anew from the journal")
    if seq > FURTHEST:
        raise UserError(
            f"the world is made anew for the first {FURTHEST} rows only, and this is row {seq}; "
            "`smsim export` has all of them"
        )
    world: World | None = None
    states: dict[str, str] = {}
    messages: dict[str, tuple[str, str]] = {}
    row: Entry | None = None
    while row is None or row.seq < seq:
        after = row.seq if row is not None else 0
        limit = min(WINDOW, seq - after)
        entries = await universe.store.entries(universe.record.company_key, after, limit)
        if not entries:
            raise UserError(f"the journal has no row {seq} any more")
        for row in entries:
            if row.kind == "event":
                event: AnyEvent = row.value  # type: ignore[assignment]
                if isinstance(event, AccountOpened):
                    world = World(event.account)
                assert world is not None, "a journal begins with AccountOpened"
                world.apply(event, row.at)
                if isinstance(event, MtAccepted):
                    states[event.mt.message_id] = "accepted"
                    messages[event.mt.message_id] = (event.mt.mdn, event.mt.text)
                elif isinstance(event, MtMoved):
                    states[event.message_id] = event.state.value
        await asyncio.sleep(0)  # others have their turn
    return Past(world or World(universe.account), row, states, messages)


def told(past: Past) -> dict[str, object]:
    """What a page tells of it: the time, members, requests, messages, opt-outs."""
    world = past.world
    members = Counter(
        item.list_id for active in world.subscriptions.active.values() for item in active
    )
    pending = list(world.participations.pending.values())
    opt_outs = list(world.opt_outs.standing.values())
    return {
        "micros": max(world.now, past.row.at),
        "lists": [
            {"id": item.id, "name": item.name, "members": members.get(item.id, 0)}
            for item in world.catalogue.lists.values()
        ],
        "pending": [
            {"mdn": item.mdn, "campaign": item.campaign_id, "until": item.expires_at}
            for item in pending[:SHOWN]
        ],
        "pending_more": max(0, len(pending) - SHOWN),
        "opt_outs": [{"mdn": item.mdn, "code": item.code} for item in opt_outs[:SHOWN]],
        "opt_outs_more": max(0, len(opt_outs) - SHOWN),
        "messages": sorted(Counter(past.states.values()).items()),
        "people": len(world.people),
        "timers": len(world.timers),
    }
