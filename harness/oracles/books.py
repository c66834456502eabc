"""The books: every message ends once, and what is counted is what happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from harness.campaigns.activity_log import Activity, Kind
from harness.oracles.evidence import Name, Row, Violation
from harness.oracles.history import History
from harness.oracles.lines import Lines

_TOLD = {"subscription_added": Kind.SUBSCRIBES, "subscription_removed": Kind.UNSUBSCRIBES}
_OF_RECEIPTS = (Kind.SMS_DELIVERED, Kind.SMS_BOUNCED)
_COUNTED = (*_OF_RECEIPTS, *_TOLD.values())

_Key = tuple[int, str, Kind]
"""What is counted: of which person, on which list, of which kind."""


def one_end(history: History, lines: Lines) -> Iterator[Violation]:
    """An accepted message ends in exactly one state, and nothing follows its end.

    That it ends at all is demanded of a run whose time was moved to the end.
    Source: Connect: send-an-sms-message; inferred.
    """
    for sms in history.messages.values():
        if len(sms.ends) == 1 and not sms.after:
            continue
        who = lines.who(sms.mdn)
        if len(sms.ends) > 1:
            text = f"a message to {who} ended {len(sms.ends)} times"
            yield lines.violation(Name.ONE_END, sms.mdn, sms.ends[1], text, sms.row, *sms.ends[:2])
        elif sms.after:
            text = f"a message to {who} went on after it ended as {sms.end}"
            yield lines.violation(
                Name.ONE_END, sms.mdn, sms.after[0], text, sms.row, sms.ends[0], sms.after[0]
            )
        elif not sms.ends and history.evidence.finished:
            text = f"a message to {who} never ended"
            yield lines.violation(Name.ONE_END, sms.mdn, sms.row, text, sms.row)
    for row in history.strays:
        text = f"message {row['data']['message_id']} moved, and was never accepted"
        yield lines.violation(Name.ONE_END, None, row, text, row)


def counters(history: History, lines: Lines) -> Iterator[Violation]:
    """The log counts what the journal has: messages sent, delivered and bounced, and lists left.

    What Vibes told and the campaign system took is counted, and nothing is that did not happen.
    Opt-ins are judged by once_per_yes. A broadcast counts its recipients, and each part of a message
    has receipts of its own. Source: Marketo: R22; Vibes: broadcast-api; Connect: callbacks.
    """
    yield from _sent(history, lines)
    yield from _told(history, lines)
    yield from _broadcasts(history, lines)
    yield from _receipts(history, lines)


def _sent(history: History, lines: Lines) -> Iterator[Violation]:
    for message_id, items in history.sent.items():
        sms = history.messages.get(message_id)
        if sms is None:
            text = f'"{items[0].campaign}" counts a message as sent that was never accepted'
            yield lines.violation(Name.COUNTERS, None, items[0], text, items[0])
        elif len(items) > 1:
            text = f"one message to {lines.who(sms.mdn)} is counted as sent {len(items)} times"
            yield lines.violation(Name.COUNTERS, sms.mdn, items[1], text, sms.row, *items[:2])


def _told(history: History, lines: Lines) -> Iterator[Violation]:
    """For each person and kind: at least as often as was told, at most as often as it happened.

    People who got another number in the run are left out, and from the least those who came in it:
    callbacks name numbers, and nothing tells from when one was theirs.
    """
    counted: Counter[_Key] = Counter()
    last: dict[_Key, Activity] = {}
    for item in history.evidence.activities:
        if item.kind in _COUNTED:
            key = item.person_id, item.list_id or "", item.kind
            counted[key] += 1
            last[key] = item
    most = _most(history)
    for key, count in counted.items():
        if key[2] is not Kind.SUBSCRIBES and count > most[key] and key[0] not in history.moved:
            yield _miscounted(history, lines, key, count, most[key], last[key])
    least, shown = _least(history)
    for key, told in least.items():
        if counted[key] < told and key[0] not in history.came | history.moved:
            yield _miscounted(history, lines, key, counted[key], told, shown[key])


def _miscounted(
    history: History, lines: Lines, key: _Key, counted: int, was: int, shown: Row | Activity
) -> Violation:
    mdn = history.people[key[0]].mdn
    who = f"{key[2]} of {lines.who(mdn)} on list {key[1]}"
    text = f"{who} is counted {counted} times, and was {was}"
    return lines.violation(Name.COUNTERS, mdn, shown, text, shown)


def _least(history: History) -> tuple[Counter[_Key], dict[_Key, Row]]:
    """How often each thing was told and taken (2XX), told twice or not; and what told it last."""
    heard: set[tuple[str, _Key]] = set()
    counts: Counter[_Key] = Counter()
    shown: dict[_Key, Row] = {}
    for row, delivery in history.at_campaigns():
        for once in _tells(history, delivery):
            if once not in heard:
                heard.add(once)
                counts[once[1]] += 1
                shown[once[1]] = row
    return counts, shown


def _tells(history: History, delivery: Any) -> Iterator[tuple[str, _Key]]:
    """What a delivery tells, by what makes it one, and as the log counts it."""
    notice, told = delivery["notice"], delivery["callback_type"]
    if told in _TOLD and delivery["version"] == 2:
        for person in history.evidence.people.with_mdn(notice["person"]["mdn"] or ""):
            yield delivery["event_id"], (person.id, notice["list_id"], _TOLD[told])
    elif told == "mt_receipt" and notice.get("original_id") in history.sent:
        failed = notice["error_code"] is not None
        if failed or notice["stage"] == "Handset":
            kind = Kind.SMS_BOUNCED if failed else Kind.SMS_DELIVERED
            item = history.sent[notice["original_id"]][0]
            yield notice["submitter_id"], (item.person_id, item.list_id or "", kind)


def _most(history: History) -> Counter[_Key]:
    """How often each thing happened; what was taken without an answer may be anybody's."""
    counts: Counter[_Key] = Counter()
    people = history.evidence.people
    lists = {item.list_id or "" for item in history.evidence.activities}
    for sms in history.messages.values():
        if sms.mt["submitter_id"] is None:
            continue
        own = history.sent.get(sms.id)
        for failed in {row["data"]["error_code"] is not None for row in sms.ends}:
            kind = Kind.SMS_BOUNCED if failed else Kind.SMS_DELIVERED
            if own is not None:
                counts[own[0].person_id, own[0].list_id or "", kind] += 1
                continue
            for person in people.with_mdn(sms.mdn):
                counts.update((person.id, list_id, kind) for list_id in lists)
    for (mdn, list_id), items in history.memberships.items():
        left = sum(item.ended is not None for item in items)
        for person in people.with_mdn(mdn) if left else ():
            counts[person.id, list_id, Kind.UNSUBSCRIBES] += left
    return counts


