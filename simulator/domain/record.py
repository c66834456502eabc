"""The three kinds of value that the domain is made of: records, commands and events.

All are immutable. Commands are imperative, events past tense; both carry their class name as `type`
in the journal, and decode back to the same value.
"""

from __future__ import annotations

import msgspec


class Record(msgspec.Struct, frozen=True, gc=False):
    """A value the world holds; it is replaced, never changed."""


class Command(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag=True):
    """Something asked of an account."""


class Event(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag=True):
    """Something that happened in an account; `World.apply` is the only thing that heeds it."""
