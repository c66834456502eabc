"""Connect's XML: the message a client submits, and every answer, receipt and inbound text.

Sources: Connect send-an-sms-message, retrieve-info-from-the-api, split-messages, callbacks,
receiving-messages, http-error-and-status-codes.
"""

from __future__ import annotations

import re
from typing import cast, get_args
from xml.sax.saxutils import escape, quoteattr

import msgspec

from simulator.domain.messages import Mt, ReceiptOption, ReceiptWish, SubmitMt
from simulator.domain.notices import MoNotice, ReceiptNotice
from simulator.domain.numbers import InvalidMdn, parse_any_mdn
from simulator.domain.text import segments
from simulator.domain.urls import is_http_url
from simulator.wire.times import mo_time, receipt_time
from simulator.wire.xml import BadXml, Element, read

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'

_DESCRIPTIONS = {
    "System": "MtMessage successfully routed by Vibes",
    "Carrier": "MtMessage successfully delivered to Carrier",
    "Handset": "MtMessage successfully delivered to the Handset",
}

_FAILURES = {
    9: "MDN blocked",
    101: "Message validity period expired before delivery",
    103: "Message undeliverable by carrier to handset",
    107: "Carrier failed while submitting message",
}


class ConnectFault(Exception):
    """A row of Connect's error table: its code and the filled-in description.

    Source: Connect: http-error-and-status-codes.
    """

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description


class Shown(msgspec.Struct):
    """A stored message, or one part of it, as the query call answers it.

    Source: Connect: split-messages.
    """

    mt: Mt
    part: int


def read_mt(body: bytes) -> SubmitMt:
    """The message a client submits (Connect: send-an-sms-message).

    Accepts 10 digits, 11 digits or E.164, a missing `type`, CDATA and single quotes, as real
    clients send them. Raises ConnectFault 1020 for the form of the document, 1022 for a value.
    """
    try:
        root = read(body)
    except BadXml as error:
        raise ConnectFault(1020, f"Invalid request format/content. {error}") from error
    if root.name != "mtMessage":
        raise ConnectFault(
            1020, f"Invalid request format/content. The root is {root.name}, not mtMessage"
        )
    destination, source, text = (
        _required(root, "destination"),
        _required(root, "source"),
        _text(root),
    )
    submitter_id = root.attributes.get("submitterMessageId")
    if submitter_id is not None and len(submitter_id) > 40:
        raise _bad_value("submitterMessageId", submitter_id)
    transaction = root.child("transaction")
    address = _attribute(destination, "address")
    try:
        mdn = parse_any_mdn(address)
    except InvalidMdn as error:
        raise _bad_value("destination.address", address) from error
    return SubmitMt(
        mdn=mdn,
        code=_attribute(source, "address"),
        text=text,
        carrier=_carrier(destination),
        split=_flag(root, "splitLongMessage"),
        submitter_id=submitter_id,
        transaction_id=transaction.attributes.get("id") if transaction else None,
        receipts=_receipts(root),
    )


def accepted(mt: Mt) -> bytes:
    """The answer to a submit: `<mtMessageRsp .../>`; it acknowledges, it does not promise.

    Source: Connect: send-an-sms-message.
    """
    attributes = _attributes(
        messageId=mt.message_id,
        submitterMessageId=mt.submitter_id,
        carrier=mt.carrier,
        splitLongMessage="true" if mt.split else None,
    )
    return f"{_HEAD}<mtMessageRsp{attributes}/>".encode()


def message(shown: Shown) -> bytes:
    """The answer to a query of one message, or of one part of a split one.

    Source: Connect: retrieve-info-from-the-api.
    """
    mt, parts = shown.mt, len(shown.mt.part_ids)
    several = parts > 1
    attributes = _attributes(
        submitterMessageId=mt.submitter_id,
        messageId=mt.part_ids[shown.part - 1],
        submitDate=receipt_time(mt.accepted_at),
        isMultipart="true" if several else None,
        noOfParts=str(parts) if several else None,
        partNumber=str(shown.part) if several else None,
        originalMessageId=mt.message_id if several else None,
    )
    text = segments(mt.text)[shown.part - 1]
    receipt = f"<receiptOption>{mt.receipts.option}</receiptOption>" if mt.receipts else ""
    return (
        f"{_HEAD}<mtMessage{attributes}>"
        f"<destination{_attributes(carrier=mt.carrier, address=mt.mdn, type='MDN')}/>"
        f"<source{_attributes(address=mt.code, type='SC')}/>"
        f"<text>{_clean(text)}</text>{receipt}</mtMessage>"
    ).encode()


