"""The search field: words of the form `name:value`, and what is left over is text.

to:3125550101 state:delivered "sale today"      is:mo before:2026-01-06 after:2026-01-05T15:00
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

import msgspec

from simulator.documents import rather
from simulator.domain.carriers import MtState
from simulator.domain.instants import parse_instant
from simulator.domain.numbers import InvalidMdn, parse_any_mdn
from simulator.errors import UserError
from simulator.runtime.ports import MessageQuery

PAGE = 100
STATES = (*(str(state) for state in MtState), "received")
PURPOSES = (
    *("confirmation", "welcome", "connect", "broadcast", "event", "stop_reply", "help_reply"),
    *("start_reply", "unmatched_reply", "already_subscribed"),
)


def read(text: str, *, before: int | None = None) -> MessageQuery:
    """What a search asks for, newest first, older than a place. Raises UserError with the mend."""
    query = MessageQuery(newest_first=True, below=before, limit=PAGE)
    rest: list[str] = []
    for word in _words(text):
        name, colon, value = word.partition(":")
        reader = _READERS.get(name.casefold()) if colon else None
        if reader is not None:
            if not value:
                raise UserError(f"{name}: needs a value, as in {_EXAMPLES[name.casefold()]}")
            query = _both(query, reader(query, value), word)
        elif colon and name.isidentifier() and not value.startswith("//"):
            there = f'there is no "{name}:"{rather(name, list(_READERS))}'
            raise UserError(f"{there}; for text that has a colon write {written('text', word)}")
        else:
            rest.append(word)
    if rest:
        query = _both(query, _text(query, " ".join(rest)), " ".join(rest))
    return query


def _both(before: MessageQuery, query: MessageQuery, word: str) -> MessageQuery:
    """The query with one word more. Raises UserError where it asks for another than those before it."""
    for name in _ASKED:
        asked = getattr(before, name)
        if asked is not None and getattr(query, name) != asked:
            raise UserError(
                f'"{word}" asks for another {_ASKED[name]} than what stands before it; leave one out'
            )
    return query


_ASKED = {
    "direction": "direction",
    "mdn": "phone",
    "code": "code",
    "state": "state",
    "purpose": "purpose",
    "campaign_id": "campaign",
    "list_id": "list",
    "text": "text",
    "since": "time",
    "until": "time",
}
"""What a search asks at most once each, and what to call it."""


def _words(text: str) -> list[str]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters, lexer.quotes = True, "", '"'
    try:
        return list(lexer)
    except ValueError as error:
        raise UserError('a quotation mark is missing: write text:"sale today"') from error


def written(name: str, value: str) -> str:
    """A word of the grammar that is read as that name and value."""
    if re.fullmatch(r"[\w.:/-]+", value):
        return f"{name}:{value}"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{name}:"{escaped}"'


def _mdn(value: str) -> str:
    try:
        return parse_any_mdn(value)
    except InvalidMdn as error:
        raise UserError(f'"{value}" is no phone number: {error}') from error


def _to(query: MessageQuery, value: str) -> MessageQuery:
    if value.isdigit() and len(value) < 7:
        return msgspec.structs.replace(query, direction="mo", code=value)
    return msgspec.structs.replace(query, direction="mt", mdn=_mdn(value))


def _from(query: MessageQuery, value: str) -> MessageQuery:
    if value.isdigit() and len(value) < 7:
        return msgspec.structs.replace(query, direction="mt", code=value)
    return msgspec.structs.replace(query, direction="mo", mdn=_mdn(value))


def _phone(query: MessageQuery, value: str) -> MessageQuery:
    return msgspec.structs.replace(query, mdn=_mdn(value))


def _state(query: MessageQuery, value: str) -> MessageQuery:
    if value not in STATES:
        raise UserError(f'there is no state "{value}"{rather(value, list(STATES))}')
    return msgspec.structs.replace(query, state=value)


def _is(query: MessageQuery, value: str) -> MessageQuery:
    if value in ("mo", "mt"):
        return msgspec.structs.replace(query, direction=value)
    if value in PURPOSES:
        return msgspec.structs.replace(query, purpose=value)
    raise UserError(f'is: knows no "{value}"{rather(value, ["mo", "mt", *PURPOSES])}')


def _list(query: MessageQuery, value: str) -> MessageQuery:
    return msgspec.structs.replace(query, list_id=value)


def _campaign(query: MessageQuery, value: str) -> MessageQuery:
    return msgspec.structs.replace(query, campaign_id=value)


def _text(query: MessageQuery, value: str) -> MessageQuery:
    return msgspec.structs.replace(query, text=value)


def _before(query: MessageQuery, value: str) -> MessageQuery:
    return msgspec.structs.replace(query, until=_instant(value))


def _after(query: MessageQuery, value: str) -> MessageQuery:
    return msgspec.structs.replace(query, since=_instant(value))


def _instant(value: str) -> int:
    try:
        return parse_instant(value)
    except ValueError as error:
        raise UserError(str(error)) from error


_READERS: dict[str, Callable[[MessageQuery, str], MessageQuery]] = {
    "to": _to,
    "from": _from,
    "phone": _phone,
    "state": _state,
    "is": _is,
    "list": _list,
    "campaign": _campaign,
    "text": _text,
    "before": _before,
    "after": _after,
}
_EXAMPLES = {
    "to": "to:3125550101",
    "from": "from:65047",
    "phone": "phone:3125550101",
    "state": "state:delivered",
    "is": "is:mo",
    "list": "list:1001",
    "campaign": "campaign:JoinVip01",
    "text": 'text:"sale today"',
    "before": "before:2026-01-06",
    "after": "after:2026-01-05T15:00",
}
EXAMPLES = tuple(_EXAMPLES.values())
"""One of each, for the page."""
