"""One planted fault: what is changed where, and which shipped scenario finds it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutation:
    """`old` stands in `file` exactly once and is replaced by `new`; `found_by` must fail then."""

    name: str
    file: str
    """Below the root, in `simulator` or `harness`."""
    old: str
    new: str
    found_by: str
    """A scenario file or a folder of them, below `scenarios`, without the suffix."""
    quick: bool = True
    """Whether the test suite plays it; the others are played by `make planted` alone."""


class NotPlantable(Exception):
    """The text to replace does not stand in its file exactly once: the list needs mending."""


def planted(source: str, mutation: Mutation) -> str:
    """The source with the fault in it. Raises NotPlantable."""
    count = source.count(mutation.old)
    if count != 1:
        raise NotPlantable(
            f"{mutation.name}: {mutation.file} has this {count} times, not once: {mutation.old!r}"
        )
    return source.replace(mutation.old, mutation.new)
