"""A typed client of the Vibes APIs: the Platform (JSON) and Connect (XML).

It knows nothing of the simulator: give it Vibes' own hosts and an account's credentials, and it
talks to the real thing. It speaks X-API-Version 2, so numbers are E.164 (`+13125550101`).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

import aiohttp
import msgspec
from yarl import URL

from harness.wires import HttpWire, Wire

ReceiptOption = Literal["NONE", "ERROR", "ALL", "SMSC_ERROR", "SMSC_ALL"]


class VibesError(Exception):
    """Vibes answered what this call cannot use; `status` is HTTP's, `messages` are Vibes' words."""

    def __init__(self, status: int, messages: list[str]) -> None:
        super().__init__(f"HTTP {status}: {'; '.join(messages) or 'no reason given'}")
        self.status = status
        self.messages = messages


class AnswerLost(VibesError):
    """The connection ended before an answer: whether it was done, nobody here knows."""

    def __init__(self, error: Exception) -> None:
        super().__init__(0, [f"no answer: {type(error).__name__}: {error}"])


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantAnswer:
    """What Add participant said: its HTTP status, `PENDING` or `SUBSCRIBED`, or why not."""

    status: int
    state: str | None
    expire_date: str | None
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitAnswer:
    """What Connect said of a message: its id, or an error code of Connect's table."""

    status: int
    message_id: str | None
    error_code: int | None = None
    description: str = ""


