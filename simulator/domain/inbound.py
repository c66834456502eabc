"""Inbound texts: what a message from a phone does.

In this order: stop keywords, help, start, a yes or no to what is pending, a campaign's keyword, and
whatever is left is unmatched. Rules: Vibes acquisition-campaign-callbacks and
unmatched-message-callbacks, Marketo R16, A8, A9, A12 of docs/fidelity.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.domain import (
    acquisition,
    callbacks,
    keywords,
    lists,
    opt_outs,
    people,
    registrations,
    sending,
)
from simulator.domain.account import AcquisitionCampaign, SourceCode
from simulator.domain.handset import ReplyGiven, carrier_of
from simulator.domain.lists import OptOutReason, Subscription
from simulator.domain.messages import Mo, MoReceived, Purpose
from simulator.domain.notices import UnmatchedNotice
from simulator.domain.numbers import Mdn
from simulator.domain.opt_outs import OptedOut, OptOut, StopConfirmed
from simulator.domain.participation import ConfirmationBlockCleared, Participation
from simulator.domain.person import PersonPatch
from simulator.domain.record import Command, Event, Record
from simulator.domain.refusals import Fault, refuse
from simulator.domain.text import segments

if TYPE_CHECKING:
    from simulator.domain.turn import Turn


class ReceiveMo(Command, frozen=True, kw_only=True):
    """A subscriber texts a code (Connect: receiving-messages)."""

    mdn: Mdn
    code: str
    text: str


class GiveReply(Command, frozen=True, kw_only=True):
    """A persona's planned answer is due (inferred, CTIA practice)."""

    mdn: Mdn
    code: str
    text: str
    answers: str
    habit: int = 0


class KeywordNearMiss(Event, frozen=True, kw_only=True):
    """A text that holds a stop keyword and is none: the sender may think they opted out.

    Source: inferred.
    """

    mdn: Mdn
    code: str
    text: str
    keyword: str


class Received(Record, frozen=True, kw_only=True):
    """Reply: the text, and what it was taken for (inferred, CTIA practice)."""

    mo: Mo


def give_reply(turn: Turn, command: GiveReply) -> None:
    """Let the persona text what it planned (inferred, CTIA practice)."""
    turn.emit(ReplyGiven(answers=command.answers, habit=command.habit))
    receive(turn, ReceiveMo(mdn=command.mdn, code=command.code, text=command.text))


def receive(turn: Turn, command: ReceiveMo) -> Received:
    """Take in a text and do what it says. Refused where the account has no such code.

    Source: Vibes: unmatched-message-callbacks.
    """
    code = turn.account.code(command.code)
    if code is None:
        known = ", ".join(item.code for item in turn.account.source_codes)
        raise refuse(
            Fault.NOT_FOUND, f'the account has no source code "{command.code}"; it has {known}'
        )
    said = keywords.normalise(command.text)
    answered = _answered(turn, command.mdn, code, command.text)
    joined = _campaign_of(turn, code, said)
    if said in keywords.STOP:
        mo = _take(turn, command, "stop")
        _stop(turn, code, command.mdn)
    elif said in keywords.HELP:
        mo = _take(turn, command, "help")
        sending.send(turn, command.mdn, code.code, code.help, Purpose.HELP_REPLY)
    elif said in keywords.START:
        mo = _take(turn, command, "start")
        _start(turn, code, command.mdn)
    elif answered is not None:
        item, yes = answered
        mo = _take(turn, command, "yes" if yes else "no", turn.account.campaign(item.campaign_id))
        if yes:
            acquisition.confirm(turn, item)
        else:
            acquisition.reject(turn, item, blocks=turn.account.settings.no_sets_block)
    elif joined is not None:
        mo = _take(turn, command, f"keyword {said}", joined)
        _join(turn, joined, command.mdn, said)
    else:
        mo = _take(turn, command, "unmatched")
        _unmatched(turn, code, mo)
    return Received(mo=mo)


def _take(
    turn: Turn, command: ReceiveMo, taken_as: str, campaign: AcquisitionCampaign | None = None
) -> Mo:
    number = turn.world.messages.mo_counts.get(command.mdn, 0) + 1
    subject = f"{command.mdn} {number}"
    extra = range(2, len(segments(command.text)) + 1)
    message_id = turn.uuid("mo", subject)
    mo = Mo(
        message_id=message_id,
        part_ids=(message_id, *(turn.uuid("mo part", f"{subject} {part}") for part in extra)),
        mdn=command.mdn,
        code=command.code,
        text=command.text,
        received_at=turn.now,
        carrier=carrier_of(turn.world, command.mdn),
        taken_as=taken_as,
        campaign_id=campaign.id if campaign is not None else None,
        list_ids=(campaign.list_id,) if campaign is not None else (),
    )
    turn.emit(MoReceived(mo=mo))
    callbacks.forward_mo(turn, mo)
    return mo


def _answered(
    turn: Turn, mdn: Mdn, code: SourceCode, text: str
) -> tuple[Participation, bool] | None:
    """The newest pending request on this code that the text answers, and whether with a yes."""
    for item in reversed(turn.world.participations.of(mdn)):
        campaign = turn.account.campaign(item.campaign_id)
        if campaign is None or campaign.code != code.code:
            continue
        if acquisition.is_yes(campaign, text):
            return item, True
        if keywords.normalise(text) in keywords.NO:
            return item, False
    return None


