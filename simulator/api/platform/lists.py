"""Subscription lists, their subscribers, and a person's subscriptions (Vibes: person-api, list-api)."""

from __future__ import annotations

from aiohttp import web

from simulator.api.platform.call import Call, find_person, not_found, person_ref, sought
from simulator.api.platform.errors import respond
from simulator.domain.account import SubscriptionList
from simulator.domain.lists import Unsubscribe
from simulator.domain.world import World
from simulator.wire import platform_views


async def index(call: Call) -> web.Response:
    """GET subscription_lists (Vibes: subscription-list-api)."""
    return respond(
        [
            platform_views.subscription_list(call.company, item)
            for item in (await call.world()).catalogue.lists.values()
        ]
    )


async def get(call: Call) -> web.Response:
    """GET subscription_lists/{id} (Vibes: subscription-list-api)."""
    return respond(platform_views.subscription_list(call.company, _list(call, await call.world())))


async def campaigns(call: Call) -> web.Response:
    """GET subscription_lists/{id}/acquisition_campaigns: the campaigns that feed the list.

    Source: Vibes: subscription-list-api.
    """
    item, opened = _list(call, await call.world()), call.account.clock.now
    return respond(
        [
            platform_views.campaign(call.company, campaign, opened)
            for campaign in call.account.campaigns
            if campaign.list_id == item.id
        ]
    )


async def subscriber(call: Call) -> web.Response:
    """GET subscription_lists/{id}/subscribers?mdn|person_key|external_person_id: the person, or 404.

    Source: Vibes: subscription-list-api.
    """
    world = await call.world()
    item = _list(call, world)
    ref = sought(call)
    if ref is None:
        raise not_found("one of mdn, person_key and external_person_id is required")
    person = world.people.find(ref)
    if person is None or world.subscriptions.get(person.person_key, item.id) is None:
        raise not_found(f'nobody by that is subscribed to list "{item.id}"')
    return respond(platform_views.person(call.account, person, call.version))


async def of_person(call: Call) -> web.Response:
    """GET persons/.../subscriptions: active ones, with `active_only=false` those that ended too.

    Source: Vibes: person-api.
    """
    world = await call.world()
    person = find_person(call, world)
    only = (call.query("active_only") or "true").lower() != "false"
    book = world.subscriptions
    items = book.of(person.person_key) if only else book.history(person.person_key)
    return respond([platform_views.subscription(call.company, person, item) for item in items])


async def one_of_person(call: Call) -> web.Response:
    """GET persons/.../subscriptions/{list}: as an array, the published shape; 404 if not on it.

    Source: Vibes: person-api.
    """
    world = await call.world()
    person = find_person(call, world)
    list_id = call.path("subscription_list_id")
    item = world.subscriptions.get(person.person_key, list_id)
    if item is None:
        raise not_found(f'the person is not subscribed to list "{list_id}"')
    return respond([platform_views.subscription(call.company, person, item)])


async def unsubscribe(call: Call) -> web.Response:
    """DELETE persons/.../subscriptions/{list}: 204; reason api_opt_out, no text to the phone.

    Source: Vibes: delete-subscription.
    """
    list_id = call.path("subscription_list_id")
    await call.submit(Unsubscribe(ref=person_ref(call), list_id=list_id))
    return web.Response(status=204)


def _list(call: Call, world: World) -> SubscriptionList:
    list_id = call.path("subscription_list_id")
    item = world.catalogue.get(list_id)
    if item is None:
        raise not_found(f'no subscription list "{list_id}"')
    return item
