"""What an application under test sends: to whom it may, and once; judged from the journal alone.

Nothing tells its lists and its steps, so it is held to what Vibes knows: the lists that a code
reaches, and what made it send, which are the calls of the scenario and the texts from the phone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator

from harness.message_book import Sms
from harness.oracles.evidence import Name, Outside, Violation
from harness.oracles.history import MINUTE, History
from harness.oracles.lines import Lines

AT_ONCE = MINUTE
"""Within so long the same text has one cause for each time it is sent."""


def audience(history: History, lines: Lines) -> Iterator[Violation]:
    """An application sends to numbers that are on a list of the code, whatever it had heard.

    Whatever became of the message, too: Vibes stops what follows a STOP, and each attempt counts
    against the sender. Who texts people who are on no list switches it off. Source: Marketo: R3,
    R9, R11; CTIA.
    """
    for sms in history.messages.values():
        if not history.is_own(sms) or sms.mt["forwarded_from"] is not None:
            continue
        reached = [item for item in history.lists if _is_reached(history, sms.code, item)]
        if any(history.is_member(sms.mdn, list_id, sms.seq) for list_id in reached):
            continue
        told = (
            f'the application sent "{_text(sms)}" to {lines.who(sms.mdn)}, '
            f"who is on no list of {sms.code}"
        )
        asked = [
            row
            for request in history.requests_of.get(sms.mdn, ())
            for row in (request.rows[0], request.ended)
            if row is not None and row["seq"] < sms.seq
        ]
        left = [
            item.ended
            for list_id in reached
            for item in history.memberships.get((sms.mdn, list_id), ())
            if item.ended is not None and item.ended["seq"] < sms.seq
        ]
        shown = sorted((*asked[-2:], *left[-1:]), key=lambda row: int(row["seq"]))
        yield lines.violation(Name.AUDIENCE, sms.mdn, sms.row, told, *shown, sms.row)


def one_per_send(history: History, lines: Lines) -> Iterator[Violation]:
    """One order of an application is one message, and one cause is one text.

    Two messages with one submitter id and one text are one order, sent twice. Where the same text
    goes to a number more often than anything happened to cause it, so is that; prompts to join are
    judged alike. Source: Marketo: R6; inferred.
    """
    outside = history.evidence.outside
    if outside is None:
        return
    orders: dict[tuple[str, str, str], Sms] = {}
    recent: dict[tuple[str, str, str], deque[Sms]] = {}
    for sms in history.messages.values():
        own = history.is_own(sms)
        if sms.mt["forwarded_from"] is not None or not (own or sms.purpose == "confirmation"):
            continue
        window = recent.setdefault((sms.code, sms.mdn, _text(sms)), deque())
        while window and sms.at - window[0].at >= AT_ONCE:
            window.popleft()
        window.append(sms)
        submitter = sms.mt["submitter_id"]
        first = orders.setdefault((submitter, sms.mdn, _text(sms)), sms) if submitter else sms
        if first is not sms:
            told = f"one order became two messages to {lines.who(sms.mdn)}"
        elif len(window) > max(1, _causes(history, outside, sms)):
            told = f'"{_text(sms)}" was sent to {lines.who(sms.mdn)} {len(window)} times at once'
            first = window[-2]
        else:
            continue
        yield lines.violation(Name.ONE_PER_SEND, sms.mdn, sms.row, told, first.row, sms.row)


def was_told(history: History, mdn: str, began: int, until: int) -> bool:
    """Whether the application was called about a number in a time, as by a form that is filled out.

    Source: inferred.
    """
    outside = history.evidence.outside
    calls = outside.calls if outside is not None else ()
    return any(began <= at <= until and mdn in numbers for at, numbers in calls)


def _causes(history: History, outside: Outside, sms: Sms) -> int:
    """What may have made an application send a text: calls of it, and texts from the phone."""
    texts = history.texts.get((sms.code, sms.mdn), ())
    times = sorted((*(at for at, _ in outside.calls), *(text.at for text in texts)))
    return bisect_right(times, sms.at) - bisect_right(times, sms.at - AT_ONCE)


def _is_reached(history: History, code: str, list_id: str) -> bool:
    """Whether a campaign on the code feeds the list, or none at all does."""
    feeding = history.feeding.get(list_id, ())
    return not feeding or any(item["code"] == code for item in feeding)


def _text(sms: Sms) -> str:
    return str(sms.mt["submitted_text"] or sms.mt["text"])
