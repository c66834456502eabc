"""The timeline of an account, read from its journal: who texted whom when, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from smsim_pytest import times
from smsim_pytest.expectations import brief

if TYPE_CHECKING:
    from smsim_pytest.account import Account

MOST_LINES = 40

_ENDS = frozenset({"delivered", "blocked", "refused", "undeliverable", "expired", "deleted"})


def drawn(account: Account) -> str:
    """A line for each thing that happened, oldest first, the last forty of them."""
    start = times.instant(account.shown["clock"]["now"])
    entries = account.pages("/events", "after", types=",".join(_Reader.KNOWN))
    lines = [
        f"  {times.offset(times.instant(entry['at']) - start)}  {side:7}  {text}"
        for entry, side, text in _Reader().read(entries)
    ]
    left = len(lines) - MOST_LINES
    before = [f"  ... {left} before"] if left > 0 else []
    return "\n".join([*before, *lines[-MOST_LINES:]]) or "  nothing happened"


class _Reader:
    """Puts events into words; remembers what earlier ones said of a message, person or delivery."""

    KNOWN = (
        *("MtAccepted", "MtMoved", "MtHeld", "MtForwarded", "MtReplaced", "MoReceived"),
        *("ParticipationOpened", "ParticipationEnded", "SubscriptionAdded", "SubscriptionRemoved"),
        *("PersonAdded", "PersonUpdated", "OptedOut", "OptOutLifted", "HandsetChanged"),
        *("FaultAdded", "FaultRemoved", "FaultFired"),
        *("CallbackQueued", "CallbackKept", "CallbackDelivered", "CallbackDeferred"),
        *("CallbackFailed", "CallbackOverflowed"),
    )

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._people: dict[str, str] = {}
        self._requests: dict[str, str] = {}
        self._deliveries: dict[str, str] = {}

    def read(self, entries: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str, str]]:
        """Each event that has something to say: the entry, whose side it is on, the words."""
        for entry in entries:
            told = self._words(entry["type"], entry["data"])
            if told is not None:
                yield entry, *told

    def _words(self, type: str, data: dict[str, Any]) -> tuple[str, str] | None:
        if type.startswith("M"):
            return self._message(type, data)
        if type.startswith("Callback"):
            return self._callback(type, data)
        if type.startswith("Fault"):
            return _fault(type, data)
        return self._person(type, data)

    def _message(self, type: str, data: dict[str, Any]) -> tuple[str, str] | None:
        match type:
            case "MoReceived":
                mo = data["mo"]
                words = f"{mo['mdn']} texts {brief(mo['text'])} to {mo['code']}"
                return "phone", f"{words} (taken as {mo['taken_as']})"
            case "MtAccepted" | "MtReplaced":
                mt = data["mt"]
                what = f"{brief(mt['text'])} to {mt['mdn']}"
                self._texts[mt["message_id"]] = what
                verb = "accepts" if type == "MtAccepted" else "replaces a text by"
                return "vibes", f"{verb} {what} ({mt['purpose']})"
            case "MtMoved" if data["state"] in _ENDS:
                code = data.get("error_code")
                because = f", code {code}" if code is not None else ""
                return "phone", f"{data['state']}{because}: {self._text(data)}"
            case "MtHeld":
                return "carrier", f"keeps {self._text(data)} ({data['because']})"
            case "MtForwarded":
                return "vibes", f"sends again from the alternate code: {self._text(data)}"
        return None

    def _callback(self, type: str, data: dict[str, Any]) -> tuple[str, str] | None:
        if "delivery" in data:
            delivery = data["delivery"]
            what = f"{delivery['callback_type']} to {delivery['url']}"
            self._deliveries[delivery["delivery_id"]] = what
            return ("vibes", f"has no room for {what}") if type == "CallbackOverflowed" else None
        what = self._deliveries.get(data["delivery_id"], "a callback")
        if type == "CallbackDelivered":
            return "app", f"takes {what} ({data['status']})"
        verb = "does not take" if type == "CallbackDeferred" else "never took"
        return "app", f"{verb} {what} ({data['reason']})"

    def _person(self, type: str, data: dict[str, Any]) -> tuple[str, str] | None:
        match type:
            case "PersonAdded" | "PersonUpdated":
                person = data["person"]
                self._people[person["person_key"]] = person.get("mdn") or person["person_key"]
            case "SubscriptionAdded":
                told = data["subscription"]
                return "vibes", f"{self._who(told)} is on list {told['list_id']}"
            case "SubscriptionRemoved":
                words = f"{self._who(data)} is off list {data['list_id']} ({data['reason']})"
                return "vibes", words
            case "ParticipationOpened":
                told = data["participation"]
                words = f"{told['mdn']} asks to join {told['campaign_id']}"
                self._requests[told["participation_id"]] = words
                return "vibes", words
            case "ParticipationEnded":
                words = self._requests.get(data["participation_id"], "a request to join")
                return "vibes", f"{words}: {str(data['outcome']).lower()}"
            case "OptedOut":
                return (
                    "vibes",
                    f"{data['opt_out']['mdn']} is opted out of {data['opt_out']['code']}",
                )
            case "OptOutLifted":
                return "vibes", f"{data['mdn']} is no longer opted out of {data['code']}"
            case "HandsetChanged":
                return "phone", _handset(data["handset"])
        return None

    def _text(self, data: dict[str, Any]) -> str:
        return self._texts.get(data["message_id"], "a message")

    def _who(self, data: dict[str, Any]) -> str:
        key = str(data["person_key"])
        return self._people.get(key, key)


def _handset(phone: dict[str, Any]) -> str:
    """A phone as it is from now on."""
    words = [
        "reachable" if phone.get("reachable", True) else "off",
        *([] if phone.get("connected", True) else ["dropped by its carrier"]),
        *([f"at carrier {phone['carrier']}"] if phone.get("carrier") else []),
        *(
            [f"persona {phone['persona'].get('name') or 'of its own'}"]
            if phone.get("persona")
            else []
        ),
    ]
    return f"{phone['mdn']} is now {', '.join(words)}"


def _fault(type: str, data: dict[str, Any]) -> tuple[str, str]:
    match type:
        case "FaultAdded":
            return "fault", f"{data['rule']['id']} holds"
        case "FaultRemoved":
            return "fault", f"{data['fault_id']} ends"
    hit = data["occasion"]
    words = [f"{data['fault_id']} strikes {hit['surface']}", hit.get("operation"), hit.get("mdn")]
    return "fault", f"{' '.join(word for word in words if word)}: {data['effect']}"
