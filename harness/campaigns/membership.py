"""Membership of Vibes lists, as the campaign system knows it: from callbacks alone.

Lists are lists of numbers, so people who share a phone are members together (A12). A callback that
comes twice changes nothing: its event_id is remembered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A number joined or left a list; `at` and `reason` are Vibes' own.

    Source: Vibes: subscription-callbacks.
    """

    kind: Literal["joined", "left"]
    list_id: str
    mdn: str
    at: str
    reason: str | None = None


class Membership:
    """Who is on which list now, and who ever was (Marketo: R17)."""

    def __init__(self) -> None:
        self._now: dict[str, set[str]] = {}
        self._ever: dict[str, set[str]] = {}
        self._seen: set[str] = set()

    def is_member(self, list_id: str, mdn: str) -> bool:
        """Member of Vibes List: on it now."""
        return mdn in self._now.get(list_id, ())

    def was_member(self, list_id: str, mdn: str) -> bool:
        """Subscribed to Vibes List: on it now or ever."""
        return mdn in self._ever.get(list_id, ())

    def load(self, list_id: str, mdns: list[str]) -> None:
        """Take over members that were on the list before the first callback, as an extract gives."""
        self._now.setdefault(list_id, set()).update(mdns)
        self._ever.setdefault(list_id, set()).update(mdns)

    def hear(self, callback: dict[str, Any]) -> Change | None:
        """Take in a Platform callback; the change it made, or None where it made none."""
        kind, event_id = callback.get("callback_type"), str(callback.get("event_id"))
        if kind not in ("subscription_added", "subscription_removed") or event_id in self._seen:
            return None
        self._seen.add(event_id)
        told = callback["subscription"]
        mdn, list_id = told["person"]["mobile_phone"]["mdn"], told["subscription_list"]["id"]
        if kind == "subscription_added":
            self.load(list_id, [mdn])
            return Change(kind="joined", list_id=list_id, mdn=mdn, at=callback["event_date"])
        self._now.get(list_id, set()).discard(mdn)
        reason = told.get("opt_out_reason")
        return Change(
            kind="left", list_id=list_id, mdn=mdn, at=callback["event_date"], reason=reason
        )
