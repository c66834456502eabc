"""The checks about messages: which they are, how many, in what order, when, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, StrictInt, model_validator

from harness.scenario.values import CarrierCode, Count, Name, Window
from simulator.documents import Spec
from simulator.specs.prices import MoneyText
from simulator.specs.values import Id

Direction = Literal["mt", "mo"]
Purpose = Literal[
    "connect",
    "broadcast",
    "event",
    "confirmation",
    "welcome",
    "already_subscribed",
    "stop_reply",
    "help_reply",
    "start_reply",
    "unmatched_reply",
]
State = Literal[
    "accepted",
    "routed",
    "sent",
    "delivered",
    "blocked",
    "refused",
    "undeliverable",
    "expired",
    "deleted",
    "received",
]


class MessageFilter(Spec):
    """Which messages; absent members do not narrow."""

    meant: ClassVar[Mapping[str, str]] = {
        "person": 'did you mean "to", or "from"?',
        "message": 'did you mean "text"?',
    }

    to: Name | None = None
    """A person whose phone it is."""
    from_: Name | None = Field(default=None, alias="from")
    """A person who texted it."""
    text: str | None = None
    """`*` stands for anything."""
    purpose: Purpose | None = None
    """connect, confirmation, welcome, stop_reply, help_reply, unmatched_reply, ..."""
    state: State | None = None
    """accepted, delivered, undeliverable, ..."""
    direction: Direction | None = None
    """mt, to phones, or mo, from phones; mt if absent, but for `from`."""
    segments: StrictInt | None = None
    """Each in so many."""
    code: Id | None = None
    """The source code it came from, or went to."""
    error: StrictInt | None = None
    """The receipt code it failed with."""
    carrier: CarrierCode | None = None
    """The carrier it went through."""
    list: Id | None = None
    """The list a campaign sent it through."""
    campaign: Name | None = None
    """The campaign that sent it."""
    at: Window | None = None
    """When it was accepted; with `state`, when it came to that."""

    @model_validator(mode="after")
    def _one_way(self) -> MessageFilter:
        if self.to is not None and self.from_ is not None:
            raise ValueError("write either to or from")
        if self.from_ is not None and self.direction == "mt":
            raise ValueError("what comes from a person is mo; leave out direction")
        return self

    @property
    def whose(self) -> str | None:
        """Whose phone it is about."""
        return self.to if self.from_ is None else self.from_

    @property
    def way(self) -> Direction | None:
        """To phones or from phones; None is both."""
        return "mo" if self.from_ is not None else self.direction or "mt"


class MessagesCheck(MessageFilter):
    """How many messages there are, or segments in all of them."""

    count: Count | None = None
    """A number, or [least, most]; so in every check."""
    total_segments: Count | None = None
    """The segments of all of them together."""

    @model_validator(mode="after")
    def _any(self) -> MessagesCheck:
        if self.count is None and self.total_segments is None:
            raise ValueError("write count, or total_segments")
        return self


class NoMessageCheck(MessageFilter):
    """There is no such message."""


def _several(value: tuple[MessageFilter, ...]) -> tuple[MessageFilter, ...]:
    if len(value) < 2:
        raise ValueError("an order is of two messages or more")
    return value


OrderCheck = Annotated[tuple[MessageFilter, ...], AfterValidator(_several)]
"""Messages that happened in this order; others may be between them."""


class CostCheck(MessageFilter):
    """What messages cost in all, to the last digit; both ways, but for `to` and `from`."""

    is_: MoneyText = Field(alias="is")
    """The sum, as "12.50"."""

    @property
    def way(self) -> Direction | None:
        """To phones or from phones; None is both."""
        return self.direction if self.whose is None else super().way
