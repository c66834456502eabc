"""What a test may expect: small frozen values that look at an account and say what they found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from smsim_pytest.control import SmsError

if TYPE_CHECKING:
    from smsim_pytest.account import Account

__tracebackhide__ = True
"""A failure shows the test's lines, not ours."""

MOST_SHOWN = 5
LONGEST_TEXT = 60

_DELIVERED = frozenset({"delivered"})
_FAILED = frozenset({"blocked", "refused", "undeliverable", "expired"})
"""The states in which a message has failed; `deleted` is no failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Whether an expectation holds, and what there is, in words."""

    holds: bool
    actual: str


class Expectation(Protocol):
    """Anything that can look; one of your own works wherever one of these does.

    Its `str()` stands in the text of a failure.
    """

    def look(self, account: Account) -> Finding:
        """Look at the account as it is now, and change nothing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """One message such as described, or exactly `count` of them."""

    verb: str
    direction: str = "mt"
    states: frozenset[str] | None = None
    to: str | None = None
    from_: str | None = None
    text: str | None = None
    code: str | None = None
    purpose: str | None = None
    error: int | None = None
    count: int | None = None

    def __str__(self) -> str:
        names = ("to", "from_", "text", "code", "purpose", "error", "count")
        return _shown(self.verb, **{name: getattr(self, name) for name in names})

    def look(self, account: Account) -> Finding:
        """Look through what is recorded of the phone, or of all phones."""
        mdn = self.to if self.direction == "mt" else self.from_
        narrow = {"direction": self.direction} | ({"mdn": mdn} if mdn is not None else {})
        met = account.messages(**narrow)
        found = [item for item in met if self._is(item)]
        whose = f"{'to' if self.direction == 'mt' else 'from'} {mdn or 'any phone'}"
        actual = _told([_message(item) for item in met], len(found), "message", whose)
        return Finding(holds=_enough(len(found), self.count), actual=actual)

    def _is(self, item: dict[str, Any]) -> bool:
        return (
            (self.states is None or item["state"] in self.states)
            and (self.text is None or matches(item["text"], self.text))
            and (self.code is None or item["code"] == self.code)
            and (self.purpose is None or item["purpose"] == self.purpose)
            and (self.error is None or item["error_code"] == self.error)
        )


def delivered(
    *,
    to: str | None = None,
    text: str | None = None,
    code: str | None = None,
    purpose: str | None = None,
    count: int | None = None,
) -> Messages:
    """A message reached the phone. What is left out does not narrow; `*` in a text is anything.

    Without `count` one or more will do, with it there are exactly so many.
    """
    told = Messages(verb="delivered", states=_DELIVERED, to=to, text=text, code=code)
    return _narrowed(told, purpose, count)


def sent(
    *,
    to: str | None = None,
    text: str | None = None,
    code: str | None = None,
    purpose: str | None = None,
    count: int | None = None,
) -> Messages:
    """Vibes accepted a message to the phone, whatever becomes of it."""
    return _narrowed(Messages(verb="sent", to=to, text=text, code=code), purpose, count)


def failed(
    *,
    to: str | None = None,
    error: int | None = None,
    text: str | None = None,
    code: str | None = None,
    purpose: str | None = None,
    count: int | None = None,
) -> Messages:
    """A message will never reach the phone; `error` is the receipt code it failed with."""
    told = Messages(verb="failed", states=_FAILED, to=to, error=error, text=text, code=code)
    return _narrowed(told, purpose, count)


def received(
    *,
    from_: str | None = None,
    text: str | None = None,
    code: str | None = None,
    purpose: str | None = None,
    count: int | None = None,
) -> Messages:
    """Vibes received a text of the phone; `purpose` is what it was taken for, such as `stop`."""
    told = Messages(verb="received", direction="mo", from_=from_, text=text, code=code)
    return _narrowed(told, purpose, count)


def _narrowed(told: Messages, purpose: str | None, count: int | None) -> Messages:
    return replace(told, purpose=purpose, count=count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Whether Vibes says that the number is on the list, asked as a client asks."""

    mdn: str
    list: str
    wanted: bool

    def __str__(self) -> str:
        return _shown("subscribed" if self.wanted else "unsubscribed", mdn=self.mdn, list=self.list)

    def look(self, account: Account) -> Finding:
        """Ask the Platform. Raises SmsError where it says neither yes nor no."""
        mdn = str(account.handset(self.mdn)["mdn"])
        path = f"/mobiledb/subscription_lists/{quote(self.list, safe='')}/subscribers"
        status, told = account.platform("GET", f"{path}?mdn={quote(mdn)}")
        if status not in (200, 404):
            raise SmsError(f"the Platform answered {status}: {told}", status)
        words = f"{mdn} is {'' if status == 200 else 'not '}on list {self.list}"
        return Finding(holds=(status == 200) is self.wanted, actual=words)