def receipt(notice: ReceiptNotice) -> bytes:
    """A receipt callback, `<mtMessageResponse>`; codes only on error, multipart only when split.

    Source: Connect: callbacks.
    """
    head = _attributes(
        messageId=notice.message_id,
        submitterMessageId=notice.submitter_id,
        receiptDate=receipt_time(notice.at),
    )
    multipart = ""
    if notice.parts > 1:
        attributes = _attributes(
            isMultipart="true",
            originalMessageId=notice.original_id,
            noOfParts=str(notice.parts),
            partNumber=str(notice.part),
        )
        multipart = f"<multipart{attributes}/>"
    if notice.error_code is None:
        status = f'<status isError="false"><description>{_DESCRIPTIONS[notice.stage]}</description>'
    else:
        status = (
            f'<status isError="true"><description>{_FAILURES[notice.error_code]}</description>'
            f"<errorCode>{notice.error_code}</errorCode>"
            f"<internalErrorCode>{notice.error_code}</internalErrorCode>"
        )
    return (
        f"{_HEAD}<mtMessageResponse{head}>{multipart}<type>{notice.stage}</type>"
        f"{status}</status></mtMessageResponse>"
    ).encode()


def mo(notice: MoNotice, attempt: int) -> bytes:
    """An inbound text, `<moMessage>`; no space between elements, no attribute on `<message>`.

    Source: Connect: receiving-messages.
    """
    head = _attributes(
        messageId=notice.message_id, receiptDate=mo_time(notice.at), attemptNumber=str(attempt)
    )
    source = _attributes(address=notice.mdn, carrier=notice.carrier, type="MDN")
    destination = _attributes(address=notice.code, type="SC")
    return (
        f"{_HEAD}<moMessage{head}><source{source} /><destination{destination} />"
        f"<message>{_clean(notice.text)}</message></moMessage>"
    ).encode()


def error(code: int, description: str, *, retriable: bool) -> bytes:
    """`<error code= description= retriable=/>` (Connect: http-error-and-status-codes)."""
    attributes = _attributes(
        code=str(code), description=description, retriable="true" if retriable else "false"
    )
    return f"{_HEAD}<error{attributes}/>".encode()


def _required(root: Element, name: str) -> Element:
    element = root.child(name)
    if element is None:
        raise ConnectFault(1020, f"Invalid request format/content. <{name}> is missing")
    return element


def _text(root: Element) -> str:
    text = _required(root, "text").text
    if not text:
        raise ConnectFault(1020, "Invalid request format/content. <text> is empty")
    return text


def _attribute(element: Element, name: str) -> str:
    value = element.attributes.get(name, "").strip()
    if not value:
        raise ConnectFault(1020, f"Invalid request format/content. <{element.name}> needs {name}")
    return value


def _carrier(destination: Element) -> str | None:
    value = destination.attributes.get("carrier")
    if value is not None and not (len(value) == 3 and value.isascii() and value.isdigit()):
        raise _bad_value("destination.carrier", value)
    return value


def _flag(root: Element, name: str) -> bool:
    value = root.attributes.get(name, "false")
    if value.lower() not in ("true", "false"):
        raise _bad_value(name, value)
    return value.lower() == "true"


def _receipts(root: Element) -> ReceiptWish | None:
    wish = root.child("receiptOption")
    if wish is None:
        return None
    option = wish.text.strip()
    if option not in get_args(ReceiptOption):
        raise _bad_value("receiptOption", option)
    url = wish.attributes.get("callbackUrl")
    if option == "NONE" or url is None:
        return None
    if not is_http_url(url):
        raise _bad_value("receiptOption.callbackUrl", url)
    return ReceiptWish(option=cast("ReceiptOption", option), url=url)


def _bad_value(name: str, value: str) -> ConnectFault:
    return ConnectFault(1022, f"Request attribute '{name}' has invalid value '{value}'.")


def _attributes(**values: str | None) -> str:
    return "".join(
        f" {name}={quoteattr(_printable(value))}"
        for name, value in values.items()
        if value is not None
    )


def _clean(text: str) -> str:
    return escape(_printable(text), {"\r": "&#13;"})


def _printable(text: str) -> str:
    """The text without the characters that XML 1.0 cannot carry."""
    return _UNPRINTABLE.sub("", text)
