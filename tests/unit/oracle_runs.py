"""Runs made by hand for the tests of the oracles: rows as the journal has them, and activities."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.campaigns.activity_log import Activity, Kind
from harness.campaigns.people import People, Person
from harness.message_book import MessageBook
from harness.oracles import Evidence, History, Name, Violation, violations

ANA = "+13125550101"
BEN = "+13125550102"
CODE = "65047"
START = 1_767_625_200_000_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Run:
    """A run under way at a moment of its own; whatever is called happens then."""

    def __init__(self, **settings: Any) -> None:
        self.rows: list[dict[str, Any]] = []
        self.activities: list[Activity] = []
        self.people = People()
        self.now = START
        self.settings = {
            "stop_scope": "code",
            "stop_blocks_sends": True,
            "stop_reply_window": DAY,
            "window_edge": "exclusive",
            "start": "unblock",
        } | settings
        self.campaigns = [
            {
                "id": "JoinVip01",
                "list_id": "1001",
                "code": CODE,
                "keywords": ["VIP"],
                "double_opt_in": True,
                "window": DAY,
                "yes": ["Y"],
                "yes_pattern": None,
            }
        ]
        account = {
            "clock": {"now": START},
            "source_codes": [{"code": CODE}],
            "settings": self.settings,
            "campaigns": self.campaigns,
        }
        self.row("AccountOpened", account=account)

    def at(self, after: int) -> None:
        """Time is now so long after the start."""
        self.now = START + after

    def row(self, kind: str, **data: Any) -> dict[str, Any]:
        """A row of the journal."""
        row = {
            "seq": len(self.rows) + 1,
            "at": self.iso,
            "kind": "event",
            "type": kind,
            "data": {"type": kind, **data},
        }
        self.rows.append(row)
        return row

    @property
    def iso(self) -> str:
        """The moment as the journal writes it."""
        moment = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=self.now)
        return moment.isoformat().replace("+00:00", "Z")

    def person(self, name: str = "ana", mdn: str = ANA, flag: str | None = None) -> Person:
        """A person of the campaign system, known at Vibes too."""
        person = Person(id=len(self.people) + 1, name=name, phone=mdn)
        if flag is not None:
            person.put(flag, "true")
        self.people.add(person)
        self.row("PersonAdded", person={"person_key": f"key {mdn}", "mdn": mdn})
        return person

    def member(self, list_id: str = "1001", mdn: str = ANA, consent: str = "import") -> None:
        """A number becomes a member."""
        subscription = {
            "person_key": f"key {mdn}",
            "list_id": list_id,
            "opt_in_at": self.now,
            "consent": consent,
        }
        self.row("SubscriptionAdded", subscription=subscription)

    def leaves(self, list_id: str = "1001", mdn: str = ANA, reason: str = "api_opt_out") -> None:
        """A number is no member any more."""
        self.row(
            "SubscriptionRemoved",
            person_key=f"key {mdn}",
            list_id=list_id,
            at=self.now,
            reason=reason,
        )

    def texts(self, text: str, taken_as: str, mdn: str = ANA, code: str = CODE) -> None:
        """A phone texts."""
        mo = {
            "message_id": f"mo {len(self.rows)}",
            "mdn": mdn,
            "code": code,
            "text": text,
            "received_at": self.now,
            "taken_as": taken_as,
        }
        self.row("MoReceived", mo=mo)

    def accepts(
        self,
        purpose: str = "connect",
        mdn: str = ANA,
        *,
        text: str = "Sale today",
        code: str = CODE,
        **more: Any,
    ) -> str:
        """Vibes takes a message in; its id."""
        mt = {
            "message_id": f"mt {len(self.rows)}",
            "mdn": mdn,
            "code": code,
            "text": text,
            "purpose": purpose,
            "accepted_at": self.now,
            "submitted_text": None,
            "subject_id": None,
            "submitter_id": None,
            "forwarded_from": None,
        } | more
        self.row("MtAccepted", mt=mt)
        return str(mt["message_id"])

    def moves(self, message_id: str, state: str = "delivered", error: int | None = None) -> None:
        """A message gets to a state."""
        self.row("MtMoved", message_id=message_id, state=state, at=self.now, error_code=error)

    def arrives(self, purpose: str = "connect", mdn: str = ANA, **more: Any) -> str:
        """A message is taken in and delivered at once; its id."""
        message_id = self.accepts(purpose, mdn, **more)
        self.moves(message_id)
        return message_id

    def opts_out(self, mdn: str = ANA, code: str = CODE) -> None:
        """A number is opted out."""
        opt_out = {"code": code, "mdn": mdn, "at": self.now, "list_ids": []}
        self.row("OptedOut", opt_out=opt_out)

    def lifts(self, mdn: str = ANA, code: str = CODE) -> None:
        """Its opt-out is lifted."""
        self.row("OptOutLifted", code=code, mdn=mdn)

    def stop(self, mdn: str = ANA) -> None:
        """A STOP as it ought to go."""
        self.texts("STOP", "stop", mdn)
        self.arrives("stop_reply", mdn)
        self.opts_out(mdn)

    def asks(self, key: str = "p1", window: int = DAY, mdn: str = ANA, **more: Any) -> None:
        """A request to join, or its window moved."""
        participation = {
            "participation_id": key,
            "campaign_id": "JoinVip01",
            "mdn": mdn,
            "keyword": None,
            "expires_at": self.now + window,
        } | more
        self.row("ParticipationOpened", participation=participation)

    def ends(self, key: str = "p1", outcome: str = "CONFIRMED") -> None:
        """A request ends."""
        self.row("ParticipationEnded", participation_id=key, outcome=outcome)

    def does(
        self,
        kind: Kind,
        person: Person,
        campaign: str | None = None,
        list_id: str | None = None,
        detail: str = "",
    ) -> None:
        """The campaign system does something, and logs it."""
        self.activities.append(
            Activity(
                at=self.iso,
                person_id=person.id,
                kind=kind,
                campaign=campaign,
                list_id=list_id,
                detail=detail,
            )
        )

    def sends(self, campaign: str, list_id: str, person: Person, text: str = "Sale today") -> str:
        """The campaign system sends a message, which arrives; its id."""
        submitter = f"s{len(self.rows)}"
        message_id = self.arrives(mdn=person.mdn or "", text=text, submitter_id=submitter)
        self.does(Kind.SMS_SENT, person, campaign, list_id, message_id)
        return message_id

    def told(self, notice: dict[str, Any], callback_type: str, event_id: str = "e1") -> None:
        """Vibes tells the campaign system something, which takes it."""
        delivery = {
            "delivery_id": f"d {len(self.rows)}",
            "event_id": event_id,
            "callback_type": callback_type,
            "url": "http://campaigns.test/x/callbacks",
            "version": 2,
            "notice": notice,
        }
        self.row("CallbackQueued", delivery=delivery)
        self.row("CallbackDelivered", delivery_id=delivery["delivery_id"], attempt=1, status=204)

    def history(self, rows: list[dict[str, Any]] | None = None, **more: Any) -> History:
        """All of it, or those rows of it, read."""
        evidence = Evidence(
            activities=self.activities,
            people=self.people,
            endpoint="http://campaigns.test/",
        )
        told, book = self.rows if rows is None else rows, MessageBook()
        book.read(told)
        history = History(replace(evidence, **more), book)
        history.read(told)
        return history

    def broke(self, name: Name, **more: Any) -> list[Violation]:
        """What broke of one invariant; nothing else may have."""
        found = violations(self.history(**more))
        assert {item.invariant for item in found} <= {name}, found
        return found
