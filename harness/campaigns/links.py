"""Tracked links: what a text's links become, and whose click leads where.

Rules: Marketo: R21. With tracking a link is rewritten to the branded domain and leads on to its
destination, with mkt_tok unless that is off; without it goes out as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
"""A link in a text; punctuation at its end is the sentence's."""

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
            code = _code(len(self._by_code) + 1)
            destination = match[0]
            if treatment == "tracked":
                destination = _with_token(destination, f"{person_id}-{code}")
            self._by_code[code] = TrackedLink(
                code=code,
                person_id=person_id,
                campaign=campaign,
                list_id=list_id,
                destination=destination,
            )
            return f"https://{DOMAIN}/{code}"

        return LINK.sub(tracked, text)

    def get(self, code: str) -> TrackedLink | None:
        """The link of a code, or None."""
        return self._by_code.get(code)


def links_in(text: str) -> list[str]:
    """The links of a text, in their order (Marketo: R21)."""
    return LINK.findall(text)


def code_of(link: str) -> str | None:
    """The code of a tracked link; None of any other (Marketo: R21)."""
    parts = urlsplit(link)
    return parts.path.strip("/") if parts.netloc == DOMAIN else None


def _code(number: int) -> str:
    letters = ""
    while number or len(letters) < 5:
        number, index = divmod(number, len(_LETTERS))
        letters = _LETTERS[index] + letters
    return letters


def _with_token(link: str, token: str) -> str:
    parts = urlsplit(link)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("mkt_tok", token)]
    return urlunsplit(parts._replace(query=urlencode(query)))
