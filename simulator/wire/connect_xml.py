"""Connect's XML as it is answered and told: messages, receipts, inbound texts, errors.

Sources: Connect retrieve-info-from-the-api, retrieve-message-responses, split-messages, callbacks,
receiving-messages, http-error-and-status-codes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from simulator.domain.carriers import FAILURES
from simulator.domain.messages import Mt, parts_of
from simulator.domain.notices import MoNotice, ReceiptNotice
from simulator.wire.times import mo_time, receipt_time

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'

_DESCRIPTIONS = {
    "System": "MtMessage successfully routed by Vibes",
    "Carrier": "MtMessage successfully delivered to Carrier",
    "Handset": "MtMessage successfully delivered to the Handset",
}


class Shown(NamedTuple):
    """A stored message, or one part of it, as the query calls answer it.

    Source: Connect: split-messages, version-31-features.
    """

    mt: Mt
    part: int
    forwarded_to: str | None = None


class Taken(NamedTuple):
    """What became of one message of a bundle: accepted, or the row of the error table.

    Source: Connect: messageBundles.
    """

    submitter_id: str | None
    mt: Mt | None
    code: int = 0
    description: str = ""
    retriable: bool = False


def accepted(mt: Mt) -> bytes:
    """The answer to a submit: `<mtMessageRsp .../>`; it acknowledges, it does not promise.

    Source: Connect: send-an-sms-message.
    """
    return f"{_HEAD}{_accepted(mt)}".encode()


def bundle(bundle_id: str, submitter_id: str | None, taken: Sequence[Taken]) -> bytes:
    """The answer to a bundle: its id, and each message's answer or error, in order.

    Source: Connect: messageBundles; the name of the root and of its children is inferred.
    """
    head = _attributes(bundleId=bundle_id, submitterBundleId=submitter_id)
    inside = "".join(
        _accepted(item.mt)
        if item.mt is not None
        else _error(item.code, item.description, item.submitter_id, retriable=item.retriable)
        for item in taken
    )
    return f"{_HEAD}<mtMessageBundleRsp{head}>{inside}</mtMessageBundleRsp>".encode()


def message(shown: Shown) -> bytes:
    """The answer to a query of one message, or of one part of a split one.

    Source: Connect: retrieve-info-from-the-api.
    """
    return f"{_HEAD}{_message(shown)}".encode()


def parts(mt: Mt, forwarded_to: str | None) -> bytes:
    """Every part of a message; a short one has one (Connect: split-messages)."""
    inside = "".join(
        _message(Shown(mt, number, forwarded_to)) for number in range(1, len(mt.part_ids) + 1)
    )
    return f"{_HEAD}<mtMessageParts>{inside}</mtMessageParts>".encode()


def responses(notices: Sequence[ReceiptNotice]) -> bytes:
    """Every receipt there was, oldest first; none is an empty root.

    Source: Connect: retrieve-message-responses.
    """
    inside = "".join(map(_receipt, notices))
    return f"{_HEAD}<mtMessageResponses>{inside}</mtMessageResponses>".encode()


def number(mdn: str, carrier: str, provisioned: bool | None) -> bytes:
    """The answer to a look-up: the carrier, and whether a code reaches it if one was asked about.

    Source: Connect: retrieve-info-from-the-api (observed in a client of Vibes).
    """
    told = None if provisioned is None else str(provisioned).lower()
    attributes = _attributes(address=mdn, carrier=carrier, provisioned=told)
    return f"{_HEAD}<mdn{attributes}/>".encode()


def receipt(notice: ReceiptNotice) -> bytes:
    """A receipt callback, `<mtMessageResponse>`; codes only on error, multipart only when split.

    Source: Connect: callbacks.
    """
    return f"{_HEAD}{_receipt(notice)}".encode()


def mo(notice: MoNotice, attempt: int, version: str) -> bytes:
    """An inbound text, `<moMessage>`; no space between elements, no attribute on `<message>`.

    From version 3.2 a part of a long text says which it is; the attributes' names are inferred.
    Source: Connect: receiving-messages, version-31-features.
    """
    head = _attributes(
        messageId=notice.message_id, receiptDate=mo_time(notice.at), attemptNumber=str(attempt)
    )
    source = _attributes(address=notice.mdn, carrier=notice.carrier, type="MDN")
    destination = _attributes(address=notice.code, type="SC")
    long = ""
    if notice.parts > 1 and version == "3.2":
        told = _attributes(
            referenceId=notice.original_id,
            noOfParts=str(notice.parts),
            partNumber=str(notice.part),
        )
        long = f"<longMessageInfo{told} />"
    return (
        f"{_HEAD}<moMessage{head}><source{source} /><destination{destination} />"
        f"<message>{_clean(notice.text)}</message>{long}</moMessage>"
    ).encode()


def error(code: int, description: str, *, retriable: bool) -> bytes:
    """`<error code= description= retriable=/>` (Connect: http-error-and-status-codes)."""
    return f"{_HEAD}{_error(code, description, None, retriable=retriable)}".encode()


def _accepted(mt: Mt) -> str:
    attributes = _attributes(
        messageId=mt.message_id,
        submitterMessageId=mt.submitter_id,
        carrier=mt.carrier,
        splitLongMessage="true" if mt.split else None,
    )
    return f"<mtMessageRsp{attributes}/>"


def _error(code: int, description: str, submitter_id: str | None, *, retriable: bool) -> str:
    attributes = _attributes(
        submitterMessageId=submitter_id,
        code=str(code),
        description=description,
        retriable="true" if retriable else "false",
    )
    return f"<error{attributes}/>"


def _message(shown: Shown) -> str:
    mt, count = shown.mt, len(shown.mt.part_ids)
    several = count > 1
    attributes = _attributes(
        submitterMessageId=mt.submitter_id,
        messageId=mt.part_ids[shown.part - 1],
        submitDate=receipt_time(mt.accepted_at),
        isMultipart="true" if several else None,
        noOfParts=str(count) if several else None,
        partNumber=str(shown.part) if several else None,
        originalMessageId=mt.message_id if several else None,
        fwdToMessageId=shown.forwarded_to,
        fwdFromMessageId=mt.forwarded_from,
    )
    text = parts_of(mt)[shown.part - 1]
    wish = mt.receipts
    option = f"<receiptOption>{wish.option}</receiptOption>" if wish else ""
    return (
        f"<mtMessage{attributes}>"
        f"<destination{_attributes(carrier=mt.carrier, address=mt.mdn, type='MDN')}/>"
        f"<source{_attributes(address=mt.code, type='SC')}/>"
        f"<text>{_clean(text)}</text>{option}</mtMessage>"
    )


def _receipt(notice: ReceiptNotice) -> str:
    head = _attributes(
        messageId=notice.message_id,
        submitterMessageId=notice.submitter_id,
        receiptDate=receipt_time(notice.at),
        fwdToMessageId=notice.forwarded_to,
        fwdFromMessageId=notice.forwarded_from,
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
        told = FAILURES.get(notice.error_code, FAILURES[108])
        status = (
            f'<status isError="true"><description>{told}</description>'
            f"<errorCode>{notice.error_code}</errorCode>"
            f"<internalErrorCode>{notice.error_code}</internalErrorCode>"
        )
    return (
        f"<mtMessageResponse{head}>{multipart}<type>{notice.stage}</type>"
        f"{status}</status></mtMessageResponse>"
    )


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
