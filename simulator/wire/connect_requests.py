"""What Connect's clients send: a message, or a bundle of them, as XML.

Sources: Connect send-an-sms-message, messageBundles, http-error-and-status-codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, cast, get_args

from simulator.domain.messages import ReceiptOption, ReceiptWish
from simulator.domain.numbers import InvalidMdn, parse_any_mdn
from simulator.domain.sending import SubmitMt
from simulator.domain.urls import is_http_url
from simulator.wire.xml import BadXml, Element, read

BAD_FORM = 1020
MAX_DESTINATIONS = 100
MAX_BUNDLE_BYTES = 500 * 1024


class ConnectFault(Exception):
    """A row of Connect's error table: its code and the filled-in description.

    Source: Connect: http-error-and-status-codes.
    """

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description


class BadMember(NamedTuple):
    """A message of a bundle that cannot be taken by itself (Connect: messageBundles)."""

    submitter_id: str | None
    fault: ConnectFault


class Bundle(NamedTuple):
    """A bundle as submitted, its messages in order (Connect: messageBundles)."""

    submitter_bundle_id: str | None
    items: tuple[SubmitMt | BadMember, ...]


def read_mt(body: bytes) -> SubmitMt:
    """The message a client submits (Connect: send-an-sms-message).

    Accepts 10 digits, 11 digits or E.164, a missing `type`, CDATA and single quotes, as real
    clients send them. Raises ConnectFault 1020 for the form of the document, 1022 for a value,
    1027 for a premium message, 1028 for a kind of address there is not.
    """
    root = _root(body, "mtMessage")
    return _order(root, _one_destination(root), root.attributes.get("submitterMessageId"))


def read_bundle(body: bytes) -> Bundle:
    """The messages of a bundle: lists of destinations with one text, and single messages.

    Raises ConnectFault 1020 for the form of the document and over 100 destinations, 1023 over
    500 KB; a value that cannot be taken is told of its message alone.
    Source: Connect: messageBundles.
    """
    if len(body) > MAX_BUNDLE_BYTES:
        raise ConnectFault(
            1023, f"Message Size {len(body)}, exceeded maximum allowed: {MAX_BUNDLE_BYTES}"
        )
    root = _root(body, "mtMessageBundle")
    items: list[SubmitMt | BadMember] = []
    for item in root.children:
        if item.name == "mtMessageList":
            destinations = [one for one in item.children if one.name == "destination"]
            if not destinations:
                raise _bad_form("<mtMessageList> has no <destination>")
            items += [_member(item, one, one.attributes) for one in destinations]
        elif item.name == "mtMessage":
            items.append(_member(item, _one_destination(item), item.attributes))
        else:
            raise _bad_form(f"<{item.name}> is no message")
    if not 1 <= len(items) <= MAX_DESTINATIONS:
        raise _bad_form(f"a bundle has 1 to {MAX_DESTINATIONS} destinations, not {len(items)}")
    return Bundle(root.attributes.get("submitterBundleId"), tuple(items))


def _member(root: Element, destination: Element, named: Mapping[str, str]) -> SubmitMt | BadMember:
    """One message of a bundle; a value that cannot be taken is its own fault, and no other's."""
    submitter_id = named.get("submitterMessageId")
    try:
        return _order(root, destination, submitter_id)
    except ConnectFault as fault:
        if fault.code == BAD_FORM:
            raise
        return BadMember(submitter_id, fault)


def _root(body: bytes, name: str) -> Element:
    try:
        root = read(body)
    except BadXml as error:
        raise _bad_form(str(error)) from error
    if root.name != name:
        raise _bad_form(f"The root is {root.name}, not {name}")
    return root


def _order(root: Element, destination: Element, submitter_id: str | None) -> SubmitMt:
    source, text = _required(root, "source"), _text(root)
    if submitter_id is not None and len(submitter_id) > 40:
        raise _bad_value("submitterMessageId", submitter_id)
    if root.child("premium") is not None or "pricePoint" in root.attributes:
        raise ConnectFault(1027, "Premium messaging is not supported on this code.")
    transaction = root.child("transaction")
    address = _attribute(destination, "address")
    _kind(destination, ("MDN",))
    _kind(source, ("SC", "LC", "TF"))
    try:
        mdn = parse_any_mdn(address)
    except InvalidMdn as error:
        raise _bad_value("destination.address", address) from error
    return SubmitMt(
        mdn=mdn,
        code=_attribute(source, "address"),
        text=text,
        carrier=_carrier(destination),
        company_id=_company(root),
        split=_flag(root, "splitLongMessage"),
        alternate=_flag(root, "alternateDelivery"),
        submitter_id=submitter_id,
        transaction_id=transaction.attributes.get("id") if transaction else None,
        receipts=_receipts(root),
    )


def _kind(element: Element, known: tuple[str, ...]) -> None:
    kind = element.attributes.get("type", known[0])
    if kind not in known:
        raise ConnectFault(
            1028, f"Request attribute '{element.name}.type': '{kind}' could not be processed."
        )


def _company(root: Element) -> str | None:
    company = root.child("companyId")
    if company is None:
        return None
    value = company.text.strip()
    if not (value.isascii() and value.isdigit() and len(value) <= 18):
        raise _bad_value("companyId", value)
    return value


def _required(root: Element, name: str) -> Element:
    element = root.child(name)
    if element is None:
        raise _bad_form(f"<{name}> is missing")
    return element


def _one_destination(root: Element) -> Element:
    if sum(child.name == "destination" for child in root.children) > 1:
        raise _bad_form(f"<{root.name}> has several destinations")
    return _required(root, "destination")


def _text(root: Element) -> str:
    text = _required(root, "text").text
    if not text:
        raise _bad_form("<text> is empty")
    return text


def _attribute(element: Element, name: str) -> str:
    value = element.attributes.get(name, "").strip()
    if not value:
        raise _bad_form(f"<{element.name}> needs {name}")
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
    if url is not None and not is_http_url(url):
        raise _bad_value("receiptOption.callbackUrl", url)
    return ReceiptWish(option=cast("ReceiptOption", option), url=url)


def _bad_value(name: str, value: str) -> ConnectFault:
    return ConnectFault(1022, f"Request attribute '{name}' has invalid value '{value}'.")


def _bad_form(what: str) -> ConnectFault:
    return ConnectFault(1020, f"Invalid request format/content. {what}")
