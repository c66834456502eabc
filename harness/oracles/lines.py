"""The lines of a violation's timeline: when after the start, who, what; as the runner draws them."""

from __future__ import annotations

from harness.campaigns.activity_log import Activity
from harness.oracles.evidence import Name, Row, Violation
from harness.oracles.history import SECOND, History, instant


class Lines:
    """Writes lines and violations for one run. A number is told with the names of its people."""

    def __init__(self, history: History) -> None:
        self._history = history

    def who(self, mdn: str | None) -> str:
        """`ana (+13125550101)`; everyone who shares the number; the number alone if nobody's."""
        people = self._history.evidence.people.with_mdn(mdn or "")
        names = ", ".join(person.name for person in people)
        return f"{names} ({mdn})" if names else str(mdn)

    def violation(
        self,
        invariant: Name,
        mdn: str | None,
        told: Row | Activity,
        text: str,
        *lines: Row | Activity | None,
    ) -> Violation:
        """A violation that `told` completed; its lines in the order they are given."""
        at = told.at if isinstance(told, Activity) else str(told["at"])
        shown = (self._line(line) for line in lines if line is not None)
        return Violation(invariant=invariant, number=mdn, at=at, text=text, timeline=tuple(shown))

    def _line(self, told: Row | Activity) -> str:
        if isinstance(told, Activity):
            at = instant({"at": told.at})
            side, text = "campaigns", self._activity(told)
        else:
            at = instant(told)
            side, text = self._row(told)
        return f"{_offset(at - self._history.start)}  {side:9}  {text}"

    def _activity(self, told: Activity) -> str:
        person = self._history.people.get(told.person_id)
        parts = [f"{person.name if person else told.person_id}: {told.kind}"]
        if told.campaign:
            parts.append(f'in "{told.campaign}"')
        if told.list_id:
            parts.append(f"list {told.list_id}")
        if told.reason:
            parts.append(f"because {told.reason}")
        return " ".join(parts)

    def _row(self, row: Row) -> tuple[str, str]:
        data = row["data"]
        match row["type"]:
            case "MoReceived":
                mo = data["mo"]
                return "phone", f'"{mo["text"]}" to {mo["code"]} (taken as {mo["taken_as"]})'
            case "MtAccepted":
                return "vibes", f"accepts {self._what(data['mt']['message_id'])}"
            case "MtMoved":
                code = data["error_code"]
                told = f", code {code}" if code is not None else ""
                return "phone", f"{data['state']}{told}: {self._what(data['message_id'])}"
            case "OptedOut":
                return "vibes", f"opts the number out of {data['opt_out']['code']}"
            case "ParticipationOpened":
                item = data["participation"]
                after = _offset(int(item["expires_at"]) - self._history.start)
                return "vibes", f"asks to join {item['campaign_id']}, until {after}"
            case "ParticipationEnded":
                return "vibes", f"the request to join ends {data['outcome']}"
            case "SubscriptionAdded":
                item = data["subscription"]
                return "vibes", f"adds to list {item['list_id']} (consent {item['consent']})"
            case "SubscriptionRemoved":
                return "vibes", f"removes from list {data['list_id']} ({data['reason']})"
            case "CallbackDelivered":
                told = self._history.told[data["delivery_id"]]["callback_type"]
                return "campaigns", f"answers {data['status']} to {told}"
            case "BroadcastStarted":
                return "vibes", f"starts broadcast {data['broadcast_id']}"
            case "BroadcastSaved":
                item = data["broadcast"]
                count = f"{item['recipients']} recipients"
                return "vibes", f"broadcast {item['broadcast_id']} is {item['state']}, {count}"
        return "vibes", str(row["type"])

    def _what(self, message_id: str) -> str:
        sms = self._history.messages.get(message_id)
        if sms is None:
            return f"message {message_id}"
        return f'"{sms.mt["text"]}" ({sms.purpose.replace("_", " ")})'


def _offset(delta: int) -> str:
    """`+00:00:20.000` after the start."""
    sign = "-" if delta < 0 else "+"
    seconds, rest = divmod(abs(delta), SECOND)
    hours, seconds = divmod(seconds, 3600)
    return f"{sign}{hours:02d}:{seconds // 60:02d}:{seconds % 60:02d}.{rest // 1000:03d}"
