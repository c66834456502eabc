"""Reading a journal for one number: its rows in order, each event in the light of its command."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.consent import judging
from harness.consent.records import (
    Disconnect,
    Evidence,
    Help,
    Lifted,
    Membership,
    Message,
    NearMiss,
    OptOut,
    Request,
    State,
    Text,
)
from harness.consent.standing import Standing

Row = Mapping[str, Any]
"""A row of a journal: seq, at (ISO 8601, or microseconds as `smsim export` writes), kind, type, data."""

WILL = frozenset(
    {
        "user_opt_out",
        "keyword_opt_out",
        "api_opt_out",
        "bulk_opt_out",
        "button_opt_out",
        "platform_opt_out",
    }
)
"""Reasons for leaving a list that are an opt-out; the others are the list's end or the carrier's."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def evidence(journal: Iterable[Row], number: str) -> Evidence:
    """All that a journal has of a number (E.164), judged. Raises ValueError where it is no journal."""
    reader = _Reader(number)
    for row in journal:
        reader.read(row)
    return reader.told()


class _Reader:
    def __init__(self, number: str) -> None:
        self._number = number
        self._told = Evidence(account="", number=number, since="", until="", rows=0)
        self._standing = Standing()
        self._keys: set[str] = set()
        self._lists: dict[str, str] = {}
        self._list_of: dict[str, str] = {}
        self._messages: dict[str, Message] = {}
        self._requests: dict[str, Request] = {}
        self._seq, self._at = 0, ""
        self._command = ""
        self._campaign: str | None = None
        self._text: Text | None = None
        self._opt_out: OptOut | None = None
        self._request: Request | None = None
        self._readers: dict[str, Callable[[Any], None]] = {
            "AccountOpened": self._opened,
            "ListSaved": self._list,
            "PersonAdded": self._person,
            "PersonUpdated": self._person,
            "MoReceived": self._received,
            "KeywordNearMiss": self._near_miss,
            "MtAccepted": self._accepted,
            "MtReplaced": self._replaced,
            "MtMoved": self._moved,
            "ParticipationOpened": self._asked,
            "ParticipationEnded": self._ended,
            "SubscriptionAdded": self._joined,
            "SubscriptionRemoved": self._left,
            "OptedOut": self._barred,
            "OptOutLifted": self._lifted,
            "HandsetChanged": self._handset,
        }

    def read(self, row: Row) -> None:
        """Take in a row; a command begins a new act, of which the events after it are part."""
        self._seq, self._at = int(row["seq"]), iso(row["at"])
        self._told.since = self._told.since or self._at
        self._told.until = self._at
        self._told.rows += 1
        if row["kind"] == "command":
            self._command = str(row["type"])
            self._campaign = row["data"].get("campaign_id")
            self._text = self._opt_out = self._request = None
            return
        reader = self._readers.get(row["type"])
        if reader is not None:
            reader(row["data"])

    def told(self) -> Evidence:
        """The document, with what is to be said at its top."""
        told = self._told
        if not told.account:
            raise ValueError("the journal does not begin with an account that was opened")
        for item in told.opt_outs:
            _time_confirmation(item, self._messages)
        told.after_opt_out = judging.judged(self._standing.seen, self._messages)
        told.verdict, told.statement = judging.statement(told)
        return told

    def _opened(self, data: Any) -> None:
        account = data["account"]
        self._told.account = account["company_key"]
        self._lists |= {item["id"]: item["name"] for item in account["lists"]}
        self._list_of = {item["id"]: item["list_id"] for item in account["campaigns"]}

    def _list(self, data: Any) -> None:
        self._lists[data["item"]["id"]] = data["item"]["name"]

    def _person(self, data: Any) -> None:
        person = data["person"]
        if person["mdn"] == self._number:
            self._keys.add(person["person_key"])
        else:
            self._keys.discard(person["person_key"])

    def _received(self, data: Any) -> None:
        mo = data["mo"]
        if mo["mdn"] != self._number:
            return
        self._keep(mo, "mo", mo["taken_as"], "handset", "received")
        self._text = Text(
            id=mo["message_id"],
            at=self._at,
            text=mo["text"],
            code=mo["code"],
            taken_as=mo["taken_as"],
        )
        if mo["taken_as"] == "stop":
            self._opts_out("text", self._text)
        elif mo["taken_as"] == "help":
            self._told.help.append(Help(row=self._seq, text=self._text))

    def _near_miss(self, data: Any) -> None:
        if data["mdn"] == self._number and self._text is not None:
            miss = NearMiss(row=self._seq, text=self._text, keyword=data["keyword"])
            self._told.near_misses.append(miss)

    def _accepted(self, data: Any) -> None:
        mt = data["mt"]
        if mt["mdn"] != self._number:
            return
        message = self._keep(mt, "mt", mt["purpose"], mt["surface"], "accepted")
        message.answers = self._text.id if self._text is not None else None
        self._standing.accepted(message, self._text)
        request = self._requests.get(mt["subject_id"] or "")
        if mt["purpose"] == "confirmation" and request is not None:
            if request.prompts:
                request.asked_again.append(self._at)
            request.prompts.append(message.id)
        elif mt["purpose"] == "welcome" and self._request is not None:
            self._request.welcome = message.id
        elif mt["purpose"] == "stop_reply" and self._opt_out is not None:
            self._opt_out.confirmations.append(message.id)
        elif mt["purpose"] == "help_reply" and self._text is not None:
            asked = self._told.help[-1]
            asked.answer = message.id
            asked.answered_after_s = seconds(asked.text.at, self._at)

    def _keep(self, item: Any, direction: str, purpose: str, surface: str, state: str) -> Message:
        message = Message(
            row=self._seq,
            id=item["message_id"],
            direction=direction,
            at=self._at,
            code=item["code"],
            purpose=purpose,
            text=item["text"],
            carrier=item["carrier"],
            surface=surface,
            state=state,
            segments=len(item["part_ids"]) or 1,
            states=[State(state=state, at=self._at)],
        )
        self._messages[message.id] = message
        self._told.messages.append(message)
        return message

    def _replaced(self, data: Any) -> None:
        message = self._messages.get(data["mt"]["message_id"])
        if message is not None:
            message.text = data["mt"]["text"]

    def _moved(self, data: Any) -> None:
        message = self._messages.get(data["message_id"])
        if message is None:
            return
        message.state = data["state"]
        step = State(state=data["state"], at=self._at, error_code=data["error_code"])
        message.states.append(step)
        if data["state"] == "delivered":
            message.delivered_at = self._at
            self._standing.arrived(message)

    def _asked(self, data: Any) -> None:
        item = data["participation"]
        if item["mdn"] != self._number:
            return
        request = self._requests.get(item["participation_id"])
        if request is None:
            request = self._ask(item["campaign_id"], item["keyword"], "pending")
            self._requests[item["participation_id"]] = request
        request.window_ends_at = iso(item["expires_at"])

    def _ask(self, campaign: str | None, keyword: str | None, outcome: str) -> Request:
        how = "keyword" if keyword is not None else "api"
        request = Request(
            row=self._seq,
            at=self._at,
            how=how,
            campaign=campaign,
            list_id=self._list_of.get(campaign or ""),
            keyword=keyword,
            words=self._text,
            outcome=outcome,
        )
        self._told.requests.append(request)
        return request

    def _ended(self, data: Any) -> None:
        request = self._requests.get(data["participation_id"])
        if request is None:
            return
        request.outcome, request.ended_at = data["outcome"].lower(), self._at
        request.answer = self._text
        if data["outcome"] == "CONFIRMED":
            self._request = request
        if self._opt_out is not None:
            self._opt_out.requests_ended.append(request.row)

    def _joined(self, data: Any) -> None:
        item = data["subscription"]
        if item["person_key"] not in self._keys:
            return
        consent, list_id = item["consent"], item["list_id"]
        if self._request is None:
            keyword = consent if consent not in ("api", "import", "start") else None
            self._request = self._ask(self._campaign, keyword, "joined at once")
            self._request.how = "keyword" if keyword is not None else consent
            self._request.list_id, self._request.ended_at = list_id, self._at
        self._told.memberships.append(
            Membership(
                row=self._seq,
                list_id=list_id,
                name=self._lists.get(list_id, list_id),
                began_at=self._at,
                consent=consent,
                request=self._request.row,
            )
        )
        self._standing.joined(list_id)
        if consent in ("import", "start"):
            self._request = None

    def _left(self, data: Any) -> None:
        if data["person_key"] not in self._keys:
            return
        for item in self._told.memberships:
            if item.list_id == data["list_id"] and item.ended_at is None:
                item.ended_at, item.end_reason = self._at, data["reason"]
        if data["reason"] in WILL:
            opt_out = self._opt_out or self._opts_out(data["reason"], None)
            opt_out.lists_left.append(data["list_id"])
        self._standing.left(data["list_id"])

    def _opts_out(self, by: str, text: Text | None) -> OptOut:
        self._opt_out = OptOut(row=self._seq, at=self._at, by=by, text=text)
        self._told.opt_outs.append(self._opt_out)
        self._standing.opted_out(self._opt_out)
        return self._opt_out

    def _barred(self, data: Any) -> None:
        item = data["opt_out"]
        if item["mdn"] == self._number and self._opt_out is not None:
            self._opt_out.codes.append(item["code"])

    def _lifted(self, data: Any) -> None:
        if data["mdn"] != self._number:
            return
        if self._text is not None:
            by = f'the text "{self._text.text}", taken as {self._text.taken_as}'
        else:
            by = f"a call of the account's ({self._command})"
        for item in self._standing.lifted(data["code"]):
            item.lifted.append(Lifted(code=data["code"], at=self._at, by=by))

    def _handset(self, data: Any) -> None:
        dropped = data["disconnect"]
        if dropped is not None and dropped["mdn"] == self._number:
            self._told.disconnects.append(
                Disconnect(row=self._seq, at=self._at, carrier=dropped["carrier"])
            )


def _time_confirmation(item: OptOut, messages: Mapping[str, Message]) -> None:
    """How long after the opt-out its first confirmation was sent, and came."""
    if item.confirmations:
        first = messages[item.confirmations[0]]
        item.confirmed_after_s = seconds(item.at, first.at)
        if first.delivered_at is not None:
            item.read_after_s = seconds(item.at, first.delivered_at)


def iso(at: str | int) -> str:
    """A time as the journal has it, as `2026-01-05T15:00:00.000Z`: all of one length, so they sort."""
    moment = _EPOCH + timedelta(microseconds=at) if isinstance(at, int) else _parsed(at)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def seconds(start: str, end: str) -> float:
    """The seconds from one time to another."""
    return round((_parsed(end) - _parsed(start)).total_seconds(), 3)


def _parsed(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone(UTC)
