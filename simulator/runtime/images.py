"""Images of worlds: what a journal leads to, kept beside it so that a restart need not read it all.

An image is never a second truth: it is thrown away where anything about it is odd, and the journal is
read in its place. It is a pickle of the world, read back with the classes of the domain and no others, so
that a file from somebody else can make nothing but a world. An image counts for the very code that
wrote it.
"""

from __future__ import annotations

import io
import pickle
import sys
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any
from zlib import compress, decompress, error

import msgspec

from simulator.domain.world import World

WORTH = 2_000
"""So many rows beyond the last image are worth another; fewer are read as quickly."""

_DOMAIN = "simulator.domain."
_REBUILD = ("msgspec._utils", "rebuild")


def image_of(world: World) -> bytes:
    """The image of a world."""
    return _code() + compress(pickle.dumps(world, protocol=5), level=1)


def world_of(image: bytes) -> World | None:
    """The world of an image; None where it is broken, foreign, or other code's."""
    code, packed = image[: len(_code())], image[len(_code()) :]
    if code != _code():
        return None
    try:
        found = _Reader(io.BytesIO(decompress(packed))).load()
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
    return found if isinstance(found, World) else None


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
