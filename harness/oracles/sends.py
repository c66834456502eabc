"""What campaigns send: to whom they may, and once."""

from __future__ import annotations

from collections.abc import Iterator

from harness.campaigns.activity_log import Activity, Kind
from harness.campaigns.calendar import Wait
from harness.campaigns.qualification import ONCE
from harness.campaigns.smart_campaign import Choose, FlowStep, SendSms, SmartCampaign
from harness.message_book import Sms
from harness.oracles import outside
from harness.oracles.evidence import Name, Violation
from harness.oracles.history import History
from harness.oracles.lines import Lines

_OF_A_SEND = (Kind.SMS_SENT, Kind.SMS_SKIPPED)


def one_per_send(history: History, lines: Lines) -> Iterator[Violation]:
    """A phone gets one message per list and send: a step done once for its audience.

    Where the dedupe window is `message`, one per message and list for ever. A person gets no more
    messages from a campaign that runs once than it has steps to send them. One order is one
    message. Source: Marketo: R6, R7; A3, A5.
    """
    yield from _within_a_step(history, lines)
    if history.evidence.choices.dedupe_window == "message":
        yield from _for_ever(history, lines)
    yield from _within_once(history, lines)
    yield from _orders(history, lines)
    yield from outside.one_per_send(history, lines)


def audience(history: History, lines: Lines) -> Iterator[Violation]:
    """Campaigns send to numbers that are on the list at Vibes, of people neither blocked nor suspended.

    Whatever became of the message, and whatever the campaign system had heard. What is submitted to
    Connect directly is the client's own doing. Source: Marketo: R3, R4, R8, R9.
    """
    for index, item in enumerate(history.evidence.activities):
        sms = history.messages.get(item.detail) if item.kind is Kind.SMS_SENT else None
        if sms is None:
            continue
        list_id = item.list_id or ""
        if not history.is_member(sms.mdn, list_id, sms.seq):
            before = history.memberships.get((sms.mdn, list_id), [])
            left = [one.ended for one in before if one.ended and one.ended["seq"] < sms.seq]
            yield lines.violation(
                Name.AUDIENCE,
                sms.mdn,
                sms.row,
                f'"{item.campaign}" sent to {lines.who(sms.mdn)}, no member of list {list_id}',
                left[-1] if left else None,
                sms.row,
                item,
            )
        person = history.people[item.person_id]
        for flag in ("blocklisted", "marketing_suspended"):
            if history.value_at(person, flag, index) == "true":
                who = f"{lines.who(sms.mdn)}: {person.name} is {flag}"
                told = f'"{item.campaign}" sent to {who}'
                yield lines.violation(Name.AUDIENCE, sms.mdn, sms.row, told, sms.row, item)
    if history.evidence.outside is not None:
        yield from outside.audience(history, lines)


def _within_a_step(history: History, lines: Lines) -> Iterator[Violation]:
    """One step leaves one unbroken row of activities in the log, one for each person.

    Where a campaign waits, chooses between messages or is triggered, a row may be of several.
    """
    row: tuple[str, str | None, str | None] | None = None
    seen: set[int] = set()
    sent: dict[str, Activity] = {}
    for index, item in enumerate(history.evidence.activities):
        if item.kind not in _OF_A_SEND or not _is_plain(history, item.campaign):
            row = None
            continue
        here = item.at, item.campaign, item.list_id
        if here != row or item.person_id in seen:
            row, seen, sent = here, set(), {}
        seen.add(item.person_id)
        sms = history.messages.get(item.detail) if item.kind is Kind.SMS_SENT else None
        if sms is None:
            continue
        phone = _phone(history, item, sms, index)
        other = sent.setdefault(phone, item)
        if other is not item:
            yield _twice(history, lines, other, item, "in one send")


def _for_ever(history: History, lines: Lines) -> Iterator[Violation]:
    sent: dict[tuple[str | None, str, str], Activity] = {}
    for index, item in enumerate(history.evidence.activities):
        sms = history.messages.get(item.detail) if item.kind is Kind.SMS_SENT else None
        if sms is None:
            continue
        text = str(sms.mt["submitted_text"] or sms.mt["text"])
        key = item.list_id, _phone(history, item, sms, index), text
        other = sent.setdefault(key, item)
        if other is not item:
            yield _twice(history, lines, other, item, "though one is all it may ever get")


def _within_once(history: History, lines: Lines) -> Iterator[Violation]:
    sent: dict[tuple[str, str, int], list[Activity]] = {}
    for item in history.evidence.activities:
        campaign = history.evidence.campaigns.get(item.campaign or "")
        if item.kind is not Kind.SMS_SENT or campaign is None or campaign.qualification != ONCE:
            continue
        list_id = item.list_id or ""
        items = sent.setdefault((campaign.name, list_id, item.person_id), [])
        items.append(item)
        if len(items) > _sends(campaign, list_id) and item.detail in history.messages:
            told = "though it runs once for each person"
            yield _twice(history, lines, items[0], item, told)


def _orders(history: History, lines: Lines) -> Iterator[Violation]:
    """Two accepted messages with one submitter id, one of them the campaign system's."""
    taken: dict[tuple[str, str], Sms] = {}
    for sms in history.messages.values():
        submitter = sms.mt["submitter_id"]
        if submitter is None or sms.mt["forwarded_from"] is not None:
            continue
        other = taken.setdefault((submitter, sms.mdn), sms)
        if other is not sms and not history.sent.keys().isdisjoint((other.id, sms.id)):
            told = f"one order became two messages to {lines.who(sms.mdn)}"
            yield lines.violation(Name.ONE_PER_SEND, sms.mdn, sms.row, told, other.row, sms.row)


def _twice(
    history: History, lines: Lines, first: Activity, second: Activity, how: str
) -> Violation:
    one, two = history.messages.get(first.detail), history.messages[second.detail]
    text = (
        f'"{second.campaign}" sent {lines.who(two.mdn)} more than one message '
        f"on list {second.list_id} {how}"
    )
    shown = (one.row if one else None, first, two.row, second)
    return lines.violation(Name.ONE_PER_SEND, two.mdn, two.row, text, *shown)


def _phone(history: History, item: Activity, sms: Sms, index: int) -> str:
    """What makes two phones one: the number, or how it is written (A5)."""
    if history.evidence.choices.phone_equality == "normalised":
        return sms.mdn
    person = history.people.get(item.person_id)
    written = history.value_at(person, "phone", index) if person is not None else None
    return written or f"of {item.person_id}"


def _is_plain(history: History, name: str | None) -> bool:
    campaign = history.evidence.campaigns.get(name or "")
    if campaign is None:
        return True
    return not campaign.triggers and not any(
        isinstance(step, Wait | Choose) for step in campaign.flow
    )


def _sends(campaign: SmartCampaign, list_id: str) -> int:
    """How many messages on a list a campaign can send a person in one run at most."""
    return sum(_most(step, list_id) for step in campaign.flow)


def _most(step: FlowStep | None, list_id: str) -> int:
    if isinstance(step, Choose):
        ways = (*(one for _, one in step.choices), step.otherwise)
        return max(_most(one, list_id) for one in ways)
    return int(isinstance(step, SendSms) and step.list_id == list_id)