def subscribed(*, mdn: str, list: str) -> Membership:
    """The number is on the list, says the Platform."""
    return Membership(mdn=mdn, list=list, wanted=True)


def unsubscribed(*, mdn: str, list: str) -> Membership:
    """The number is not on the list, says the Platform."""
    return Membership(mdn=mdn, list=list, wanted=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """One attempt at a callback or receipt such as described, or exactly `count` of them."""

    type: str | None = None
    url: str | None = None
    body: str | None = None
    fate: str | None = None
    count: int | None = None

    def __str__(self) -> str:
        names = ("type", "url", "body", "fate", "count")
        return _shown("callback", **{name: getattr(self, name) for name in names})

    def look(self, account: Account) -> Finding:
        """Look through the attempts."""
        met = account.callbacks()
        found = [item for item in met if self._is(item)]
        actual = _told([_attempt(item) for item in met], len(found), "attempt", "at a callback")
        return Finding(holds=_enough(len(found), self.count), actual=actual)

    def _is(self, item: dict[str, Any]) -> bool:
        request = item["request"]
        return (
            (self.type is None or item["callback_type"] == self.type)
            and (self.fate is None or item["fate"] == self.fate)
            and (self.url is None or matches(request["url"], self.url))
            and (self.body is None or matches(request["body"] or "", self.body))
        )


def callback(
    *,
    type: str | None = None,
    url: str | None = None,
    body: str | None = None,
    fate: str | None = "delivered",
    count: int | None = None,
) -> Callbacks:
    """A callback was answered with 2XX; `*` in `url` and `body` is anything.

    With the fate `refused` (4XX) or `not delivered` the attempts that came to that, with None all.
    """
    return Callbacks(type=type, url=url, body=body, fate=fate, count=count)


def matches(text: str, pattern: str) -> bool:
    """Whether a text is what a pattern says: `*` is anything, every other character is itself."""
    parts = (re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(".*".join(parts), text, re.DOTALL) is not None


def brief(text: str) -> str:
    """A text in quotes on one line, cut where it is long."""
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= LONGEST_TEXT else f'"{line[: LONGEST_TEXT - 3].rstrip()}..."'


def _enough(found: int, count: int | None) -> bool:
    return found > 0 if count is None else found == count


def _told(met: Sequence[str], found: int, noun: str, whose: str) -> str:
    """How many there are and how many are so, then the last of them."""
    if not met:
        return f"no {noun} {whose}"
    left = len(met) - MOST_SHOWN
    many = "s" if len(met) > 1 else ""
    head = f"{len(met)} {noun}{many} {whose}, {found or 'none'} of them so"
    lines = [f"  ... {left} before"] if left > 0 else []
    return "\n".join([head, *lines, *(f"  {line}" for line in met[-MOST_SHOWN:])])


def _message(item: dict[str, Any]) -> str:
    way = f"{item['code']} to {item['mdn']}"
    if item["direction"] == "mo":
        way = f"{item['mdn']} to {item['code']}"
    code = f" with code {item['error_code']}" if item["error_code"] is not None else ""
    return f"{brief(item['text'])} {way}: {item['state']}{code} ({item['purpose']})"


def _attempt(item: dict[str, Any]) -> str:
    answer = item["response"]
    words = answer["status"] if answer["status"] is not None else answer["error"]
    return f"{item['callback_type']} to {item['request']['url']}: {item['fate']} ({words})"


def _shown(verb: str, **told: object) -> str:
    """The expectation as a test writes it."""
    members = ", ".join(f"{key}={value!r}" for key, value in told.items() if value is not None)
    return f"{verb}({members})"
