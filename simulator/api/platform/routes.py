"""The Platform's operations: every path of it, answered or said to be not simulated.

Each path works with and without a trailing slash, as real clients send both.
"""

from __future__ import annotations

from aiohttp import web

from simulator.api.platform import acquisition, callbacks, lists, persons, source_codes
from simulator.api.platform.call import Call, Handler, handled
from simulator.wire.platform_json import NotSimulated

_DB = "mobiledb"
_KEY = f"{_DB}/persons/{{person_key}}"
_EXTERNAL = f"{_DB}/persons/external/{{external_person_id}}"
_LIST = f"{_DB}/subscription_lists/{{subscription_list_id}}"
_CAMPAIGN = "campaigns/acquisition/{acquisition_id}"

OPERATIONS: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "campaigns/acquisition", acquisition.index),
    ("GET", _CAMPAIGN, acquisition.get),
    ("GET", f"{_CAMPAIGN}/participants", acquisition.pending),
    ("POST", f"{_CAMPAIGN}/participants", acquisition.add_participant),
    ("GET", f"{_DB}/persons", persons.search),
    ("POST", f"{_DB}/persons", persons.add),
    ("GET", _EXTERNAL, persons.get),
    ("PUT", _EXTERNAL, persons.update),
    ("GET", f"{_EXTERNAL}/subscriptions", lists.of_person),
    ("GET", f"{_EXTERNAL}/subscriptions/{{subscription_list_id}}", lists.one_of_person),
    ("DELETE", f"{_EXTERNAL}/subscriptions/{{subscription_list_id}}", lists.unsubscribe),
    ("GET", _KEY, persons.get),
    ("PUT", _KEY, persons.update),
    ("GET", f"{_KEY}/subscriptions", lists.of_person),
    ("GET", f"{_KEY}/subscriptions/{{subscription_list_id}}", lists.one_of_person),
    ("DELETE", f"{_KEY}/subscriptions/{{subscription_list_id}}", lists.unsubscribe),
    ("GET", f"{_DB}/subscription_lists", lists.index),
    ("GET", _LIST, lists.get),
    ("GET", f"{_LIST}/subscribers", lists.subscriber),
    ("GET", f"{_LIST}/acquisition_campaigns", lists.campaigns),
    ("GET", "sourcecodes", source_codes.index),
    ("GET", "config/callbacks", callbacks.index),
    ("POST", "config/callbacks", callbacks.register),
    ("GET", "config/callbacks/{callback_id}", callbacks.get),
    ("DELETE", "config/callbacks/{callback_id}", callbacks.end),
)
"""The operations that are simulated: method, path below the company, handler."""

NOT_SIMULATED: tuple[tuple[str, str, str], ...] = (
    ("PUT", "config/callbacks/{callback_id}", "Update a callback"),
    ("POST", "config/callback_events/test", "Create a test callback event"),
    ("*", f"{_DB}/broadcasts", "Broadcasts"),
    ("*", f"{_DB}/broadcasts/{{rest:.*}}", "Broadcasts"),
    ("*", "events", "Events"),
    ("*", f"{_DB}/event_triggered_messages", "Event-triggered campaigns"),
    ("*", f"{_DB}/event_triggered_messages/{{rest:.*}}", "Event-triggered campaigns"),
    ("*", "incentives/{rest:.*}", "Incentives"),
    ("*", "campaigns/{kind:wallet|passbook|google_wallet}{rest:.*}", "Wallet"),
    ("*", "wallet{rest:.*}", "Wallet"),
    ("*", "config/apps{rest:.*}", "Push"),
    ("*", f"{_DB}/devices{{rest:.*}}", "Push"),
)
"""What the real platform has and this one has not yet: answered 501, and on the fidelity page."""


def add_routes(app: web.Application) -> None:
    """Put every operation of the Platform into the application."""
    for method, path, handler in OPERATIONS:
        _add(app, method, path, handler)
    for method, path, name in NOT_SIMULATED:
        _add(app, method, path, _not_simulated(name))


def _add(app: web.Application, method: str, path: str, handler: Handler) -> None:
    resource = app.router.add_resource(f"/companies/{{company_key}}/{path}{{slash:/?}}")
    resource.add_route(method, handled(handler))


def _not_simulated(name: str) -> Handler:
    async def handler(_call: Call) -> web.Response:
        raise NotSimulated(f'the operation "{name}" is not simulated; see docs/fidelity.md')

    return handler
