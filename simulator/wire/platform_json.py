"""The Platform's JSON: what clients send, read strictly and lenient where real clients need it.

Every decoder reports all that is wrong at once. Rules: Vibes technical-details (errors envelope),
versions-compatibility (numbers by version), and the leniencies of docs/fidelity.md. What the
simulator answers is in `platform_views`.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar, cast

import msgspec
from msgspec import UNSET, UnsetType

from simulator.domain.instants import Instant
from simulator.domain.numbers import InvalidMdn, Mdn, parse_mdn
from simulator.domain.person import FieldValue, PersonPatch, PersonRef
from simulator.domain.registrations import EVENT_PROCESSED, SCOPES
from simulator.domain.urls import is_http_url
from simulator.wire.times import read_date

Json = dict[str, object]

S = TypeVar("S")

WANTED = ("all", "only_failures", "routing", "carrier_dlr", "handset_dlr")
"""Which steps of an event are told (Vibes: callback-api, `callbacks_to_send`)."""

LONGEST_EXTERNAL_ID = 128
"""Characters of an external_person_id (Vibes: person-api)."""

_CARRIER = re.compile("[0-9]{3}")


class Malformed(Exception):
    """The body cannot be taken; `messages` are all the reasons, for the errors envelope.

    Source: Vibes: technical-details.
    """

    def __init__(self, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


class NotSimulated(Exception):
    """A thing of the real platform that is not built here; the message names it.

    Source: Vibes: technical-details.
    """


class Destination(msgspec.Struct):
    """Where a callback goes, as registered (Vibes: technical-details)."""

    callback_type: str
    scope: str | None
    url: str
    method: str
    content_type: str
    start: Instant | None
    end: Instant | None
    wanted: str = "all"


class Reader:
    """Reads members of a JSON object and collects what is wrong (Vibes: technical-details)."""

    def __init__(self, body: Json) -> None:
        self.body = body
        self.faults: list[str] = []

    def text(self, name: str, *, longest: int) -> str | UnsetType | None:
        """The member as text; UNSET where it is absent or wrong."""
        value = self.body.get(name, UNSET)
        if value is None or value is UNSET:
            return None if value is None else UNSET
        if not isinstance(value, str) or not value:
            self.faults.append(f"{name} must be a non-empty string or null")
        elif len(value) > longest:
            self.faults.append(f"{name} is longer than {longest} characters")
        else:
            return value
        return UNSET

    def object(self, name: str) -> Json | None:
        """The member as an object; None where it is absent or wrong."""
        value = self.body.get(name)
        if value is None or isinstance(value, dict):
            return value
        self.faults.append(f"{name} must be an object")
        return None

    def finish(self) -> None:
        """Raise Malformed with every fault, if there was one."""
        if self.faults:
            raise Malformed(*self.faults)


def read_object(body: bytes) -> Json:
    """The body as a JSON object. Raises Malformed where it is not JSON or no object.

    Source: Vibes: technical-details.
    """
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"the body is not JSON: {error}") from error
    except RecursionError as error:
        raise Malformed("the body is nested too deeply") from error
    if not isinstance(value, dict):
        raise Malformed("the body must be a JSON object")
    return value


def read_shape(document: Json, shape: type[S]) -> S:
    """The document as a request's shape. Raises Malformed with every member that is wrong.

    Source: Vibes: technical-details.
    """
    try:
        return msgspec.convert(document, shape)
    except msgspec.ValidationError as error:
        raise Malformed(*(_faults(document, shape, "") or [str(error)])) from error


def _faults(document: Json, shape: Any, path: str) -> list[str]:
    told: list[str] = []
    for field in msgspec.structs.fields(shape):
        name = f"{path}{field.encode_name}"
        if field.encode_name not in document:
            if field.required:
                told.append(f"{name} is required")
            continue
        value = document[field.encode_name]
        try:
            msgspec.convert(value, field.type)
        except msgspec.ValidationError as error:
            inner = _struct_in(field.type)
            deeper = _faults(value, inner, f"{name}.") if inner and isinstance(value, dict) else []
            what, _, where = str(error).partition(" - at `$")
            told += deeper or [f"{name}{where.rstrip('`')}: {what}"]
    return told


def _struct_in(kind: Any) -> Any:
    """The shape a member's type is or may be, or None."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind
    return next(filter(None, map(_struct_in, getattr(kind, "__args__", ()))), None)


