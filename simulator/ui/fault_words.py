"""What a fault rule says, in words: whom it hits, what goes wrong, how often."""

from __future__ import annotations

from simulator.domain.carriers import FAILURES, NAMES
from simulator.domain.fault_rules import CALLS, Effect, FaultRule, Surface
from simulator.domain.instants import MILLISECOND, format_duration
from simulator.ui.words import clock_time

SURFACES = {
    Surface.PLATFORM: "calls of the Platform API",
    Surface.CONNECT: "calls of Connect",
    Surface.SMPP: "requests by SMPP",
    Surface.CARRIER: "messages at their carrier",
    Surface.CALLBACK: "callbacks",
    Surface.RECEIPT: "delivery receipts",
    Surface.MO: "texts told to the application",
}
"""Where a fault strikes, in words."""

PROFILES = {
    "flaky_api": "one call in ten fails on our side",
    "busy_hour": "one call in five is over the limit",
    "lost_answers": "one call in twenty is done and never answered",
    "messy_callbacks": "callbacks come twice, late and in another order",
    "lost_receipts": "one receipt in ten is never told",
    "carrier_outage": "every carrier fails every message (107)",
}
"""What the named profiles do, in words."""

EFFECTS = {
    Effect.STATUS: "answered with a status, nothing done",
    Effect.VENDOR_ERROR: "answered with an error of Connect's table, nothing done",
    Effect.THROTTLE: "answered as over the limit, nothing done",
    Effect.STORE_FULL: "answered as if nothing could be kept, nothing done",
    Effect.DROP: "connection closed, nothing done",
    Effect.LOSE_ANSWER: "done, connection closed before the answer",
    Effect.GARBAGE: "answered with garbage, nothing done",
    Effect.HALF: "done, half the answer",
    Effect.DELAY: "late by so long",
    Effect.STORE_SLOW: "done, and answered so much later",
    Effect.FAIL: "message fails with a receipt code",
    Effect.OUTAGE: "carrier is down",
    Effect.LOSE: "never told",
    Effect.DUPLICATE: "told twice",
    Effect.REORDER: "told after the next one, or after so long",
}
"""What goes wrong, in words, before its value is known."""


def whom(rule: FaultRule) -> str:
    """Whom a rule hits: `messages at their carrier at AT&T`, with everything that narrows it."""
    match = rule.match
    parts = [SURFACES[match.surface]]
    for word, value in (
        ("of", match.operation),
        ("of", match.mdn),
        ("of list", match.list_id),
        ("of code", match.code),
    ):
        if value is not None:
            parts.append(f"{word} {value}")
    if match.carrier is not None:
        parts.append(f"at {NAMES.get(match.carrier, match.carrier)}")
    if match.nth is not None:
        parts.append(f"number {match.nth} of them only")
    return ", ".join(parts)


def what(rule: FaultRule) -> str:
    """What goes wrong, its number or its wait with it."""
    late = format_duration(rule.wait_ms * MILLISECOND)
    match rule.effect:
        case Effect.STATUS:
            kind = "command_status" if rule.match.surface is Surface.SMPP else "HTTP"
            return f"answered {kind} {rule.number}, nothing done"
        case Effect.VENDOR_ERROR:
            return f"answered with Connect's error {rule.number}, nothing done"
        case Effect.DELAY:
            real = " of real time" if rule.match.surface in CALLS else ""
            return f"late by {late}{real}"
        case Effect.STORE_SLOW:
            return f"done, and answered {late} later"
        case Effect.REORDER:
            return f"told after the next one, or after {late}"
        case Effect.FAIL:
            said = FAILURES.get(rule.number or 0, "").rstrip(".")
            return f"fails with {rule.number}: {said}"
        case Effect.OUTAGE:
            if rule.match.until is None:
                return "carrier is down: messages fail with 107"
            return "carrier is down: messages wait until it is over"
    return EFFECTS[rule.effect]


def when(rule: FaultRule, now: int) -> tuple[str, str]:
    """Whether a rule holds now: how that is coloured, and in words."""
    since, until = rule.match.since, rule.match.until
    if until is not None and until <= now:
        return "waits", f"over since {clock_time(until)}"
    if since is not None and since > now:
        return "waits", f"begins {clock_time(since)}"
    return "bad", "holds" if until is None else f"holds until {clock_time(until)}"


def share(rule: FaultRule) -> str:
    """How often it strikes what it is about."""
    hits, of = rule.ratio
    often = "always" if hits == of else f"{hits} in {of}"
    return often if rule.budget is None else f"{often}, {rule.budget} times at most"
