"""After a STOP: one confirmation in time, and nothing else; and a HELP is answered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from harness.message_book import Sms, Text
from harness.oracles import outside
from harness.oracles.evidence import Name, Row, Violation
from harness.oracles.history import CAMPAIGN_PURPOSES, MINUTE, History
from harness.oracles.lines import Lines
from harness.oracles.records import Span

WITHIN = 5 * MINUTE
"""How soon a STOP is confirmed; at five minutes it still is (FCC, 47 CFR 64.1200(a)(12))."""


def after_stop(history: History, lines: Lines) -> Iterator[Violation]:
    """Nothing that was accepted after a number's opt-out from the code reaches it, until it is lifted.

    What was accepted before is under way and may arrive. So may the answer to what the phone texts
    itself afterwards, one for each text, and the prompt of a form its person filled out afterwards.
    Where the account lets sends through (`stop_blocks_sends`), what a client submits by itself is
    its own doing; the campaign system's messages are judged. Source: CTIA; Marketo: R16.
    """
    lets_through = not history.settings["stop_blocks_sends"]
    for (code, mdn), spans in history.opt_outs.items():
        messages = history.of_number.get((code, mdn), [])
        for sms in messages:
            span = next((item for item in spans if item.holds(sms.seq)), None)
            if span is None or sms.purpose == "stop_reply":
                continue
            if sms.answers is not None and sms.answers.seq > span.began["seq"]:
                continue
            asked_for = sms.purpose in CAMPAIGN_PURPOSES and not history.is_own(sms)
            if sms.end != "delivered" or (lets_through and asked_for):
                continue
            if _is_asked_anew(history, span, sms):
                continue
            yield lines.violation(
                Name.AFTER_STOP,
                mdn,
                sms.ends[0],
                f"{lines.who(mdn)} said STOP to {code} and was sent "
                f'"{sms.mt["text"]}" after it, which arrived',
                _cause(history, span, mdn),
                sms.row,
                sms.ends[0],
            )


def stop_confirmed(history: History, lines: Lines) -> Iterator[Violation]:
    """A STOP has exactly one confirmation, sent within five minutes and not stopped by the opt-out.

    A repeated one that ends nothing may go without, within the account's window. What time the
    carrier and the phone take is not counted. Source: CTIA; FCC, 47 CFR 64.1200(a)(12).
    """
    stops: dict[tuple[str, str], list[Text]] = {}
    replies: dict[tuple[str, str], list[Sms]] = {}
    for key, texts in history.texts.items():
        if any(text.is_stop for text in texts):
            stops[key] = [text for text in texts if text.is_stop]
    for sms in history.messages.values():
        if sms.purpose == "stop_reply":
            replies.setdefault((sms.code, sms.mdn), []).append(sms)
    for key in dict.fromkeys((*stops, *replies)):
        yield from _confirmations(history, lines, stops.get(key, []), replies.get(key, []))


def _confirmations(
    history: History, lines: Lines, stops: list[Text], replies: list[Sms]
) -> Iterator[Violation]:
    before = [sms for sms in replies if not stops or sms.seq < stops[0].seq]
    for sms in before:
        text = f"{lines.who(sms.mdn)} got the confirmation of a STOP they did not text"
        yield lines.violation(Name.STOP_CONFIRMED, sms.mdn, sms.row, text, sms.row)
    last: Sms | None = None
    at = len(before)
    for stop, following in pairwise([*stops, None]):
        assert stop is not None
        own: list[Sms] = []
        while at < len(replies) and (following is None or replies[at].seq < following.seq):
            own.append(replies[at])
            at += 1
        yield from _one_stop(history, lines, stop, own, last, following)
        last = own[-1] if own else last


def _one_stop(
    history: History,
    lines: Lines,
    stop: Text,
    own: list[Sms],
    last: Sms | None,
    following: Text | None,
) -> Iterator[Violation]:
    who = lines.who(stop.mdn)
    if not own:
        if not _excused(history, stop, last, following):
            text = f"the STOP of {who} to {stop.code} was not confirmed within five minutes"
            yield lines.violation(Name.STOP_CONFIRMED, stop.mdn, stop.row, text, stop.row)
        return
    first = own[0]
    if first.at - stop.at > WITHIN:
        text = f"the STOP of {who} to {stop.code} was confirmed later than five minutes after it"
        yield lines.violation(Name.STOP_CONFIRMED, stop.mdn, first.row, text, stop.row, first.row)
    end = _barred(history, first)
    if end is not None:
        text = f"the confirmation of the STOP of {who} was blocked by the opt-out it confirms"
        yield lines.violation(Name.STOP_CONFIRMED, stop.mdn, end, text, stop.row, first.row, end)
    for sms in own[1:]:
        text = f"the STOP of {who} to {stop.code} was confirmed more than once"
        yield lines.violation(
            Name.STOP_CONFIRMED, stop.mdn, sms.row, text, stop.row, first.row, sms.row
        )


def help_answered(history: History, lines: Lines) -> Iterator[Violation]:
    """A HELP is answered within five minutes, whoever asks, opted out or not.

    Source: CTIA; the time is inferred.
    """
    for texts in history.texts.values():
        for text in texts:
            if not text.is_help or text.is_stop:
                continue
            who, reply = lines.who(text.mdn), text.reply
            if reply is None or reply.purpose != "help_reply":
                if history.evidence.finished or history.end - text.at > WITHIN:
                    told = f"the {text.said} of {who} to {text.code} was not answered"
                    yield lines.violation(Name.HELP_ANSWERED, text.mdn, text.row, told, text.row)
                continue
            if reply.at - text.at > WITHIN:
                told = f"the {text.said} of {who} was answered later than five minutes after it"
                yield lines.violation(
                    Name.HELP_ANSWERED, text.mdn, reply.row, told, text.row, reply.row
                )
            end = _barred(history, reply)
            if end is not None:
                told = f"the answer to the {text.said} of {who} was blocked by an opt-out"
                yield lines.violation(
                    Name.HELP_ANSWERED, text.mdn, end, told, text.row, reply.row, end
                )


def _cause(history: History, span: Span, mdn: str) -> Row:
    """The STOP an opt-out began with; the opt-out itself where its text went to another code."""
    code = span.began["data"]["opt_out"]["code"]
    before = [
        text
        for text in history.texts.get((code, mdn), ())
        if text.is_stop and text.at == span.began["data"]["opt_out"]["at"]
    ]
    return before[-1].row if before else span.began


def _is_asked_anew(history: History, span: Span, sms: Sms) -> bool:
    """Whether a message is the prompt of a request that a form after the opt-out made."""
    request = history.requests.get(sms.mt["subject_id"] or "")
    if sms.purpose != "confirmation" or request is None:
        return False
    since = history.evidence.people.with_mdn(sms.mdn)
    began = int(span.began["data"]["opt_out"]["at"])
    if request.rows[0]["seq"] < span.began["seq"]:
        return False
    return outside.was_told(history, sms.mdn, began, sms.at) or any(
        began <= at <= sms.at for person in since for at in history.forms.get(person.id, ())
    )


def _excused(history: History, stop: Text, last: Sms | None, following: Text | None) -> bool:
    """Whether a STOP may go without a confirmation, or may still get one."""
    if not history.evidence.finished and history.end - stop.at <= WITHIN:
        return True
    if last is None or stop.at - last.at >= history.settings["stop_reply_window"]:
        return False
    until = following.seq if following is not None else None

    def of_this(row: Row) -> bool:
        at_once = row["at"] == stop.row["at"] and row["seq"] > stop.seq
        return at_once and (until is None or row["seq"] < until)

    ended = any(
        item.ended is not None
        and of_this(item.ended)
        and item.ended["data"]["reason"] == "keyword_opt_out"
        for list_id in history.lists
        for item in history.memberships.get((stop.mdn, list_id), ())
    )
    rejected = any(
        item.ended is not None
        and item.ended["data"]["outcome"] == "REJECTED"
        and of_this(item.ended)
        for item in history.requests_of.get(stop.mdn, ())
    )
    return not ended and not rejected


def _barred(history: History, sms: Sms) -> Row | None:
    """The end of a message that an opt-out stopped (code 9), or None."""
    if sms.end != "blocked" or sms.ends[0]["data"]["error_code"] != 9:
        return None
    stood = history.opted_out(sms.code, sms.mdn, sms.seq) is not None
    return sms.ends[0] if stood else None
