"""The lines of every phone, read from a journal: what went down to it and up from it, who struck."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from harness import chronicle
from harness.chronicle import AnyRow as Row

_FAILURES = {
    "blocked": ("", "vibes"),
    "deleted": ("", "vibes"),
    "refused": ("vibes", "carrier"),
    "undeliverable": ("carrier", "phone"),
    "expired": ("carrier", "phone"),
}
"""Between which lanes a message ends that does not arrive."""

_STRUCK = {"carrier": "carrier", "callback": "vibes", "receipt": "vibes", "mo": "vibes"}

ACCEPTS = "accepts "
"""What a line begins with that tells of a message Vibes took."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: when, where among those of its instant, on which side, and of which message."""

    at: datetime
    place: tuple[int, int]
    side: str
    text: str
    kind: str
    origin: str = ""
    target: str = ""
    message: str = ""


class Phones:
    """The lines of some phones, by number, from the journal as it is read."""

    def __init__(self, mdns: Iterable[str | None]) -> None:
        self._drawn = frozenset(mdns) - {None}
        self.lines: dict[str, list[Line]] = {}
        self._mdn_of: dict[str, str] = {}
        self._messages: dict[str, Any] = {}
        self._requests: dict[str, Any] = {}
        self._over: dict[str, tuple[str, datetime]] = {}
        self._yes: dict[str, str] = {}
        self._told: dict[str, Any] = {}
        self._handsets: dict[str, Any] = {}
        self._readers: dict[str, chronicle.Reader] = {
            "AccountOpened": self._opened,
            "PersonAdded": self._person,
            "PersonUpdated": self._person,
            "MoReceived": self._received,
            "MtAccepted": self._accepted,
            "MtReplaced": self._replaced,
            "MtMoved": self._moved,
            "MtHeld": self._held,
            "MtForwarded": self._forwarded,
            "HandsetChanged": self._handset,
            "ParticipationOpened": self._asked,
            "ParticipationEnded": self._ended,
            "SubscriptionAdded": self._joined,
            "SubscriptionRemoved": self._left,
            "OptedOut": self._opted_out,
            "OptOutLifted": self._lifted,
            "CallbackQueued": self._queued,
            "CallbackKept": self._queued,
            "CallbackOverflowed": self._overflowed,
            "CallbackDelivered": self._taken,
            "CallbackDeferred": self._deferred,
            "CallbackFailed": self._given_up,
            "FaultFired": self._struck,
        }

    @property
    def types(self) -> Iterable[str]:
        """The types of the rows that tell of the phones; none where there are none."""
        return self._readers if self._drawn else ()

    def read(self, rows: Sequence[Row]) -> None:
        """Take in the next rows of the journal."""
        if self._drawn:
            chronicle.read(rows, self._readers)

    def _add(
        self,
        row: Row,
        mdn: str | None,
        side: str,
        text: str,
        kind: str,
        origin: str = "",
        message: str = "",
    ) -> None:
        """One more line of a phone; with an origin it moved from there, a reply to Vibes."""
        if mdn in self._drawn and mdn is not None:
            line = Line(
                at=datetime.fromisoformat(str(row["at"])),
                place=(1, row["seq"]),
                side=side,
                text=text,
                kind=kind,
                origin=origin,
                target="vibes" if kind == "reply" else side if origin else "",
                message=message,
            )
            self.lines.setdefault(mdn, []).append(line)

    def _person(self, _row: Row, data: Any) -> None:
        person = data["person"]
        if person["mdn"] is not None:
            self._mdn_of[person["person_key"]] = person["mdn"]

    def _received(self, row: Row, data: Any) -> None:
        mo = data["mo"]
        taken_as = mo["taken_as"]
        if taken_as == "unmatched":
            taken_as += self._why_unmatched(mo["mdn"])
        text = f'"{mo["text"]}" to {mo["code"]} (taken as {taken_as})'
        self._add(row, mo["mdn"], "phone", text, "reply", "phone")

    def _why_unmatched(self, mdn: str) -> str:
        """Why a text was no yes: a request waits for another, or the last one is over."""
        of_phone = [item for item in self._requests.values() if item["mdn"] == mdn]
        waiting = [item for item in of_phone if item["participation_id"] not in self._over]
        if waiting:
            item = waiting[-1]
            wanted = self._yes.get(item["campaign_id"], "")
            return f": {item['campaign_id']} waits for {wanted}" if wanted else ""
        if of_phone:
            item = of_phone[-1]
            outcome, at = self._over[item["participation_id"]]
            ended = f"ended at {at:%Y-%m-%d %H:%M:%S} ({outcome})"
            return f": the request to join {item['campaign_id']} {ended}"
        return ""

    def _opened(self, _row: Row, data: Any) -> None:
        for item in data["account"]["campaigns"]:
            words = [f'"{word}"' for word in item["yes"]]
            if item.get("yes_pattern") is not None:
                words.append(f"a text as {item['yes_pattern']}")
            self._yes[item["id"]] = " or ".join(words)

    def _accepted(self, row: Row, data: Any) -> None:
        mt = data["mt"]
        if mt["mdn"] not in self._drawn:
            return
        self._messages[mt["message_id"]] = mt
        origin = "" if mt["surface"] == "platform" else "campaigns"
        text = f"{ACCEPTS}{_what(mt)}"
        self._add(row, mt["mdn"], "vibes", text, "message", origin, mt["message_id"])

    def _replaced(self, row: Row, data: Any) -> None:
        mt = data["mt"]
        self._messages[mt["message_id"]] = mt
        text = f"replaced by {_what(mt)}"
        self._add(row, mt["mdn"], "vibes", text, "state", "campaigns", mt["message_id"])

    def _moved(self, row: Row, data: Any) -> None:
        mt = self._messages.get(data["message_id"])
        if mt is None:
            return
        state, mdn, key = data["state"], mt["mdn"], mt["message_id"]
        if state == "sent":
            self._add(row, mdn, "carrier", f"sent: {_what(mt, 40)}", "state", "vibes", key)
        elif state == "delivered":
            self._add(row, mdn, "phone", f"delivered: {_what(mt)}", "message", "carrier", key)
        elif state in _FAILURES:
            origin, side = _FAILURES[state]
            code = f", code {data['error_code']}" if data["error_code"] is not None else ""
            self._add(row, mdn, side, f"{state}{code}: {_what(mt)}", "failed", origin, key)

    def _held(self, row: Row, data: Any) -> None:
        mt = self._messages.get(data["message_id"])
        if mt is not None:
            text = f"waits: {_what(mt, 40)}; {data['because']}"
            self._add(row, mt["mdn"], "carrier", text, "state", message=mt["message_id"])

    def _forwarded(self, row: Row, data: Any) -> None:
        mt = self._messages.get(data["message_id"])
        if mt is not None:
            text = f"sent again from the alternate code: {_what(mt, 40)}"
            self._add(row, mt["mdn"], "vibes", text, "state", "carrier", mt["message_id"])

    def _handset(self, row: Row, data: Any) -> None:
        now = data["handset"]
        before = self._handsets.get(now["mdn"], {})
        self._handsets[now["mdn"]] = now
        told = [
            words.format(now[name])
            for name, value, words in (
                ("connected", False, "its carrier drops the number"),
                ("reachable", False, "is switched off"),
                ("reachable", True, "is switched on"),
            )
            if now[name] is value and before.get(name, True) is not value
        ]
        if now["carrier"] is not None and now["carrier"] != before.get("carrier"):
            told.append(f"is with carrier {now['carrier']}")
        if told:
            self._add(row, now["mdn"], "phone", ", ".join(told), "state")

    def _asked(self, row: Row, data: Any) -> None:
        item = data["participation"]
        if item["mdn"] not in self._drawn:
            return
        again = item["participation_id"] in self._requests
        self._requests[item["participation_id"]] = item
        words = "the window now ends" if again else f"asks to join {item['campaign_id']}, until"
        text = f"{words} {_instant(item['expires_at']):%Y-%m-%d %H:%M:%S}"
        self._add(row, item["mdn"], "vibes", text, "consent")

    def _ended(self, row: Row, data: Any) -> None:
        item = self._requests.get(data["participation_id"])
        if item is not None:
            at = datetime.fromisoformat(str(row["at"]))
            self._over[data["participation_id"]] = str(data["outcome"]).lower(), at
            text = f"the request to join {item['campaign_id']} ends {data['outcome']}"
            self._add(row, item["mdn"], "vibes", text, "consent")

    def _joined(self, row: Row, data: Any) -> None:
        item = data["subscription"]
        text = f"is on list {item['list_id']} (consent: {item['consent']})"
        self._add(row, self._mdn_of.get(item["person_key"]), "vibes", text, "consent")

    def _left(self, row: Row, data: Any) -> None:
        text = f"is off list {data['list_id']} ({data['reason']})"
        self._add(row, self._mdn_of.get(data["person_key"]), "vibes", text, "consent")

    def _opted_out(self, row: Row, data: Any) -> None:
        item = data["opt_out"]
        self._add(row, item["mdn"], "vibes", f"opted out of {item['code']}", "consent")

    def _lifted(self, row: Row, data: Any) -> None:
        text = f"the opt-out of {data['code']} is lifted"
        self._add(row, data["mdn"], "vibes", text, "consent")

    def _queued(self, _row: Row, data: Any) -> None:
        if self._addressee(data["delivery"]["notice"]) in self._drawn:
            self._told[data["delivery"]["delivery_id"]] = data["delivery"]

    def _taken(self, row: Row, data: Any) -> None:
        self._callback(row, data, "callback", f": {data['status']}")

    def _deferred(self, row: Row, data: Any) -> None:
        due = f"{_instant(data['due']):%H:%M:%S}"
        self._callback(row, data, "trouble", f" not taken ({data['reason']}), again at {due}")

    def _given_up(self, row: Row, data: Any) -> None:
        self._callback(row, data, "trouble", f" failed ({data['reason']})")

    def _overflowed(self, row: Row, data: Any) -> None:
        self._queued(row, data)
        told = {"delivery_id": data["delivery"]["delivery_id"]}
        self._callback(row, told, "trouble", " failed (the line is full)")

    def _callback(self, row: Row, data: Any, kind: str, became: str) -> None:
        delivery = self._told.get(data["delivery_id"])
        if delivery is not None:
            text = f"{_notice(delivery)}{became}"
            self._add(row, self._addressee(delivery["notice"]), "campaigns", text, kind, "vibes")

    def _addressee(self, notice: Any) -> str | None:
        """The number a callback tells of; that of its message where it names none; or nobody's."""
        person = notice.get("person")
        mdn = person["mdn"] if person is not None else notice.get("mdn")
        mt = self._messages.get(notice.get("original_id"))
        return str(mdn) if mdn is not None else mt["mdn"] if mt is not None else None

    def _struck(self, row: Row, data: Any) -> None:
        occasion = data["occasion"]
        surface = occasion["surface"]
        text = f"fault {data['fault_id']} strikes its {surface}: {data['effect']}"
        self._add(row, occasion["mdn"], _STRUCK.get(surface, "vibes"), text, "fault")


def _what(mt: Any, most: int | None = None) -> str:
    text = mt["text"]
    shown = text if most is None or len(text) <= most else f"{text[:most].rstrip()}..."
    return f'"{shown}" ({mt["purpose"].replace("_", " ")})'


def _notice(delivery: Any) -> str:
    """What a callback tells, in a few words."""
    notice, kind = delivery["notice"], delivery["callback_type"]
    if "stage" in notice and "original_id" in notice:
        code = notice["error_code"]
        return f"receipt, {notice['stage'].lower()} " + ("ok" if code is None else f"code {code}")
    if "list_id" in notice and "opt_in_at" in notice:
        reason = notice["opt_out_reason"]
        return f"{kind}, list {notice['list_id']}" + (f" ({reason})" if reason else "")
    if "campaign_id" in notice:
        return f"{kind} {notice['status']}, {notice['campaign_id']}"
    return str(kind)


def _instant(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
