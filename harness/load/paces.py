"""How often users act under an open rate: of all of them together, or of each kind by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

Paces = Mapping[str, float]
"""By the name of a kind of users, the turns a second of each user of it."""

MOST = 100_000


class BadPaces(Exception):
    """They cannot be used; the message says what is wrong and what would do."""


def read(text: str) -> dict[str, float]:
    """`SendUser=4.5,WebFormUser=2` as paces. Raises BadPaces."""
    paces: dict[str, float] = {}
    for part in text.split(","):
        kind, _, told = part.partition("=")
        pace = number(told)
        if not kind.strip() or pace is None:
            mend = f"write KIND=NUMBER, above 0 and up to {MOST}, with commas between"
            raise BadPaces(f'"{part.strip()}" is no pace; {mend}')
        paces[kind.strip()] = pace
    return paces


def number(text: str) -> float | None:
    """A number above 0 and up to MOST; None where it is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value <= MOST else None


def written(paces: Paces) -> str:
    """Paces as `read` reads them."""
    return ",".join(f"{kind}={pace:.6g}" for kind, pace in paces.items())


def check(paces: Paces, kinds: Iterable[str], arrivals_per_s: float | None) -> None:
    """Each kind of users has a pace, nothing else has, and no other rate is said. Raises BadPaces."""
    known = tuple(kinds)
    if paces and arrivals_per_s:
        raise BadPaces("paces and arrivals are two open rates; say one of them")
    for kind in paces:
        if kind not in known:
            near = get_close_matches(kind, known, 1)
            mend = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known)}"
            raise BadPaces(f'there is no kind of users "{kind}"; {mend}')
    if paces and (missing := [kind for kind in known if kind not in paces]):
        raise BadPaces(f"there is no pace of {', '.join(missing)}; each kind needs one")


def intervals_of(
    kinds: Iterable[str], users: int, arrivals_per_s: float | None, paces: Paces
) -> dict[str, float]:
    """The seconds between two turns of a user of each kind; empty where they follow the answers."""
    if arrivals_per_s:
        return dict.fromkeys(kinds, max(1, users) / arrivals_per_s)
    return {kind: 1 / pace for kind, pace in paces.items()}
