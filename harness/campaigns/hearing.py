"""What the campaign system hears: callbacks of the Platform, receipts of Connect, clicks.

Source: Marketo: R14 to R17, R21, R22. What is heard twice changes nothing the second time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

from harness.campaigns.activity_log import Activity, ActivityLog, Kind, Reason
from harness.campaigns.flow import Flow
from harness.campaigns.membership import Change, Membership
from harness.campaigns.people import People, Person
from harness.campaigns.smart_list import (
    SmsHappens,
    SubscribesToVibesList,
    Trigger,
    UnsubscribesFromVibesList,
)

SOFT_BOUNCES = frozenset({"100", "101"})
"""Receipt codes that may not happen again: unknown, and validity expired. All others are hard."""

Fire = Callable[[Person, Callable[[Trigger], bool]], None]
"""Queues the campaigns that something about a person triggers."""


class Hearing:
    """Takes in what is told, puts it into membership and log, and fires what it triggers.

    Source: Marketo: R14 to R17, R21, R22.
    """

    def __init__(
        self,
        people: People,
        membership: Membership,
        log: ActivityLog,
        flow: Flow,
        *,
        now: Callable[[], str],
        fire: Fire,
    ) -> None:
        self._people = people
        self._membership = membership
        self._log = log
        self._flow = flow
        self._now = now
        self._fire = fire
        self._receipts: set[tuple[str, str]] = set()
        flow.on_sent = lambda person, campaign: self._sms(person, Kind.SMS_SENT, campaign)

    def callback(self, told: dict[str, Any]) -> None:
        """Take in a Platform callback: membership changes at once, what it triggers is queued."""
        change = self._membership.hear(told)
        if change is None:
            return
        trigger = SubscribesToVibesList if change.kind == "joined" else UnsubscribesFromVibesList
        for person in self._people.with_mdn(change.mdn):
            self._note_change(person, change)
            if not change.overtaken:
                self._fire(
                    person,
                    lambda item: isinstance(item, trigger) and item.list_id == change.list_id,
                )

    def receipt(self, body: str) -> None:
        """Take in a Connect receipt: delivered, or bounced soft or hard (R22); once for a message."""
        receipt = ET.fromstring(body)
        sent = self._flow.sent.get(receipt.get("submitterMessageId", ""))
        stage, status = receipt.findtext("type", ""), receipt.find("status")
        if sent is None or status is None:
            return
        failed = status.get("isError") == "true"
        if not failed and stage != "Handset":
            return
        kind = Kind.SMS_BOUNCED if failed else Kind.SMS_DELIVERED
        key = (receipt.get("submitterMessageId", ""), kind)
        if key in self._receipts:
            return
        self._receipts.add(key)
        code = status.findtext("errorCode", "")
        bounced = Reason.SOFT if code in SOFT_BOUNCES else Reason.HARD
        self._log.add(
            Activity(
                at=receipt.get("receiptDate", ""),
                person_id=sent.person_id,
                kind=kind,
                campaign=sent.campaign,
                list_id=sent.list_id,
                reason=bounced if failed else None,
                detail=f"{code} {status.findtext('description', '')}".strip(),
            )
        )
        self._sms(self._people.with_id(sent.person_id), kind, sent.campaign)

    def click(self, code: str) -> str | None:
        """A tracked link was opened: where it leads, or None where there is no such link (R21)."""
        link = self._flow.links.get(code)
        if link is None:
            return None
        person = self._people.with_id(link.person_id)
        self._log.add(
            Activity(
                at=self._now(),
                person_id=person.id,
                kind=Kind.SMS_CLICKED,
                campaign=link.campaign,
                list_id=link.list_id,
                detail=link.destination,
            )
        )
        self._sms(person, Kind.SMS_CLICKED, link.campaign)
        return link.destination

    def _sms(self, person: Person, kind: Kind, campaign: str) -> None:
        """A message to a person was sent, arrived, bounced or was clicked."""
        self._fire(
            person,
            lambda item: (
                isinstance(item, SmsHappens)
                and item.kind is kind
                and item.campaign in (None, campaign)
            ),
        )

    def _note_change(self, person: Person, change: Change) -> None:
        joined = change.kind == "joined"
        self._log.add(
            Activity(
                at=change.at,
                person_id=person.id,
                kind=Kind.SUBSCRIBES if joined else Kind.UNSUBSCRIBES,
                list_id=change.list_id,
                detail=change.reason or "",
            )
        )
