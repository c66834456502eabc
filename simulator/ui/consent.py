"""The history of one number's consent: asked, yes, joined, left, STOP, START, blocks, each with its reason.

Memberships come from the world and texts from the phone's own messages, whole. Requests, opt-outs and
blocks that are over stand in the journal alone, of which the latest rows are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from simulator.domain.inbound import KeywordNearMiss
from simulator.domain.lists import OptOutReason, Subscription
from simulator.domain.messages import Mt, Purpose
from simulator.domain.numbers import Mdn
from simulator.domain.opt_outs import OptedOut, OptOutLifted
from simulator.domain.participation import (
    ConfirmationBlockCleared,
    OptIn,
    Participation,
    ParticipationEnded,
    ParticipationOpened,
)
from simulator.domain.person import Person
from simulator.runtime.ports import Entry, MessageQuery, MessageRecord
from simulator.runtime.retention import gone_before
from simulator.ui.page import Page
from simulator.ui.words import clock_time

LATEST_ROWS = 50_000
"""So many of the newest rows of the journal are looked through."""

MESSAGES = 200
"""So many of the newest texts, and of the newest prompts, of a phone are looked at."""

_TYPES = tuple(
    kind.__name__
    for kind in (
        ParticipationOpened,
        ParticipationEnded,
        ConfirmationBlockCleared,
        OptedOut,
        OptOutLifted,
        KeywordNearMiss,
    )
)

REASONS = {
    OptOutReason.USER: "the person opted out",
    OptOutReason.DISCONNECT: "its carrier dropped the number",
    OptOutReason.LIST_ARCHIVED: "the list was archived",
    OptOutReason.BULK: "an operator opted people out in bulk",
    OptOutReason.FAILED_AT_CARRIER: "messages failed at the carrier",
    OptOutReason.OBSOLETE_CARRIER: "the carrier has closed",
    OptOutReason.PLATFORM: "the platform opted it out",
    OptOutReason.KEYWORD: "a stop keyword was texted",
    OptOutReason.API: "a client took the membership away by the API",
    OptOutReason.BUTTON: "a button was pressed",
}
"""Why a membership ended, in words."""

_TAKEN = {"stop": "STOP", "start": "START", "yes": "yes", "no": "no"}
_SHADES = {"STOP": "bad", "no": "bad", "START": "good", "yes": "good"}
_ENDS = {
    OptIn.CONFIRMED: ("confirmed", "good", "the yes came in time"),
    OptIn.REJECTED: ("rejected", "bad", "it was answered with a no or a STOP"),
    OptIn.LAPSED: ("lapsed", "bad", "its time was over without a yes"),
}


class Fact(NamedTuple):
    """One thing that happened. `row` is its place in the journal; where that is not known it comes
    after the first of its `causes` that is there at that instant."""

    at: int
    row: int | None
    what: str
    shade: str
    text: str
    said: str | None = None
    message_id: str | None = None
    causes: tuple[str, ...] = ()


class History(NamedTuple):
    """Facts, oldest first, and what was left out, in words."""

    facts: list[Fact]
    cut: list[str]


async def history(page: Page, mdn: Mdn | None, person: Person | None) -> History:
    """All that is known of a number's consent, and of the memberships of its person."""
    facts, cut = list(_memberships(page, person)), []
    if mdn is not None:
        store, seq = page.universe.store, page.universe.engine.seq
        query = MessageQuery(mdn=mdn, newest_first=True, limit=MESSAGES)
        texts = await store.messages(page.key, msgspec.structs.replace(query, direction="mo"))
        prompts = await store.messages(
            page.key, msgspec.structs.replace(query, purpose=Purpose.CONFIRMATION)
        )
        rows = await store.entries(page.key, max(0, seq - LATEST_ROWS), types=_TYPES)
        facts += [*_texts(texts), *_prompts(prompts), *_rows(page, mdn, rows, prompts)]
        if MESSAGES in (len(texts), len(prompts)):
            cut.append(f"of its texts and prompts the newest {MESSAGES} are told")
        if (begins := await page.universe.begins()) > 1:
            cut.append(gone_before(begins))
        if seq > LATEST_ROWS:
            cut.append(
                "requests, opt-outs and blocks that are over are looked for in the latest "
                f"{LATEST_ROWS} rows of the journal"
            )
    return History(_in_order(facts), cut)


def _in_order(facts: list[Fact]) -> list[Fact]:
    """As they happened: what has no row comes after its cause at that instant, or last of it."""
    rows: dict[tuple[int, str], int] = {}
    for fact in facts:
        if fact.row is not None:
            rows[fact.at, fact.what] = max(fact.row, rows.get((fact.at, fact.what), 0))

    def place(fact: Fact) -> tuple[int, float, bool]:
        if fact.row is not None:
            return fact.at, fact.row, False
        causes = (rows[fact.at, one] for one in fact.causes if (fact.at, one) in rows)
        return fact.at, next(causes, float("inf")), True

    return sorted(facts, key=place)


