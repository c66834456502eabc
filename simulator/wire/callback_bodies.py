"""The body and headers of a delivery, whichever wire it is for.

Header names are ours: Vibes says that routing data travels in headers, not how they are called.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from simulator.domain.account import Account
from simulator.domain.instants import iso
from simulator.domain.lines import Delivery
from simulator.domain.notices import AlarmNotice, MoNotice, ReceiptNotice
from simulator.wire import connect_xml, platform_callbacks


class Outgoing(NamedTuple):
    """What the transport sends: method and URL are the delivery's own (Vibes: callbacks)."""

    headers: dict[str, str]
    body: bytes


def outgoing(account: Account, delivery: Delivery, attempt: int) -> Outgoing:
    """Encode the attempt of a delivery (Vibes: callbacks)."""
    notice = delivery.notice
    if isinstance(notice, ReceiptNotice):
        body = connect_xml.receipt(notice)
    elif isinstance(notice, MoNotice):
        body = connect_xml.mo(notice, attempt, account.connect.version)
    elif isinstance(notice, AlarmNotice):
        body = msgspec.json.encode({"alarm": notice.name, "at": iso(notice.at)})
    else:
        body = msgspec.json.encode(platform_callbacks.callback(account, delivery))
    headers = {
        "Content-Type": delivery.content_type,
        "User-Agent": "smsim",
        "X-Vibes-Callback-Type": delivery.callback_type,
        "X-Vibes-Event-Id": delivery.event_id,
        "X-Vibes-Delivery-Attempt": str(attempt),
    }
    return Outgoing(headers, body)
