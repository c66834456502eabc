"""What each SMS flow step does to an audience, person by person, with an activity for everyone.

Rules: Marketo R3-R11, R15; A1, A3, A5, A10, A11 of docs/fidelity.md.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from harness.campaigns.activity_log import Activity, ActivityLog, Kind, Reason
from harness.campaigns.links import Links
from harness.campaigns.membership import Membership
from harness.campaigns.people import People, Person, PhoneEquality
from harness.campaigns.smart_campaign import (
    SendSms,
    Service,
    SmsStep,
    SubscribeToVibesList,
    UnsubscribeFromVibesList,
)
from harness.vibes import AnswerLost, ReceiptOption, VibesClient, VibesError

Pace = Callable[[], Awaitable[None]]

_TOKEN = re.compile(r"\{\{lead\.([^}:]+?)(?::default=([^}]*))?\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the sources leave open; the letters are rows of docs/fidelity.md."""

    duplicate_winner: Literal["first", "lowest_id", "vibes_person"] = "first"  # A1
    dedupe_window: Literal["step", "run", "message"] = "step"  # A3
    phone_equality: PhoneEquality = "normalised"  # A5
    blocks_stop_subscribe: bool = False  # A11
    receipts: ReceiptOption = "ALL"


@dataclass(slots=True)
class Sent:
    """A message that Vibes took: whose, and for which campaign and list.

    Source: Marketo: send-an-sms-message.
    """

    person_id: int
    campaign: str
    list_id: str


@dataclass(slots=True)
class Run:
    """One run of a campaign: for whom, and which numbers it has messaged already (A3)."""

    campaign: str
    messaged: set[tuple[str, str]] = field(default_factory=set)


