"""Membership of Vibes lists, as the campaign system knows it: from callbacks alone.

Lists are lists of numbers, so people who share a phone are members together (A12). A callback that
comes twice changes nothing: its event_id is remembered. One that a later event overtook changes
nothing but the past: its event_date is older than what is known of that number and list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A number joined or left a list; `at` and `reason` are Vibes' own; `overtaken` is over already.

    Source: Vibes: subscription-callbacks.
    """

    kind: Literal["joined", "left"]
    list_id: str
    mdn: str
    at: str
    reason: str | None = None
    overtaken: bool = False


class Membership:
    """Who is on which list now, and who ever was (Marketo: R17)."""

    def __init__(self) -> None:
        self._now: dict[str, set[str]] = {}
        self._ever: dict[str, set[str]] = {}
        self._seen: set[str] = set()
        self._latest: dict[tuple[str, str], datetime] = {}

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
        joined = kind == "subscription_added"
        if joined:
            self._ever.setdefault(list_id, set()).add(mdn)
        overtaken = self._is_overtaken(list_id, mdn, callback["event_date"])
        if not overtaken:
            now = self._now.setdefault(list_id, set())
            now.add(mdn) if joined else now.discard(mdn)
        return Change(
            kind="joined" if joined else "left",
            list_id=list_id,
            mdn=mdn,
            at=callback["event_date"],
            reason=told.get("opt_out_reason"),
            overtaken=overtaken,
        )

    def _is_overtaken(self, list_id: str, mdn: str, event_date: str) -> bool:
        """Whether something later is known of the number and the list; what is, is remembered."""
        at, latest = datetime.fromisoformat(event_date), self._latest.get((list_id, mdn))
        if latest is not None and at < latest:
            return True
        self._latest[list_id, mdn] = at
        return False
