"""Tracked links: what a text's links become, and whose click leads where.

Rules: Marketo: R21. With tracking a link is rewritten to the branded domain and leads on to its
destination, with mkt_tok unless that is off; without it goes out as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

LINK = re.compile(r"https?://[^\s<>\"'“”‘’«»]+", re.IGNORECASE)
"""What begins a link in a text, up to a space or a quotation mark."""

_NOT_ITS_END = ".,;:!?…"
_CLOSING = {")": "(", "]": "[", "}": "{"}

DOMAIN = "go.campaigns.test"
"""The branded tracking domain (inferred)."""

_LETTERS = "0123456789abcdefghijkmnpqrstuvwxyz"

Treatment = Literal["tracked", "without_token", "as_is"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedLink:
    """One link in one person's message (Marketo: R21)."""

    code: str
    person_id: int
    campaign: str
    list_id: str
    destination: str


class Links:
    """Every tracked link that went out, by its code (Marketo: R21)."""

    def __init__(self) -> None:
        self._by_code: dict[str, TrackedLink] = {}

    def rewrite(
        self, text: str, treatment: Treatment, *, person_id: int, campaign: str, list_id: str
    ) -> str:
        """The text as it goes out; a link of its own for each person (Marketo: R21)."""
        if treatment == "as_is":
            return text

        def tracked(match: re.Match[str]) -> str:
            destination = _link(match[0])
            if not destination:
                return match[0]
            after = match[0][len(destination) :]
            code = _code(len(self._by_code) + 1)
            if treatment == "tracked":
                destination = _with_token(destination, f"{person_id}-{code}")
            self._by_code[code] = TrackedLink(
                code=code,
                person_id=person_id,
                campaign=campaign,
                list_id=list_id,
                destination=destination,
            )
            return f"https://{DOMAIN}/{code}{after}"

        return LINK.sub(tracked, text)

    def get(self, code: str) -> TrackedLink | None:
        """The link of a code, or None."""
        return self._by_code.get(code)


def links_in(text: str) -> list[str]:
    """The links of a text, in their order (Marketo: R21)."""
    return [link for found in LINK.findall(text) if (link := _link(found))]


def code_of(link: str) -> str | None:
    """The code of a tracked link; None of any other (Marketo: R21)."""
    before = f"https://{DOMAIN}/"
    return link.removeprefix(before) if link.startswith(before) else None


def _link(found: str) -> str:
    """What is the link's own: not the sentence's punctuation, nor a bracket that opened before it."""
    link = found
    while link[-1] in _NOT_ITS_END or link.count(link[-1]) > link.count(
        _CLOSING.get(link[-1], link[-1])
    ):
        link = link[:-1]
    return "" if link.endswith("/") and link.count("/") == 2 else link


def _code(number: int) -> str:
    letters = ""
    while number or len(letters) < 5:
        number, index = divmod(number, len(_LETTERS))
        letters = _LETTERS[index] + letters
    return letters


def _with_token(link: str, token: str) -> str:
    """The link with mkt_tok after its query and before its fragment; nothing else of it changes."""
    address, mark, fragment = link.partition("#")
    joint = "?" if "?" not in address else "" if address[-1] in "?&" else "&"
    return f"{address}{joint}mkt_tok={token}{mark}{fragment}"
