"""One company of a running simulator, as its clients see it: every call is real HTTP."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import Any, NamedTuple
from xml.etree import ElementTree

import msgspec
from aiohttp import ClientSession
from yarl import URL

from tests.system import conformance


def basic(username: str, password: str) -> str:
    """The value of an Authorization header."""
    return "Basic " + b64encode(f"{username}:{password}".encode()).decode()


class Answer(NamedTuple):
    """An HTTP answer: `json` is None where there was no JSON body."""

    status: int
    json: Any
    headers: dict[str, str]
    body: bytes

    @property
    def messages(self) -> list[str]:
        """The messages of the errors envelope."""
        return [item["message"] for item in self.json["errors"]]

    @property
    def codes(self) -> list[int]:
        """The codes of the errors envelope."""
        return [item["code"] for item in self.json["errors"]]

    @property
    def xml(self) -> ElementTree.Element:
        """The root element of an XML answer."""
        return ElementTree.fromstring(self.body)


async def call(
    http: ClientSession,
    method: str,
    url: str,
    body: object = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """One request; a body that is not bytes is sent as JSON. The URL goes out as it is written."""
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    data = None if body is None else BytesIO(content)
    async with http.request(method, URL(url, encoded=True), data=data, headers=headers) as response:
        answer = await response.read()
        shown = None
        if response.content_type == "application/json" and answer:
            shown = msgspec.json.decode(answer)
        return Answer(response.status, shown, dict(response.headers), answer)


class Company:
    """An account, its credentials and its base URL."""

    def __init__(self, http: ClientSession, url: str, made: dict[str, Any]) -> None:
        self.http = http
        self.url = url
        self.made = made
        self.key: str = made["company_key"]
        self.auth = basic(made["username"], made["password"])

    async def platform(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        version: object = 2,
        auth: str | None = None,
    ) -> Answer:
        """A call of the Platform API; `path` is what stands below the company.

        Whatever a test asks, the answer must be one that the operation declares.
        """
        headers = {"Content-Type": "application/json", "Authorization": auth or self.auth}
        if version is not None:
            headers["X-API-Version"] = str(version)
        url = f"{self.url}/companies/{self.key}/{path}"
        answer = await call(self.http, method, url, body, headers)
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        conformance.check(method, path, answer.status, kind, answer.body)
        return answer

    async def connect(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        content_type: str = "text/xml",
        auth: str | None = None,
    ) -> Answer:
        """A call of Connect; `path` is what stands below /MessageApi."""
        url = f"{self.url}/MessageApi/{path}"
        headers = {"Content-Type": content_type, "Authorization": auth or self.auth}
        return await call(self.http, method, url, body, headers)

    async def control(
        self,
        method: str,
        path: str = "",
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """A control call on this account."""
        url = f"{self.url}/_sim/accounts/{self.key}{path}"
        return await call(self.http, method, url, body, headers)

    async def advance(self, duration: str) -> Any:
        """Let time pass; what the clock call answered."""
        answer = await self.control("POST", "/clock", {"advance": duration})
        assert answer.status == 200, answer.body
        return answer.json

    async def settle(self) -> Any:
        """Wait until every callback of this instant is answered."""
        answer = await self.control("POST", "/clock", {"settle": True})
        assert answer.status == 200, answer.body
        return answer.json

    async def text(self, mdn: str, text: str, to: str | None = None) -> Any:
        """The subscriber texts; the message, with what it was taken for."""
        body = {"text": text} if to is None else {"text": text, "to": to}
        answer = await self.control("POST", f"/handsets/{mdn}/messages", body)
        assert answer.status == 202, answer.body
        return answer.json

    async def join(self, mdn: str, campaign: str = "JoinVip01") -> Answer:
        """Add participant, by number."""
        body = {"mobile_phone": {"mdn": mdn}}
        return await self.platform("POST", f"campaigns/acquisition/{campaign}/participants", body)

    async def member(self, mdn: str, list_id: str = "1001") -> bool:
        """Whether the number is on the list."""
        path = f"mobiledb/subscription_lists/{list_id}/subscribers?mdn={mdn.replace('+', '%2B')}"
        status = (await self.platform("GET", path)).status
        assert status in (200, 404)
        return status == 200

    async def subscribe(self, *mdns: str, list_id: str = "1001") -> None:
        """Put numbers on a list as an import does."""
        body = {"persons": [{"mdn": mdn} for mdn in mdns]}
        answer = await self.control("POST", f"/lists/{list_id}/subscribers", body)
        assert answer.status == 200, answer.body

    async def send(
        self,
        mdn: str,
        text: str = "Hello",
        *,
        receipts: str = "",
        option: str = "ALL",
        attributes: str = "",
        source: str = "65047",
    ) -> Answer:
        """Submit an MT through Connect."""
        wish = f'<receiptOption callbackUrl="{receipts}">{option}</receiptOption>'
        body = (
            f'<mtMessage {attributes}><destination address="{mdn}" type="MDN"/>'
            f'<source address="{source}" type="SC"/><text>{text}</text>'
            f"{wish if receipts else ''}</mtMessage>"
        )
        return await self.connect("POST", "mt/messages", body.encode())

    async def register(
        self, kind: str, url: str, *, version: object = 2, **members: object
    ) -> Answer:
        """Register a callback."""
        body = {"callback_type": kind, "destination": {"url": url}, **members}
        return await self.platform("POST", "config/callbacks", body, version=version)

    async def events(self, *types: str) -> list[Any]:
        """The journal, or the rows of some types."""
        answer = await self.control("GET", f"/events?limit=10000&types={','.join(types)}")
        items: list[Any] = answer.json["items"]
        return items

    async def phone(self, mdn: str) -> list[tuple[str, str, str]]:
        """The conversation on a phone: purpose, state and text of every message."""
        answer = await self.control("GET", f"/handsets/{mdn}")
        return [(item["purpose"], item["state"], item["text"]) for item in answer.json["messages"]]

    async def purposes(self, mdn: str) -> list[str]:
        """What the messages on a phone were for, oldest first."""
        return [purpose for purpose, _, _ in await self.phone(mdn)]
