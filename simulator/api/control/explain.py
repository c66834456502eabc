"""A message in one look: its way, what was drawn, who struck it, what was told and how it was taken."""

from __future__ import annotations

import msgspec

from simulator.api.control import views
from simulator.domain.carriers import FAILURES, NAMES, NEXT_STATES, MtState
from simulator.domain.faults import FaultFired
from simulator.domain.handset import ReplyPlanned
from simulator.domain.instants import iso
from simulator.domain.lines import CallbackKept, CallbackOverflowed, CallbackQueued, Delivery
from simulator.domain.messages import Mt, parts_of
from simulator.domain.notices import ReceiptNotice, SmppReceiptNotice
from simulator.domain.text import hint
from simulator.runtime.ports import Attempt, Entry, HistoryStep, MessageRecord
from simulator.runtime.universe import Universe


async def message(universe: Universe, record: MessageRecord) -> dict[str, object]:
    """A message with every state it reached, why, and what was told of it."""
    key = universe.record.company_key
    trail = await universe.store.trail(key, record.id)
    deliveries = _deliveries(trail)
    attempts = await universe.store.attempts(key, list(deliveries))
    told = [_told(item, attempts, universe) for item in deliveries.values()]
    faults = [_fault(entry) for entry in trail if isinstance(entry.value, FaultFired)]
    shown: dict[str, object] = {
        **views.message(record, universe.account.prices),
        "hint": hint(record.text),
        "history": [_step(step) for step in record.history],
        "faults": faults,
        "told": told,
        "details": msgspec.Raw(record.body),
    }
    if record.direction == "mt":
        mt = msgspec.json.decode(record.body, type=Mt)
        shown["faults"] = [*map(_of_the_call, mt.struck), *faults]
        shown["fate"] = _fate(mt, record)
        shown["parts"] = [
            {"id": part_id, "text": text}
            for part_id, text in zip(mt.part_ids, parts_of(mt), strict=True)
        ]
        shown["replies"] = [
            {"text": entry.value.text, "due": iso(entry.value.due)}
            for entry in trail
            if isinstance(entry.value, ReplyPlanned)
        ]
    return shown


def _step(step: HistoryStep) -> dict[str, object]:
    return {
        "state": step.state,
        "at": iso(step.at),
        "error_code": step.error_code,
        "because": FAILURES.get(step.error_code or 0),
        "note": step.note,
    }


def _fate(mt: Mt, record: MessageRecord) -> dict[str, object]:
    """The route, what was drawn, and in a sentence why it ends as it does."""
    fate = mt.fate
    return {
        "why": _sentence(mt, record),
        "route": {
            "by": mt.surface,
            "code": mt.code,
            "carrier": {"code": mt.carrier, "name": NAMES.get(mt.carrier)},
            "profile": fate.profile,
        },
        "drawn": {
            "outcome": fate.because,
            "carrier_delay_ms": fate.carrier_ms,
            "handset_delay_ms": fate.handset_ms,
            "waited_ms": fate.waited_ms,
        },
        "planned": [
            {
                "state": step.state,
                "at": iso(mt.accepted_at + step.after),
                "error_code": step.error_code,
            }
            for step in fate.steps
        ],
        "forwarded_from": mt.forwarded_from,
    }


def _sentence(mt: Mt, record: MessageRecord) -> str:
    carrier = NAMES.get(mt.carrier, mt.carrier)
    by = {"connect": "by HTTP", "smpp": "by SMPP", "platform": "from the platform"}[mt.surface]
    waited = f", after waiting {mt.fate.waited_ms} ms for the carrier" if mt.fate.waited_ms else ""
    return (
        f"came {by}, went from {mt.code} to {mt.mdn} at {carrier}{waited}; "
        f"{record.state} ({_reason(mt, record)})"
    )


def _reason(mt: Mt, record: MessageRecord) -> str:
    """What was drawn, or where the message ended otherwise (a phone off, a recall) the failure."""
    ended = not NEXT_STATES[MtState(record.state)]
    if ended and record.error_code is not None and record.state != mt.fate.steps[-1].state:
        return FAILURES[record.error_code]
    return mt.fate.because


def _fault(entry: Entry) -> dict[str, object]:
    assert isinstance(entry.value, FaultFired)
    fired = entry.value
    return {
        "id": fired.fault_id,
        "effect": fired.effect,
        "hit": fired.occasion.surface,
        "at": iso(entry.at),
    }


def _of_the_call(struck: str) -> dict[str, object]:
    """A fault that hit the call a message came by."""
    fault_id, _, effect = struck.rpartition(" ")
    return {"id": fault_id, "effect": effect, "hit": "call", "at": None}


def _deliveries(trail: list[Entry]) -> dict[str, Delivery]:
    found: dict[str, Delivery] = {}
    for entry in trail:
        if isinstance(entry.value, CallbackQueued | CallbackKept | CallbackOverflowed):
            found[entry.value.delivery.delivery_id] = entry.value.delivery
    return found


def _told(item: Delivery, attempts: list[Attempt], universe: Universe) -> dict[str, object]:
    """A receipt or a raw text, to whom it went, and every answer to it."""
    notice, book = item.notice, universe.world.lines
    made = [one for one in attempts if one.delivery_id == item.delivery_id]
    waits = item.delivery_id in book.deliveries or item.delivery_id in book.kept
    return {
        "delivery_id": item.delivery_id,
        "type": item.callback_type,
        "stage": notice.stage if isinstance(notice, ReceiptNotice) else None,
        "part": getattr(notice, "part", None),
        "error_code": getattr(notice, "error_code", None),
        "final": not notice.intermediate if isinstance(notice, SmppReceiptNotice) else None,
        "url": item.url,
        "queued_at": iso(item.queued_at),
        "unfinished": waits,
        "attempts": [
            {
                "attempt": one.attempt,
                "at": iso(one.at),
                "status": one.exchange.status,
                "error": one.exchange.error,
                "took_ms": one.exchange.took_ms,
            }
            for one in made
        ],
    }
