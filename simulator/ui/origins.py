"""What a message was sent or texted for: its campaign and its lists by name, and how to search for them."""

from __future__ import annotations

from simulator.documents import rather
from simulator.domain.messages import Purpose
from simulator.runtime.ports import MessageQuery, MessageRecord
from simulator.ui import search
from simulator.ui.page import Page


def shown(page: Page, record: MessageRecord) -> dict[str, object]:
    """The campaign of a message, or None, and its lists: each with its id, its name and its search."""
    key = record.campaign_id
    lists = page.universe.world.catalogue.lists
    return {
        "campaign": None if key is None else _link("campaign", key, _name(page, record, key)),
        "lists": [
            _link("list", item, lists[item].name if item in lists else item)
            for item in record.list_ids
        ],
    }


def unknown(page: Page, query: MessageQuery) -> str | None:
    """Why a search found nothing: a list or a campaign that is not there, with what is."""
    world, account = page.universe.world, page.universe.account
    known = {
        "list": (query.list_id, list(world.catalogue.lists)),
        "campaign": (
            query.campaign_id,
            [
                *(item.id for item in account.campaigns),
                *world.broadcasts.all,
                *map(str, world.triggers.campaigns),
            ],
        ),
    }
    for name, (said, ids) in known.items():
        if said is not None and said not in ids:
            return f'there is no {name} "{said}"{rather(said, ids)}'
    return None


def _link(word: str, key: str, name: str) -> dict[str, str]:
    return {"id": key, "name": name, "search": search.written(word, key)}


def _name(page: Page, record: MessageRecord, key: str) -> str:
    """A campaign by the name its maker gave it."""
    world = page.universe.world
    if record.purpose == Purpose.BROADCAST:
        return world.broadcasts.all[key].plan.name
    if record.purpose == Purpose.EVENT:
        return world.triggers.campaigns[int(key)].plan.name
    campaign = page.universe.account.campaign(key)
    return campaign.description if campaign is not None else key
