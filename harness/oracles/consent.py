"""Consent: nobody becomes a member without a yes in time, and a yes is one opt-in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from harness.campaigns.activity_log import Activity, Kind
from harness.message_book import Text, normalised
from harness.oracles.evidence import Name, Row, Violation
from harness.oracles.history import History, instant
from harness.oracles.lines import Lines
from harness.oracles.records import Membership, Request


def membership_after_yes(history: History, lines: Lines) -> Iterator[Violation]:
    """A membership rests on a yes in time to a request, which stood until then.

    Or on an operator's import; on START, where the account resubscribes; on a single opt-in
    campaign, whose keyword or call is the yes. Source: Marketo: R11 to R13; A6, A7.
    """
    for item in history.joined:
        if item.consent == "import" or _is_single(history, item) or _is_start(history, item):
            continue
        who = lines.who(item.mdn)
        told = f"{who} became a member of list {item.list_id} without a yes"
        request = _confirmed(history, item)
        if request is None:
            yield lines.violation(Name.MEMBERSHIP_AFTER_YES, item.mdn, item.began, told, item.began)
            continue
        asked = request.rows[-1]
        yes = _answers(history, request)
        if not yes:
            shown: tuple[Row, ...] = (asked, item.began)
        elif any(_in_time(history, request, text) for text in yes):
            if not _is_too_long(history, request):
                continue
            told = f"{who} was given longer to join than the window of {request.campaign_id}"
            shown = (asked, yes[-1].row, item.began)
        else:
            told = f"{who} became a member of list {item.list_id} by a yes that came too late"
            shown = (asked, yes[-1].row, item.began)
        yield lines.violation(Name.MEMBERSHIP_AFTER_YES, item.mdn, item.began, told, *shown)


def once_per_yes(history: History, lines: Lines) -> Iterator[Violation]:
    """A yes confirms one request, a confirmed request is one membership, which is logged once.

    Source: Marketo: R14.
    """
    yield from _yes_used_twice(history, lines)
    yield from _request_used_twice(history, lines)
    yield from _logged_twice(history, lines)


def _yes_used_twice(history: History, lines: Lines) -> Iterator[Violation]:
    for requests in history.requests_of.values():
        used: dict[int, Row] = {}
        confirmed = [item for item in requests if _is_confirmed(item)]
        for request in sorted(confirmed, key=lambda item: _seq(item.ended)):
            yes = _answers(history, request)
            fresh = [text for text in yes if text.seq not in used]
            assert request.ended is not None
            if fresh:
                used[fresh[-1].seq] = request.ended
            elif yes:
                text = f"one yes of {lines.who(request.mdn)} confirmed two requests to join"
                shown = (yes[-1].row, used[yes[-1].seq], request.ended)
                yield lines.violation(Name.ONCE_PER_YES, request.mdn, request.ended, text, *shown)


def _request_used_twice(history: History, lines: Lines) -> Iterator[Violation]:
    used: dict[int, Membership] = {}
    for item in history.joined:
        if item.consent == "import" or _is_single(history, item) or _is_start(history, item):
            continue
        request = _confirmed(history, item)
        if request is None:
            continue
        other = used.setdefault(_seq(request.ended), item)
        if other is not item:
            text = f"{lines.who(item.mdn)} became a member of list {item.list_id} twice by one yes"
            yes = _answers(history, request)
            shown = (yes[-1].row if yes else None, other.began, item.began)
            yield lines.violation(Name.ONCE_PER_YES, item.mdn, item.began, text, *shown)


def _logged_twice(history: History, lines: Lines) -> Iterator[Violation]:
    """The log has no more opt-ins of a person than Vibes has memberships of the number."""
    counts: Counter[tuple[int, str]] = Counter()
    logged: dict[tuple[int, str], Activity] = {}
    for item in history.evidence.activities:
        if item.kind is not Kind.SUBSCRIBES or item.person_id in history.moved:
            continue
        person = history.people[item.person_id]
        list_id = item.list_id or ""
        key = person.id, list_id
        counts[key] += 1
        before, logged[key] = logged.get(key), item
        joined = history.memberships.get((person.mdn or "", list_id), [])
        if counts[key] > len(joined):
            text = (
                f"{lines.who(person.mdn)} joined list {list_id} {len(joined)} times "
                f"and {person.name} was logged as joining it {counts[key]} times"
            )
            began = joined[-1].began if joined else None
            yield lines.violation(Name.ONCE_PER_YES, person.mdn, item, text, began, before, item)


def _is_single(history: History, item: Membership) -> bool:
    """Whether the membership may be a single opt-in: by the keyword texted, or by a call."""
    for campaign in history.feeding.get(item.list_id, ()):
        if campaign["double_opt_in"]:
            continue
        if item.consent == "api":
            return True
        words = {normalised(word) for word in campaign["keywords"]}
        texts = history.texts.get((campaign["code"], item.mdn or ""), ())
        if any(text.seq < item.began["seq"] and text.said in words for text in texts):
            return True
    return False


def _is_start(history: History, item: Membership) -> bool:
    """Whether a START brought the membership back, in an account where it does."""
    if item.consent != "start" or history.settings["start"] != "resubscribe":
        return False
    codes = (code["code"] for code in history.account["source_codes"])
    return any(
        text.taken_as == "start" and text.seq < item.began["seq"]
        for code in codes
        for text in history.texts.get((code, item.mdn or ""), ())
    )


def _confirmed(history: History, item: Membership) -> Request | None:
    """The newest confirmed request of the number to a campaign of the list, before it."""
    campaigns = {campaign["id"] for campaign in history.feeding.get(item.list_id, ())}
    found = [
        request
        for request in history.requests_of.get(item.mdn or "", ())
        if request.campaign_id in campaigns
        and _is_confirmed(request)
        and _seq(request.ended) < item.began["seq"]
    ]
    return max(found, key=lambda request: _seq(request.ended), default=None)


def _is_confirmed(request: Request) -> bool:
    return request.ended is not None and request.ended["data"]["outcome"] == "CONFIRMED"


def _seq(row: Row | None) -> int:
    return int(row["seq"]) if row is not None else 0


def _answers(history: History, request: Request) -> list[Text]:
    """The texts that say yes to a request while it was open, by the campaign's words or pattern."""
    campaign = history.campaign(request.campaign_id)
    words = {normalised(word) for word in campaign["yes"]}
    pattern = campaign["yes_pattern"]
    return [
        text
        for text in history.texts.get((campaign["code"], request.mdn), ())
        if request.rows[0]["seq"] < text.seq < _seq(request.ended)
        and (text.said in words or _matches(pattern, text))
    ]


def _matches(pattern: str | None, text: Text) -> bool:
    body = text.row["data"]["mo"]["text"].strip()
    return pattern is not None and re.fullmatch(pattern, body) is not None


def _in_time(history: History, request: Request, text: Text) -> bool:
    """Whether a yes came before the end of the window; at it, where the edge is inclusive (A6)."""
    end = request.expires_at(text.seq)
    inclusive = history.settings["window_edge"] == "inclusive"
    return text.at <= end if inclusive else text.at < end


def _is_too_long(history: History, request: Request) -> bool:
    """Whether a window was set longer than the campaign's, from when it was set."""
    window = history.campaign(request.campaign_id)["window"]
    return any(
        row["data"]["participation"]["expires_at"] > instant(row) + window for row in request.rows
    )
