"""What a search asks of the messages in memory, read from their rows when somebody first searches.

Who never searches pays nothing for it and keeps nothing. A search reads on from the row where the
last one stopped, so that only the first has much to read.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from simulator.domain.carriers import MtState
from simulator.store.columns import Columns, Value
from simulator.store.packed import Bodies

SLICE = 2_048
"""How many rows are read before anybody else is served."""


class _Mt(msgspec.Struct, frozen=True, gc=False):
    text: str
    code: str
    purpose: str
    campaign_id: str | None
    list_ids: tuple[str, ...]

    @property
    def words(self) -> tuple[Value, ...]:
        """In the order of `columns.WORDS`, while nothing has moved it."""
        state = MtState.ACCEPTED.value
        return "mt", state, self.code, self.purpose, self.campaign_id, self.list_ids


class _Mo(msgspec.Struct, frozen=True, gc=False):
    text: str
    code: str
    taken_as: str
    campaign_id: str | None
    list_ids: tuple[str, ...]

    @property
    def words(self) -> tuple[Value, ...]:
        """In the order of `columns.WORDS`."""
        return "mo", "received", self.code, self.taken_as, self.campaign_id, self.list_ids


class _Accepted(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="MtAccepted"):
    mt: _Mt

    @property
    def message(self) -> _Mt:
        return self.mt


class _Received(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="MoReceived"):
    mo: _Mo

    @property
    def message(self) -> _Mo:
        return self.mo


class _Moved(msgspec.Struct, frozen=True, gc=False):
    message_id: str
    state: str


class _Retold(msgspec.Struct, frozen=True, gc=False):
    message_id: str
    text: str


class _Replaced(msgspec.Struct, frozen=True, gc=False):
    mt: _Retold


_BEGINS = frozenset({"MtAccepted", "MoReceived"})
_BEGUN = msgspec.json.Decoder(list[_Accepted | _Received])
_MOVED = msgspec.json.Decoder(list[_Moved])
_REPLACED = msgspec.json.Decoder(list[_Replaced])


class Reader:
    """Fills the columns of an account from its rows; `types`, `bodies` and `messages` are its book's.

    `gone` of its rows were let go before it begins.
    """

    def __init__(
        self,
        types: Sequence[str],
        bodies: Bodies,
        messages: Mapping[str, array[int]],
        gone: int = 0,
    ) -> None:
        self.columns = Columns()
        self._types, self._bodies, self._messages = types, bodies, messages
        self._gone = self._read = gone

    @property
    def behind(self) -> int:
        """How many rows there are that were not read."""
        return self._gone + len(self._types) - self._read

    def read(self) -> None:
        """Read a slice: what begins in it, then what became of that and of others."""
        after, gone = self._read, self._gone
        self._read = min(after + SLICE, gone + len(self._types))
        types = self._types[after - gone : self._read - gone]
        bodies = self._bodies.between(after, self._read)
        taken = list(zip(types, bodies, strict=True))
        begun = _BEGUN.decode(_array(body for name, body in taken if name in _BEGINS))
        places = (place for place, name in enumerate(types, after + 1) if name in _BEGINS)
        messages = [row.message for row in begun]
        self.columns.extend(
            places, [item.words for item in messages], [item.text for item in messages]
        )
        moved = _MOVED.decode(_array(body for name, body in taken if name == "MtMoved"))
        for key, state in {row.message_id: row.state for row in moved}.items():
            if (rows := self._messages.get(key)) is not None:
                self.columns.moved(rows[0], state)
        replaced = _REPLACED.decode(_array(body for name, body in taken if name == "MtReplaced"))
        for item in replaced:
            if (rows := self._messages.get(item.mt.message_id)) is not None:
                self.columns.retold(rows[0], item.mt.text)


def _array(bodies: Iterable[bytes]) -> bytes:
    return b"[" + b",".join(bodies) + b"]"
