"""Resources below a prefix are found as aiohttp finds them one after the other, and sooner."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from simulator.api.branches import Branches

PATHS = (
    ("GET", "/a/b"),
    ("PUT", "/a/b"),
    ("GET", "/a/{x}"),
    ("GET", "/a/{x}/c"),
    ("GET", "/a/b/{y}"),
    ("POST", "/a/b/{y}"),
    ("GET", "/one"),
    ("GET", "/d{rest:.*}"),
    ("GET", "/d/e"),
    ("*", "/f/{kind:g|h}{rest:.*}"),
    ("GET", ""),
)
CALLS = (
    "GET /p/k/a/b",
    "GET /p/k/a/b/",
    "PUT /p/k/a/b",
    "DELETE /p/k/a/b",
    "GET /p/k/a/z",
    "PUT /p/k/a/z",
    "GET /p/k/a/z/c",
    "GET /p/k/a/b/c",
    "POST /p/k/a/b/c",
    "GET /p/k/a",
    "GET /p/k/one",
    "GET /p/k/one/",
    "GET /p/k/d/e",
    "GET /p/k/def",
    "GET /p/k/f/g/deep/er",
    "DELETE /p/k/f/h",
    "GET /p/k/f/i",
    "GET /p/k",
    "GET /p/k/",
    "GET /p/k%2Fa/a/b",
    "GET /p/k/a/b%2Fc",
    "GET /p/k/%61/b",
    "GET /p/k/a/%C3%A4/c",
    "GET /q/k/a/b",
)


async def _nothing(_request: web.Request) -> web.Response:
    return web.Response()


def _handlers() -> list[Callable[[web.Request], object]]:
    """A handler for each path, told apart by its name."""
    made: list[Callable[[web.Request], object]] = []
    for method, path in PATHS:

        async def handler(_request: web.Request) -> web.Response:
            return web.Response()

        handler.__name__ = f"{method} {path}"
        made.append(handler)
    return made


async def _resolved(app: web.Application, call: str) -> object:
    request = make_mocked_request(*call.split(), app=app)
    found = await app.router.resolve(request)
    if found.http_exception is not None:
        allowed = getattr(found.http_exception, "allowed_methods", None)
        return found.http_exception.status, sorted(allowed or ())
    return found.handler.__name__, dict(found)


@pytest.mark.parametrize("call", CALLS)
async def test_what_is_found_is_what_aiohttp_finds(call: str) -> None:
    """The same handler with the same names, the same 404, and 405 with the same methods."""
    plain, branched = web.Application(), web.Application()
    branches = Branches("/p/{key}", "{slash:/?}")
    for (method, path), handler in zip(PATHS, _handlers(), strict=True):
        plain.router.add_route(method, f"/p/{{key}}{path}{{slash:/?}}", handler)  # type: ignore[arg-type]
        branches.add(method, path, handler)
    branched.router.register_resource(branches)
    assert await _resolved(branched, call) == await _resolved(plain, call)


async def test_only_those_are_tried_that_may_be_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a hundred resources those whose two segments are the call's."""
    tried: list[str] = []
    resolve = web.DynamicResource.resolve

    async def counted(self: web.DynamicResource, request: web.Request) -> object:
        tried.append(self.canonical)
        return await resolve(self, request)

    monkeypatch.setattr(web.DynamicResource, "resolve", counted)
    app, branches = web.Application(), Branches("/p/{key}")
    for number in range(100):
        branches.add("GET", f"/a/b{number}/{{x}}", _nothing)
        branches.add("GET", f"/c{number}/{{x}}", _nothing)
    app.router.register_resource(branches)
    await _resolved(app, "GET /p/k/a/b99/x")
    await _resolved(app, "GET /p/k/c99/x")
    assert tried == ["/p/{key}/a/b99/{x}", "/p/{key}/c99/{x}"]


async def test_what_is_added_after_a_call_is_found_by_the_next() -> None:
    """The resources are put in order when somebody first calls, and again when there are more."""
    app, branches = web.Application(), Branches("/p/{key}")
    app.router.register_resource(branches)
    branches.add("GET", "/a/{x}", _nothing)
    await _resolved(app, "GET /p/k/a/1")
    branches.add("POST", "/a/b", _nothing)
    assert await _resolved(app, "POST /p/k/a/b") == ("_nothing", {"key": "k"})
