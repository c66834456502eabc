"""The script of the load test: the numbers it uses, what it says, and what each answer must be.

It is pure and knows no Locust. A reader of an answer returns what the next step needs of it, or
raises Unexpected; statuses are `harness.load.users`'s.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar
from xml.etree import ElementTree as ET

T = TypeVar("T")

Reader = Callable[[str], T]

COMPANY = "locust-run"
CODE = "65047"
RETRY_MS = 250
"""Real time until the account tries a callback again."""

SCOPES = {
    "ack_participant_changed": "campaign_id",
    "subscription_added": "list_id",
    "subscription_removed": "list_id",
}
"""The callbacks that are listened to, and what narrows each (Vibes: callback-api)."""

CONFIRMATION = "time to confirmation"
HANDSET = "time to handset"
CALLBACK = "callback delay"
METRICS = (CONFIRMATION, HANDSET, CALLBACK)
"""What is measured beside the answers, each a row of the report."""

THROTTLED = " (throttled)"
"""What the name of a row ends with that counts answers to come later."""

CALLS = (
    "MO keyword",
    "MO no",
    "MO stop",
    "MO yes",
    "MT look-up",
    "MT short",
    "MT split",
    "MT to who stopped",
    "MT too long",
    "callbacks: list",
    "callbacks: register",
    "participants: malformed",
    "participants: new",
    "participants: repeated",
    "subscribers: member",
    "subscribers: nobody",
)
ROWS = (*CALLS, *METRICS)
"""Every row that thresholds can be set for."""

MALFORMED_MDN = "12345"
SHORT_TEXT = "Store News: 20% off today only. Reply STOP to stop."
SPLIT_TEXT = ("Store News: everything must go. " * 13)[:399] + "!"
"""400 characters of GSM-7, which is three segments (3GPP TS 23.040: 153 in each)."""
SPLIT_PARTS = 3
TOO_LONG_TEXT = "x" * 161
"""One character more than an unsplit message may have (Connect: 422/1032)."""

LATE_TEXT = "Store News: we miss you."
SHORTEST_CUT = 160
"""What a text may grow to by its number; a longer one keeps its length."""

USERS = 7_990
NUMBERS = 800_000


class Unexpected(Exception):
    """The answer's body is not what the call must get; the message says what was expected."""


class LoadAccount(NamedTuple):
    """What the users of a process need of the account: credentials, the campaign they join."""

    company_key: str
    username: str
    password: str
    code: str
    campaign: str
    list_id: str
    keyword: str


def account_spec(campaigns: int, rate: int, *, again: bool = False) -> dict[str, object]:
    """The account of a load run: each Locust process has lists and campaigns of its own.

    Where phones are taken `again`, who said No to a form may fill it in once more.
    """
    numbers = range(campaigns)
    return {
        "company_key": COMPANY,
        "username": COMPANY,
        "password": COMPANY,
        "seed": 7,
        "clock": {"mode": "live", "rate": rate},
        "settings": {"retry_every": f"{RETRY_MS * rate}ms", "no_sets_block": not again},
        "source_codes": [{"code": CODE}],
        "subscription_lists": [{"id": f"{1001 + n}", "name": f"Deals {n + 1}"} for n in numbers],
        "acquisition_campaigns": [
            {"id": f"Join{n + 1}", "list": f"{1001 + n}", "code": CODE, "keywords": [f"VIP{n + 1}"]}
            for n in numbers
        ],
    }


def mdn_of(user: int, number: int) -> str:
    """The user's `number`th phone, E.164. Ten users share an area code, and they never collide.

    Area code 500 is left out: its 555 numbers behave in special ways. Raises ValueError beyond
    the 7,990 users and 800,000 numbers that there are.
    """
    if not (0 <= user < USERS and 0 <= number < NUMBERS):
        raise ValueError(f"no number {number} for user {user}")
    area = 200 + user // 10 + (user >= 3_000)
    exchange, line = divmod(user % 10 * NUMBERS + number, 10_000)
    return f"+1{area}{200 + exchange}{line:04}"