def read_person(body: bytes, version: int) -> PersonPatch:
    """What POST and PUT persons say. Unknown members are ignored, read-only ones too.

    Source: Vibes: technical-details.
    """
    reader = Reader(read_object(body))
    patch = _patch(reader, version)
    reader.finish()
    return patch


def read_participant(body: bytes, version: int) -> tuple[PersonRef | None, PersonPatch]:
    """What POST participants says: a reference by person_key or person_id, and the person.

    Source: Vibes: technical-details.
    """
    reader = Reader(read_object(body))
    patch = _patch(reader, version)
    named = [reader.text(name, longest=128) for name in ("person_key", "person_id")]
    reader.finish()
    key = named[0] or named[1]
    ref = PersonRef(by="key", value=key) if isinstance(key, str) else None
    return ref, patch


def read_mdn(text: str, version: int) -> Mdn:
    """A number in a query string. Raises Malformed (Vibes: technical-details)."""
    try:
        return parse_mdn(text, version)
    except InvalidMdn as error:
        raise Malformed(str(error)) from error


def read_registration(body: bytes) -> Destination:
    """What POST config/callbacks says (Vibes: technical-details).

    `event_type` stands in for `callback_type`, and `subscription_added.list_id` for the scope of a
    `subscription_removed` registration, as Vibes' own client sends them.
    """
    reader = Reader(read_object(body))
    kind = _kind(reader.body)
    destination = reader.object("destination")
    url, method, content_type = _destination(reader, destination)
    scope = _scope(reader, kind)
    start, end = _date(reader, "start_date"), _date(reader, "end_date")
    if start is not None and end is not None and end <= start:
        reader.faults.append("end_date must be after start_date")
    wanted = _callbacks_to_send(reader) if kind == EVENT_PROCESSED else "all"
    reader.finish()
    return Destination(kind, scope, url, method, content_type, start, end, wanted)


def read_test(body: bytes) -> tuple[str, str | None]:
    """What POST callback_events/test says: the type, and the campaign or list it must name.

    Source: Vibes: a-test-callback-event.
    """
    reader = Reader(read_object(body))
    kind = _kind(reader.body)
    participant = reader.object("participant") or {}
    subscription = reader.object("subscription") or {}
    scope: object = None
    if kind.startswith("ack_participant"):
        scope = _inner(participant, "acquisition_campaign").get("api_key")
        wanted = "participant.acquisition_campaign.api_key"
    elif kind in ("subscription_added", "subscription_removed"):
        scope = _inner(subscription, "subscription_list").get("id")
        wanted = "subscription.subscription_list.id"
    else:
        reader.finish()
        return kind, None
    if not isinstance(scope, str) or not scope:
        reader.faults.append(f"{wanted} is required for {kind}")
    reader.finish()
    return kind, str(scope)


def _inner(value: Json, name: str) -> Json:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _kind(body: Json) -> str:
    kind = body.get("callback_type") or body.get("event_type")
    if not isinstance(kind, str):
        raise Malformed("callback_type is required")
    if kind not in SCOPES:
        known = ", ".join(SCOPES)
        if kind in NOT_SIMULATED_CALLBACKS:
            raise NotSimulated(f'callback_type "{kind}" is not simulated; simulated are {known}')
        raise Malformed(f'callback_type "{kind}" is unknown; use one of {known}')
    return kind


NOT_SIMULATED_CALLBACKS = frozenset(
    {
        "device_added",
        "device_removed",
        "device_updated",
        "wallet_item_install",
        "wallet_item_remove",
    }
)
"""Callback types of the real platform that answer 501 here (docs/fidelity.md)."""