class VibesClient:
    """One account of Vibes. Use it as an async context manager; it keeps one HTTP session."""

    def __init__(
        self,
        platform_url: str,
        company_key: str,
        username: str,
        password: str,
        *,
        connect_url: str | None = None,
        wire: Wire | None = None,
    ) -> None:
        self.company_key = company_key
        self._company = f"{platform_url.rstrip('/')}/companies/{quote(company_key, safe='')}"
        connect = (connect_url or platform_url).rstrip("/")
        self._submit_url = URL(f"{connect}/MessageApi/mt/messages")
        credentials = base64.b64encode(f"{username}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {credentials}"}
        self._wire = wire or HttpWire()

    async def __aenter__(self) -> VibesClient:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._wire.close()

    async def add_participant(
        self,
        campaign_id: str,
        *,
        mdn: str,
        external_person_id: str | None = None,
        custom_fields: dict[str, str] | None = None,
    ) -> ParticipantAnswer:
        """Start an opt-in (Vibes: post_add-a-participant). A refusal is an answer, not an error."""
        body: dict[str, object] = {"mobile_phone": {"mdn": mdn}}
        if external_person_id is not None:
            body["external_person_id"] = external_person_id
        if custom_fields:
            body["custom_fields"] = custom_fields
        path = f"/campaigns/acquisition/{quote(campaign_id, safe='')}/participants"
        status, told = await self._call("POST", path, body)
        if status in (200, 201):
            return ParticipantAnswer(
                status=status, state=told["status"], expire_date=told["expire_date"]
            )
        return ParticipantAnswer(
            status=status, state=None, expire_date=None, messages=tuple(_messages(told))
        )

    async def pending(self, campaign_id: str, mdn: str) -> bool:
        """Whether the number has a pending opt-in in the campaign."""
        path = f"/campaigns/acquisition/{quote(campaign_id, safe='')}/participants"
        return bool(_expect(await self._call("GET", f"{path}?mdn={quote(mdn, safe='')}"), 200))

    async def find_person(self, mdn: str) -> dict[str, Any] | None:
        """The person with that number, or None; reads the array and the published object."""
        status, told = await self._call("GET", f"/mobiledb/persons?mdn={quote(mdn, safe='')}")
        if status == 404:
            return None
        found = _expect((status, told), 200)
        if isinstance(found, list):
            found = found[0] if found else None
        return found if found is None or isinstance(found, dict) else None

    async def is_subscribed(self, list_id: str, mdn: str) -> bool:
        """Whether the number is on the list now."""
        path = f"/mobiledb/subscription_lists/{quote(list_id, safe='')}/subscribers"
        status, told = await self._call("GET", f"{path}?mdn={quote(mdn, safe='')}")
        if status == 404:
            return False
        _expect((status, told), 200)
        return True

    async def unsubscribe(self, person_key: str, list_id: str) -> bool:
        """End a subscription; False where there was none."""
        path = f"/mobiledb/persons/{quote(person_key, safe='')}/subscriptions/"
        status, told = await self._call("DELETE", path + quote(list_id, safe=""))
        if status == 404:
            return False
        _expect((status, told), 200, 204)
        return True

    async def register_callback(self, callback_type: str, url: str) -> str:
        """Ask to be told of every event of a type at a URL; the callback_id."""
        body = {"callback_type": callback_type, "destination": {"url": url}}
        registered = _expect(await self._call("POST", "/config/callbacks/", body), 200, 201)
        return str(registered["callback_id"])

    async def submit(
        self,
        *,
        mdn: str,
        code: str,
        text: str,
        submitter_id: str | None = None,
        receipts: ReceiptOption = "NONE",
        receipts_url: str | None = None,
        split: bool = True,
        alternate: bool = False,
        carrier: str | None = None,
        company_id: str | None = None,
    ) -> SubmitAnswer:
        """Send one text, split where it is long (Connect: send-an-sms-message).

        Raises AnswerLost where the connection ends first: the text may have been sent or not.
        """
        attributes = {
            "splitLongMessage": str(split).lower(),
            "alternateDelivery": "true" if alternate else None,
            "submitterMessageId": submitter_id,
        }
        receipt = {"callbackUrl": receipts_url}
        parts = (
            _element("companyId", {}, company_id) if company_id is not None else "",
            _element("destination", {"address": mdn, "type": "MDN", "carrier": carrier}),
            _element("source", {"address": code, "type": "SC"}),
            _element("text", {}, text),
            _element("receiptOption", receipt, receipts) if receipts_url is not None else "",
        )
        message = f"<mtMessage{_attributes(attributes)}>{''.join(parts)}</mtMessage>"
        body = f"{_DECLARATION}{message}".encode()
        url = self._submit_url
        headers = {"Content-Type": "text/xml"}
        status, told = await self._exchange("POST", url, headers, body)
        answer = _xml(status, told)
        if answer.tag == "mtMessageRsp":
            return SubmitAnswer(status=status, message_id=answer.get("messageId"))
        return SubmitAnswer(
            status=status,
            message_id=None,
            error_code=int(answer.get("code", "0")),
            description=answer.get("description", ""),
        )

    async def call(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> tuple[int, Any]:
        """Any call of the Platform below the company; its HTTP status and JSON."""
        return await self._call(method, f"/{path.lstrip('/')}", body)

    async def _call(
        self, method: str, path: str, body: dict[str, object] | dict[str, Any] | None = None
    ) -> tuple[int, Any]:
        headers = {"X-API-Version": "2", "Content-Type": "application/json"}
        # yarl must not decode the %2B of a number again, so the URL is taken as it stands
        url = URL(self._company + path, encoded=True)
        sent = None if body is None else msgspec.json.encode(body)
        status, told = await self._exchange(method, url, headers, sent)
        try:
            return status, msgspec.json.decode(told) if told.strip() else None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            shown = told[:200].decode(errors="replace")
            raise VibesError(status, [f"not JSON: {shown}"]) from error

    async def _exchange(
        self, method: str, url: URL, headers: dict[str, str], body: bytes | None
    ) -> tuple[int, bytes]:
        """One request and its whole answer. Raises AnswerLost."""
        try:
            status, told = await self._wire.exchange(
                method, url, {**self._headers, **headers}, body
            )
        except aiohttp.ClientError as error:
            raise AnswerLost(error) from error
        return status, told


def _expect(answer: tuple[int, Any], *statuses: int) -> Any:
    status, told = answer
    if status not in statuses:
        raise VibesError(status, _messages(told))
    return told


def _messages(told: Any) -> list[str]:
    errors = told.get("errors", []) if isinstance(told, dict) else []
    return [str(error.get("message")) for error in errors if isinstance(error, dict)]


_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


def _element(name: str, attributes: dict[str, str | None], text: str = "") -> str:
    return f"<{name}{_attributes(attributes)}>{escape(text)}</{name}>"


def _attributes(values: dict[str, str | None]) -> str:
    """Those that have a value, as they stand in a tag."""
    told = ((name, value) for name, value in values.items() if value is not None)
    return "".join(f" {name}={quoteattr(value)}" for name, value in told)


def _xml(status: int, told: bytes) -> ET.Element:
    try:
        return ET.fromstring(told)
    except (ET.ParseError, ValueError) as error:
        shown = told[:200].decode(errors="replace")
        raise VibesError(status, [f"not XML: {shown}"]) from error
