"""How a request gets to a server: through a socket, or without one where the server is near."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Protocol

import aiohttp
from yarl import URL

from simulator.nearby import Nearby

LARGE = 512 * 1024
"""Beyond so many octets a body is sent piece by piece."""


class Wire(Protocol):
    """One request and its whole answer. Raises aiohttp.ClientError where none comes."""

    async def exchange(
        self, method: str, url: URL, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class HttpWire:
    """Requests through sockets; a session of connections is kept."""

    def __init__(self, timeout: aiohttp.ClientTimeout | None = None) -> None:
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def exchange(
        self, method: str, url: URL, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=self._timeout or aiohttp.client.DEFAULT_TIMEOUT
            )
        sent = BytesIO(body) if body is not None and len(body) > LARGE else body
        async with self._session.request(method, url, data=sent, headers=headers) as response:
            return response.status, await response.read()

    async def close(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()


class NearWire:
    """Requests to a server in this process, without a socket."""

    def __init__(self, server: Nearby) -> None:
        self._server = server

    async def exchange(
        self, method: str, url: URL, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        sent = {"Host": url.authority, **headers}
        return await self._server.exchange(method, url.relative(), sent, body)

    async def close(self) -> None:
        """Nothing is held."""