def _campaign_of(turn: Turn, code: SourceCode, said: str) -> AcquisitionCampaign | None:
    for campaign in turn.account.campaigns:
        listed = turn.world.catalogue.get(campaign.list_id) is not None
        words = map(keywords.normalise, campaign.keywords)
        if listed and campaign.code == code.code and said in words:
            return campaign
    return None


def _stop(turn: Turn, code: SourceCode, mdn: Mdn) -> None:
    """Confirm first, then opt out: the confirmation must not be barred by what it confirms."""
    codes = _codes_of_stop(turn, code)
    leaving, staying = _leaving(turn, codes, mdn)
    pending = [item for item in turn.world.participations.of(mdn) if _on(turn, item, codes)]
    last = turn.world.opt_outs.confirmed_at.get((code.code, mdn))
    window = turn.account.settings.stop_reply_window
    if leaving or pending or last is None or turn.now - last >= window:
        sending.send(turn, mdn, code.code, code.stop, Purpose.STOP_REPLY)
        turn.emit(StopConfirmed(code=code.code, mdn=mdn, at=turn.now))
    person = turn.world.people.with_mdn(mdn)
    if person is not None:
        for subscription in leaving:
            lists.remove(turn, person, subscription, OptOutReason.KEYWORD)
    for item in pending:
        acquisition.reject(turn, item, blocks=turn.account.settings.stop_sets_block)
    for barred in codes:
        if not any(_reachable(turn, item.list_id, barred) for item in staying):
            left = [item.list_id for item in leaving if _reachable(turn, item.list_id, barred)]
            _opt_out(turn, barred, mdn, left)


def _opt_out(turn: Turn, code: str, mdn: Mdn, left: list[str]) -> None:
    standing = turn.world.opt_outs.get(code, mdn)
    before = standing.list_ids if standing is not None else ()
    list_ids = tuple(dict.fromkeys((*before, *left)))
    turn.emit(OptedOut(opt_out=OptOut(code=code, mdn=mdn, at=turn.now, list_ids=list_ids)))


def _codes_of_stop(turn: Turn, code: SourceCode) -> list[str]:
    """The codes a STOP to one of them bars (A8)."""
    if turn.account.settings.stop_scope == "company":
        return [item.code for item in turn.account.source_codes]
    return [code.code]


def _leaving(
    turn: Turn, codes: list[str], mdn: Mdn
) -> tuple[list[Subscription], list[Subscription]]:
    """The memberships a STOP ends, and those it leaves, by the account's scope (A8)."""
    person = turn.world.people.with_mdn(mdn)
    active = turn.world.subscriptions.of(person.person_key) if person is not None else []
    scope = turn.account.settings.stop_scope
    if scope == "company":
        return active, []
    reached = [item for item in active if _reachable(turn, item.list_id, codes[0])]
    leaving = reached[-1:] if scope == "list" else reached
    return leaving, [item for item in active if item not in leaving]


def _reachable(turn: Turn, list_id: str, code: str) -> bool:
    """A list is reachable from a code that feeds it, or from any code if no campaign feeds it."""
    feeding = [item.code for item in turn.account.campaigns if item.list_id == list_id]
    return not feeding or code in feeding


def _on(turn: Turn, item: Participation, codes: list[str]) -> bool:
    campaign = turn.account.campaign(item.campaign_id)
    return campaign is not None and campaign.code in codes


def _start(turn: Turn, code: SourceCode, mdn: Mdn) -> None:
    standing = turn.world.opt_outs.get(code.code, mdn)
    opt_outs.lift(turn, code.code, mdn)
    person = turn.world.people.with_mdn(mdn)
    if standing and person and turn.account.settings.start == "resubscribe":
        for list_id in standing.list_ids:
            if turn.world.subscriptions.get(person.person_key, list_id) is None:
                lists.subscribe(turn, person, list_id, "start")
    sending.send(turn, mdn, code.code, code.start, Purpose.START_REPLY)


def _join(turn: Turn, campaign: AcquisitionCampaign, mdn: Mdn, keyword: str) -> None:
    """A keyword joins, clears a confirmation block, and answers a member kindly."""
    person = turn.world.people.with_mdn(mdn)
    if person and turn.world.subscriptions.get(person.person_key, campaign.list_id):
        sending.send(
            turn,
            mdn,
            campaign.code,
            campaign.already,
            Purpose.ALREADY,
            campaign_id=campaign.id,
            list_ids=(campaign.list_id,),
        )
        return
    if (campaign.id, mdn) in turn.world.participations.blocks:
        turn.emit(ConfirmationBlockCleared(campaign_id=campaign.id, mdn=mdn))
    saved = people.save(turn, person, PersonPatch(mdn=mdn)).person
    acquisition.join(turn, campaign, saved, mdn, keyword)


def _unmatched(turn: Turn, code: SourceCode, mo: Mo) -> None:
    sending.send(turn, mo.mdn, code.code, code.unrecognised, Purpose.UNMATCHED_REPLY)
    near = keywords.near_miss(mo.text)
    if near is not None:
        turn.emit(KeywordNearMiss(mdn=mo.mdn, code=mo.code, text=mo.text, keyword=near))
    notice = UnmatchedNotice(
        mdn=mo.mdn,
        carrier=mo.carrier,
        source_code=mo.code,
        text=mo.text,
        message_id=mo.message_id,
        default_response=code.unrecognised,
        at=turn.now,
    )
    callbacks.notify(turn, registrations.UNMATCHED, notice)
