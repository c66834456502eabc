"""Events: the journal, newest first, as sentences; filtered by type and number; and all of it to keep."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from aiohttp import web

from simulator.documents import rather
from simulator.domain import commands, events
from simulator.domain.instants import iso
from simulator.domain.numbers import InvalidMdn, Mdn, parse_any_mdn
from simulator.errors import UserError
from simulator.runtime.ports import Entry, MessageQuery
from simulator.ui.page import Page
from simulator.ui.sentences import Known, sentence

PAGE = 100
"""Rows on a page."""

LOOKED_AT = 20_000
"""Rows that one page looks through, at most, for those a filter asks for."""

WINDOW = 1_000
"""Rows that are read at a time."""

_KNOWN = tuple(
    name
    for name in (*sorted(events.__all__), *sorted(commands.__all__))
    if not name.startswith(("Any", "decode_"))
)
"""The types of rows, events first."""

_IN_QUOTES = re.compile(rb'"([^"\\]{4,64})"')
_NUMBER = re.compile(r"\d{1,18}")


async def index(page: Page) -> web.Response:
    """The newest rows a filter lets through; older ones a page further.

    Rows stay as they are while one reads: what changes by itself is how many there are.
    """
    kind, number, before = page.query("type"), page.query("number"), page.query("before")
    fault, rows, further = None, list[Entry](), None
    try:
        top = int(before) if _NUMBER.fullmatch(before) else page.universe.engine.seq + 1
        needles = await _needles(page, number)
        if not page.is_part:
            rows, further = await _newest(page, _type(kind), needles, top)
    except UserError as error:
        fault = str(error)
    known = Known(page.universe.world, await _messages(page, rows))
    return page.show(
        "events.html.j2",
        200 if fault is None else 400,
        rows=[shown(entry, known) for entry in rows],
        further=further,
        type=kind,
        number=number,
        types=_KNOWN,
        total=page.universe.engine.seq,
        looked_at=LOOKED_AT,
        fault=fault,
    )


def shown(entry: Entry, known: Known) -> dict[str, object]:
    """A row as the page shows it."""
    told = msgspec.json.format(entry.body, indent=2).decode(errors="replace")
    return {
        "seq": entry.seq,
        "at": iso(entry.at),
        "micros": entry.at,
        "kind": entry.kind,
        "type": entry.type,
        "words": sentence(entry.value, known),
        "json": told,
    }


async def export(page: Page) -> web.StreamResponse:
    """The whole journal as NDJSON, as `smsim export` writes it, a page of rows at a time."""
    response = web.StreamResponse(
        headers={
            "Content-Type": "application/x-ndjson",
            "Content-Disposition": f'attachment; filename="{page.key}.ndjson"',
            "Cache-Control": "no-store",
        }
    )
    last = page.universe.engine.seq
    await response.prepare(page.request)
    after = 0
    while after < last:
        entries = await page.universe.store.entries(page.key, after, min(WINDOW, last - after))
        if not entries:
            break
        after = entries[-1].seq
        await response.write(b"".join(entry.line for entry in entries))
    await response.write_eof()
    return response


def _type(asked: str) -> Sequence[str]:
    if asked and asked not in _KNOWN:
        raise UserError(f'there is no command or event "{asked}"{rather(asked, list(_KNOWN))}')
    return (asked,) if asked else ()


async def _needles(page: Page, number: str) -> frozenset[bytes] | None:
    """What a row about that number has in it: the number itself, its person, its messages."""
    if not number:
        return None
    try:
        mdn = parse_any_mdn(number)
    except InvalidMdn as error:
        raise UserError(f'"{number}" is no phone number: {error}') from error
    return frozenset(item.encode() for item in await _names(page, mdn))


async def _names(page: Page, mdn: Mdn) -> set[str]:
    query = MessageQuery(mdn=mdn, newest_first=True, limit=WINDOW)
    records = await page.universe.store.messages(page.key, query)
    person = page.universe.world.people.with_mdn(mdn)
    pending = page.universe.world.participations.of(mdn)
    return {
        mdn,
        *(record.id for record in records),
        *(item.participation_id for item in pending),
        *([person.person_key] if person is not None else []),
    }


async def _newest(
    page: Page, types: Sequence[str], needles: frozenset[bytes] | None, top: int
) -> tuple[list[Entry], int | None]:
    """The rows below `top` that are asked for, and from where to look further, or None."""
    found: list[Entry] = []
    first = await page.universe.begins()
    lowest = max(first - 1, top - 1 - LOOKED_AT)
    narrow = bool(types) or needles is not None
    high = min(top, page.universe.engine.seq + 1)
    while high > lowest + 1 and len(found) < PAGE:
        low = max(lowest, high - 1 - (WINDOW if narrow else PAGE))
        entries = await page.universe.store.entries(page.key, low, high - 1 - low, types)
        inside = [entry for entry in entries if entry.seq < high]
        found += [entry for entry in reversed(inside) if _is_about(entry, needles)]
        high = low + 1
    cut = found[:PAGE]
    if len(found) > PAGE or (len(found) == PAGE and cut[-1].seq > first):
        return cut, cut[-1].seq
    return cut, high if high > first else None


def _is_about(entry: Entry, needles: frozenset[bytes] | None) -> bool:
    return needles is None or not needles.isdisjoint(_IN_QUOTES.findall(entry.body))


async def _messages(page: Page, rows: list[Entry]) -> dict[str, tuple[str, str]]:
    """The messages that rows name, by id: their number and their text."""
    ids = {getattr(entry.value, "message_id", None) for entry in rows} - {None}
    found: dict[str, tuple[str, str]] = {}
    for key in ids:
        record = await page.universe.message(str(key))
        if record is not None:
            found[str(key)] = (record[0].mdn, record[0].text)
    return found
