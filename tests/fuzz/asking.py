"""HTTP as bytes over kept connections, and whether an answer is one that its surface may give."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple
from xml.etree import ElementTree

import msgspec

from simulator.api.connect import STATUS
from simulator.api.platform.operation import Operation
from simulator.wire.shapes import Errors
from tests.system import conformance

PATIENCE = 20.0
"""Seconds after which no answer is a finding."""

ANSWERS = {"mtMessageRsp", "mtMessageBundleRsp", "mtMessage", "mtMessages", "error"}


class Input(NamedTuple):
    """One request: where it goes and its octets. `kind` is the surface whose form the answer has."""

    kind: str
    method: str
    path: str
    headers: str
    body: bytes


class Answer(NamedTuple):
    """An HTTP answer; status 0 is a connection that ended without one."""

    status: int
    content_type: str
    body: bytes

    @property
    def accepted(self) -> bool:
        """Whether the request was taken, so that it may have changed something."""
        return 200 <= self.status < 400


class Connection:
    """One kept connection; it is opened again where the server ended it."""

    def __init__(self, host: str, port: int) -> None:
        self._at = (host, port)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, given: Input) -> Answer:
        """Send a request; its answer."""
        head = (
            f"{given.method} {given.path} HTTP/1.1\r\nHost: fuzz\r\n{given.headers}"
            f"Content-Length: {len(given.body)}\r\n\r\n"
        )
        fresh = self._streams is None
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._exchange(head.encode("latin-1") + given.body)
        except (OSError, asyncio.IncompleteReadError):
            await self.close()
            return Answer(0, "", b"") if fresh else await self.ask(given)
        except TimeoutError:
            await self.close()
            return Answer(0, "", b"no answer in time")

    async def _exchange(self, octets: bytes) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._at, limit=2**20)
        reader, writer = self._streams
        writer.write(octets)
        first, *lines = (await reader.readuntil(b"\r\n\r\n"))[:-4].decode("latin-1").split("\r\n")
        named = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(named.get("content-length", "0")))
        if named.get("connection", "").lower() == "close":
            await self.close()
        return Answer(
            int(first.split(" ")[1]), named.get("content-type", "").partition(";")[0], body
        )

    async def close(self) -> None:
        """End it."""
        if self._streams is not None:
            writer, self._streams = self._streams[1], None
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


@cache
def _operation(method: str, path: str) -> Operation | None:
    return conformance.operation(method, path)


_errors: msgspec.json.Decoder[Errors] = msgspec.json.Decoder(Errors)


def fault_of(given: Input, answer: Answer, operation_path: str) -> str | None:
    """Why an answer is not one that its surface may give, or None where it is."""
    if answer.status == 0:
        return "the connection ended without an answer" if not answer.body else "no answer in time"
    if answer.status == 408 or answer.status in (500, 502, 503, 504):
        return f"answered {answer.status}: {answer.body[:200].decode(errors='replace')}"
    try:
        if given.kind == "connect":
            return _connect_fault(answer)
        if given.kind == "platform":
            return _platform_fault(given.method, operation_path, answer)
        return _control_fault(answer)
    except (ValueError, KeyError, AssertionError, ElementTree.ParseError) as error:
        shown = answer.body[:200].decode(errors="replace")
        return f"answered {answer.status} in no form: {type(error).__name__}: {error}: {shown}"


def _platform_fault(method: str, path: str, answer: Answer) -> str | None:
    item = _operation(method, path)
    if answer.status >= 400:
        _errors.decode(answer.body)
        declared: Any = conformance.UNDECLARED if item is None else item.declared
        return None if answer.status in declared else f"{answer.status} is not declared"
    assert item is not None, "a path that nobody declared"
    conformance.check(method, path, answer.status, answer.content_type, answer.body)
    return None


def _connect_fault(answer: Answer) -> str | None:
    root = ElementTree.fromstring(answer.body)
    if answer.content_type != "text/xml":
        return f"it came as {answer.content_type}"
    if answer.status >= 400:
        code = int(root.get("code", "0"))
        return None if STATUS[code] == answer.status else f"{answer.status} with code {code}"
    return None


def _control_fault(answer: Answer) -> str | None:
    if answer.status == 204:
        return None if not answer.body else "204 with a body"
    told = msgspec.json.decode(answer.body)
    if answer.status >= 400:
        messages = [item["message"] for item in told["errors"]]
        assert messages, "no reason"
        assert all(isinstance(item, str) for item in messages)
    return None