class Flow:
    """Carries out flow steps against Vibes. `sent` finds the person of a receipt by submitter id.

    Source: Marketo: send-an-sms-message.
    """

    def __init__(
        self,
        vibes: VibesClient,
        service: Service,
        people: People,
        membership: Membership,
        log: ActivityLog,
        choices: Choices,
        *,
        receipts_url: str | None,
        now: Callable[[], str],
        pace: Pace | None = None,
    ) -> None:
        self.sent: dict[str, Sent] = {}
        self.links = Links()
        self.on_sent: Callable[[Person, str], None] | None = None
        self._vibes = vibes
        self._service = service
        self._people = people
        self._membership = membership
        self._log = log
        self._choices = choices
        self._receipts_url = receipts_url
        self._now = now
        self._pace = pace
        self._messaged_ever: set[tuple[str, str]] = set()

    async def carry_out(self, step: SmsStep, audience: list[Person], run: Run) -> None:
        """Do the step for the audience, in order. The campaign is valid, so nothing is missing."""
        match step:
            case SendSms(message=str(), list_id=str(list_id)):
                await self._send(step, list_id, audience, run)
            case SubscribeToVibesList(list_id=str(list_id), campaign_id=str(campaign_id)):
                for person in audience:
                    await self._subscribe(list_id, campaign_id, person, run)
            case UnsubscribeFromVibesList(list_id=str(list_id)):
                for person in audience:
                    await self._unsubscribe(list_id, person, run)
            case _:
                raise ValueError(f"{step} is incomplete; validation lets no such step run")

    async def _send(self, step: SendSms, list_id: str, audience: list[Person], run: Run) -> None:
        messaged = self._messaged(run)
        for person in await self._with_winners_first(audience):
            key = self._dedupe_key(step.message or "", list_id, person)
            reason = self._why_not(person, list_id)
            if reason is None and key in messaged:
                reason = Reason.DUPLICATE_PHONE
            if reason is not None:
                self._note(Kind.SMS_SKIPPED, person, list_id, run, reason)
                continue
            messaged.add(key)
            await self._submit(step, list_id, person, run)

    async def _submit(self, step: SendSms, list_id: str, person: Person, run: Run) -> None:
        text = self.links.rewrite(
            expand(step.message or "", person),
            step.links,
            person_id=person.id,
            campaign=run.campaign,
            list_id=list_id,
        )
        submitter_id = f"s{len(self.sent) + 1}"
        self.sent[submitter_id] = Sent(person.id, run.campaign, list_id)
        try:
            answer = await self._vibes.submit(
                mdn=person.mdn or "",
                code=self._service.code,
                text=text,
                submitter_id=submitter_id,
                receipts=self._choices.receipts,
                receipts_url=self._receipts_url if self._choices.receipts != "NONE" else None,
            )
        except VibesError as error:
            self._note_error(Kind.SMS_SKIPPED, person, list_id, run, error)
            return
        if answer.message_id is None:
            detail = f"{answer.error_code}: {answer.description}"
            self._note(
                Kind.SMS_SKIPPED, person, list_id, run, Reason.REFUSED_BY_VIBES, detail=detail
            )
        else:
            self._note(Kind.SMS_SENT, person, list_id, run, detail=answer.message_id)
            if self.on_sent is not None:
                self.on_sent(person, run.campaign)

    async def _subscribe(self, list_id: str, campaign_id: str, person: Person, run: Run) -> None:
        reason = self._unusable(person)
        if reason is None and self._choices.blocks_stop_subscribe:
            reason = _barred(person)
        if reason is not None:
            self._note(Kind.SUBSCRIBE_SKIPPED, person, list_id, run, reason)
            return
        answer = None
        try:
            answer = await self._vibes.add_participant(
                campaign_id, mdn=person.mdn or "", external_person_id=str(person.id)
            )
        except VibesError as error:
            self._note_error(Kind.SUBSCRIBE_SKIPPED, person, list_id, run, error)
            return
        finally:
            if answer is None or answer.state != "PENDING":  # who is asked first is told of later
                await self._settle()
        if answer.status == 201:
            self._note(Kind.SUBSCRIBE_REQUESTED, person, list_id, run, detail=answer.state or "")
            return
        reason, detail = _refusal(answer.status, answer.messages)
        self._note(Kind.SUBSCRIBE_SKIPPED, person, list_id, run, reason, detail=detail)

    async def _unsubscribe(self, list_id: str, person: Person, run: Run) -> None:
        reason = self._unusable(person)
        if reason is None:
            try:
                left = await self._leave(person.mdn or "", list_id)
            except VibesError as error:
                self._note_error(Kind.UNSUBSCRIBE_SKIPPED, person, list_id, run, error)
                return
            finally:
                await self._settle()
            if left:
                self._note(Kind.UNSUBSCRIBE_REQUESTED, person, list_id, run)
                return
            reason = Reason.NOT_SUBSCRIBED
        self._note(Kind.UNSUBSCRIBE_SKIPPED, person, list_id, run, reason)

    async def _leave(self, mdn: str, list_id: str) -> bool:
        found = await self._vibes.find_person(mdn)
        return found is not None and await self._vibes.unsubscribe(found["person_key"], list_id)

    def _messaged(self, run: Run) -> set[tuple[str, str]]:
        """The numbers the dedupe looks at: of this step, of this run, or of all time (A3)."""
        if self._choices.dedupe_window == "step":
            return set()
        return run.messaged if self._choices.dedupe_window == "run" else self._messaged_ever

    def _dedupe_key(self, message: str, list_id: str, person: Person) -> tuple[str, str]:
        """List and phone (R7); for all time, one message counts apart from another."""
        raw = self._choices.phone_equality == "raw"
        phone = (person.phone if raw else person.mdn) or ""
        scope = f"{list_id} {message}" if self._choices.dedupe_window == "message" else list_id
        return scope, phone

    def _why_not(self, person: Person, list_id: str) -> Reason | None:
        """Why this person gets no message at all (R8, R9), or None."""
        reason = self._unusable(person) or _barred(person)
        if reason is None and not self._membership.is_member(list_id, person.mdn or ""):
            reason = Reason.NOT_A_MEMBER
        return reason

    def _unusable(self, person: Person) -> Reason | None:
        if person.deleted:
            return Reason.DELETED
        if not person.phone:
            return Reason.NO_PHONE
        return Reason.INVALID_PHONE if person.mdn is None else None

    async def _with_winners_first(self, audience: list[Person]) -> list[Person]:
        """The audience with whoever wins among people of one number before the others (A1)."""
        if self._choices.duplicate_winner == "first":
            return audience
        if self._choices.duplicate_winner == "lowest_id":
            return sorted(audience, key=lambda person: person.id)
        holders: set[int] = set()
        for person in audience:
            if person.mdn is not None and len(self._people.with_mdn(person.mdn)) > 1:
                found = None
                with suppress(VibesError):  # who cannot be looked up wins nothing by it
                    found = await self._vibes.find_person(person.mdn)
                if found is not None and found.get("external_person_id") == str(person.id):
                    holders.add(person.id)
        return sorted(audience, key=lambda person: person.id not in holders)

    async def _settle(self) -> None:
        if self._pace is not None:
            await self._pace()

    def _note_error(
        self, kind: Kind, person: Person, list_id: str, run: Run, error: VibesError
    ) -> None:
        """What became of it is unknown where the answer was lost; another call is not made."""
        lost = isinstance(error, AnswerLost)
        reason = Reason.ANSWER_LOST if lost else Reason.REFUSED_BY_VIBES
        self._note(kind, person, list_id, run, reason, detail=str(error))

    def _note(
        self,
        kind: Kind,
        person: Person,
        list_id: str,
        run: Run,
        reason: Reason | None = None,
        *,
        detail: str = "",
    ) -> None:
        self._log.add(
            Activity(
                at=self._now(),
                person_id=person.id,
                kind=kind,
                campaign=run.campaign,
                list_id=list_id,
                reason=reason,
                detail=detail,
            )
        )


def expand(message: str, person: Person) -> str:
    """The message with `{{lead.Field:default=x}}` replaced by the person's field, or the default.

    Source: R20.
    """

    def value(match: re.Match[str]) -> str:
        return person.value(match[1].strip()) or match[2] or ""

    return _TOKEN.sub(value, message)


def _barred(person: Person) -> Reason | None:
    """Blocklisted or marketing-suspended (R8); email states bar nothing here (R10)."""
    if person.blocklisted:
        return Reason.BLOCKLISTED
    return Reason.MARKETING_SUSPENDED if person.marketing_suspended else None


def _refusal(status: int, messages: tuple[str, ...]) -> tuple[Reason, str]:
    """What a status of Add participant means to the person it was about (A10)."""
    text = "; ".join(messages)
    if status == 200:
        return Reason.ALREADY_PENDING, text
    if status == 409:
        return Reason.ALREADY_SUBSCRIBED, text
    for token, reason in (
        ("MDNHASCONFIRMATIONBLOCK", Reason.CONFIRMATION_BLOCK),
        ("EXTERNALPERSONIDMISMATCH", Reason.EXTERNAL_ID_MISMATCH),
        ("not a mobile phone number", Reason.NOT_MOBILE),
    ):
        if token in text:
            return reason, text
    return Reason.REFUSED_BY_VIBES, f"HTTP {status}: {text}"
