"""A campaign system with nobody at the other end: what is sent is kept, and time is a variable."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from harness.campaigns.activity_log import Activity, Kind, Reason
from harness.campaigns.flow import Choices
from harness.campaigns.people import Person
from harness.campaigns.smart_campaign import FlowStep, SendSms, Service, SmartCampaign
from harness.campaigns.smart_list import Filter, SmartList, Trigger
from harness.campaigns.system import CampaignSystem
from harness.vibes import ParticipantAnswer, SubmitAnswer, VibesClient

LIST = "1001"
START = datetime(2026, 1, 5, 15, tzinfo=UTC)
HI = SendSms(message="Hi", list_id=LIST, links="as_is")
SERVICE = Service(
    code="65047", lists=frozenset({"1001", "1002"}), acquisition_campaigns={"Join": "1001"}
)


class Deaf(VibesClient):
    """Takes whatever it is given and remembers it."""

    def __init__(self) -> None:
        super().__init__("http://vibes.test", "acme", "acme", "secret")
        self.texts: list[tuple[str, str]] = []
        self.asked: list[str] = []

    async def submit(self, *, mdn: str, text: str, **_told: Any) -> SubmitAnswer:
        """Keep the text."""
        self.texts.append((mdn, text))
        return SubmitAnswer(status=200, message_id=f"m{len(self.texts)}")

    async def add_participant(
        self, campaign_id: str, *, mdn: str, **_told: Any
    ) -> ParticipantAnswer:
        """Keep the number."""
        self.asked.append(mdn)
        return ParticipantAnswer(status=201, state="PENDING", expire_date=None)


class World:
    """A campaign system, its people and its time."""

    def __init__(
        self, *, service: Service | None = SERVICE, choices: Choices | None = None
    ) -> None:
        self.now = START
        self.vibes = Deaf()
        self.alarms: list[datetime | None] = []
        self.system = CampaignSystem(
            self.vibes,
            service,
            choices=choices or Choices(),
            receipts_url=None,
            now=lambda: self.now.isoformat(),
            alarm=self._set,
        )

    async def _set(self, due: datetime | None) -> None:
        self.alarms.append(due)

    def person(self, number: int = 1, *, member: bool = True, **fields: str) -> Person:
        """Someone new, on the list unless told otherwise."""
        person = Person(
            id=number,
            name=f"p{number}",
            phone=f"+1312555{number % 10_000:04}"
            if number < 10_000
            else f"+1{2_125_000_000 + number}",
            fields=fields,
        )
        self.system.people.add(person)
        if member and person.mdn is not None:
            self.system.membership.load(LIST, [person.mdn])
        return person

    def campaign(
        self,
        name: str,
        *flow: FlowStep,
        who: tuple[Filter, ...] = (),
        triggers: tuple[Trigger, ...] = (),
        **told: Any,
    ) -> SmartCampaign:
        """A campaign of those steps."""
        made = SmartCampaign(
            name=name, smart_list=SmartList(filters=who), triggers=triggers, flow=flow, **told
        )
        self.system.put(made)
        return made

    async def pass_time(self, by: timedelta) -> None:
        """Move time on, waking the campaign system at each instant it asked for."""
        until = self.now + by
        await self.system.drain()
        while (due := self.system.agenda.next_due()) is not None and due <= until:
            self.now = max(self.now, due)
            self.system.wake(self.now.isoformat())
            await self.system.drain()
        self.now = until

    def of(self, kind: Kind, person: Person | None = None) -> list[Activity]:
        """The activities of a kind."""
        return [
            item
            for item in self.system.log
            if item.kind is kind and person in (None, self.system.people.with_id(item.person_id))
        ]

    def reasons(self, person: Person | None = None) -> list[Reason]:
        """Why things were not done, in order."""
        log = self.system.log
        return [
            item.reason
            for item in (log if person is None else log.of(person.id))
            if item.reason is not None
        ]


def callback(
    kind: str, mdn: str, event_id: str, *, list_id: str = LIST, at: str = "2026-01-05T15:00:00Z"
) -> dict[str, Any]:
    """What the Platform tells of a subscription."""
    return {
        "event_id": event_id,
        "callback_type": f"subscription_{kind}",
        "event_date": at,
        "subscription": {
            "person": {"mobile_phone": {"mdn": mdn}},
            "subscription_list": {"id": list_id},
        },
    }


def receipt(submitter: str, stage: str, error: int | None = None) -> str:
    """What Connect tells of a message."""
    if error is None:
        status = '<status isError="false"><description>ok</description></status>'
    else:
        status = f'<status isError="true"><errorCode>{error}</errorCode></status>'
    return (
        f'<mtMessageResponse messageId="x" submitterMessageId="{submitter}" '
        f'receiptDate="2026-01-05T09:00:00.320-06:00"><type>{stage}</type>{status}'
        "</mtMessageResponse>"
    )