def list_name(page: Page, list_id: str) -> str:
    """A list by its name and id."""
    item = page.universe.world.catalogue.get(list_id)
    return list_id if item is None or item.name == list_id else f"{item.name} ({list_id})"


def consent_in_words(item: Subscription) -> str:
    """What a membership rests on."""
    known = {
        "api": "a client asked by the API",
        "import": "an operator imported it",
        "start": "START was texted",
    }
    return known.get(item.consent, f'the keyword "{item.consent}" was texted')


def _memberships(page: Page, person: Person | None) -> Iterator[Fact]:
    if person is None:
        return
    for item in page.universe.world.subscriptions.history(person.person_key):
        name, began = list_name(page, item.list_id), consent_in_words(item)
        ways = {"import": (), "start": ("START",)}.get(item.consent, ("confirmed", "keyword"))
        yield Fact(item.opt_in_at, None, "joined", "good", f"{name}: {began}", causes=ways)
        if item.opt_out_at is not None and item.opt_out_reason is not None:
            why = f"{name}: {REASONS[item.opt_out_reason]} ({item.opt_out_reason})"
            yield Fact(item.opt_out_at, None, "left", "bad", why, causes=("STOP",))


def _texts(records: Iterable[MessageRecord]) -> Iterator[Fact]:
    for record in records:
        keyword = record.purpose.removeprefix("keyword ")
        what = _TAKEN.get(record.purpose, "keyword" if keyword != record.purpose else "")
        if what:
            text = f"texted to {record.code}:"
            shade = _SHADES.get(what, "waits")
            yield Fact(record.at, record.position, what, shade, text, record.text, record.id)


def _prompts(records: Iterable[MessageRecord]) -> Iterator[Fact]:
    for record in records:
        text = f"from {record.code}, {record.state}:"
        yield Fact(record.at, record.position, "prompt", "waits", text, record.text, record.id)


def _rows(
    page: Page, mdn: Mdn, rows: Iterable[Entry], prompts: Iterable[MessageRecord]
) -> Iterator[Fact]:
    """What the journal says of the number; a request's end names the request alone."""
    number, windows = mdn.encode(), set[str]()
    asked = {msgspec.json.decode(record.body, type=Mt).subject_id or "": "" for record in prompts}
    for row in rows:
        if row.type == ParticipationEnded.__name__:
            key = next((key for key in asked if key and key.encode() in row.body), None)
            if key is not None:
                yield _ended(row, asked[key])
        elif number in row.body:
            value = row.value
            if isinstance(value, ParticipationOpened):
                item = value.participation
                asked[item.participation_id] = item.campaign_id
                yield _asked(page, row, item, moved=item.participation_id in windows)
                windows.add(item.participation_id)
            else:
                yield _other(page, row)


def _asked(page: Page, row: Entry, item: Participation, *, moved: bool) -> Fact:
    until = f"a yes counts until {clock_time(item.expires_at)}"
    if moved:
        text = f"{item.campaign_id}: its window moved, {until}"
        return Fact(row.at, row.seq, "asked", "waits", text)
    how = f'by the keyword "{item.keyword}"' if item.keyword is not None else "by the API"
    campaign = page.universe.account.campaign(item.campaign_id)
    to = f" to join {list_name(page, campaign.list_id)}" if campaign is not None else ""
    text = f"{item.campaign_id}{to} {how}, {until}"
    return Fact(row.at, row.seq, "asked", "waits", text)


def _ended(row: Entry, campaign_id: str) -> Fact:
    value = row.value
    assert isinstance(value, ParticipationEnded)
    what, shade, text = _ENDS[value.outcome]
    block = "; the API may not ask again" if value.blocks else ""
    whose = f"{campaign_id}: " if campaign_id else ""
    return Fact(row.at, row.seq, what, shade, f"{whose}{text}{block}")


def _other(page: Page, row: Entry) -> Fact:
    match row.value:
        case OptedOut(opt_out=item):
            left = ", ".join(list_name(page, list_id) for list_id in item.list_ids)
            text = f"nothing is sent to it from {item.code}" + (f"; it left {left}" if left else "")
            return Fact(row.at, row.seq, "opted out", "bad", text)
        case OptOutLifted(code=code):
            return Fact(row.at, row.seq, "lifted", "good", f"{code} may send to it again")
        case ConfirmationBlockCleared(campaign_id=campaign_id):
            text = f"{campaign_id}: the keyword was texted, the API may ask again"
            return Fact(row.at, row.seq, "unblocked", "good", text)
        case KeywordNearMiss() as near:
            text = (
                f'holds "{near.keyword}" and is no stop keyword; its sender may think it was one:'
            )
            return Fact(row.at, row.seq, "near miss", "waits", text, near.text)
    raise AssertionError(row.type)
