"""The campaign system as a whole: campaigns that run, triggers that fire, callbacks that are heard.

What a callback, a click or the clock triggers is queued and done by `drain`, so that whoever told
of it is answered at once and the work it causes comes after it, in order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from harness.campaigns.activity_log import Activity, ActivityLog, Kind, Reason
from harness.campaigns.calendar import Wait
from harness.campaigns.choosing import together, ways
from harness.campaigns.flow import Choices, Flow, Pace, Run
from harness.campaigns.hearing import Hearing
from harness.campaigns.membership import Membership
from harness.campaigns.people import People, Person
from harness.campaigns.qualification import Runs
from harness.campaigns.rounds import CampaignsNeverEnd, Rounds
from harness.campaigns.smart_campaign import (
    ChangeDataValue,
    FlowStep,
    RequestCampaign,
    Service,
    SmartCampaign,
    SmsStep,
    faults,
)
from harness.campaigns.smart_list import (
    CampaignIsRequested,
    DataValueChanges,
    FillsOutForm,
    Known,
    PersonIsCreated,
    Trigger,
)
from harness.campaigns.waiting import Agenda, Parked, Planned, Triggered, Work
from harness.vibes import VibesClient

CALLBACK_TYPES = ("subscription_added", "subscription_removed")
"""What the campaign system needs to be told by the Platform."""

Alarm = Callable[[datetime | None], Awaitable[None]]
"""Asks to be woken at an instant, or no more."""


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
        look: Pace | None = None,
        alarm: Alarm | None = None,
    ) -> None:
        self.people = People()
        self.membership = Membership()
        self.log = ActivityLog()
        self.campaigns: dict[str, SmartCampaign] = {}
        self.reports: dict[str, RunReport] = {}
        self.agenda = Agenda()
        self.broken: CampaignsNeverEnd | None = None
        self._service = service
        self._now = now
        self._look = look
        self._alarm = alarm
        self._alarmed: datetime | None = None
        self._ran = Runs()
        self._rounds = Rounds()
        self._queue: deque[Work] = deque()
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
        self._hearing = Hearing(
            self.people, self.membership, self.log, self._flow, now=now, fire=self._fire
        )

    @property
    def moment(self) -> datetime:
        """The account's time, as far as it was last heard of."""
        return datetime.fromisoformat(self._now())

    @property
    def _known(self) -> Known:
        return Known(membership=self.membership, log=self.log, now=self.moment)

    def faults(self, name: str) -> list[str]:
        """Why a campaign is invalid; empty where it may run. Raises KeyError."""
        return faults(self.campaigns[name], self._service, self.campaigns)

    def put(self, campaign: SmartCampaign) -> None:
        """Take in a campaign, or what one was edited to; who waits in the old one keeps its flow.

        A run that is scheduled for this instant is due. Source: Marketo: wait flow step.
        """
        self.campaigns[campaign.name] = campaign
        self._plan_next(campaign, or_now=True)

    async def run(self, name: str) -> RunReport:
        """Run a batch campaign for everyone who qualifies: all of them, or nobody (R2, person limit)."""
        report = self.reports[name] = await self._run(self.campaigns[name])
        await self.drain()
        return report

    async def create(self, person: Person) -> None:
        """A person comes into the database; campaigns it triggers run for them."""
        self.people.add(person)
        self._note(person, Kind.CREATED)
        self._fire(person, lambda item: isinstance(item, PersonIsCreated))
        await self.drain()

    def delete(self, person: Person) -> None:
        """A person is deleted: wherever they wait, they go no further (R18)."""
        person.deleted = True

    async def change(self, person: Person, field: str, value: str) -> None:
        """A field of a person gets a value; one it has already changes nothing."""
        self._change(person, field, value)
        await self.drain()

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
        self._request(campaign, person)
        await self.drain()

    def wake(self, at: str) -> None:
        """The clock got to where the campaign system wished to be woken; what is due is queued."""
        now = datetime.fromisoformat(at)
        self._alarmed = None
        self._queue.extend(self.agenda.due(now))

    def hear_click(self, code: str) -> str | None:
        """A tracked link was opened: where it leads, or None where there is no such link (R21)."""
        return self._hearing.click(code)

    def hear_callback(self, callback: dict[str, Any]) -> None:
        """Take in a Platform callback: membership changes at once, what it triggers is queued."""
        self._hearing.callback(callback)

    def hear_receipt(self, body: str) -> None:
        """Take in a Connect receipt: delivered, or bounced soft or hard (R22); once for a message."""
        self._hearing.receipt(body)

    @property
    def idle(self) -> bool:
        """Whether `drain` has nothing to do: nothing is queued or due, and it is woken in time."""
        due = self.agenda.next_due()
        if self._queue or (due != self._alarmed and self._alarm is not None):
            return False
        return due is None or due > self.moment

    async def drain(self) -> None:
        """Do all that is queued, and what that queues in turn; then ask to be woken in time.

        Raises CampaignsNeverEnd, and does none of it any more.
        """
        self._queue.extend(self.agenda.due(self.moment))
        if self._queue and self._look is not None:
            await self._look()
        try:
            while self._queue:
                await self._do(self._queue.popleft())
        except CampaignsNeverEnd as error:
            self._queue.clear()
            self.broken = error
            raise
        due = self.agenda.next_due()
        if due != self._alarmed and self._alarm is not None:
            self._alarmed = due
            await self._alarm(due)

    async def _do(self, item: Work) -> None:
        if isinstance(item, Parked):
            await self._pass(item.campaign, self._still_there(item), item.steps, item.run)
        elif isinstance(item, Triggered):
            self._rounds.count(item.campaign.name, item.person.id, self.moment)
            await self._triggered(item.campaign, item.person)
        elif item.campaign is self.campaigns[item.campaign.name]:  # else it was edited since
            self.reports[item.campaign.name] = await self._run(item.campaign)
            self._plan_next(item.campaign)

    def _still_there(self, parked: Parked) -> list[Person]:
        """Who waited and goes on; whoever was deleted meanwhile gets an activity instead."""
        for person in parked.people:
            if person.deleted:
                self._note(person, Kind.NOT_QUALIFIED, parked.campaign.name, Reason.DELETED)
        return [person for person in parked.people if not person.deleted]

    async def _run(self, campaign: SmartCampaign) -> RunReport:
        wrong = tuple(self.faults(campaign.name))
        if wrong:
            return RunReport(status="invalid", reasons=wrong)
        known = self._known
        qualified = [person for person in self.people if campaign.smart_list.holds(person, known)]
        limit, now = campaign.person_limit, known.now
        if limit is not None:
            count = sum(self._why_not(campaign, person, now) is None for person in qualified)
            if count > limit:
                reason = f"{count} people qualify, the limit is {limit}"
                return RunReport(status="over_limit", reasons=(reason,))
        audience = self._those_who_may(campaign, qualified)
        await self._go(campaign, audience)
        return RunReport(status="ran", people=len(audience))

    async def _triggered(self, campaign: SmartCampaign, person: Person) -> None:
        wrong = "; ".join(self.faults(campaign.name))
        if wrong:
            reason = Reason.CAMPAIGN_INVALID
            self._note(person, Kind.NOT_QUALIFIED, campaign.name, reason, detail=wrong)
        elif not campaign.smart_list.holds(person, self._known):
            self._note(person, Kind.NOT_QUALIFIED, campaign.name, Reason.DOES_NOT_MATCH)
        else:
            await self._go(campaign, self._those_who_may(campaign, [person]))

    async def _go(self, campaign: SmartCampaign, audience: list[Person]) -> None:
        now = self.moment
        for person in audience:
            self._ran.note(campaign.name, person.id, now)
        await self._pass(campaign, audience, campaign.flow, Run(campaign.name))

    async def _pass(
        self,
        campaign: SmartCampaign,
        audience: list[Person],
        steps: tuple[FlowStep, ...],
        run: Run,
    ) -> None:
        """Take the audience through the steps. Who comes to a wait goes on by themselves after it."""
        for number, step in enumerate(steps, start=1):
            waiting: set[int] = set()
            for one, people in ways(step, audience, self._known):
                if isinstance(one, Wait):
                    self._park(campaign, people, one, steps[number:], run)
                    waiting.update(person.id for person in people)
                else:
                    await self._carry_out(one, people, run)
            audience = [person for person in audience if person.id not in waiting]

    async def _carry_out(self, step: FlowStep | None, audience: list[Person], run: Run) -> None:
        if isinstance(step, RequestCampaign):
            for person in audience:
                self._request(self.campaigns[step.campaign], person)
        elif isinstance(step, ChangeDataValue):
            for person in audience:
                self._change(person, step.field, step.value)
        elif isinstance(step, SmsStep):
            await self._flow.carry_out(step, audience, run)

    def _park(
        self,
        campaign: SmartCampaign,
        audience: list[Person],
        wait: Wait,
        steps: tuple[FlowStep, ...],
        run: Run,
    ) -> None:
        """Let people wait, together where they wait equally long."""
        now = self.moment
        for due, people in together(wait, audience, now).items():
            for person in people:
                self._note(person, Kind.WAITS, campaign.name, detail=f"until {due.isoformat()}")
            parked = Parked(campaign=campaign, people=tuple(people), steps=steps, run=run)
            if due <= now:
                self._queue.append(parked)
            else:
                self.agenda.add(due, parked)

    def _plan_next(self, campaign: SmartCampaign, *, or_now: bool = False) -> None:
        schedule = campaign.schedule
        due = schedule.next_after(self.moment, or_at=or_now) if schedule is not None else None
        if due is not None:
            self.agenda.add(due, Planned(campaign=campaign))

    def _request(self, campaign: SmartCampaign, person: Person) -> None:
        self._note(person, Kind.REQUESTED, campaign=campaign.name)
        if campaign.active:
            self._queue.append(Triggered(campaign=campaign, person=person))
        else:
            self._note(person, Kind.NOT_QUALIFIED, campaign.name, Reason.NOT_ACTIVE)

    def _change(self, person: Person, field: str, value: str) -> None:
        before_phone = person.mdn
        if not person.put(field, value):
            return
        value = person.value(field)
        if field == "phone":
            self.people.moved(person, before_phone)
        self._note(person, Kind.CHANGED, detail=f"{field} is {value}")
        self._fire(
            person,
            lambda item: (
                isinstance(item, DataValueChanges)
                and item.field == field
                and (item.to is None or item.to.casefold() == value.casefold())
            ),
        )

    def _fire(self, person: Person, meets: Callable[[Trigger], bool]) -> None:
        """Queue every active campaign one of whose triggers is met; several are alternatives."""
        for campaign in self.campaigns.values():
            if campaign.active and any(meets(item) for item in campaign.triggers):
                self._queue.append(Triggered(campaign=campaign, person=person))

    def _those_who_may(self, campaign: SmartCampaign, people: list[Person]) -> list[Person]:
        """The people who go through the campaign; the others get an activity with the reason."""
        audience: list[Person] = []
        now = self.moment
        for person in people:
            reason = self._why_not(campaign, person, now)
            if reason is None:
                audience.append(person)
            else:
                self._note(person, Kind.NOT_QUALIFIED, campaign.name, reason)
        return audience

    def _why_not(self, campaign: SmartCampaign, person: Person, now: datetime) -> Reason | None:
        if person.deleted:
            return Reason.DELETED
        last = self._ran.last(campaign.name, person.id)
        may = campaign.qualification.allows(last, now)
        return None if may else Reason.RAN_BEFORE

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
