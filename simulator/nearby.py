"""HTTP without a socket: who runs in the same process hands requests over, and is handed the answers.

A request has the same method, target, headers and body, and meets the same routes, handlers and faults
as one from a socket, down to connections that break. What is left out is the kernel, the parsing of
octets and a task for each request. An answer that comes in pieces (`text/event-stream`) needs a socket;
so do `Expect`, HEAD, and a look at what a server makes of octets that are no HTTP.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import aiohttp
from aiohttp import hdrs, web
from aiohttp.http import HttpVersion11, RawRequestMessage
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

log = logging.getLogger("smsim.nearby")

TURN = 32
"""After so many requests whoever else waits in this process has a turn."""


class Answer(NamedTuple):
    """What a server answered: the status and the whole body."""

    status: int
    body: bytes


class Nearby:
    """A client of one server in this process, as `web.AppRunner.server` is one.

    Any number of requests may be under way.
    """

    def __init__(self, server: web.Server) -> None:
        self._server = server
        self._asked = 0

    async def exchange(
        self, method: str, target: URL, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        """One request for a path and query, and the answer to it.

        Raises aiohttp.ServerDisconnectedError where the connection ends before the answer is whole.
        """
        self._asked += 1
        if self._asked % TURN == 0:
            await asyncio.sleep(0)
        line = _Line()
        request = self._request(line, method, target, headers, body)
        try:
            response = await self._server.request_handler(request)
        except web.HTTPException as raised:
            response = raised
        except Exception:  # the supervised edge, as a server has one
            log.exception("Error handling request")
            return Answer(500, b"")
        if line.is_closing():
            raise aiohttp.ServerDisconnectedError
        if not isinstance(response, web.Response):
            raise TypeError(f"{method} {target} answers in pieces, which needs a socket")
        told = response.body
        return Answer(response.status, told if isinstance(told, bytes) else b"")

    def _request(
        self, line: _Line, method: str, target: URL, headers: Mapping[str, str], body: bytes | None
    ) -> web.BaseRequest:
        sent = CIMultiDict(headers)
        for name, value in sent.items():
            if not value.isprintable():
                raise ValueError(f"header {name} holds a line break or another control character")
        if body is not None:
            sent[hdrs.CONTENT_LENGTH] = str(len(body))
        message = RawRequestMessage(
            method=method,
            path=target.raw_path_qs,
            version=HttpVersion11,
            headers=CIMultiDictProxy(sent),
            raw_headers=(),
            should_close=False,
            compression=None,
            upgrade=False,
            chunked=False,
            url=target,
        )
        peer = SimpleNamespace(
            transport=line, peername=("127.0.0.1", 0), sockname=None, ssl_context=None
        )
        task = cast("asyncio.Task[None]", asyncio.current_task())
        payload = cast("aiohttp.StreamReader", _Body(body or b""))
        return self._server.request_factory(
            message, payload, cast(Any, peer), cast(Any, None), task
        )


class _Line(asyncio.Transport):
    """What a handler takes for the connection: it can only be cut."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 0)})
        self._cut = False

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """What is written past the answer, as faults do, is no answer."""

    def close(self) -> None:
        self._cut = True

    def is_closing(self) -> bool:
        return self._cut


class _Body:
    """A body that is there whole, read as a stream is."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def set_read_chunk_size(self, size: int) -> None:
        """It is there in one piece."""

    def at_eof(self) -> bool:
        """Whether it was read."""
        return not self._body

    async def readany(self) -> bytes:
        """All of it, then nothing."""
        body, self._body = self._body, b""
        return body
