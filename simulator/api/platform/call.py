"""A call of the Platform: who asks, of which company, in which version."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from simulator.api.basic_auth import speaker
from simulator.api.keys import ACCOUNTS
from simulator.api.platform import errors
from simulator.api.striking import way
from simulator.domain.account import Account
from simulator.domain.commands import AnyCommand
from simulator.domain.decide import Refusal
from simulator.domain.fault_rules import Effect, FaultRule, Occasion, Surface
from simulator.domain.instants import Instant
from simulator.domain.numbers import normalise_phone
from simulator.domain.person import Person, PersonRef
from simulator.domain.record import Record
from simulator.domain.world import World
from simulator.errors import Overloaded
from simulator.runtime import striking
from simulator.runtime.universe import Universe
from simulator.wire.platform_json import LONGEST_EXTERNAL_ID, Malformed, NotSimulated, read_mdn

JSON_TYPES = ("application/json", "text/json")


class Call:
    """What a handler works with: the path's values, the company's account, the API version.

    Source: Vibes: technical-details.
    """

    def __init__(self, request: web.Request, universe: Universe, version: int) -> None:
        self.request = request
        self.version = version
        self._universe = universe

    @property
    def universe(self) -> Universe:
        """The company's account, running."""
        return self._universe

    @property
    def account(self) -> Account:
        """What the company's account was told at its birth."""
        return self._universe.account

    @property
    def company(self) -> str:
        """The company key."""
        return self._universe.account.company_key

    def path(self, name: str) -> str:
        """A variable part of the path, decoded."""
        return self.request.match_info[name]

    def query(self, name: str) -> str | None:
        """A member of the query string, decoded."""
        return self.request.query.get(name)

    def now(self) -> Instant:
        """The account's time."""
        return self._universe.engine.now()

    async def world(self) -> World:
        """The world as committed, to read. Raises Overloaded."""
        await self._universe.engine.committed(patient=False)
        return self._universe.world

    async def body(self) -> bytes:
        """The body, where its media type is JSON. Raises Rejected 415."""
        kind = self.request.headers.get("Content-Type", "application/json").partition(";")[0]
        if kind.strip().lower() not in JSON_TYPES:
            text = f"Content-Type {kind} is not taken; send application/json"
            raise Rejected(errors.answer(errors.MEDIA_TYPE, text))
        return await self.request.read()

    async def submit(self, command: AnyCommand) -> Record:
        """Have a command decided and made durable; the reply. Raises Rejected when refused.

        Raises Overloaded where too much waits for the account.
        """
        reply = await self._universe.engine.submit(command, patient=False)
        if isinstance(reply, Refusal):
            raise Rejected(errors.refused(reply))
        return reply


