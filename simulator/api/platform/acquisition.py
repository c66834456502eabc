"""Acquisition campaigns and their participants (Vibes: acquisition-campaign-api)."""

from __future__ import annotations

from aiohttp import web

from simulator.api.platform.call import Call, not_found, sought
from simulator.api.platform.errors import respond
from simulator.domain.account import AcquisitionCampaign
from simulator.domain.acquisition import AddParticipant, Participated
from simulator.wire import platform_json, platform_views
from simulator.wire.platform_json import Malformed

MOST_LISTED = 50


async def index(call: Call) -> web.Response:
    """GET campaigns/acquisition: the active ones, at most 50; 404 when there are none.

    Source: Vibes: acquisition-campaign-api.
    """
    if not call.account.campaigns:
        raise not_found("no acquisition campaigns")
    opened = call.account.clock.now
    shown = call.account.campaigns[:MOST_LISTED]
    return respond([platform_views.campaign(call.company, item, opened) for item in shown])


async def get(call: Call) -> web.Response:
    """GET campaigns/acquisition/{id} (Vibes: acquisition-campaign-api)."""
    opened = call.account.clock.now
    return respond(platform_views.campaign(call.company, _campaign(call), opened))


async def add_participant(call: Call) -> web.Response:
    """POST participants: 201 PENDING or SUBSCRIBED, 200 when one is pending already.

    Source: Vibes: acquisition-campaign-api.
    """
    body = await call.body()
    ref, patch = platform_json.read_participant(body, call.version)
    reply = await call.submit(
        AddParticipant(campaign_id=call.path("acquisition_id"), ref=ref, patch=patch)
    )
    assert isinstance(reply, Participated)
    shown = platform_views.participated(call.company, reply)
    return respond(shown, 200 if reply.repeated else 201)


async def pending(call: Call) -> web.Response:
    """GET participants?mdn|person_id|external_person_id: what is pending; an array, maybe empty.

    Source: Vibes: acquisition-campaign-api.
    """
    ref = sought(call)
    if ref is None:
        raise Malformed("one of mdn, person_id and external_person_id is required")
    campaign, world = _campaign(call), await call.world()
    person = world.people.find(ref)
    item = None
    if person is not None and person.mdn is not None:
        item = world.participations.get(campaign.id, person.mdn)
    if person is None or item is None:
        return respond([])
    return respond([platform_views.pending(call.company, person, item)])


def _campaign(call: Call) -> AcquisitionCampaign:
    acquisition_id = call.path("acquisition_id")
    campaign = call.account.campaign(acquisition_id)
    if campaign is None:
        raise not_found(f'no acquisition campaign "{acquisition_id}"')
    return campaign
