"""The Platform's operations: every path of it, answered or said to be not simulated.

Each path works with and without a trailing slash, as real clients send both.
"""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from simulator.api.branches import Branches
from simulator.api.platform import (
    acquisition,
    callbacks,
    incentive_routes,
    lists,
    persons,
    source_codes,
)
from simulator.api.platform.call import Call, Handler, handled
from simulator.api.platform.operation import Operation, Query
from simulator.api.platform.sending_routes import SENDING
from simulator.wire.platform_json import NotSimulated
from simulator.wire.request_shapes import (
    CallbackDocument,
    Number,
    ParticipantRequest,
    PersonRequest,
    TestEventRequest,
)
from simulator.wire.shapes import (
    AcquisitionCampaign,
    Participation,
    Person,
    Registration,
    SourceCode,
    Subscription,
    SubscriptionList,
    TestEvent,
)

_DB = "mobiledb"
_KEY = f"{_DB}/persons/{{person_key}}"
_EXTERNAL = f"{_DB}/persons/external/{{external_person_id}}"
_LIST = f"{_DB}/subscription_lists/{{subscription_list_id}}"
_CAMPAIGN = "campaigns/acquisition/{acquisition_id}"

_MDN = Query("mdn", "a number, with its plus as %2B", Number)
_EXTERNAL_ID = Query("external_person_id", "our client's own id of a person")
_PERSON_KEY = Query("person_key", "a person_key or a person_id")
_PERSON_ID = Query("person_id", "a person_id or a person_key")
_ACTIVE = Query("active_only", "false adds the subscriptions that ended", bool)


def _subscriptions(person: str) -> tuple[Operation, ...]:
    """The operations on a person's subscriptions, however the path names the person."""
    one = f"{person}/subscriptions/{{subscription_list_id}}"
    return (
        Operation(
            "GET",
            f"{person}/subscriptions",
            lists.of_person,
            "A person's subscriptions",
            {200: list[Subscription]},
            query=(_ACTIVE,),
        ),
        Operation(
            "GET",
            one,
            lists.one_of_person,
            "A person's subscription to a list, as an array of one",
            {200: list[Subscription]},
        ),
        Operation("DELETE", one, lists.unsubscribe, "Take a person off a list", {204: None}),
    )


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GET",
        "campaigns/acquisition",
        acquisition.index,
        "The acquisition campaigns, at most 50; 404 when there are none",
        {200: list[AcquisitionCampaign]},
    ),
    Operation(
        "GET", _CAMPAIGN, acquisition.get, "One acquisition campaign", {200: AcquisitionCampaign}
    ),
    Operation(
        "GET",
        f"{_CAMPAIGN}/participants",
        acquisition.pending,
        "Who has been asked to join and has not answered yet, by one of three ids",
        {200: list[Participation]},
        query=(_MDN, _PERSON_ID, _PERSON_KEY, _EXTERNAL_ID),
    ),
    Operation(
        "POST",
        f"{_CAMPAIGN}/participants",
        acquisition.add_participant,
        "Add a participant: 201 asked to join or joined, 200 asked before",
        {200: Participation, 201: Participation},
        refuses=(409, 422),
        takes=ParticipantRequest,
    ),
    Operation(
        "GET",
        f"{_DB}/persons",
        persons.search,
        "The person with a number: an array, or by setting one object",
        {200: list[Person] | Person},
        query=(replace(_MDN, required=True),),
    ),
    Operation(
        "POST",
        f"{_DB}/persons",
        persons.add,
        "Add a person: 201 new, 200 merged into the one with that number or external id",
        {200: Person, 201: Person},
        refuses=(409, 422),
        takes=PersonRequest,
    ),
    Operation("GET", _EXTERNAL, persons.get, "One person", {200: Person}),
    Operation(
        "PUT",
        _EXTERNAL,
        persons.update,
        "Change a person; an unknown external id makes one, 201",
        {200: Person, 201: Person},
        refuses=(409, 422),
        takes=PersonRequest,
    ),
    *_subscriptions(_EXTERNAL),
    Operation("GET", _KEY, persons.get, "One person", {200: Person}),
    Operation(
        "PUT",
        _KEY,
        persons.update,
        "Change a person",
        {200: Person},
        refuses=(409, 422),
        takes=PersonRequest,
    ),
    *_subscriptions(_KEY),
    Operation(
        "GET",
        f"{_DB}/subscription_lists",
        lists.index,
        "The subscription lists",
        {200: list[SubscriptionList]},
    ),
    Operation("GET", _LIST, lists.get, "One subscription list", {200: SubscriptionList}),
    Operation(
        "GET",
        f"{_LIST}/subscribers",
        lists.subscriber,
        "The subscriber with one of these ids, or 404",
        {200: Person},
        query=(_MDN, _PERSON_KEY, _PERSON_ID, _EXTERNAL_ID),
    ),
    Operation(
        "GET",
        f"{_LIST}/acquisition_campaigns",
        lists.campaigns,
        "The acquisition campaigns that feed the list",
        {200: list[AcquisitionCampaign]},
    ),
    Operation(
        "GET", "sourcecodes", source_codes.index, "The source codes", {200: list[SourceCode]}
    ),
    Operation(
        "GET",
        "config/callbacks",
        callbacks.index,
        "The callback registrations, active and future",
        {200: list[Registration]},
    ),
    Operation(
        "POST",
        "config/callbacks",
        callbacks.register,
        "Register a callback; 501 for a type that is not simulated",
        {201: Registration},
        refuses=(422, 501),
        takes=CallbackDocument,
    ),
    Operation(
        "GET",
        "config/callbacks/{callback_id}",
        callbacks.get,
        "One callback registration",
        {200: Registration},
    ),
    Operation(
        "PUT",
        "config/callbacks/{callback_id}",
        callbacks.update,
        "Change a callback registration; its type stays",
        {200: Registration},
        refuses=(422, 501),
        takes=CallbackDocument,
    ),
    Operation(
        "DELETE",
        "config/callbacks/{callback_id}",
        callbacks.end,
        "End a callback registration now",
        {200: Registration},
    ),
    Operation(
        "POST",
        "config/callback_events/test",
        callbacks.test,
        "Send a made-up event to whoever registered for its type",
        {201: TestEvent},
        refuses=(501,),
        takes=TestEventRequest,
    ),
    *incentive_routes.OPERATIONS,
    *SENDING,
)
"""The operations that are simulated, in the order in which they are matched."""

NOT_SIMULATED: tuple[tuple[str, str, str], ...] = (
    ("*", "campaigns/{kind:wallet|passbook|google_wallet}{rest:.*}", "Wallet"),
    ("*", "wallet{rest:.*}", "Wallet"),
    ("*", "config/apps{rest:.*}", "Push"),
    ("*", f"{_DB}/devices{{rest:.*}}", "Push"),
)
"""What the real platform has and this one has not yet: answered 501, and on the fidelity page."""


def add_routes(app: web.Application) -> None:
    """Put every operation of the Platform into the application."""
    branches = Branches("/companies/{company_key}", "{slash:/?}")
    for operation in OPERATIONS:
        branches.add(operation.method, f"/{operation.path}", handled(operation.handler))
    for method, path, name in NOT_SIMULATED:
        branches.add(method, f"/{path}", handled(_not_simulated(name)))
    app.router.register_resource(branches)


def _not_simulated(name: str) -> Handler:
    async def handler(_call: Call) -> web.Response:
        raise NotSimulated(f'the operation "{name}" is not simulated; see docs/fidelity.md')

    return handler
