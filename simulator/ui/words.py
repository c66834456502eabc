"""How the inbox writes things: times, numbers, texts as data with their codes picked out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

from simulator.domain.carriers import NAMES
from simulator.domain.instants import Instant, format_duration, iso

_CODE = re.compile(r"\b(?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{3,24}\b")
"""What looks like a code to type or to show: capitals and digits, at least one digit."""

SEEN_BADGES = {
    "delivered": "good",
    "received": "good",
    "accepted": "waits",
    "routed": "waits",
    "sent": "waits",
}
"""How a state is coloured; what is not here is bad news."""


def clock_time(at: int) -> str:
    """`2026-01-05 15:00:09`, to the second."""
    return iso(Instant(at // 1_000_000 * 1_000_000)).replace("T", " ").removesuffix("Z")


def phone(mdn: str) -> str:
    """`+1 312 555 0101` as people read it; what is no such number, as it is."""
    if len(mdn) == 12 and mdn.startswith("+1"):
        return f"{mdn[2:5]} {mdn[5:8]} {mdn[8:]}"
    return mdn


def marked(text: str) -> Markup:
    """A text as data, the codes in it picked out."""
    shown, last = Markup(""), 0
    for match in _CODE.finditer(text):
        shown += escape(text[last : match.start()]) + Markup("<mark>{}</mark>").format(match[0])
        last = match.end()
    return shown + escape(text[last:])


_PLAIN = frozenset({"L", "EN", "ES", "ET", "CS", "NSM", "BN", "B", "S", "WS", "ON", ""})
"""The kinds of characters that turn no sentence round (Unicode's bidirectional classes)."""


def isolated(text: str) -> str:
    """A text that keeps its direction to itself, for the middle of a sentence."""
    if all(unicodedata.bidirectional(character) in _PLAIN for character in text):
        return text
    return "\u2068" + text.replace("\u2069", "") + "\u2069"


def badge(state: str) -> str:
    """The class of a state."""
    return SEEN_BADGES.get(state, "bad")


def carrier(code: str) -> str:
    """A carrier by its name."""
    return NAMES.get(code, code)


FILTERS: dict[str, Callable[..., Any]] = {
    "clock_time": clock_time,
    "phone": phone,
    "marked": marked,
    "badge": badge,
    "carrier": carrier,
    "duration": format_duration,
}
