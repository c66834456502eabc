"""Limits that a team sets itself: quiet hours, and how many messages a phone gets in a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from harness.message_book import Sms
from harness.oracles.evidence import Name, QuietHours, Violation
from harness.oracles.history import CAMPAIGN_PURPOSES, SECOND, History
from harness.oracles.lines import Lines


def quiet_hours(history: History, lines: Lines) -> Iterator[Violation]:
    """No campaign message is sent in the quiet hours: from their start until before their end.

    What counts is when Vibes took it; what answers a person is no campaign message, and what Vibes
    blocked was not sent. Source: FCC, 47 CFR 64.1200(c)(1).
    """
    quiet = history.evidence.quiet_hours
    if quiet is None:
        return
    zone = ZoneInfo(quiet.zone)
    for sms in history.messages.values():
        if not _counts(sms):
            continue
        local = datetime.fromtimestamp(sms.at / SECOND, zone)
        if _is_quiet(quiet, local.time()):
            text = (
                f'"{sms.mt["text"]}" was sent to {lines.who(sms.mdn)} at {local:%H:%M:%S}, '
                f"within the quiet hours {quiet.start} to {quiet.end} ({quiet.zone})"
            )
            yield lines.violation(Name.QUIET_HOURS, sms.mdn, sms.row, text, sms.row)


def frequency_cap(history: History, lines: Lines) -> Iterator[Violation]:
    """In any time as long as the cap's a number gets no more campaign messages than it says.

    Two that are exactly so far apart are not in one time. A second try from the alternate code is
    no second message. Source: inferred, as campaign systems limit communications.
    """
    if history.evidence.cap is None:
        return
    most, per = history.evidence.cap
    length = per // timedelta(microseconds=1)
    recent: dict[str, deque[Sms]] = {}
    for sms in history.messages.values():
        if not _counts(sms) or sms.mt["forwarded_from"] is not None:
            continue
        window = recent.setdefault(sms.mdn, deque())
        while window and sms.at - window[0].at >= length:
            window.popleft()
        window.append(sms)
        if len(window) > most:
            text = (
                f"{lines.who(sms.mdn)} was sent {len(window)} campaign messages within {per}, "
                f"the cap is {most}"
            )
            shown = (item.row for item in window)
            yield lines.violation(Name.FREQUENCY_CAP, sms.mdn, sms.row, text, *shown)
            window.clear()


def _counts(sms: Sms) -> bool:
    return sms.purpose in CAMPAIGN_PURPOSES and sms.end != "blocked"


def _is_quiet(quiet: QuietHours, local: time) -> bool:
    start, end = time.fromisoformat(quiet.start), time.fromisoformat(quiet.end)
    if start <= end:
        return start <= local < end
    return local >= start or local < end
