"""How the control API shows messages and journal rows."""

from __future__ import annotations

import msgspec

from simulator.domain.carriers import MtState
from simulator.domain.instants import iso
from simulator.domain.lines import CallbackFailed, CallbackOverflowed, verdict_of
from simulator.domain.messages import Mo
from simulator.domain.prices import Prices, in_units
from simulator.runtime.ports import Attempt, Entry, MessageRecord


def message(record: MessageRecord, prices: Prices) -> dict[str, object]:
    """A message as the conversation and the message list show it; `code` is the source code.

    `state_at` is when it came to its state. A message to a phone costs once its carrier took it.
    """
    reached = {step.state: step.at for step in record.history}
    price = prices.of_received(record.carrier)
    if record.direction == "mt":
        price = prices.of_sent(record.carrier) if MtState.SENT in reached else 0
    return {
        "id": record.id,
        "direction": record.direction,
        "mdn": record.mdn,
        "code": record.code,
        "text": record.text,
        "state": record.state,
        "at": iso(record.at),
        "state_at": iso(reached.get(record.state, record.at)),
        "segments": record.segments,
        "cost": in_units(record.segments * price),
        "purpose": record.purpose,
        "campaign_id": record.campaign_id,
        "list_ids": record.list_ids,
        "surface": record.surface,
        "carrier": record.carrier,
        "error_code": record.error_code,
    }


def received(mo: Mo, prices: Prices) -> dict[str, object]:
    """A text from a phone, as the message list shows it, and what it was taken for."""
    return {
        "id": mo.message_id,
        "direction": "mo",
        "mdn": mo.mdn,
        "code": mo.code,
        "text": mo.text,
        "state": "received",
        "at": iso(mo.received_at),
        "state_at": iso(mo.received_at),
        "segments": len(mo.part_ids),
        "cost": in_units(len(mo.part_ids) * prices.of_received(mo.carrier)),
        "purpose": mo.taken_as,
        "campaign_id": mo.campaign_id,
        "list_ids": mo.list_ids,
        "surface": "handset",
        "carrier": mo.carrier,
        "error_code": None,
        "taken_as": mo.taken_as,
    }


class Event(msgspec.Struct, frozen=True, gc=False):
    """A journal row: `data` is the command or event itself."""

    seq: int
    at: str
    kind: str
    type: str
    data: msgspec.Raw


def event(entry: Entry) -> Event:
    """A journal row as the control API shows it."""
    return Event(entry.seq, iso(entry.at), entry.kind, entry.type, msgspec.Raw(entry.body))


_FATES = {"accepted": "delivered", "refused": "refused", "failed": "not delivered"}


def failed(entry: Entry) -> dict[str, object]:
    """A delivery in the failure queue, and why it is there."""
    event = entry.value
    if isinstance(event, CallbackOverflowed):
        reason, key = "the destination's line was full", event.delivery.delivery_id
    else:
        assert isinstance(event, CallbackFailed)
        reason, key = event.reason, event.delivery_id
    return {"delivery_id": key, "at": iso(entry.at), "reason": reason}


def attempt(item: Attempt) -> dict[str, object]:
    """One attempt at a callback: request, answer, fate."""
    exchange = item.exchange
    verdict = verdict_of(item.url, exchange.status)
    return {
        "delivery_id": item.delivery_id,
        "attempt": item.attempt,
        "at": iso(item.at),
        "callback_type": item.callback_type,
        "request": {
            "method": item.method,
            "url": item.url,
            "headers": exchange.request_headers,
            "body": exchange.request_body,
        },
        "response": {
            "status": exchange.status,
            "body": exchange.response_body,
            "error": exchange.error,
            "took_ms": exchange.took_ms,
        },
        "fate": _FATES[verdict],
    }
