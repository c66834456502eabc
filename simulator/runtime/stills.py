"""A world held still: copied at an instant, so that it can be written down while the other goes on.

What a world holds is immutable, but for the containers it is in: these are copied, which takes a
thirtieth of the time that writing takes. What there is much of is taken out, to be written some at a time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from itertools import islice
from typing import Any, TypeVar

from simulator.domain.world import World

SOME = 500
"""So many things are written before anybody else is served: a hundredth of a second."""

T = TypeVar("T")

_CONTAINERS = (dict, set, list, bytearray, OrderedDict)

Piece = tuple[str, str, list[Any]]
"""Some of what a world has much of: in which of its members, in which of that one's, and what."""


def still(world: World) -> World:
    """The world as it is this moment."""
    members = {
        name: _like(part, {key: _copied(value) for key, value in vars(part).items()})
        if hasattr(part, "__dict__")
        else _copied(part)
        for name, part in vars(world).items()
    }
    return _like(world, members)


def taken_out(world: World) -> Iterator[Piece]:
    """What there is much of, some at a time; a world that is still is left without it at once."""
    much: list[tuple[str, str, Any]] = []
    for name, part in vars(world).items():
        for key, value in getattr(part, "__dict__", {}).items():
            if type(value) in (dict, set, list) and len(value) > SOME:
                much.append((name, key, value))
                setattr(part, key, type(value)())
    return _in_pieces(much)


def put_back(world: World, piece: Piece) -> None:
    """Let the world have that too. Raises TypeError, ValueError or KeyError where it cannot be."""
    name, key, items = piece
    container = vars(vars(world)[name])[key]
    if type(container) is list:
        container.extend(items)
    elif type(container) in (dict, set):
        container.update(items)
    else:
        raise TypeError(f"{name}.{key} holds nothing")


def _in_pieces(much: list[tuple[str, str, Any]]) -> Iterator[Piece]:
    for name, key, value in much:
        every = iter(value.items() if type(value) is dict else value)
        while items := list(islice(every, SOME)):
            yield name, key, items


def _like(whole: T, members: dict[str, Any]) -> T:
    copy = object.__new__(type(whole))
    vars(copy).update(members)
    return copy


def _copied(value: Any) -> Any:
    kind = type(value)
    if kind not in _CONTAINERS:
        return value
    copy = value.copy()
    if kind is list:
        copy = [_copied(item) for item in value]
    elif isinstance(value, dict):
        for key, item in value.items():
            if type(item) in _CONTAINERS:
                copy[key] = _copied(item)
    return copy
