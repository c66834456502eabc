"""The load: raw sockets kept alive, requests made beforehand, every answer's status looked at.

It has one core, as the server has. What it costs itself is measured too (`busy`), so that a figure
that shows the load and not the server is known as such.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator
from time import perf_counter, process_time
from typing import NamedTuple

from tests.bench.results import BenchError

CONNECTIONS = 32
LIMIT_S = 900
SHOWN = 400
"""Octets of a wrong answer that are told."""


class Flooded(NamedTuple):
    """What came of it: answers, seconds, each answer's milliseconds in order, its own use of its core."""

    answers: int
    seconds: float
    waits_ms: list[float]
    busy: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds

    @property
    def p99_ms(self) -> float:
        """How long all but the slowest hundredth took at most."""
        return self.waits_ms[min(len(self.waits_ms) - 1, len(self.waits_ms) * 99 // 100)]


async def flood(
    url: str, requests: Iterable[bytes], expected: int, connections: int = CONNECTIONS
) -> Flooded:
    """Ask everything, so many at once. Raises BenchError at the first answer that is not expected."""
    lanes = deque([iter(requests)] * connections)
    return await flood_lanes(url, lanes, expected)


async def flood_lanes(url: str, lanes: Iterable[Iterator[bytes]], expected: int) -> Flooded:
    """One connection for each iterator; connections may share one."""
    host, _, port = url.removeprefix("http://").rstrip("/").rpartition(":")
    loop = asyncio.get_running_loop()
    waits: list[float] = []
    clients = [Client(host, int(port), lane, b"%d" % expected, waits) for lane in lanes]
    started, worked = perf_counter(), process_time()
    try:
        async with asyncio.timeout(LIMIT_S):
            await asyncio.gather(*(client.run(loop) for client in clients))
    finally:
        for client in clients:
            client.close()
    seconds, worked = perf_counter() - started, process_time() - worked
    return Flooded(len(waits), seconds, sorted(waits), worked / seconds)


class Client(asyncio.Protocol):
    """One connection: asks the next as soon as it has the answer; connects anew where it must."""

    def __init__(
        self, host: str, port: int, requests: Iterator[bytes], expected: bytes, waits: list[float]
    ) -> None:
        self._place = (host, port)
        self._requests = requests
        self._expected = expected
        self._waits = waits
        self._got = b""
        self._asked = 0.0
        self._request: bytes | None = None
        self._closing = False
        self._transport: asyncio.Transport | None = None
        self._over: asyncio.Future[None]

    async def run(self, loop: asyncio.AbstractEventLoop) -> None:
        """Ask until there is nothing left to ask."""
        self._request = next(self._requests, None)
        while self._request is not None:
            self._over = loop.create_future()
            self._closing, self._got = False, b""
            try:
                await loop.create_connection(lambda: self, *self._place)
            except OSError as error:
                raise BenchError(f"nobody listens at {self._place}: {error}") from error
            await self._over

    def close(self) -> None:
        """Let go of the connection."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the first."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Look at the answer once it is whole, and ask the next."""
        self._got = data if not self._got else self._got + data
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._got[:end].lower()
        if not is_whole(head, self._got, end + 4):
            return
        self._waits.append((perf_counter() - self._asked) * 1e3)
        if self._got[9:12] != self._expected:
            self._fail(f"{self._got[:SHOWN]!r} answered {(self._request or b'')[:SHOWN]!r}")
            return
        self._got = b""
        self._request = next(self._requests, None)
        if self._request is None:
            self._end()
        elif head.startswith(b"http/1.0") or b"\r\nconnection: close" in head:
            self._closing = True
            self._end()
        else:
            self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        """The server may end a connection only where it said so."""
        if not self._over.done():
            self._fail(f"the connection ended before an answer: {error or 'closed'}")

    def _ask(self) -> None:
        assert self._transport is not None
        assert self._request is not None
        self._asked = perf_counter()
        self._transport.write(self._request)

    def _end(self) -> None:
        assert self._transport is not None
        self._transport.close()
        if not self._over.done():
            self._over.set_result(None)

    def _fail(self, words: str) -> None:
        if not self._over.done():
            self._over.set_exception(BenchError(words))


def is_whole(head: bytes, got: bytes, start: int) -> bool:
    """Whether all of an answer has come: its head in small letters, and its body from `start` on."""
    found = head.find(b"content-length:")
    if found >= 0:
        stop = head.find(b"\r\n", found)
        length = int(head[found + 15 : stop if stop >= 0 else None])
        return len(got) >= start + length
    if b"transfer-encoding: chunked" in head:
        return got.endswith(b"0\r\n\r\n")
    raise BenchError(f"an answer without a length: {got[:SHOWN]!r}")
