"""What a fault makes of the answer on an HTTP surface: other bytes, half of them, or none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from simulator.domain.fault_rules import FaultRule
from simulator.runtime.striking import Way


def way(
    request: web.Request,
    do: Callable[[tuple[str, ...]], Awaitable[web.Response]],
    instead: Callable[[FaultRule], web.Response],
) -> Way[web.Response]:
    """How a request is answered: by its handler, or as its surface says a fault."""

    def cut(sent: bytes) -> web.Response:
        """Send these bytes and close; the response returned here reaches nobody."""
        if request.transport is not None:
            request.transport.write(sent)
            request.transport.close()
        return web.Response(status=500)

    return Way(do, instead, cut, lambda response: cut(_half(response)))


def _half(response: web.Response) -> bytes:
    body = response.body if isinstance(response.body, bytes) else b""
    head = (
        f"HTTP/1.1 {response.status} {response.reason}\r\nContent-Type: {response.content_type}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    return head + body[: len(body) // 2] if body else head[: len(head) // 2]
