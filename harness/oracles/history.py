"""The journal and the activity log, read once and put in order, for all judges to look things up.

Every row is looked at once, and every lookup is by number, code or message, so that a run of many
people is judged in time that grows with its journal and no faster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from harness import chronicle
from harness.campaigns.activity_log import Activity, Kind
from harness.campaigns.people import FLAGS, Person
from harness.message_book import MessageBook, Sms
from harness.oracles.evidence import Evidence, Row
from harness.oracles.records import Membership, Request, Span

SECOND = 1_000_000
MINUTE = 60 * SECOND

CAMPAIGN_PURPOSES = frozenset({"connect", "broadcast", "event"})
"""Messages a client sends of its own accord; all others answer what somebody asked for (CTIA)."""


class History:
    """What happened: the messages of a book, and the rest of the journal as it is told.

    Source: inferred.
    """

    def __init__(self, evidence: Evidence, book: MessageBook) -> None:
        self.evidence = evidence
        self.messages, self.of_number = book.messages, book.of_number
        self.texts, self.strays = book.texts, book.strays
        self.account: Any = None
        self.requests: dict[str, Request] = {}
        self.requests_of: dict[str, list[Request]] = {}
        self.memberships: dict[tuple[str, str], list[Membership]] = {}
        self.joined: list[Membership] = []
        self.opt_outs: dict[tuple[str, str], list[Span]] = {}
        self.broadcasts: dict[str, list[Row]] = {}
        self.told: dict[str, Any] = {}
        self.taken: list[Row] = []
        self._mdn_of: dict[str, str] = {}
        self._active: dict[tuple[str, str], Membership] = {}
        self._last: Row | None = None
        self.people: dict[int, Person] = {person.id: person for person in evidence.people}
        self.sent: dict[str, list[Activity]] = {}
        self._changes: dict[tuple[int, str], list[tuple[int, str]]] = {}
        self.came: set[int] = set()
        self.moved: set[int] = set()
        self.forms: dict[int, list[int]] = {}
        self._read_activities()

    @property
    def settings(self) -> Any:
        """The settings of the account."""
        return self.account["settings"]

    @cached_property
    def lists(self) -> frozenset[str]:
        """Every list that anybody was ever on."""
        return frozenset(list_id for _, list_id in self.memberships)

    @cached_property
    def feeding(self) -> dict[str, list[Any]]:
        """The acquisition campaigns that lead to each list."""
        found: dict[str, list[Any]] = {}
        for item in self.account["campaigns"]:
            found.setdefault(item["list_id"], []).append(item)
        return found

    @property
    def start(self) -> int:
        """When the account's clock began."""
        return int(self.account["clock"]["now"])

    @property
    def end(self) -> int:
        """The time of the last thing that happened."""
        return self.start if self._last is None else instant(self._last)

    def campaign(self, campaign_id: str) -> Any:
        """An acquisition campaign."""
        return next(item for item in self.account["campaigns"] if item["id"] == campaign_id)

    def opted_out(self, code: str, mdn: str, seq: int) -> Span | None:
        """The opt-out of a number from a code that stood at a place in the journal."""
        spans = self.opt_outs.get((code, mdn), ())
        return next((item for item in spans if item.holds(seq)), None)

    def is_member(self, mdn: str, list_id: str, seq: int) -> bool:
        """Whether a number was on a list at a place in the journal."""
        return any(item.holds(seq) for item in self.memberships.get((mdn, list_id), ()))

    def is_own(self, sms: Sms) -> bool:
        """Whether the campaign system submitted it, or the application in its place."""
        outside = self.evidence.outside
        if outside is None:
            return sms.id in self.sent
        return sms.purpose == "connect" and sms.id not in outside.by_hand

    def value_at(self, person: Person, name: str, index: int) -> str | None:
        """What a field held at a place in the activity log; None where that is unknown."""
        changes = self._changes.get((person.id, name))
        if changes is None:
            return person.value(name)
        before = [value for at, value in changes if at < index]
        if before:
            return before[-1]
        if name in FLAGS:
            return "false" if changes[0][1].lower() == "true" else "true"
        return None

    def read(self, rows: Sequence[Row]) -> None:
        """Take in the next rows of the journal. Raises ValueError where no account was opened."""
        chronicle.read(rows, self._readers)
        if rows:
            self._last = rows[-1]
        if self.account is None:
            raise ValueError("the journal does not begin with an account that was opened")

    @cached_property
    def _readers(self) -> dict[str, chronicle.Reader]:
        return {
            "AccountOpened": self._opened,
            "PersonAdded": self._person,
            "PersonUpdated": self._person,
            "ParticipationOpened": self._asked,
            "ParticipationEnded": self._ended,
            "SubscriptionAdded": self._added,
            "SubscriptionRemoved": self._removed,
            "OptedOut": self._opted_out,
            "OptOutLifted": self._lifted,
            "BroadcastSaved": self._broadcast,
            "BroadcastStarted": self._broadcast,
            "RecipientSkipped": self._broadcast,
            "CallbackQueued": self._queued,
            "CallbackKept": self._queued,
            "CallbackDelivered": self._delivered,
        }

    @property
    def types(self) -> frozenset[str]:
        """The types of the rows it is told by, and the last of all that tells the time."""
        return frozenset((*self._readers, "MoveClock", "ClockMoved"))

    def _read_activities(self) -> None:
        for index, item in enumerate(self.evidence.activities):
            if item.kind is Kind.SMS_SENT:
                self.sent.setdefault(item.detail, []).append(item)
            elif item.kind is Kind.CREATED:
                self.came.add(item.person_id)
            elif item.kind is Kind.FORM:
                self.forms.setdefault(item.person_id, []).append(instant({"at": item.at}))
            elif item.kind is Kind.CHANGED:
                name, _, value = item.detail.partition(" is ")
                self._changes.setdefault((item.person_id, name), []).append((index, value))
                if name == "phone":
                    self.moved.add(item.person_id)

    def _opened(self, _row: Row, data: Any) -> None:
        self.account = data["account"]

    def _person(self, _row: Row, data: Any) -> None:
        person = data["person"]
        if person["mdn"] is not None:
            self._mdn_of[person["person_key"]] = person["mdn"]

    def _asked(self, row: Row, data: Any) -> None:
        item = data["participation"]
        known = self.requests.get(item["participation_id"])
        if known is not None:
            known.rows.append(row)
            return
        request = self.requests[item["participation_id"]] = Request(item, [row])
        self.requests_of.setdefault(item["mdn"], []).append(request)

    def _ended(self, row: Row, data: Any) -> None:
        request = self.requests.get(data["participation_id"])
        if request is not None:
            request.ended = row

    def _added(self, row: Row, data: Any) -> None:
        item = data["subscription"]
        mdn = self._mdn_of.get(item["person_key"])
        membership = Membership(row, mdn=mdn)
        self._active[item["person_key"], item["list_id"]] = membership
        self.joined.append(membership)
        if mdn is not None:
            self.memberships.setdefault((mdn, item["list_id"]), []).append(membership)

    def _removed(self, row: Row, data: Any) -> None:
        membership = self._active.pop((data["person_key"], data["list_id"]), None)
        if membership is not None:
            membership.ended = row

    def _opted_out(self, row: Row, data: Any) -> None:
        key = data["opt_out"]["code"], data["opt_out"]["mdn"]
        spans = self.opt_outs.setdefault(key, [])
        if not spans or spans[-1].ended is not None:
            spans.append(Span(row))

    def _lifted(self, row: Row, data: Any) -> None:
        spans = self.opt_outs.get((data["code"], data["mdn"]))
        if spans:
            spans[-1].ended = row

    def _broadcast(self, row: Row, data: Any) -> None:
        key = data["broadcast"]["broadcast_id"] if "broadcast" in data else data["broadcast_id"]
        self.broadcasts.setdefault(key, []).append(row)

    def _queued(self, _row: Row, data: Any) -> None:
        self.told[data["delivery"]["delivery_id"]] = data["delivery"]

    def _delivered(self, row: Row, _data: Any) -> None:
        self.taken.append(row)

    def at_campaigns(self) -> Iterator[tuple[Row, Any]]:
        """What the campaign system was told and took (2XX), with the row that says so."""
        if self.evidence.endpoint is None:
            return
        for row in self.taken:
            delivery = self.told.get(row["data"]["delivery_id"])
            if delivery is not None and delivery["url"].startswith(self.evidence.endpoint):
                yield row, delivery


def instant(row: Row) -> int:
    """When a row was written, in microseconds."""
    return microseconds(datetime.fromisoformat(str(row["at"])))


def microseconds(moment: datetime) -> int:
    """A moment as the journal counts time.

    Source: inferred.
    """
    return (moment - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)
