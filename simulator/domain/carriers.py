"""Carriers: their codes, the lifecycle of a message at one, and the numbers that behave as told.

Codes are Connect's (carrier-codes, as a public client of Vibes lists them); receipt codes are
Connect's too (delivery-receipt-response-codes).
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Literal

from simulator.domain.draws import draw
from simulator.domain.instants import HOUR, Duration
from simulator.domain.numbers import Mdn, is_canadian

VALIDITY = Duration(72 * HOUR)
"""How long a carrier tries to reach a phone (inferred, the carriers' usual 72 hours)."""

NAMES = {
    "101": "U.S. Cellular",
    "102": "Verizon Wireless",
    "103": "Sprint Nextel (CDMA)",
    "104": "AT&T",
    "105": "T-Mobile",
    "106": "Alltel (Pre-Verizon Merger)",
    "107": "Virgin Mobile",
    "108": "Sprint Nextel (IDEN)",
    "109": "Unicel",
    "110": "Dobson",
    "111": "Boost IDEN",
    "117": "CellCom",
    "118": "Appalachian Wireless",
    "119": "Bluegrass Wireless",
    "120": "IMMIX Wireless",
    "121": "West Central Wireless",
    "122": "Cellular South",
    "126": "ACS Wireless",
    "127": "GCI Communications",
    "128": "Illinois Valley Cellular",
    "129": "Inland Cellular",
    "130": "Nextech Wireless",
    "131": "Thumb Cellular",
    "132": "United Wireless",
    "133": "Viaero Wireless",
    "134": "Carolina West",
    "135": "Union Cellular",
    "137": "Pioneer Cellular",
    "138": "Northwestern Missouri Cellular",
    "139": "Chat Mobility",
    "145": "i Wireless",
    "147": "Cellular One Nation",
    "150": "SRT Wireless",
    "152": "Chariton Valley",
    "153": "Mobile Nation",
    "155": "Duet",
    "160": "Panhandle Telecommunications",
    "161": "Cross Wireless",
    "162": "RINA Wireless",
    "163": "Pine Cellular",
    "164": "Aio Wireless",
    "165": "Sagebrush Cellular",
    "167": "Claro",
    "168": "Copper Valley",
    "169": "Bandwidth",
    "170": "Cellular One Northeast Arizona",
    "171": "Leaco",
    "172": "Google Voice",
    "173": "Enflick",
    "175": "Mid Rivers",
    "177": "Nemont (Sagebrush PCS)",
    "178": "ASTAC",
    "179": "Triangle Mobile",
    "180": "Brightlink",
    "181": "Cordova Wireless",
    "182": "Inteliquent",
    "183": "Pine Belt Cellular",
    "184": "SouthernLINC",
    "185": "Standing Rock",
    "186": "ATNI",
    "187": "Blue Wireless",
    "300": "Bell Mobility",
    "301": "Aliant",
    "302": "NorthernTel",
    "303": "Telebec",
    "304": "Rogers Wireless",
    "305": "Videotron",
    "306": "Fido",
    "307": "Telus Mobility",
    "308": "MTS Mobility",
    "309": "SaskTel Mobility",
    "310": "Virgin Mobile Canada",
    "311": "Wind Mobile",
    "312": "Mobilicity",
    "313": "Public Mobile",
    "314": "Eastlink Wireless",
}
"""Every carrier code there is: 101 and up the US, 300 and up Canada."""

_AMERICAN = ("101", *("102", "104", "105") * 3)
_CANADIAN = ("309", *("300", "304", "307") * 3)
"""What a number falls to when nothing is said: the large carriers nine times in ten."""

LANDLINE = Mdn("+15005550001")
REFUSED_BY_CARRIER = Mdn("+15005550002")
UNDELIVERABLE = Mdn("+15005550003")
EXPIRES = Mdn("+15005550004")
SLOW = Mdn("+15005550005")
SAYS_YES = Mdn("+15005550006")
SAYS_STOP = Mdn("+15005550007")
DISCONNECTED = Mdn("+15005550008")
BLOCK_LISTED = Mdn("+15005550009")


class MtState(StrEnum):
    """Where a message to a phone stands. The last six end it (inferred)."""

    ACCEPTED = "accepted"
    ROUTED = "routed"
    SENT = "sent"
    DELIVERED = "delivered"
    BLOCKED = "blocked"
    REFUSED = "refused"
    UNDELIVERABLE = "undeliverable"
    EXPIRED = "expired"
    DELETED = "deleted"


NEXT_STATES: dict[MtState, frozenset[MtState]] = {
    MtState.ACCEPTED: frozenset({MtState.ROUTED, MtState.BLOCKED, MtState.DELETED}),
    MtState.ROUTED: frozenset({MtState.SENT, MtState.REFUSED, MtState.EXPIRED, MtState.DELETED}),
    MtState.SENT: frozenset(
        {MtState.DELIVERED, MtState.UNDELIVERABLE, MtState.EXPIRED, MtState.DELETED}
    ),
    MtState.DELIVERED: frozenset(),
    MtState.BLOCKED: frozenset(),
    MtState.REFUSED: frozenset(),
    MtState.UNDELIVERABLE: frozenset(),
    MtState.EXPIRED: frozenset(),
    MtState.DELETED: frozenset(),
}
"""The lifecycle of an MT: from each state, the states that may follow."""

STAGES: dict[MtState, Literal["System", "Carrier", "Handset"]] = {
    MtState.ROUTED: "System",
    MtState.BLOCKED: "System",
    MtState.DELETED: "System",
    MtState.SENT: "Carrier",
    MtState.REFUSED: "Carrier",
    MtState.DELIVERED: "Handset",
    MtState.UNDELIVERABLE: "Handset",
    MtState.EXPIRED: "Handset",
}
"""Whose answer a state is: Vibes', the carrier's, or the phone's through its carrier."""

FAILURES = {
    1: "No route found to carrier from source address.",
    2: "Premium product not found for price point and source address.",
    7: "Message stopped.",
    8: "No carrier route found for code.",
    9: "MDN blocked",
    10: "Multi-Part Message incomplete.",
    12: "Message capped.",
    13: "Multi-Part Message waiting for parts.",
    14: "Duplicate Multipart message.",
    15: "Subscription not found.",
    16: "Code Lease not found.",
    26: "Invalid destination address.",
    100: "Message state unknown to carrier",
    101: "Message validity period expired before delivery",
    102: "Message deleted by carrier",
    103: "Message undeliverable by carrier to handset",
    104: "Message accepted by carrier on behalf of handset",
    105: "Message rejected by handset",
    106: "MDN not opted in to the service",
    107: "Carrier failed while submitting message",
    108: "Unknown error",
}
"""What a receipt says of each code: 1 to 26 are Vibes', 100 to 108 the carrier's."""


def state_of_failure(code: int) -> MtState:
    """Where a message ends that fails with a receipt code: at Vibes, its carrier or its phone.

    Source: Connect: delivery-receipt-response-codes; which stage each belongs to is inferred.
    """
    if code < 100:
        return MtState.BLOCKED
    ends = {101: MtState.EXPIRED, 106: MtState.REFUSED, 107: MtState.REFUSED}
    return ends.get(code, MtState.UNDELIVERABLE)


@lru_cache(65_536)
def native_carrier(seed: int, mdn: Mdn) -> str:
    """The carrier a number fell to when it was given out, drawn among its country's (inferred)."""
    codes = _CANADIAN if is_canadian(mdn) else _AMERICAN
    return codes[draw(seed, "carrier", mdn) % len(codes)]