def _broadcasts(history: History, lines: Lines) -> Iterator[Violation]:
    served = Counter(
        sms.mt["subject_id"] for sms in history.messages.values() if sms.purpose == "broadcast"
    )
    for broadcast_id, rows in history.broadcasts.items():
        skipped = sum(row["type"] == "RecipientSkipped" for row in rows)
        started = [row for row in rows if row["type"] == "BroadcastStarted"]
        last = [row for row in rows if row["type"] == "BroadcastSaved"][-1:]
        if not started or not last or last[0]["data"]["broadcast"]["state"] != "sent":
            continue
        counted = last[0]["data"]["broadcast"]["recipients"]
        owed, had = len(started[0]["data"]["recipients"]), served[broadcast_id] + skipped
        if not counted == owed == had:
            text = (
                f"broadcast {broadcast_id} counts {counted} recipients, had {owed}, "
                f"and {had} were sent to or skipped"
            )
            yield lines.violation(Name.COUNTERS, None, last[0], text, started[0], last[0])


def _receipts(history: History, lines: Lines) -> Iterator[Violation]:
    """Each part of a message is told of by receipts of its own, one for a stage."""
    heard: dict[tuple[str, str], str] = {}
    for delivery in history.told.values():
        notice = delivery["notice"]
        sms = history.messages.get(notice.get("original_id"))
        if delivery["callback_type"] != "mt_receipt" or sms is None or "part" not in notice:
            continue
        part, event_id, ids = notice["part"], delivery["event_id"], sms.mt["part_ids"]
        key = notice["message_id"], notice.get("stage") or str(notice["at"])
        if notice["message_id"] not in ids[part - 1 : part]:
            told = f"a receipt for part {part} of a message to {lines.who(sms.mdn)} names another"
        elif heard.setdefault(key, event_id) != event_id:
            told = (
                f"two receipts tell one stage of part {part} of a message to {lines.who(sms.mdn)}"
            )
        else:
            continue
        yield lines.violation(Name.COUNTERS, sms.mdn, sms.row, told, sms.row)
