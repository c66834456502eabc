"""Subscription lists by an operator's hand: make, rename, archive; import and opt out in bulk."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from pydantic import AfterValidator, Field

from simulator.api.control.call import respond, taken, told, universe_of
from simulator.documents import Spec
from simulator.domain.account import SubscriptionList
from simulator.domain.bulk import Imported, ImportSubscribers, OptedOutInBulk, OptOut
from simulator.domain.catalogue import AddList, ArchiveList, RenameList
from simulator.domain.commands import AnyCommand
from simulator.domain.lists import OptOutReason
from simulator.domain.numbers import Mdn, normalise_phone
from simulator.domain.person import PersonPatch
from simulator.specs.values import Id


def _number(value: str) -> str:
    mdn = normalise_phone(value)
    if mdn is None:
        raise ValueError(f'InvalidMDNFormat: "{value}" is no US or Canadian number')
    return mdn


Number = Annotated[str, AfterValidator(_number)]

Name = Annotated[str, Field(min_length=1, max_length=255)]


class NewList(Spec):
    """A list to make."""

    id: Id
    name: Name | None = None


class Renamed(Spec):
    """The list's new name."""

    name: Name


class SubscriberSpec(Spec):
    """One imported subscriber."""

    mdn: Number
    external_person_id: Id | None = None
    custom_fields: dict[str, str] = {}


class SubscribersSpec(Spec):
    """Who is to be on the list."""

    persons: tuple[SubscriberSpec, ...]


class OptOutSpec(Spec):
    """Who is to leave which list, and why; without a list they leave all of them."""

    reason: Literal[
        "user_opt_out",
        "disconnect",
        "bulk_opt_out",
        "failed_at_carrier",
        "obsolete_carrier",
        "platform_opt_out",
        "button_opt_out",
    ]
    mdns: tuple[Number, ...] = ()
    carrier: str | None = Field(default=None, pattern=r"^\d{3}$")
    """Everyone with that carrier code, as when a carrier closes."""
    list: Id | None = None


async def create(request: web.Request) -> web.Response:
    """POST lists: 201 with the list."""
    spec = await told(request, NewList)
    return respond(await _done(request, AddList(list_id=spec.id, name=spec.name or spec.id)), 201)


async def rename(request: web.Request) -> web.Response:
    """PUT lists/{list}: its name."""
    spec = await told(request, Renamed)
    return respond(await _done(request, RenameList(list_id=_id(request), name=spec.name)))


async def archive(request: web.Request) -> web.Response:
    """DELETE lists/{list}: every membership ends as list_archived; 200 with the list as it was."""
    return respond(await _done(request, ArchiveList(list_id=_id(request))))


async def import_subscribers(request: web.Request) -> web.Response:
    """POST lists/{list}/subscribers: all of them, or none and every fault."""
    persons = (await told(request, SubscribersSpec)).persons
    patches = [
        PersonPatch(
            mdn=Mdn(item.mdn),
            custom_fields=dict(item.custom_fields),
            **({"external_person_id": item.external_person_id} if item.external_person_id else {}),
        )
        for item in persons
    ]
    command = ImportSubscribers(list_id=_id(request), persons=tuple(patches))
    reply = taken(await universe_of(request).engine.submit(command))
    assert isinstance(reply, Imported)
    return respond({"added": reply.added, "already": reply.already})


async def opt_out(request: web.Request) -> web.Response:
    """POST opt-outs: how many memberships ended; no text goes to the phones."""
    spec = await told(request, OptOutSpec)
    command = OptOut(
        reason=OptOutReason(spec.reason),
        mdns=tuple(map(Mdn, spec.mdns)),
        carrier=spec.carrier,
        list_id=spec.list,
    )
    reply = taken(await universe_of(request).engine.submit(command))
    assert isinstance(reply, OptedOutInBulk)
    return respond({"removed": reply.removed})


def _id(request: web.Request) -> str:
    return request.match_info["list_id"]


async def _done(request: web.Request, command: AnyCommand) -> SubscriptionList:
    reply = taken(await universe_of(request).engine.submit(command))
    assert isinstance(reply, SubscriptionList)
    return reply
