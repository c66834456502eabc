"""People: lists and their members, opt-ins that wait for a yes, and what one person consented to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from aiohttp import web

from simulator.documents import rather
from simulator.domain.account import AcquisitionCampaign
from simulator.domain.instants import SECOND
from simulator.domain.numbers import Mdn, normalise_phone
from simulator.domain.participation import Participation
from simulator.domain.person import Person, PersonRef
from simulator.errors import UserError
from simulator.ui import consent
from simulator.ui.page import Page
from simulator.ui.roster import roster

PAGE = 100
"""How many people, or requests, a page shows."""


async def index(page: Page) -> web.Response:
    """Lists, requests that are pending, and people: those searched for, of a list, or the newest."""
    asked, chosen = page.query("q"), page.query("list")
    start, waiting = _place(page, "from"), _place(page, "pending")
    world = page.universe.world
    _must_know(page, chosen)
    people = _people(page, asked, chosen, start)
    total = roster(page.universe).count(chosen) if chosen else len(world.people)
    pending = world.participations.pending
    return page.show(
        "people.html.j2",
        q=asked,
        number=normalise_phone(asked) if asked else None,
        chosen=chosen,
        name=consent.list_name(page, chosen) if chosen else "",
        people=[_row(page, item, chosen) for item in people],
        start=start,
        further=start + PAGE if not asked and start + PAGE < total else None,
        total=total,
        everybody=len(world.people),
        lists=_lists(page),
        pending=[
            _pending(page, item) for item in islice(pending.values(), waiting, waiting + PAGE)
        ],
        pending_start=waiting,
        pending_total=len(pending),
        pending_further=waiting + PAGE if waiting + PAGE < len(pending) else None,
        keyword=_with_keyword(page),
    )


async def one(page: Page) -> web.Response:
    """A person, or a number that nobody has: what stands now, and how it came to that."""
    mdn, person = _whom(page, page.request.match_info["person"])
    world, account = page.universe.world, page.universe.account
    told = await consent.history(page, mdn, person)
    stops = [world.opt_outs.get(item.code, mdn) for item in account.source_codes] if mdn else []
    return page.show(
        "people.person.html.j2",
        mdn=mdn,
        person=person,
        lists=[
            {
                "name": consent.list_name(page, item.list_id),
                "since": item.opt_in_at,
                "consent": consent.consent_in_words(item),
            }
            for item in (world.subscriptions.of(person.person_key) if person is not None else ())
        ],
        pending=[_pending(page, item) for item in world.participations.of(mdn)] if mdn else [],
        stops=[
            {
                "code": item.code,
                "at": item.at,
                "lists": [consent.list_name(page, list_id) for list_id in item.list_ids],
            }
            for item in stops
            if item is not None
        ],
        blocks=[
            campaign
            for campaign in account.campaigns
            if mdn and (campaign.id, mdn) in world.participations.blocks
        ],
        history=told,
    )


def _people(page: Page, asked: str, chosen: str, start: int) -> Sequence[Person]:
    """Who is shown: the one that was asked for, else a page of a list or of all, newest first."""
    people = page.universe.world.people
    if asked:
        found = _find(page, asked)
        return [found] if found is not None else []
    if chosen:
        keys: Iterable[str] = roster(page.universe).newest(chosen, start, PAGE)
    else:
        keys = islice(reversed(people.by_key), start, start + PAGE)
    return [people.by_key[key] for key in keys]


def _find(page: Page, text: str) -> Person | None:
    """The person with that external id, number or key."""
    people, mdn = page.universe.world.people, normalise_phone(text)
    found = people.with_external_id(text) or people.find(PersonRef(by="key", value=text))
    return found or (people.with_mdn(mdn) if mdn is not None else None)


def _whom(page: Page, text: str) -> tuple[Mdn | None, Person | None]:
    """The number and the person an address names: any number is a phone, whoever has it."""
    people, mdn = page.universe.world.people, normalise_phone(text)
    if mdn is not None:
        return mdn, people.with_mdn(mdn)
    person = people.find(PersonRef(by="key", value=text))
    if person is None:
        raise UserError(
            f'"{text}" is no US or Canadian number and no key of a person; write 3125550101'
        )
    return person.mdn, person


def _row(page: Page, person: Person, chosen: str) -> dict[str, object]:
    memberships = page.universe.world.subscriptions.of(person.person_key)
    here = next((item for item in memberships if item.list_id == chosen), None)
    return {
        "address": person.mdn or person.person_key,
        "mdn": person.mdn,
        "external_id": person.external_person_id,
        "lists": [consent.list_name(page, item.list_id) for item in memberships],
        "since": here.opt_in_at if here is not None else person.created_at,
        "consent": consent.consent_in_words(here) if here is not None else None,
    }


def _lists(page: Page) -> list[dict[str, object]]:
    members = roster(page.universe)
    return [
        {
            "id": item.id,
            "name": item.name,
            "members": members.count(item.id),
            "ways": [one for one in page.universe.account.campaigns if one.list_id == item.id],
        }
        for item in page.universe.world.catalogue.lists.values()
    ]


def _pending(page: Page, item: Participation) -> dict[str, object]:
    left = max(0, item.expires_at - page.universe.engine.now())
    return {
        "mdn": item.mdn,
        "campaign_id": item.campaign_id,
        "campaign": page.universe.account.campaign(item.campaign_id),
        "keyword": item.keyword,
        "asked_at": item.participated_at,
        "ends_at": item.expires_at,
        "left": left // SECOND * SECOND if left >= SECOND else left,
    }


def _with_keyword(page: Page) -> AcquisitionCampaign | None:
    """A campaign that a text can join, to name one where there is nobody yet."""
    return next((item for item in page.universe.account.campaigns if item.keywords), None)


def _must_know(page: Page, list_id: str) -> None:
    known = page.universe.world.catalogue.lists
    if list_id and list_id not in known:
        raise UserError(f'there is no list "{list_id}"{rather(list_id, list(known))}')


def _place(page: Page, name: str) -> int:
    value = page.query(name)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
