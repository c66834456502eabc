"""HTTP requests: each is counted under its operation, and has an id that its answer and its lines carry."""

from __future__ import annotations

from aiohttp import web

from simulator.observing.counts import NANOSECONDS, Calls, Counts, place_of

HEADER = "X-Request-Id"
LONGEST_ID = 128

_ID = web.RequestKey("request_id", str)
_LIVE = web.RequestKey("live", bool)

_SURFACES = (
    ("/companies/", "platform"),
    ("/MessageApi/", "connect"),
    ("/_sim/", "control"),
    ("/metrics", "control"),
    ("/inbox", "inbox"),
    ("/runs", "inbox"),
)


class Requests:
    """Counts the requests of one simulator. Ids that a caller does not give are `start` and a number."""

    def __init__(self, counts: Counts, start: int) -> None:
        self._counts = counts
        self._by_route: dict[web.AbstractRoute, Calls] = {}
        self._nowhere: dict[str, Calls] = {}
        self._prefix = f"{start:x}-"
        self._named = 0

    def id_of(self, request: web.Request) -> str:
        """The request's id: its caller's where that will do, else one that is made now."""
        known = request.get(_ID)
        if known is None:
            known = request.headers.get(HEADER, "")
            if not known or not _fits(known):
                self._named += 1
                known = f"{self._prefix}{self._named:x}"
            request[_ID] = known
        return known

    async def prepare(self, request: web.Request, response: web.StreamResponse) -> None:
        """As an answer begins: it carries the id, and whoever is answered in pieces is a reader."""
        response.headers[HEADER] = self.id_of(request)
        if type(response) is web.StreamResponse:
            request[_LIVE] = True
            self._counts.readers += 1

    def answered(self, request: web.Request, status: int | None, took_ns: int) -> Calls:
        """Count a request that was answered at once; what it is counted under."""
        calls = self._calls(request)
        calls.statuses[place_of(status)] += 1
        calls.seconds.add(took_ns / NANOSECONDS)
        return calls

    def ended(self, request: web.Request, status: int | None) -> Calls:
        """Count a request whose answer came in pieces, or never began."""
        if request.get(_LIVE):
            self._counts.readers -= 1
        calls = self._calls(request)
        calls.statuses[place_of(status)] += 1
        return calls

    def _calls(self, request: web.Request) -> Calls:
        route = request.match_info.route
        calls = self._by_route.get(route)
        if calls is not None:
            return calls
        if route.resource is None:  # what leads nowhere has a route of its own each time
            surface = _surface(request.path)
            if surface not in self._nowhere:
                self._nowhere[surface] = self._new(surface, "other")
            return self._nowhere[surface]
        path = route.resource.canonical.removesuffix("{slash}")
        surface = "inbox" if path == "/" else _surface(path)
        calls = self._by_route[route] = self._new(surface, f"{route.method} {path}")
        return calls

    def _new(self, surface: str, operation: str) -> Calls:
        calls = Calls(surface, operation)
        self._counts.calls.append(calls)
        return calls


def _surface(path: str) -> str:
    """Whose path it is; `other` where it is nobody's."""
    return next((name for prefix, name in _SURFACES if path.startswith(prefix)), "other")


def _fits(given: str) -> bool:
    return len(given) <= LONGEST_ID and given.isascii() and given.isprintable()
