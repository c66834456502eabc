"""Acquisition campaigns: the way from a request, through a yes in time, onto a list.

Rules: Vibes acquisition-campaign-api and post_add-a-participant, Marketo R11-R14; A6, A7, A9 of
docs/fidelity.md.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import UNSET

from simulator.domain import callbacks, lists, opt_outs, people, registrations, sending
from simulator.domain.account import AcquisitionCampaign
from simulator.domain.handset import carrier_of, takes_texts
from simulator.domain.instants import Instant
from simulator.domain.keywords import normalise
from simulator.domain.messages import Mt, Purpose
from simulator.domain.notices import ParticipantNotice
from simulator.domain.numbers import Mdn
from simulator.domain.participation import (
    OptIn,
    Participation,
    ParticipationEnded,
    ParticipationOpened,
)
from simulator.domain.person import Person, PersonPatch, PersonRef, must_find
from simulator.domain.record import Command, Record
from simulator.domain.refusals import Fault, refuse

if TYPE_CHECKING:
    from simulator.domain.turn import Turn


class AddParticipant(Command, frozen=True, kw_only=True):
    """POST participants: by person reference, by number in the patch, or both.

    Source: Vibes: post_add-a-participant.
    """

    campaign_id: str
    ref: PersonRef | None
    patch: PersonPatch


class LapseParticipation(Command, frozen=True, kw_only=True):
    """The window of a participation is over (Marketo: R13)."""

    participation_id: str


class Participated(Record, frozen=True, kw_only=True):
    """Reply: 201 with PENDING or SUBSCRIBED; 200 (`repeated`) where one is pending already.

    Source: Vibes: post_add-a-participant.
    """

    person: Person
    participated_at: Instant
    expires_at: Instant
    status: Literal["PENDING", "SUBSCRIBED"]
    repeated: bool


def _is_reached(turn: Turn, code: str, mdn: Mdn) -> bool:
    """Whether the number is a mobile phone at a carrier that the code is provisioned on."""
    carrier = carrier_of(turn.world, mdn)
    return takes_texts(turn.world, mdn, carrier) and turn.account.profile(carrier).reaches(code)


def add_participant(turn: Turn, command: AddParticipant) -> Participated:
    """Vibes: post_add-a-participant. 404 campaign or person, 409 member, 422 by its tokens."""
    campaign = turn.account.campaign(command.campaign_id)
    if campaign is None:
        raise refuse(Fault.NOT_FOUND, f'no acquisition campaign "{command.campaign_id}"')
    if turn.world.catalogue.get(campaign.list_id) is None:
        raise refuse(Fault.INVALID, f'UNPROCESSABLE ENTITY: list "{campaign.list_id}" is archived')
    people.check_fields(turn, command.patch)
    person, patch = _who(turn, command)
    known = person.mdn if person else None
    mdn = known if patch.mdn is UNSET else patch.mdn
    if not mdn:
        raise refuse(
            Fault.NO_PHONE,
            "UNPROCESSABLE ENTITY: the person has no mobile phone; send mobile_phone.mdn",
        )
    if not _is_reached(turn, campaign.code, mdn):
        raise refuse(
            Fault.NOT_MOBILE, f"{mdn} is not a mobile phone number or its carrier is not supported"
        )
    people.check_identifiers(turn, person, patch)
    if person and turn.world.subscriptions.get(person.person_key, campaign.list_id):
        raise refuse(
            Fault.ALREADY_SUBSCRIBED, f'{mdn} is already subscribed to list "{campaign.list_id}"'
        )
    if (campaign.id, mdn) in turn.world.participations.blocks:
        raise refuse(
            Fault.CONFIRMATION_BLOCK,
            f"MDNHASCONFIRMATIONBLOCK: {mdn} answered No to this campaign; "
            "it can still join by texting the keyword",
        )
    saved = people.save(turn, person, patch).person
    return join(turn, campaign, saved, mdn, None)


def join(
    turn: Turn, campaign: AcquisitionCampaign, person: Person, mdn: Mdn, keyword: str | None
) -> Participated:
    """Start, or find started, the opt-in of a person who is no member yet (Marketo: R11)."""
    pending = turn.world.participations.get(campaign.id, mdn)
    if pending is not None and pending.person_key == person.person_key:
        return _repeat(turn, campaign, person, pending)
    if pending is not None:  # the number has passed to another person meanwhile
        _end(turn, pending, OptIn.LAPSED)
    expires_at = Instant(turn.now + campaign.window)
    _tell(
        turn,
        registrations.ACK_PARTICIPANT_ADDED,
        campaign,
        person,
        keyword,
        turn.now,
        expires_at,
        OptIn.PENDING if campaign.double_opt_in else OptIn.CONFIRMED,
    )
    if campaign.double_opt_in:
        number = turn.count("participation", turn.world.participations.opened)
        item = Participation(
            participation_id=turn.short_id("participation", str(number)),
            campaign_id=campaign.id,
            person_key=person.person_key,
            mdn=mdn,
            keyword=keyword,
            participated_at=turn.now,
            expires_at=expires_at,
        )
        turn.emit(ParticipationOpened(participation=item))
        _prompt(turn, campaign, item)
    else:
        _become_member(turn, campaign, person, mdn, keyword or "api")
    return Participated(
        person=person,
        participated_at=turn.now,
        expires_at=expires_at,
        status="PENDING" if campaign.double_opt_in else "SUBSCRIBED",
        repeated=False,
    )


def is_yes(campaign: AcquisitionCampaign, text: str) -> bool:
    """Whether the text is a yes for the campaign: one of its words, or its pattern (A7)."""
    said = normalise(text)
    if said in {normalise(word) for word in campaign.yes}:
        return True
    pattern = campaign.yes_pattern
    return pattern is not None and re.fullmatch(pattern, text.strip()) is not None


def confirm(turn: Turn, item: Participation) -> None:
    """A yes in time: member, welcome, callbacks (Marketo: R12, R14)."""
    campaign, person = _campaign(turn, item), turn.world.people.by_key[item.person_key]
    archived = turn.world.catalogue.get(campaign.list_id) is None
    if (
        archived or person.mdn != item.mdn
    ):  # the list is gone, or the number was taken off the person while the prompt was out
        _end(turn, item, OptIn.LAPSED)
        return
    _end(turn, item, OptIn.CONFIRMED)
    _tell_changed(turn, campaign, person, item, OptIn.CONFIRMED)
    _become_member(turn, campaign, person, item.mdn, item.keyword or "api")


def reject(turn: Turn, item: Participation, *, blocks: bool) -> None:
    """A No or a STOP while pending: over, and told (A9)."""
    campaign, person = _campaign(turn, item), turn.world.people.by_key[item.person_key]
    _end(turn, item, OptIn.REJECTED, blocks=blocks)
    _tell_changed(turn, campaign, person, item, OptIn.REJECTED)


def lapse(turn: Turn, command: LapseParticipation) -> None:
    """No yes in time: over, silently (Marketo: R13; Vibes: no callback on time-out)."""
    _end(turn, turn.world.participations.pending[command.participation_id], OptIn.LAPSED)


def prompt_moved(turn: Turn, mt: Mt, stage: Literal["sent", "delivered"]) -> None:
    """Where the window starts when the prompt is sent or delivered, start it now (A6)."""
    if mt.purpose is not Purpose.CONFIRMATION or turn.account.settings.window_starts != stage:
        return
    item = turn.world.participations.pending.get(mt.subject_id or "")
    if item is not None:
        _move_window(turn, item, Instant(turn.now + _campaign(turn, item).window))


def _who(turn: Turn, command: AddParticipant) -> tuple[Person | None, PersonPatch]:
    """The person a request means. A key must exist; an external id or a number may be new."""
    patch, world = command.patch, turn.world
    if command.ref is not None:
        return must_find(turn, command.ref), patch
    if not patch.mdn and not patch.external_person_id:
        raise refuse(
            Fault.NO_IDENTIFIER,
            "one of person_key, person_id, external_person_id and mobile_phone.mdn is required",
        )
    if patch.mdn:
        known = world.people.with_mdn(patch.mdn)
        if known is not None:
            return known, patch
    if patch.external_person_id:
        return world.people.with_external_id(patch.external_person_id), patch
    return None, patch


def _repeat(
    turn: Turn, campaign: AcquisitionCampaign, person: Person, item: Participation
) -> Participated:
    choice = turn.account.settings.repeat_participant
    expires_at = item.expires_at
    if choice == "extend":
        expires_at = Instant(turn.now + campaign.window)
        item = _move_window(turn, item, expires_at)
    if choice != "ignore":
        _prompt(turn, campaign, item)
    return Participated(
        person=person,
        participated_at=item.participated_at,
        expires_at=expires_at,
        status="PENDING",
        repeated=True,
    )


def _end(turn: Turn, item: Participation, outcome: OptIn, *, blocks: bool = False) -> None:
    turn.emit(
        ParticipationEnded(participation_id=item.participation_id, outcome=outcome, blocks=blocks)
    )


def _move_window(turn: Turn, item: Participation, expires_at: Instant) -> Participation:
    moved = msgspec.structs.replace(item, expires_at=expires_at)
    turn.emit(ParticipationOpened(participation=moved))
    return moved


def _prompt(turn: Turn, campaign: AcquisitionCampaign, item: Participation) -> None:
    sending.send(
        turn,
        item.mdn,
        campaign.code,
        campaign.confirmation,
        Purpose.CONFIRMATION,
        item.participation_id,
        campaign_id=campaign.id,
        list_ids=(campaign.list_id,),
    )


def _become_member(
    turn: Turn, campaign: AcquisitionCampaign, person: Person, mdn: Mdn, consent: str
) -> None:
    opt_outs.lift(turn, campaign.code, mdn)
    if turn.world.subscriptions.get(person.person_key, campaign.list_id) is None:
        lists.subscribe(turn, person, campaign.list_id, consent)
    sending.send(
        turn,
        mdn,
        campaign.code,
        campaign.welcome,
        Purpose.WELCOME,
        campaign_id=campaign.id,
        list_ids=(campaign.list_id,),
    )


def _campaign(turn: Turn, item: Participation) -> AcquisitionCampaign:
    campaign = turn.account.campaign(item.campaign_id)
    assert campaign is not None
    return campaign


def _tell_changed(
    turn: Turn, campaign: AcquisitionCampaign, person: Person, item: Participation, status: OptIn
) -> None:
    _tell(
        turn,
        registrations.ACK_PARTICIPANT_CHANGED,
        campaign,
        person,
        item.keyword,
        item.participated_at,
        item.expires_at,
        status,
    )


def _tell(
    turn: Turn,
    callback_type: str,
    campaign: AcquisitionCampaign,
    person: Person,
    keyword: str | None,
    participated_at: Instant,
    expires_at: Instant,
    status: OptIn,
) -> None:
    notice = ParticipantNotice(
        person=person,
        campaign_id=campaign.id,
        keyword=keyword,
        participated_at=participated_at,
        expires_at=expires_at,
        status=status.value,
    )
    callbacks.notify(turn, callback_type, notice)
    callbacks.notify(turn, registrations.COMPANY_TYPES[callback_type], notice)
