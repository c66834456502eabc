"""The script of the load test: the numbers it uses, what it says, and what each answer must be.

It is pure and knows no Locust. A reader of an answer returns what the next step needs of it, or
raises Unexpected; statuses are `harness.load`'s.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar
from xml.etree import ElementTree as ET

T = TypeVar("T")

Reader = Callable[[str], T]

ACCOUNT_SPEC: dict[str, object] = {
    "company_key": "load",
    "username": "load",
    "seed": 7,
    "clock": {"mode": "live"},
}
"""The account of a load run: its lists, campaigns and code are those of an empty spec."""

MALFORMED_MDN = "12345"
SHORT_TEXT = "Store News: 20% off today only. Reply STOP to stop."
SPLIT_TEXT = ("Store News: everything must go. " * 13)[:399] + "!"
"""400 characters of GSM-7, which is three segments (3GPP TS 23.040: 153 in each)."""
SPLIT_PARTS = 3
TOO_LONG_TEXT = "x" * 161
"""One character more than an unsplit message may have (Connect: 422/1032)."""

USERS = 799
NUMBERS = 8_000_000


class Unexpected(Exception):
    """The answer's body is not what the call must get; the message says what was expected."""


class LoadAccount(NamedTuple):
    """What the users need of the account: credentials, and the campaign they join."""

    company_key: str
    username: str
    password: str
    code: str
    campaign: str
    list_id: str
    keyword: str


def mdn_of(user: int, number: int) -> str:
    """The user's `number`th phone, E.164. Users have an area code each, so they never collide.

    Area code 500 is left out: its 555 numbers behave in special ways. Raises ValueError beyond
    the 799 users and 8 million numbers that there are.
    """
    if not (0 <= user < USERS and 0 <= number < NUMBERS):
        raise ValueError(f"no number {number} for user {user}")
    area = 200 + user + (user >= 300)
    exchange, line = divmod(number, 10_000)
    return f"+1{area}{200 + exchange}{line:04}"


def mt_message(mdn: str, code: str, text: str, *, split: bool) -> str:
    """The XML of a submit (Connect: send-an-sms-message)."""
    message = ET.Element("mtMessage", splitLongMessage="true" if split else "false")
    ET.SubElement(message, "destination", address=mdn, type="MDN")
    ET.SubElement(message, "source", address=code, type="SC")
    ET.SubElement(message, "text").text = text
    return ET.tostring(message, encoding="unicode")


def read_account(text: str) -> LoadAccount:
    """The account as made or reset: its credentials and its first campaign."""
    told = _object(text)
    try:
        campaign = told["acquisition_campaigns"][0]
        return LoadAccount(
            company_key=told["company_key"],
            username=told["username"],
            password=told["password"],
            code=campaign["code"],
            campaign=campaign["id"],
            list_id=campaign["list"],
            keyword=campaign["keywords"][0],
        )
    except (KeyError, IndexError, TypeError) as error:
        raise Unexpected(f"not an account with a campaign: {error!r} is missing") from error


def read_created(text: str) -> LoadAccount | None:
    """The account as made, or None where one of that name is there already."""
    return None if "errors" in _object(text) else read_account(text)


def read_pending(text: str) -> None:
    """The participant is PENDING until a date (Vibes: post_add-a-participant)."""
    told = _object(text)
    _same("status", told.get("status"), "PENDING")
    if not told.get("expire_date"):
        raise Unexpected("a pending participant has no expire_date")


def read_refusal(text: str) -> None:
    """The errors envelope, with at least one message (Vibes: technical-details)."""
    match _object(text):
        case {"errors": [{"message": str()}, *_]}:
            return
    raise Unexpected("no errors envelope")


def read_subscriber(mdn: str) -> Reader[None]:
    """The person with that number."""

    def read(text: str) -> None:
        match _object(text):
            case {"mobile_phone": {"mdn": found}} if found == mdn:
                return
        raise Unexpected("the subscriber is not the one asked for")

    return read


def read_mo(taken_as: str) -> Reader[None]:
    """The MO, and that the platform took it for what it is."""
    return lambda text: _same("taken_as", _object(text).get("taken_as"), taken_as)


def read_accepted(text: str) -> str:
    """The message id of an accepted MT (Connect: mtMessageRsp)."""
    message_id = _element(text, "mtMessageRsp").get("messageId")
    if not message_id:
        raise Unexpected("mtMessageRsp has no messageId")
    return message_id


def read_connect_error(code: int) -> Reader[None]:
    """That row of Connect's error table."""
    return lambda text: _same("code", _element(text, "error").get("code"), str(code))


def read_mt(message_id: str, parts: int) -> Reader[None]:
    """The MT that was submitted, with as many parts as it was split in."""

    def read(text: str) -> None:
        message = _element(text, "mtMessage")
        _same("messageId", message.get("messageId"), message_id)
        _same("noOfParts", message.get("noOfParts", "1"), str(parts))

    return read


def _object(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError as error:
        raise Unexpected("the body is not JSON") from error
    if not isinstance(told, dict):
        raise Unexpected("the body is not a JSON object")
    return told


def _element(text: str, tag: str) -> ET.Element:
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        raise Unexpected("the body is not XML") from error
    _same("the root element", root.tag, tag)
    return root


def _same(name: str, found: object, expected: object) -> None:
    if found != expected:
        raise Unexpected(f"{name} is {found!r}, not {expected!r}")
