"""Callbacks: every attempt and what became of it, who registered, who is down, and trying by hand."""

from __future__ import annotations

from itertools import islice

import msgspec
from aiohttp import web

from simulator.api.control import views
from simulator.domain.lines import (
    SESSION_ENDED,
    CallbackFailed,
    CallbackOverflowed,
    CallbackQueued,
    Delivery,
    RepeatCallback,
    is_smpp,
    verdict_of,
)
from simulator.domain.registrations import SCOPES, Registration
from simulator.domain.rehearsal import TestCallback
from simulator.errors import UserError
from simulator.runtime.ports import Attempt, Entry
from simulator.ui.page import Page
from simulator.ui.words import clock_time

PAGE = 50
"""How many attempts, destinations and failed deliveries are shown at once."""

LATEST_ROWS = 50_000
"""The failure queue is read from so many of the newest rows of the journal."""

STEP = 1_000
"""So many deliveries of the journal are looked at before anybody else is served."""


async def index(page: Page) -> web.Response:
    """Attempts, newest first, with what waits, what failed, who is down and who registered."""
    asked = page.query("below")
    below = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None
    placed = await page.universe.store.newest_attempts(page.key, PAGE, below)
    failed, more_failed = await _failed(page)
    registrations = page.universe.world.callbacks.registrations.values()
    now = page.universe.engine.now()
    standing = [item for item in registrations if item.end is None or item.end > now]
    return page.show(
        "callbacks.html.j2",
        attempts=[_shown(page, item) for _, item in placed],
        below=below,
        older=placed[-1][0] if len(placed) == PAGE else None,
        destinations=_destinations(page),
        kept=_kept(page),
        failed=failed,
        more_failed=more_failed,
        looked=LATEST_ROWS if page.universe.engine.seq > LATEST_ROWS else None,
        registrations=[_registration(item, now) for item in standing],
        types=list(dict.fromkeys(item.callback_type for item in standing)),
    )


async def one(page: Page) -> web.Response:
    """A delivery: every attempt with what was sent and what was answered."""
    wanted = page.request.match_info["delivery_id"]
    attempts = await page.universe.store.attempts(page.key, [wanted])
    book = page.universe.world.lines
    kept = book.kept.get(wanted)
    delivery = kept.delivery if kept is not None else book.deliveries.get(wanted)
    if not attempts and delivery is None:
        raise UserError(f'no callback delivery "{wanted}" was tried or waits')
    first = delivery or attempts[0]
    return page.show(
        "callbacks.delivery.html.j2",
        delivery_id=wanted,
        callback_type=first.callback_type,
        method=first.method,
        url=first.url,
        attempts=[{**_shown(page, item), **_exchanged(item)} for item in attempts],
        fate=_fate(page, attempts[-1]) if attempts else ("waits", _why_waiting(page, wanted)),
    )


async def repeat(page: Page) -> web.Response:
    """The same event goes to the same destination once more; its own page then shows the new delivery."""
    wanted = page.request.match_info["delivery_id"]
    again = await page.submit(RepeatCallback(delivery=await _delivery(page, wanted)))
    assert isinstance(again, Delivery)
    if (await page.form()).get("then") == "look" and await _is_known(page, again.delivery_id):
        to = f"{page.base}/callbacks/{again.delivery_id}"
        return web.Response(status=303, headers={"Location": to})
    return page.back("callbacks")


async def _is_known(page: Page, delivery_id: str) -> bool:
    """Whether a delivery has a page: not where its destination's line was full."""
    book = page.universe.world.lines
    waits = delivery_id in book.deliveries or delivery_id in book.kept
    return waits or bool(await page.universe.store.attempts(page.key, [delivery_id]))


async def rehearse(page: Page) -> web.Response:
    """A made-up event goes to everyone who registered for its type."""
    told = await page.form()
    kind = told.get("type", "")
    if kind not in SCOPES:
        raise UserError(f'there is no callback type "{kind}"; it may be {", ".join(SCOPES)}')
    await page.submit(TestCallback(callback_type=kind, scope=told.get("scope", "").strip() or None))
    return page.back("callbacks")


async def _delivery(page: Page, wanted: str) -> Delivery:
    """A delivery as it was queued. One that is over stands in the journal alone."""
    waiting = page.universe.world.lines.deliveries.get(wanted)
    if waiting is not None:
        return waiting
    after, name = 0, wanted.encode()
    while rows := await page.universe.store.entries(page.key, after, STEP, ["CallbackQueued"]):
        after = rows[-1].seq
        for row in rows:
            if name in row.body and isinstance(row.value, CallbackQueued):
                delivery = row.value.delivery
                if delivery.delivery_id == wanted:
                    return delivery
    raise UserError(f'no callback delivery "{wanted}" was ever in a line')


def _shown(page: Page, item: Attempt) -> dict[str, object]:
    shade, fate = _fate(page, item)
    exchange = item.exchange
    return {
        "delivery_id": item.delivery_id,
        "attempt": item.attempt,
        "at": item.at,
        "callback_type": item.callback_type,
        "url": item.url,
        "answer": _answer(item),
        "took_ms": exchange.took_ms,
        "shade": shade,
        "fate": fate,
    }


