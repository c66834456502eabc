"""What the evidence is made of. The names of members are those of the JSON document.

Times are virtual, ISO 8601 in UTC; `row` is the place in the journal; a message stands under
`messages` and is named by its id elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

FORMAT = 1
"""The version of the document's shape: another where a member is renamed, moved or taken away."""


class Verdict(StrEnum):
    """What is to be said of a message after an opt-out.

    `stopped`: it was not allowed, and never left Vibes. `unproven`: it is allowed if the person asked
    for it elsewhere, which this journal cannot show.
    """

    ALLOWED = "allowed"
    STOPPED = "stopped"
    UNPROVEN = "unproven"
    VIOLATION = "violation"


@dataclass(slots=True, kw_only=True)
class State:
    """A state a message reached, with the receipt code where it failed."""

    state: str
    at: str
    error_code: int | None = None


@dataclass(slots=True, kw_only=True)
class Message:
    """A message to the phone (mt), or a text from it (mo), whose purpose is what it was taken for.

    `answers` is the text that caused it, at the same instant.
    """

    row: int
    id: str
    direction: str
    at: str
    code: str
    purpose: str
    text: str
    carrier: str
    surface: str
    state: str
    segments: int
    answers: str | None = None
    delivered_at: str | None = None
    states: list[State] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Text:
    """What the number texted, as it was typed, and what it was taken for."""

    id: str
    at: str
    text: str
    code: str
    taken_as: str


@dataclass(slots=True, kw_only=True)
class Request:
    """A request to join: how it came, its prompts, what was answered, how it ended.

    `how` is keyword, api, import or start; `asked_again` when it came again while it was pending.
    """

    row: int
    at: str
    how: str
    campaign: str | None
    list_id: str | None
    keyword: str | None
    words: Text | None
    outcome: str
    window_ends_at: str | None = None
    asked_again: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    answer: Text | None = None
    ended_at: str | None = None
    welcome: str | None = None


@dataclass(slots=True, kw_only=True)
class Membership:
    """One time on a list; `request` is the row of the request it rests on."""

    row: int
    list_id: str
    name: str
    began_at: str
    consent: str
    request: int | None = None
    ended_at: str | None = None
    end_reason: str | None = None


@dataclass(slots=True, kw_only=True)
class Lifted:
    """The end of an opt-out from a code, and what ended it."""

    code: str
    at: str
    by: str


@dataclass(slots=True, kw_only=True)
class OptOut:
    """An opt-out: a STOP texted (`by` is text), or a membership ended by its owner's will.

    `codes` are those it bars; `confirmations` the messages that confirmed it, and `confirmed_after_s`
    when the first was sent, `read_after_s` when it arrived.
    """

    row: int
    at: str
    by: str
    text: Text | None = None
    codes: list[str] = field(default_factory=list)
    lists_left: list[str] = field(default_factory=list)
    requests_ended: list[int] = field(default_factory=list)
    confirmations: list[str] = field(default_factory=list)
    confirmed_after_s: float | None = None
    read_after_s: float | None = None
    lifted: list[Lifted] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Help:
    """A HELP, and the message that answered it."""

    row: int
    text: Text
    answer: str | None = None
    answered_after_s: float | None = None


@dataclass(slots=True, kw_only=True)
class NearMiss:
    """A text that holds a stop keyword and was taken for something else."""

    row: int
    text: Text
    keyword: str


@dataclass(slots=True, kw_only=True)
class Disconnect:
    """The carrier dropped the number."""

    row: int
    at: str
    carrier: str


@dataclass(slots=True, kw_only=True)
class After:
    """A message after an opt-out, the opt-out it came after, and whether that was allowed."""

    message: str
    at: str
    code: str
    purpose: str
    text: str
    state: str
    opt_out: int
    opted_out_at: str
    verdict: Verdict
    why: str


@dataclass(slots=True, kw_only=True)
class Evidence:
    """The document: what is to be said at the top, and all it rests on, each list oldest first."""

    format: int = FORMAT
    account: str
    number: str
    since: str
    until: str
    rows: int
    verdict: str = "none"
    statement: list[str] = field(default_factory=list)
    after_opt_out: list[After] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    opt_outs: list[OptOut] = field(default_factory=list)
    help: list[Help] = field(default_factory=list)
    near_misses: list[NearMiss] = field(default_factory=list)
    disconnects: list[Disconnect] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