class Rejected(Exception):
    """The call ends with this answer (Vibes: technical-details)."""

    def __init__(self, answer: web.Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


Handler = Callable[[Call], Awaitable[web.Response]]


def not_found(what: str) -> Rejected:
    """404 in the envelope (Vibes: technical-details)."""
    return Rejected(errors.answer(errors.NOT_FOUND, what))


def person_ref(call: Call) -> PersonRef:
    """The person a path names: by key or person_id, or by external id.

    Source: Vibes: technical-details.
    """
    external = call.request.match_info.get("external_person_id")
    if external is not None:
        if len(external) > LONGEST_EXTERNAL_ID or not external.isprintable():
            raise Malformed(
                f"external_person_id is longer than {LONGEST_EXTERNAL_ID} characters, "
                "or holds characters that cannot be shown"
            )
        return PersonRef(by="external", value=external)
    return PersonRef(by="key", value=call.path("person_key"))


def find_person(call: Call, world: World) -> Person:
    """The person a path names. Raises Rejected 404 (Vibes: technical-details)."""
    ref = person_ref(call)
    person = world.people.find(ref)
    if person is None:
        raise not_found(f'no person with {ref.by} "{ref.value}"')
    return person


def sought(call: Call) -> PersonRef | None:
    """The person a query string names, by mdn, external_person_id, person_key or person_id.

    Source: Vibes: subscription-list-api, acquisition-campaign-api.
    """
    mdn = call.query("mdn")
    if mdn is not None:
        return PersonRef(by="mdn", value=read_mdn(mdn, call.version))
    external = call.query("external_person_id")
    if external is not None:
        return PersonRef(by="external", value=external)
    key = call.query("person_key") or call.query("person_id")
    return PersonRef(by="key", value=key) if key is not None else None


def handled(handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    """An aiohttp handler that knows its caller, its company and its version, or says no.

    Source: Vibes: technical-details.
    """

    async def handle(request: web.Request) -> web.Response:
        return await _in_words(_answer(request, handler))

    return handle


async def _answer(request: web.Request, handler: Handler) -> web.Response:
    call = _call(request)
    if not call.universe.world.faults.rules:
        return await handler(call)

    async def do(_names: tuple[str, ...]) -> web.Response:
        return await _in_words(handler(call))

    occasion = await _occasion(call)
    return await striking.answer(call.universe, occasion, way(request, do, _struck))


async def _in_words(answer: Awaitable[web.Response]) -> web.Response:
    try:
        return await answer
    except Rejected as rejected:
        return rejected.answer
    except Overloaded as full:
        return errors.answer(errors.THROTTLED, f"429 Too Many Requests: {full}")
    except Malformed as malformed:
        return errors.answer(errors.MALFORMED, *malformed.messages)
    except NotSimulated as missing:
        return errors.answer(errors.NOT_SIMULATED, str(missing))


async def _occasion(call: Call) -> Occasion:
    """Whom a call is about, as a fault rule sees it."""
    request, resource = call.request, call.request.match_info.route.resource
    path = resource.canonical if resource is not None else request.path
    path = path.removeprefix("/companies/{company_key}/").removesuffix("{slash}")
    told = call.query("mdn") or _mdn_in(await request.read())
    return Occasion(
        surface=Surface.PLATFORM,
        operation=f"{request.method} {path}",
        mdn=normalise_phone(told) if told is not None else None,
        list_id=request.match_info.get("subscription_list_id"),
    )


def _mdn_in(body: bytes) -> str | None:
    """The first number a JSON body names, however deep."""
    try:
        waiting: deque[object] = deque([msgspec.json.decode(body)])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    while waiting:
        value = waiting.popleft()
        if isinstance(value, dict):
            if isinstance(value.get("mdn"), str):
                return str(value["mdn"])
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return None


def _struck(rule: FaultRule) -> web.Response:
    """The answer that a fault gives in the handler's place."""
    if rule.effect is Effect.THROTTLE:
        return errors.answer(errors.THROTTLED, f"429 Too Many Requests (fault {rule.id})")
    status = rule.number or 500
    return errors.answer((status, status * 10), f"injected by fault {rule.id}")


def _call(request: web.Request) -> Call:
    universe, key = speaker(request), request.match_info["company_key"]
    if universe is None:
        raise Rejected(
            errors.answer(
                errors.UNAUTHENTICATED,
                "the user name or the password is wrong",
                WWW_Authenticate='Basic realm="Vibes"',
            )
        )
    if universe.record.company_key != key:
        if key in request.app[ACCOUNTS]:
            raise Rejected(
                errors.answer(errors.OTHER_COMPANY, f'this user may not act for company "{key}"')
            )
        raise not_found(f'no company "{key}"')
    _throttle(universe, events=request.path.rstrip("/").endswith("/events"))
    version = request.headers.get("X-API-Version", "1").strip()
    if version not in ("1", "2"):
        raise Malformed(f'X-API-Version "{version}" is not 1 or 2')
    return Call(request, universe, int(version))


def _throttle(universe: Universe, *, events: bool) -> None:
    """Refuse what is over the company's limit, where the account throttles."""
    settings = universe.account.settings
    if not settings.throttle:
        return
    gate, limit = (
        (universe.events, settings.events_per_second)
        if events
        else (universe.calls, settings.calls_per_second)
    )
    if not gate.passes():
        text = f"429 Too Many Requests: at most {limit} a second"
        raise Rejected(errors.answer(errors.THROTTLED, text))