def _patch(reader: Reader, version: int) -> PersonPatch:
    mdn: Mdn | UnsetType | None = UNSET
    carrier: str | UnsetType | None = UNSET
    if "mobile_phone" in reader.body:
        phone = reader.object("mobile_phone")
        mdn = None if phone is None else _mdn(reader, phone, version)
        if phone is not None and "carrier_code" in phone:
            carrier = _carrier(reader, phone["carrier_code"])
    return PersonPatch(
        external_person_id=reader.text("external_person_id", longest=LONGEST_EXTERNAL_ID),
        mdn=mdn,
        carrier_code=carrier,
        custom_fields=_custom_fields(reader),
    )


def _mdn(reader: Reader, phone: Json, version: int) -> Mdn | UnsetType | None:
    value = phone.get("mdn", UNSET)
    if value is None or value is UNSET:
        return None if value is None else UNSET
    if not isinstance(value, str):
        reader.faults.append("InvalidMDNFormat: mobile_phone.mdn must be a string")
        return UNSET
    try:
        return parse_mdn(value, version)
    except InvalidMdn as error:
        reader.faults.append(str(error))
        return UNSET


def _carrier(reader: Reader, value: object) -> str | UnsetType | None:
    if value is None or (
        isinstance(value, str) and len(value) == 3 and value.isascii() and value.isdigit()
    ):
        return value
    reader.faults.append('mobile_phone.carrier_code must be three digits, as "104"')
    return UNSET


def _custom_fields(reader: Reader) -> dict[str, FieldValue]:
    fields = reader.object("custom_fields") or {}
    for name, value in fields.items():
        plain = value is None or isinstance(value, str | int | float | bool)
        texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
        if not plain and not texts:
            reader.faults.append(f'custom field "{name}" must be plain text, a number or a list')
    return cast("dict[str, FieldValue]", fields)


def _destination(reader: Reader, destination: Json | None) -> tuple[str, str, str]:
    if destination is None:
        reader.faults.append("destination is required, with a url")
        return "", "", ""
    url = destination.get("url")
    method = destination.get("method") or "POST"
    content_type = destination.get("content_type") or "application/json"
    if not isinstance(url, str) or not is_http_url(url):
        reader.faults.append("destination.url must be an http or https URL")
    elif len(url) > 1024:
        reader.faults.append("destination.url is longer than 1024 characters")
    if method not in ("POST", "PUT"):
        reader.faults.append("destination.method must be POST or PUT")
    if content_type not in ("application/json", "text/json"):
        reader.faults.append("destination.content_type must be application/json or text/json")
    return str(url), str(method), str(content_type)


def _scope(reader: Reader, kind: str) -> str | None:
    member = SCOPES[kind]
    if member is None:
        return None
    told = reader.body.get(kind)
    if told is None and kind == "subscription_removed":
        told = reader.body.get("subscription_added")
    if told is None and kind == "unmatched_message_received":
        reader.faults.append("unmatched_message_received.source_code is required")
    if told is None:
        return None
    value = told.get(member) if isinstance(told, dict) else None
    if kind == EVENT_PROCESSED and isinstance(told, dict) and value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str) and value:
        return value
    reader.faults.append(f"{kind}.{member} must be a non-empty string")
    return None


def _callbacks_to_send(reader: Reader) -> str:
    told = reader.body.get(EVENT_PROCESSED)
    wanted = told.get("callbacks_to_send", "all") if isinstance(told, dict) else "all"
    if wanted not in WANTED:
        reader.faults.append(
            f"event_processed.callbacks_to_send must be one of {', '.join(WANTED)}"
        )
    return str(wanted)


def _date(reader: Reader, name: str) -> Instant | None:
    value = reader.body.get(name)
    if value is None:
        return None
    try:
        return read_date(str(value))
    except ValueError:
        reader.faults.append(f'{name} "{value}" is not a date; write yyyy-mm-dd')
        return None
