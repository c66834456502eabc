"""The campaign system as a whole: campaigns that run, triggers that fire, callbacks that are heard.

What a callback triggers is queued and done by `drain`, so that a callback is answered at once and
the work it causes comes after it, in order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from xml.etree import ElementTree as ET

from harness.campaigns.activity_log import Activity, ActivityLog, Kind, Reason
from harness.campaigns.flow import Choices, Flow, Pace, Run
from harness.campaigns.membership import Change, Membership
from harness.campaigns.people import People, Person
from harness.campaigns.smart_campaign import Service, SmartCampaign, faults
from harness.campaigns.smart_list import (
    CampaignIsRequested,
    FillsOutForm,
    SubscribesToVibesList,
    Trigger,
)
from harness.vibes import VibesClient

SOFT_BOUNCES = frozenset({"100", "101"})
"""Receipt codes that may not happen again: unknown, and validity expired. All others are hard."""

CALLBACK_TYPES = ("subscription_added", "subscription_removed")
"""What the campaign system needs to be told by the Platform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What became of a run: it ran for so many people, or it did not run, and why.

    Source: Marketo: smart campaigns.
    """

    status: Literal["ran", "invalid", "over_limit"]
    people: int = 0
    reasons: tuple[str, ...] = ()


class CampaignSystem:
    """People, campaigns, membership and the log, joined to one Vibes account.

    Source: Marketo: smart campaigns.
    """

    def __init__(
        self,
        vibes: VibesClient,
        service: Service | None,
        *,
        choices: Choices,
        receipts_url: str | None,
        now: Callable[[], str],
        pace: Pace | None = None,
    ) -> None:
        self.people = People()
        self.membership = Membership()
        self.log = ActivityLog()
        self.campaigns: dict[str, SmartCampaign] = {}
        self._service = service
        self._now = now
        self._ran: dict[str, set[int]] = {}
        self._queue: deque[tuple[SmartCampaign, Person]] = deque()
        self._receipts: set[tuple[str, str]] = set()
        known = service or Service(code="", lists=frozenset(), acquisition_campaigns={})
        self._flow = Flow(
            vibes,
            known,
            self.people,
            self.membership,
            self.log,
            choices,
            receipts_url=receipts_url,
            now=now,
            pace=pace,
        )

    def faults(self, name: str) -> list[str]:
        """Why a campaign is invalid; empty where it may run. Raises KeyError."""
        return faults(self.campaigns[name], self._service)

    async def run(self, name: str) -> RunReport:
        """Run a batch campaign for everyone who qualifies: all of them, or nobody (R2, person limit)."""
        campaign = self.campaigns[name]
        wrong = tuple(self.faults(name))
        if wrong:
            return RunReport(status="invalid", reasons=wrong)
        qualified = [
            person for person in self.people if campaign.smart_list.holds(person, self.membership)
        ]
        count = sum(self._why_not(campaign, person) is None for person in qualified)
        limit = campaign.person_limit
        if limit is not None and count > limit:
            reason = f"{count} people qualify, the limit is {limit}"
            return RunReport(status="over_limit", reasons=(reason,))
        audience = self._those_who_may(campaign, qualified)
        await self._go(campaign, audience)
        return RunReport(status="ran", people=len(audience))

    async def fill_form(self, person: Person, form: str) -> None:
        """A person fills out a form; campaigns it triggers run for them."""
        self._note(person, Kind.FORM, detail=form)
        self._fire(person, lambda item: isinstance(item, FillsOutForm) and item.form == form)
        await self.drain()

    async def request(self, name: str, person: Person) -> None:
        """Request a trigger campaign for a person. Raises ValueError where it takes no requests."""
        campaign = self.campaigns[name]
        if not any(isinstance(item, CampaignIsRequested) for item in campaign.triggers):
            raise ValueError(f'campaign "{name}" has no trigger Campaign is Requested')
        self._note(person, Kind.REQUESTED, campaign=name)
        self._queue.append((campaign, person))
        await self.drain()

    def hear_callback(self, callback: dict[str, Any]) -> None:
        """Take in a Platform callback: membership changes at once, what it triggers is queued."""
        change = self.membership.hear(callback)
        if change is None:
            return
        for person in self.people.with_mdn(change.mdn):
            self._note_change(person, change)
            if change.kind == "joined" and not change.overtaken:
                self._fire(
                    person,
                    lambda item: (
                        isinstance(item, SubscribesToVibesList) and item.list_id == change.list_id
                    ),
                )

    def hear_receipt(self, body: str) -> None:
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
        self.log.add(
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

    async def drain(self) -> None:
        """Do all that triggers have queued, and what that queues in turn."""
        while self._queue:
            campaign, person = self._queue.popleft()
            wrong = "; ".join(self.faults(campaign.name))
            if wrong:
                reason = Reason.CAMPAIGN_INVALID
                self._note(person, Kind.NOT_QUALIFIED, campaign.name, reason, detail=wrong)
            elif not campaign.smart_list.holds(person, self.membership):
                self._note(person, Kind.NOT_QUALIFIED, campaign.name, Reason.DOES_NOT_MATCH)
            else:
                await self._go(campaign, self._those_who_may(campaign, [person]))

    def _fire(self, person: Person, meets: Callable[[Trigger], bool]) -> None:
        """Queue every campaign one of whose triggers is met; several triggers are alternatives."""
        for campaign in self.campaigns.values():
            if any(meets(item) for item in campaign.triggers):
                self._queue.append((campaign, person))

    def _those_who_may(self, campaign: SmartCampaign, people: list[Person]) -> list[Person]:
        """The people who go through the campaign; the others get an activity with the reason."""
        audience: list[Person] = []
        for person in people:
            reason = self._why_not(campaign, person)
            if reason is None:
                audience.append(person)
            else:
                self._note(person, Kind.NOT_QUALIFIED, campaign.name, reason)
        return audience

    def _why_not(self, campaign: SmartCampaign, person: Person) -> Reason | None:
        if person.deleted:
            return Reason.DELETED
        once = campaign.qualification == "once"
        ran = once and person.id in self._ran.get(campaign.name, set())
        return Reason.RAN_BEFORE if ran else None

    async def _go(self, campaign: SmartCampaign, audience: list[Person]) -> None:
        self._ran.setdefault(campaign.name, set()).update(person.id for person in audience)
        run = Run(campaign.name)
        for step in campaign.flow:
            await self._flow.carry_out(step, audience, run)

    def _note_change(self, person: Person, change: Change) -> None:
        joined = change.kind == "joined"
        self.log.add(
            Activity(
                at=change.at,
                person_id=person.id,
                kind=Kind.SUBSCRIBES if joined else Kind.UNSUBSCRIBES,
                list_id=change.list_id,
                detail=change.reason or "",
            )
        )

    def _note(
        self,
        person: Person,
        kind: Kind,
        campaign: str | None = None,
        reason: Reason | None = None,
        *,
        detail: str = "",
    ) -> None:
        self.log.add(
            Activity(
                at=self._now(),
                person_id=person.id,
                kind=kind,
                campaign=campaign,
                reason=reason,
                detail=detail,
            )
        )