def numbered(text: str, number: int) -> str:
    """The text as the user's `number`th, so that no phone is sent the same one twice on purpose."""
    return f"{number:07} {text}"[: max(len(text), SHORTEST_CUT)]


class ReceiptWish(NamedTuple):
    """Where receipts go, and the submitter's own id that they carry."""

    url: str
    submitter_id: str


def mt_message(
    mdn: str, code: str, text: str, *, split: bool = False, wish: ReceiptWish | None = None
) -> str:
    """The XML of a submit (Connect: send-an-sms-message)."""
    message = ET.Element("mtMessage", splitLongMessage="true" if split else "false")
    ET.SubElement(message, "destination", address=mdn, type="MDN")
    ET.SubElement(message, "source", address=code, type="SC")
    ET.SubElement(message, "text").text = text
    if wish is not None:
        message.set("submitterMessageId", wish.submitter_id)
        ET.SubElement(message, "receiptOption", callbackUrl=wish.url).text = "ALL"
    return ET.tostring(message, encoding="unicode")


def read_accounts(text: str) -> list[LoadAccount]:
    """The account as made: its credentials, with each of its campaigns."""
    told = _object(text)
    try:
        return [
            LoadAccount(
                company_key=told["company_key"],
                username=told["username"],
                password=told["password"],
                code=campaign["code"],
                campaign=campaign["id"],
                list_id=campaign["list"],
                keyword=campaign["keywords"][0],
            )
            for campaign in told["acquisition_campaigns"]
        ]
    except (KeyError, IndexError, TypeError) as error:
        raise Unexpected(f"not an account with campaigns: {error!r} is missing") from error


def read_nothing(_text: str) -> None:
    """Whatever it says."""


def read_registered(text: str) -> None:
    """A callback registration (Vibes: callback-api)."""
    if not _object(text).get("callback_id"):
        raise Unexpected("a registration has no callback_id")


def read_list(text: str) -> None:
    """A JSON array."""
    try:
        told = json.loads(text)
    except ValueError as error:
        raise Unexpected("the body is not JSON") from error
    if not isinstance(told, list):
        raise Unexpected("the body is not a JSON array")


class Told(NamedTuple):
    """What a callback tells: the metric it ends, and of whom or what."""

    metric: str
    key: str


def read_callback(text: str) -> Told | None:
    """The metric a Platform callback ends, if any (Vibes: callbacks)."""
    match _object(text):
        case {
            "callback_type": "ack_participant_changed",
            "participant": {"status": "CONFIRMED", "person": {"mobile_phone": {"mdn": str(mdn)}}},
        }:
            return Told(CONFIRMATION, mdn)
        case {
            "callback_type": "subscription_added" | "subscription_removed" as kind,
            "subscription": {"person": {"mobile_phone": {"mdn": str(mdn)}}},
        }:
            return Told(CALLBACK, f"{kind} {mdn}")
        case {"callback_type": "ack_participant_changed"}:
            return None
    raise Unexpected("the callback is none that was asked for")


def read_receipt(text: str) -> Told | None:
    """The submitter's id, where the receipt tells how the message ended (Connect: callbacks)."""
    receipt = _element(text, "mtMessageResponse")
    failed = receipt.find("status[@isError='true']") is not None
    ended = failed or (receipt.findtext("type") or "").casefold() == "handset"
    return Told(HANDSET, receipt.get("submitterMessageId", "")) if ended else None


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


def is_throttle(status: int, headers: Mapping[str, str], text: str) -> bool:
    """Whether the server says that it has too much to do just now, and to come later.

    That is 429, Connect's 1002 (Connect: error table), and a 503 with Retry-After.
    """
    if status == 429 or (status == 503 and headers.get("Retry-After")):
        return True
    return status >= 400 and "<error" in text and 'code="1002"' in text


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
