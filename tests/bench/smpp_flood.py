"""Messages over SMPP binds with their windows full; every answer's status is looked at."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator, Sequence
from time import perf_counter, process_time

from simulator.wire.smpp_bodies import Bind
from simulator.wire.smpp_codes import CommandId
from simulator.wire.smpp_pdu import Pdu, encode
from tests.bench import calls
from tests.bench.flood import LIMIT_S, Flooded
from tests.bench.results import BenchError
from tests.smpp.peer import message

BINDS = 4
WINDOW = 50

_HEAD = struct.Struct(">IIII")


def orders(phones: Sequence[str]) -> list[bytes]:
    """A submit_sm to each; their numbers are those of the whole list."""
    return [
        encode(
            Pdu(
                command=CommandId.SUBMIT_SM,
                sequence=number,
                body=message(phone[1:], calls.TEXT.encode(), calls.CODE),
            )
        )
        for number, phone in enumerate(phones, start=2)
    ]


async def submit_all(port: int, user: str, made: Sequence[bytes]) -> Flooded:
    """Submit all of them over four binds. Raises BenchError at the first that is refused."""
    loop = asyncio.get_running_loop()
    todo, waits = iter(made), list[float]()
    sessions = [Session(user, todo, waits, loop.create_future()) for _ in range(BINDS)]
    try:
        async with asyncio.timeout(LIMIT_S):
            for one in sessions:
                await loop.create_connection(lambda one=one: one, "127.0.0.1", port)  # type: ignore[misc]
            await asyncio.gather(*(one.bound for one in sessions))
            started, worked = perf_counter(), process_time()
            for one in sessions:
                one.begin()
            await asyncio.gather(*(one.over for one in sessions))
            seconds, worked = perf_counter() - started, process_time() - worked
    finally:
        for one in sessions:
            one.close()
    return Flooded(len(waits), seconds, sorted(waits), worked / seconds)


class Session(asyncio.Protocol):
    """A transmitter: as many unanswered as its window has room for."""

    def __init__(
        self, user: str, todo: Iterator[bytes], waits: list[float], over: asyncio.Future[None]
    ) -> None:
        self.over = over
        self.bound: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._user = user
        self._todo = todo
        self._waits = waits
        self._asked: dict[int, float] = {}
        self._got = b""
        self._transport: asyncio.Transport | None = None

    def begin(self) -> None:
        """Fill the window."""
        for _ in range(WINDOW):
            self._submit()
        if not self._asked:
            self.over.set_result(None)

    def close(self) -> None:
        """Let go of the connection."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Bind."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        body = Bind(system_id=self._user, password=self._user, interface_version=0x34)
        pdu = Pdu(command=CommandId.BIND_TRANSMITTER, sequence=1, body=body)
        transport.write(encode(pdu))

    def data_received(self, data: bytes) -> None:
        """Every whole answer makes room for the next submit."""
        got, start = self._got + data, 0
        while len(got) - start >= _HEAD.size:
            length, _, status, sequence = _HEAD.unpack_from(got, start)
            if len(got) - start < length:
                break
            start += length
            self._answered(status, sequence)
        self._got = got[start:]

    def connection_lost(self, error: Exception | None) -> None:
        """Nobody ends a session before all is answered."""
        self._fail(f"the session ended: {error or 'closed'}")

    def _answered(self, status: int, sequence: int) -> None:
        if status:
            self._fail(f"PDU {sequence} was answered with status {status:#x}")
        elif sequence == 1:
            self.bound.set_result(None)
        else:
            self._waits.append((perf_counter() - self._asked.pop(sequence)) * 1e3)
            self._submit()
            if not self._asked and not self.over.done():
                self.over.set_result(None)

    def _submit(self) -> None:
        octets = next(self._todo, None)
        if octets is not None:
            assert self._transport is not None
            self._asked[_HEAD.unpack_from(octets)[3]] = perf_counter()
            self._transport.write(octets)

    def _fail(self, words: str) -> None:
        for future in (self.bound, self.over):
            if not future.done():
                future.set_exception(BenchError(words))
