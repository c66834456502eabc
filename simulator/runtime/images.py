"""Images of worlds: what a journal leads to, kept beside it so that a restart need not read it all.

An image is never a second truth: it is thrown away where anything about it is odd, and the journal is
read in its place. It is a pickle of the world, read back with the classes of the domain and no others, so
that a file from somebody else can make nothing but a world. An image counts for the very code that
wrote it. Where the first rows of a journal were let go the image is all there is of them: then it counts
for other code too, as long as a world still has the very members it had.
"""

from __future__ import annotations

import io
import pickle
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import chain
from typing import Any
from zlib import compressobj, decompress, error

import msgspec

from simulator.domain.world import World
from simulator.runtime.stills import put_back, still, taken_out

WORTH = 2_000
"""So many rows beyond the last image are worth another; fewer are read as quickly."""

_DOMAIN = "simulator.domain."
_REBUILD = ("msgspec._utils", "rebuild")


def image_of(world: World) -> bytes:
    """The image of a world."""
    return b"".join(pieces(still(world)))


def pieces(world: World) -> Iterator[bytes]:
    """The image of a world that is held still, piece by piece, which uses it up."""
    out, squeezed = io.BytesIO(), compressobj(level=1)
    pickler = pickle.Pickler(out, protocol=5)  # one for all: what is the same stays the same
    much = taken_out(world)
    yield _code()
    for piece in chain((world,), much, (None,)):
        pickler.dump(piece)
        yield squeezed.compress(out.getvalue())
        out.seek(0)
        out.truncate()
    yield squeezed.flush()


def world_of(image: bytes, *, of_any_code: bool = False) -> World | None:
    """The world of an image; None where it is broken, foreign, or other code's that does not fit."""
    code, body = image[: len(_code())], image[len(_code()) :]
    if code != _code() and not of_any_code:
        return None
    try:
        reader = _Reader(io.BytesIO(decompress(body)))
        found = reader.load()
        if not isinstance(found, World):
            return None
        while (piece := reader.load()) is not None:
            put_back(found, piece)
    except (
        error,
        pickle.UnpicklingError,
        EOFError,
        AttributeError,
        TypeError,
        ValueError,
        KeyError,
    ):
        return None
    return found if code == _code() or _fits(found) else None


def _fits(world: World) -> bool:
    """Whether a world that other code made has the members that one of this code has."""
    born = World(world.account)
    if vars(world).keys() != vars(born).keys():
        return False
    parts = [
        (vars(world)[name], part) for name, part in vars(born).items() if hasattr(part, "__dict__")
    ]
    return all(
        type(found) is type(part) and vars(found).keys() == vars(part).keys()
        for found, part in parts
    )


class _Reader(pickle.Unpickler):
    """Knows the classes of the domain, and how msgspec puts one together."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == _REBUILD:
            return super().find_class(module, name)
        found = super().find_class(module, name) if module.startswith(_DOMAIN) else None
        if not isinstance(found, type) or not found.__module__.startswith(_DOMAIN):
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a world")
        return found


@cache
def _code() -> bytes:
    """A mark of the code that makes worlds, and of what it stands on."""
    mark = sha256(f"{sys.version} {msgspec.__version__}".encode())
    domain = files("simulator.domain")
    for item in sorted(domain.iterdir(), key=lambda item: item.name):
        if item.name.endswith(".py"):
            mark.update(item.read_bytes())
    return mark.digest()
