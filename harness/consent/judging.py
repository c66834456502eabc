"""Whether a message after an opt-out was allowed, and why; and what is to be said at the top.

Allowed are the one confirmation, within five minutes; an answer to what the number texted itself; and
what was under way already. Sources: CTIA; FCC, 47 CFR 64.1200(a)(10) to (12).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from harness.consent.records import After, Evidence, Message, OptOut, Verdict
from harness.consent.standing import Seen

WITHIN_S = 300.0
"""How soon an opt-out is confirmed (FCC, 47 CFR 64.1200(a)(12))."""

REPLIES = frozenset({"help_reply", "start_reply", "unmatched_reply", "already_subscribed"})
"""Automatic replies: allowed where the number texted first."""

Found = tuple[Verdict, str]


def judged(seen: Iterable[Seen], messages: Mapping[str, Message]) -> list[After]:
    """Every message after an opt-out with its verdict, oldest first."""
    found = [(item, *_verdict(item, messages)) for item in seen]
    found.sort(key=lambda one: one[0].message.row)
    return [
        After(
            message=item.message.id,
            at=item.message.at,
            code=item.message.code,
            purpose=item.message.purpose,
            text=item.message.text,
            state=item.message.state,
            opt_out=item.opt_out.row,
            opted_out_at=item.opt_out.at,
            verdict=verdict,
            why=why,
        )
        for item, verdict, why in found
    ]


def _verdict(item: Seen, messages: Mapping[str, Message]) -> Found:
    message = item.message
    if item.under_way:
        before = _seconds(message.at, item.opt_out.at)
        return Verdict.ALLOWED, f"accepted {before} before the opt-out, and under way"
    if message.purpose == "stop_reply":
        return _confirmation(item, messages)
    if message.purpose in REPLIES:
        return _reply(item)
    if message.purpose in ("confirmation", "welcome"):
        return _asked(item)
    return _campaign(item)


def _confirmation(item: Seen, messages: Mapping[str, Message]) -> Found:
    opt_out, message = item.opt_out, item.message
    if message.id not in opt_out.confirmations:
        return Verdict.VIOLATION, "the confirmation of a STOP that the number did not text"
    if message.id != opt_out.confirmations[0]:
        first = messages[opt_out.confirmations[0]]
        return Verdict.VIOLATION, f"the opt-out was confirmed already, at {first.at}"
    after = _between(opt_out.at, message.at)
    told = f"the one confirmation of the opt-out, sent {_seconds(opt_out.at, message.at)} after it"
    if after > WITHIN_S:
        return Verdict.VIOLATION, f"{told}: later than five minutes"
    return Verdict.ALLOWED, f"{told} (within five minutes)"


def _reply(item: Seen) -> Found:
    if item.text is None:
        return Verdict.VIOLATION, "an automatic reply to nothing the number texted"
    return Verdict.ALLOWED, f'the automatic reply to "{item.text.text}", which the number texted'


def _asked(item: Seen) -> Found:
    what = "prompt of a new request" if item.message.purpose == "confirmation" else "welcome"
    if item.text is not None:
        return Verdict.ALLOWED, f'the {what}: the number texted "{item.text.text}" itself'
    if item.opt_out.codes or not item.lists:
        told = (
            f"the {what}, made by a call and not by the phone: allowed if the person asked for it"
        )
        return (
            Verdict.UNPROVEN,
            f"{told} after the opt-out (a form), which no journal of Vibes shows",
        )
    return Verdict.ALLOWED, f"the {what}; {_still(item)}"


def _campaign(item: Seen) -> Found:
    message = item.message
    if not item.opt_out.codes and item.lists:
        return Verdict.ALLOWED, _still(item)
    after = (
        f"a campaign message {_seconds(item.opt_out.at, message.at)} after {_named(item.opt_out)}"
    )
    if message.state == "blocked":
        return Verdict.STOPPED, f"{after}: Vibes blocked it, and it never left"
    if message.state == "deleted":
        return Verdict.STOPPED, f"{after}: it was taken back before it arrived"
    reached = "it arrived" if message.delivered_at is not None else f"it is {message.state}"
    return Verdict.VIOLATION, f"{after}, and {reached}"


def _still(item: Seen) -> str:
    left = ", ".join(item.opt_out.lists_left) or "no list"
    return f"the number is still on list {', '.join(item.lists)}; the opt-out ended {left} alone"


def _named(item: OptOut) -> str:
    if item.text is not None:
        return f'"{item.text.text}" to {item.text.code}'
    return f"the number left its last list ({item.by})"


def statement(told: Evidence) -> tuple[str, list[str]]:
    """The verdict of the whole, and the sentences that stand at the top."""
    counts = Counter(item.verdict for item in told.after_opt_out)
    lines = [_opt_outs(told), *_after(counts, len(told.after_opt_out))]
    confirmed: set[str] = set()
    for item in told.opt_outs:
        if item.text is None:
            continue
        if item.confirmations:
            confirmed.add(item.text.code)
        elif item.text.code not in confirmed:
            lines.append(f"The STOP of {item.at} was not confirmed.")
    lines += [
        f'"{item.text.text}" of {item.text.at} holds the word {item.keyword}, '
        f"and was not taken as an opt-out ({item.text.taken_as})."
        for item in told.near_misses
    ]
    if not told.opt_outs:
        return "none", lines
    worst = (Verdict.VIOLATION, Verdict.UNPROVEN)
    return next((str(item) for item in worst if counts[item]), "clean"), lines


def _opt_outs(told: Evidence) -> str:
    count = len(told.opt_outs)
    if not count:
        return f"{told.number} never opted out in this journal."
    return f"{told.number} opted out {'once' if count == 1 else f'{count} times'}."


def _after(counts: Mapping[Verdict, int], total: int) -> list[str]:
    if not total:
        return []
    words = {
        Verdict.ALLOWED: "allowed",
        Verdict.STOPPED: "stopped by Vibes before it left",
        Verdict.UNPROVEN: "allowed only if the person asked for it elsewhere",
        Verdict.VIOLATION: "in violation of the opt-out",
    }
    parts = [f"{counts[item]} {told}" for item, told in words.items() if counts[item]]
    return [f"After an opt-out: {total} {_messages(total)}, {', '.join(parts)}."]


def _messages(count: int) -> str:
    return "message" if count == 1 else "messages"


def _between(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def _seconds(start: str, end: str) -> str:
    """How long from one time to another, in words."""
    rest = _between(start, end)
    if rest < 120:
        return f"{rest:g} s"
    if rest < 7_200:
        return f"{rest / 60:.0f} min"
    return f"{rest / 3_600:.0f} h" if rest < 172_800 else f"{rest / 86_400:.0f} days"
