"""What a client submits by SMPP, read into the domain's commands, and the statuses that say no.

Rules: Connect encoding-message-settings, optional-vibes-tlvs and response-codes. The `generic`
profile takes what SMPP 3.4 allows beyond: 254 octets, SAR parameters, UDH in a payload.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from simulator.domain.account import Smpp
from simulator.domain.carriers import NAMES
from simulator.domain.messages import ReceiptWish
from simulator.domain.multipart import SubmitPart
from simulator.domain.numbers import InvalidMdn, parse_any_mdn
from simulator.domain.refusals import Fault
from simulator.domain.sending import SubmitMt
from simulator.domain.text import GSM7, MAX_CHARACTERS, UCS2, alphabet_of, encode
from simulator.wire.smpp_bodies import DataSm, ReplaceSm, ShortMessage
from simulator.wire.smpp_codes import Status
from simulator.wire.smpp_text import (
    UDH_INDICATOR,
    BadUdh,
    Coding,
    Part,
    coding_of,
    decode_text,
    read_sar,
    read_udh,
    user_data,
)
from simulator.wire.smpp_tlv import Tag, tlv_value

VIBES_SHORT = 140
GENERIC_SHORT = 254
_TRANSACTION = 0x02
_MODES = 0x03

_ADDRESS = re.compile(r"[0-9A-Za-z]{1,20}")

STATUS_OF = {
    Fault.CODE_NOT_YOURS: Status.RINVSRCADRNOTAUTH,
    Fault.NOT_PROVISIONED: Status.RINVSRCADRNOROUTE,
    Fault.NOT_MOBILE: Status.RUNACARRIERID,
    Fault.TEXT_TOO_LONG: Status.RINVMSGLEN,
    Fault.ALTERNATE_MULTIPART: Status.RSUBMITFAIL,
}
"""The status that answers each refusal; any other is RSYSERR (Connect: response-codes)."""


class Refused(ValueError):
    """A PDU that is answered with this status (Connect: response-codes)."""

    def __init__(self, status: Status, why: str) -> None:
        super().__init__(why)
        self.status = status


class _Content(NamedTuple):
    """A text; of a part of a longer one its octets too, and in which alphabet they are."""

    text: str
    part: Part | None
    octets: bytes
    alphabet: str


def read_submit(
    body: ShortMessage | DataSm,
    smpp: Smpp,
    receipts_url: str,
    destination: str | None = None,
    struck: tuple[str, ...] = (),
) -> SubmitMt | SubmitPart:
    """The command a submit_sm or data_sm stands for, to `destination` where that is another.

    `struck` names the faults that hit the request. Raises Refused.
    Source: Connect: encoding-message-settings, response-codes.
    """
    content = _content(body, smpp)
    address = body.destination_addr if destination is None else destination
    try:
        mdn = parse_any_mdn(address)
    except InvalidMdn as error:
        raise Refused(Status.RINVDSTADR, str(error)) from error
    code = code_of(body.source_addr)
    if _ADDRESS.fullmatch(code) is None:
        raise Refused(Status.RINVSRCADR, f'"{body.source_addr}" is no code')
    order = SubmitMt(
        mdn=mdn,
        code=code,
        text=content.text,
        surface="smpp",
        carrier=_carrier(body),
        split=True,
        alternate=_alternate(body),
        receipts=_receipts(body.registered_delivery, receipts_url),
        struck=struck,
    )
    part = content.part
    if part is None or part.total == 1:
        return order
    return SubmitPart(
        order=order,
        alphabet="UCS-2" if content.alphabet == UCS2.name else "GSM-7",
        octets=content.octets,
        reference=part.reference + (part.bits == 16) * 0x10000,
        number=part.number,
        total=part.total,
    )


def code_of(address: str) -> str:
    """The code that a source address is; a long code may have its plus (inferred)."""
    return address.removeprefix("+")


def read_replacement(body: ReplaceSm, smpp: Smpp) -> str:
    """The new text of a replace_sm, in the account's default coding (SMPP 3.4, 4.10.1)."""
    coding = Coding.GSM if smpp.coding == "gsm" else Coding.ASCII
    return decode_text(body.short_message, coding)


