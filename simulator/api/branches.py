"""Many resources below one prefix with a name in it, found by the two segments that come after.

aiohttp looks for a resource by what stands before the first `{name}` of its path; all that are below
one company it tries in turn. Here those alone are tried whose next two segments are the call's, and all
of them where none of these is meant. What matches, and which of several comes first, is as aiohttp has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from aiohttp import web
from yarl import URL

Key = tuple[str, str, int]
"""Two segments, and how many there are after the prefix; negative where that is not fixed."""

ANY = "*"
"""A segment that is not fixed."""

_WIDE = re.compile(r"\{[^{}]*:")
_NAMED = re.compile(r"\{[^{}]*\}")


class Branches(web.AbstractResource):
    """The resources below a prefix such as `/companies/{company_key}`; `ending` is every path's."""

    def __init__(self, prefix: str, ending: str = "") -> None:
        super().__init__()
        self._prefix, self._ending = prefix, ending
        self._first = prefix.count("/") + 1
        self._all: list[tuple[Key, web.DynamicResource]] = []
        self._known: dict[str, web.DynamicResource] = {}
        self._found: dict[Key, list[web.DynamicResource]] | None = None

    def add(self, method: str, path: str, handler: Any) -> None:
        """A handler of a method and a path below the prefix, which begins with `/`."""
        resource = self._known.get(path)
        if resource is None:
            resource = web.DynamicResource(f"{self._prefix}{path}{self._ending}")
            self._known[path] = resource
            self._all.append((_key(path), resource))
            self._found = None
        resource.add_route(method, handler)

    async def resolve(self, request: web.Request) -> Any:
        """The route that is meant, or None and the methods that its path has."""
        path = request.rel_url.raw_path.removesuffix("/")
        segments = [*path.split("/", self._first + 2), "", ""]
        first, second = segments[self._first : self._first + 2]
        count = path.count("/") + 1 - self._first
        if self._found is None:
            self._found = self._sorted()
        found = self._found.get((first, second, count)) or self._found.get((first, ANY, count))
        for resources in (found or (), self._known.values()):
            allowed: set[str] = set()
            for resource in resources:
                match, methods = await resource.resolve(request)
                if match is not None:
                    return match, methods
                allowed |= methods
            if allowed:
                break
        return None, allowed

    def _sorted(self) -> dict[Key, list[web.DynamicResource]]:
        """Those that may be meant, in the order in which they were added, by each key there is."""
        return {
            key: [resource for other, resource in self._all if _may_be(other, key)]
            for key, _resource in self._all
            if key[0] != ANY and key[2] >= 0
        }

    @property
    def canonical(self) -> str:
        """What they are all below."""
        return self._prefix

    def url_for(self, **_parts: str) -> URL:
        """There is no one address of many."""
        raise NotImplementedError

    def add_prefix(self, prefix: str) -> None:
        """They are not moved."""
        raise NotImplementedError

    def get_info(self) -> Any:
        """Of aiohttp's own kinds of description, that of a pattern."""
        return {"formatter": self._prefix, "pattern": re.compile(re.escape(self._prefix))}

    def raw_match(self, path: str) -> bool:
        """Whether one of them was added under that path."""
        return any(resource.raw_match(path) for _key, resource in self._all)

    def __len__(self) -> int:
        return sum(map(len, self._known.values()))

    def __iter__(self) -> Iterator[web.AbstractRoute]:
        return (route for resource in self._known.values() for route in resource)


def _key(path: str) -> Key:
    """The first two segments of a path below the prefix."""
    wide = _WIDE.search(path)  # what a pattern of its own matches may have more segments
    fixed = path if wide is None else f"{path[: wide.start()]}{ANY}/{ANY}/{ANY}"
    segments = _NAMED.sub(ANY, fixed).split("/")[1:]
    first, second = (ANY if ANY in segment else segment for segment in [*segments, "", ""][:2])
    return first, second, len(segments) if wide is None else -1


def _may_be(other: Key, key: Key) -> bool:
    """Whether what was added under a key may be meant by a call of another."""
    named = all(one in (ANY, wanted) for one, wanted in zip(other[:2], key[:2], strict=True))
    return named and other[2] in (-1, key[2])
