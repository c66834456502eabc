"""HTTP as bytes: one request on a connection of its own, and all that came back until it closed."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from yarl import URL

from tests.system.company import Company


class Reply(NamedTuple):
    """What came back, whole or not: `status` is None where it is no HTTP answer."""

    whole: bytes

    @property
    def status(self) -> int | None:
        """The status of the first line."""
        first = self.whole.split(b"\r\n", 1)[0].split(b" ")
        return int(first[1]) if first[0] == b"HTTP/1.1" and len(first) > 1 else None

    @property
    def body(self) -> bytes:
        """What follows the head."""
        return self.whole.partition(b"\r\n\r\n")[2]

    @property
    def head(self) -> str:
        """The head, in lower case."""
        return self.whole.partition(b"\r\n\r\n")[0].decode("latin-1").lower()


async def send(company: Company, method: str, path: str, body: bytes, kind: str) -> Reply:
    """One request with `Connection: close`, from outside of any pool that would try again."""
    url = URL(company.url)
    assert url.host is not None
    reader, writer = await asyncio.open_connection(url.host, url.port)
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: {url.host}\r\nAuthorization: {company.auth}\r\n"
        f"X-API-Version: 2\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    writer.write(head.encode() + body)
    try:
        async with asyncio.timeout(10):
            return Reply(await reader.read())
    finally:
        writer.close()