def _content(body: ShortMessage | DataSm, smpp: Smpp) -> _Content:
    """The text of the message, and which part of a longer one it is. Raises Refused."""
    if body.esm_class & _MODES == _TRANSACTION:
        raise Refused(Status.RINVESMCLASS, "transaction mode is not supported")
    coding = coding_of(body.data_coding, smpp.coding)
    if coding is None:
        raise Refused(Status.RSUBMITFAIL, f"data_coding {body.data_coding} is not supported")
    _check_length(body, smpp)
    octets, part = user_data(body), None
    if body.esm_class & UDH_INDICATOR:
        try:
            part, octets = read_udh(octets)
        except BadUdh as error:
            raise Refused(Status.RINVUDHIE, str(error)) from error
    elif smpp.profile == "generic":
        part = read_sar(body.tlvs)
    text = decode_text(octets, coding)
    if not text or len(text) > MAX_CHARACTERS:
        raise Refused(Status.RINVMSGLEN, f"{len(text)} characters; 1 to {MAX_CHARACTERS} are taken")
    if part is None:
        return _Content(text, None, b"", "")
    if coding is Coding.UCS2:
        return _Content(text, part, octets, UCS2.name)
    if coding is Coding.GSM:
        return _Content(text, part, octets, GSM7.name)
    alphabet = alphabet_of(text)  # so that parts in ASCII and in GSM are joined alike
    return _Content(text, part, encode(text, alphabet), alphabet.name)


def _check_length(body: ShortMessage | DataSm, smpp: Smpp) -> None:
    payload = tlv_value(body.tlvs, Tag.MESSAGE_PAYLOAD)
    short = b"" if isinstance(body, DataSm) else body.short_message
    most = VIBES_SHORT if smpp.profile == "vibes" else GENERIC_SHORT
    if payload is not None and short:
        raise Refused(Status.RINVMSGLEN, "short_message and message_payload are both there")
    if payload is None and not 1 <= len(short) <= most:
        raise Refused(Status.RINVMSGLEN, f"short_message has {len(short)} octets; 1 to {most}")
    if payload is not None and not 1 <= len(payload) <= smpp.payload_bytes:
        told = f"message_payload has {len(payload)} octets; 1 to {smpp.payload_bytes}"
        raise Refused(Status.RINVMSGLEN, told)


def _carrier(body: ShortMessage | DataSm) -> str | None:
    """The carrier a client names. Raises Refused 0x401, 0x402 (Connect: optional-vibes-tlvs)."""
    value = tlv_value(body.tlvs, Tag.VIBES_CARRIER_CODE)
    if value is None:
        return None
    code = value.rstrip(b"\0").decode("latin-1")
    if not (len(code) == 3 and code.isascii() and code.isdigit()):
        raise Refused(Status.RINVCARRRIERID, f'"{code}" is no carrier code')
    if code not in NAMES:
        raise Refused(Status.RUNACARRIERID, f"carrier {code} is not supported")
    return code


def _alternate(body: ShortMessage | DataSm) -> bool:
    value = tlv_value(body.tlvs, Tag.VIBES_ALTERNATE_DELIVERY)
    if value not in (None, b"\0", b"\1"):
        raise Refused(Status.RINVOPTPARAMVAL, "alternate delivery is 0 or 1")
    return value == b"\1"


def _receipts(registered: int, url: str) -> ReceiptWish | None:
    """What registered_delivery asks for: bits 1 and 0 an end, bit 4 that it is under way."""
    ends, intermediate = registered & 0x03, bool(registered & 0x10)
    if ends == 0x03:
        raise Refused(Status.RINVREGDLVFLG, "bits 1 and 0 of registered_delivery are both set")
    if not ends and not intermediate:
        return None
    return ReceiptWish(
        option="ERROR" if ends == 0x02 else "ALL",
        url=url,
        final=True,
        intermediate=intermediate,
        ends=bool(ends),
    )