def _answer(item: Attempt) -> str:
    if item.exchange.status is None:
        return item.exchange.error or "no answer"
    return f"{'status' if is_smpp(item.url) else 'HTTP'} {item.exchange.status}"


def _exchanged(item: Attempt) -> dict[str, object]:
    return {
        "request_headers": item.exchange.request_headers,
        "request_body": _laid_out(item.exchange.request_body),
        "response_body": item.exchange.response_body,
        "error": item.exchange.error,
    }


def _laid_out(body: str) -> str:
    """A body as it is read: JSON in lines, anything else as it was sent."""
    try:
        return msgspec.json.format(body, indent=2)
    except (msgspec.DecodeError, RecursionError):
        return body


def _fate(page: Page, item: Attempt) -> tuple[str, str]:
    """What followed an attempt: how it is coloured, and in words."""
    verdict = verdict_of(item.url, item.exchange.status)
    if verdict == "accepted":
        return "good", "delivered"
    if verdict == "refused":
        return "bad", "refused for good: failure queue"
    if is_smpp(item.url) and item.exchange.error == SESSION_ENDED:
        return "waits", "the session ended: back in its line"
    settings = page.universe.account.settings
    if item.attempt > settings.retries:
        return "bad", f"given up after {item.attempt} attempts: failure queue"
    book = page.universe.world.lines
    if book.attempts.get(item.delivery_id) == item.attempt and item.delivery_id in book.waiting:
        return "waits", _why_waiting(page, item.delivery_id)
    return "waits", "tried again since"


def _why_waiting(page: Page, delivery_id: str) -> str:
    world = page.universe.world
    book = world.lines
    kept = book.kept.get(delivery_id)
    if kept is not None:
        earlier = ", or until the next one overtakes it" if kept.overtaken else ""
        return f"a fault keeps it until {clock_time(kept.until)}{earlier}"
    timer = world.timers.get(f"retry:{delivery_id}")
    if timer is not None:
        return f"tried again at {clock_time(timer.due)}"
    if delivery_id in book.attempts:
        return "being tried now"
    until = book.downed.get(book.deliveries[delivery_id].url)
    if until is not None:
        return f"its destination is down until {clock_time(until)}"
    first = next(iter(book.lines[book.deliveries[delivery_id].url]))
    why = f"; the first is {_why_waiting(page, first)}" if first in book.waiting else ""
    return f"in line behind others{why}"


def _destinations(page: Page) -> list[dict[str, object]]:
    """Where something waits or is down: its line, who is first in it and why that waits."""
    book, shown = page.universe.world.lines, []
    for url in dict.fromkeys((*islice(book.downed, PAGE), *islice(book.lines, PAGE))):
        first = next(iter(book.lines.get(url, ())), None)
        shown.append(
            {
                "url": url,
                "line": len(book.lines.get(url, ())),
                "failures": book.failures.get(url, 0),
                "down_until": book.downed.get(url),
                "failing": first in book.waiting,
                "first": first,
                "callback_type": book.deliveries[first].callback_type if first else "",
                "why": _why_waiting(page, first) if first else "",
            }
        )
    return shown


def _kept(page: Page) -> list[dict[str, object]]:
    """What a fault keeps out of its line, the oldest first."""
    return [
        {
            "delivery_id": key,
            "callback_type": item.delivery.callback_type,
            "url": item.delivery.url,
            "queued_at": item.delivery.queued_at,
            "why": _why_waiting(page, key),
        }
        for key, item in islice(page.universe.world.lines.kept.items(), PAGE)
    ]


async def _failed(page: Page) -> tuple[list[dict[str, object]], int]:
    """The newest of the failure queue, and how many more there are."""
    after = max(0, page.universe.engine.seq - LATEST_ROWS)
    types = [CallbackFailed.__name__, CallbackOverflowed.__name__]
    rows = await page.universe.store.entries(page.key, after, types=types)
    newest = rows[: -PAGE - 1 : -1]
    told = [views.failed(row) for row in newest]
    keys = [str(item["delivery_id"]) for item in told]
    attempts = await page.universe.store.attempts(page.key, keys)
    known: dict[str, Attempt | Delivery] = {item.delivery_id: item for item in attempts}
    known |= {item.delivery_id: item for row in newest for item in _overflowed(row)}
    shown = [
        {
            **item,
            "at": row.at,
            "tried": not _overflowed(row),
            "callback_type": known[key].callback_type if key in known else "",
            "url": known[key].url if key in known else "",
        }
        for key, item, row in zip(keys, told, newest, strict=True)
    ]
    return shown, len(rows) - len(newest)


def _overflowed(row: Entry) -> list[Delivery]:
    return [row.value.delivery] if isinstance(row.value, CallbackOverflowed) else []


def _registration(item: Registration, now: int) -> dict[str, object]:
    return {
        "callback_type": item.callback_type,
        "scope": item.scope,
        "member": SCOPES[item.callback_type],
        "url": item.url,
        "content_type": item.content_type,
        "version": item.version,
        "since": item.start,
        "until": item.end,
        "begins": item.start > now,
        "id": item.callback_id,
    }
