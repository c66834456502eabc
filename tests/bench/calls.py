"""The requests of the bench, in octets: each with a phone number of its own."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from itertools import count, islice
from urllib.parse import quote

from tests.bench.results import BenchError

KEY = "bench"
LIST = "1001"
CAMPAIGN = "JoinVip01"
CODE = "65047"
TEXT = "Store News: 20% off today only. Reply STOP to stop."

PER_AREA = 8_000_000
AREAS = ("312", "414", "608")


def spec(key: str = KEY, **more: object) -> dict[str, object]:
    """An account that stands still until it is moved; all else as a new account has it."""
    return {"company_key": key, "username": key, "password": key, "seed": 7, **more}


def mdn(number: int) -> str:
    """The phone of that number; no two numbers share one."""
    area, rest = divmod(number, PER_AREA)
    if area >= len(AREAS):
        raise BenchError(f"there is no phone {number}")
    return f"+1{AREAS[area]}{2_000_000 + rest:07d}"


class Phones:
    """Phone numbers that were not given out yet."""

    def __init__(self, first: int = 0) -> None:
        self._next = count(first)

    def take(self, many: int) -> list[str]:
        """So many more."""
        return [mdn(number) for number in islice(self._next, many)]


def add_participant(phone: str, key: str = KEY) -> bytes:
    """Add participant, v2, with a name and an id of the client's own."""
    body = (
        f'{{"external_person_id":"x{phone[1:]}","mobile_phone":{{"mdn":"{phone}"}},'
        f'"custom_fields":{{"first_name":"Ann","last_name":"Bench"}}}}'
    )
    path = f"/companies/{key}/campaigns/acquisition/{CAMPAIGN}/participants"
    return request("POST", path, body, "application/json", key)


def submit(phone: str, key: str = KEY) -> bytes:
    """A message by Connect's Message API, receipts off."""
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?><mtMessage><destination address="{phone}" '
        f'type="MDN"/><source address="{CODE}" type="SC"/><text>{TEXT}</text></mtMessage>'
    )
    return request("POST", "/MessageApi/mt/messages", body, "text/xml", key)


def submit_bundle(phones: list[str], key: str = KEY) -> bytes:
    """One text to many phones in one call."""
    destinations = "".join(f'<destination address="{one}" type="MDN"/>' for one in phones)
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?><mtMessageBundle><mtMessageList>{destinations}'
        f'<source address="{CODE}" type="SC"/><text>{TEXT}</text></mtMessageList>'
        "</mtMessageBundle>"
    )
    return request("POST", "/MessageApi/mt/messageBundles", body, "text/xml", key)


def person(phone: str) -> bytes:
    """The person with a number."""
    return request("GET", f"/companies/{KEY}/mobiledb/persons?mdn={quote(phone)}")


def subscriptions(phone: str) -> bytes:
    """The subscriptions of the person with the client's own id."""
    path = f"/companies/{KEY}/mobiledb/persons/external/x{phone[1:]}/subscriptions"
    return request("GET", path)


def subscriber(phone: str) -> bytes:
    """The subscriber of a list with a number."""
    path = f"/companies/{KEY}/mobiledb/subscription_lists/{LIST}/subscribers?mdn={quote(phone)}"
    return request("GET", path)


def request(
    method: str, path: str, body: str = "", kind: str = "application/json", key: str = KEY
) -> bytes:
    """A request in octets."""
    octets = body.encode()
    credentials = b64encode(f"{key}:{key}".encode()).decode()
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {credentials}\r\n"
        f"X-API-Version: 2\r\nAccept: */*\r\n"
    )
    if octets:
        head += f"Content-Type: {kind}\r\nContent-Length: {len(octets)}\r\n"
    return f"{head}\r\n".encode() + octets


def bundles(many: int, phones: list[str], size: int = 100) -> Iterator[bytes]:
    """So many messages in bundles, to these phones again and again; made as they are asked for."""
    made = [submit_bundle(phones[start : start + size]) for start in range(0, len(phones), size)]
    for number in range(many // size):
        yield made[number % len(made)]
