"""Persons: add, get, update, find by number (Vibes: person-api)."""

from __future__ import annotations

from aiohttp import web

from simulator.api.platform.call import Call, find_person, not_found, person_ref
from simulator.api.platform.errors import respond
from simulator.domain.people import AddPerson, PersonSaved, UpdatePerson
from simulator.wire import platform_json, platform_views


async def add(call: Call) -> web.Response:
    """POST persons: 201 new, 200 merged into the one with that number or external id.

    Source: Vibes: person-api.
    """
    patch = platform_json.read_person(await call.body(), call.version)
    return _saved(call, await call.submit(AddPerson(patch=patch)))


async def update(call: Call) -> web.Response:
    """PUT persons/{key} or persons/external/{id}: 200; an unknown external id is made.

    Source: Vibes: person-api.
    """
    patch = platform_json.read_person(await call.body(), call.version)
    return _saved(call, await call.submit(UpdatePerson(ref=person_ref(call), patch=patch)))


async def get(call: Call) -> web.Response:
    """GET persons/{key} or persons/external/{id} (Vibes: person-api)."""
    person = find_person(call, await call.world())
    return respond(platform_views.person(call.account, person, call.version))


async def search(call: Call) -> web.Response:
    """GET persons?mdn=: an array, or by setting the published single object (Vibes: person-api)."""
    text = call.query("mdn")
    if text is None:
        raise not_found("mdn is required, as ?mdn=%2B12995551234")
    person = (await call.world()).people.with_mdn(platform_json.read_mdn(text, call.version))
    if call.account.settings.person_search == "array":
        found = [] if person is None else [person]
        return respond([platform_views.person(call.account, item, call.version) for item in found])
    if person is None:
        raise not_found(f'no person with mdn "{text}"')
    return respond(platform_views.person(call.account, person, call.version))


def _saved(call: Call, reply: object) -> web.Response:
    assert isinstance(reply, PersonSaved)
    shown = platform_views.person(call.account, reply.person, call.version)
    return respond(shown, 201 if reply.created else 200)
