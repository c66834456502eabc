"""A client of SMPP that does what it is told, odd things too: octets of this project's own codec."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Self

from simulator.wire.smpp_bodies import Bind, Body, Empty, MessageIdResp, ShortMessage
from simulator.wire.smpp_codes import RESPONSE_BIT, CommandId
from simulator.wire.smpp_pdu import Pdu, decode, encode
from simulator.wire.smpp_tlv import Tlv

LIMIT = 8.0
"""Seconds after which whatever is waited for is a failure."""

NOTHING = Empty()

BINDS = {
    "transmitter": CommandId.BIND_TRANSMITTER,
    "receiver": CommandId.BIND_RECEIVER,
    "transceiver": CommandId.BIND_TRANSCEIVER,
}


class Peer:
    """One connection. What is told to it is in `told`, and answered as `answers` says, then 0.

    An answer of None says nothing. While `holds` is set it answers no deliver_sm at all, while
    `deaf` no enquire_link. `odd` has the answers that nobody waits for.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.told: list[Pdu] = []
        self.asked: list[Pdu] = []
        self.odd: asyncio.Queue[Pdu] = asyncio.Queue()
        self.answers: deque[int | None] = deque()
        self.holds = False
        self.deaf = False
        self.rest = b""
        self._reader = reader
        self._writer = writer
        self._awaited: dict[int, asyncio.Future[Pdu]] = {}
        self._sequence = 0
        self._arrived = asyncio.Event()
        self._over = asyncio.Event()
        self._task = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, port: int, **how: Any) -> Self:
        """A connection to the loopback address, with nothing said yet."""
        return cls(*await asyncio.open_connection("127.0.0.1", port, **how))

    async def close(self) -> None:
        """Go away without a word."""
        self._task.cancel()
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()
        await asyncio.gather(self._task, return_exceptions=True)

    def kill(self) -> None:
        """Go away at once, as a process that is killed: the connection is reset."""
        self._writer.transport.abort()

    def send(self, octets: bytes) -> None:
        """Say these octets, whatever they are."""
        self._writer.write(octets)

    def start(
        self, command: int, body: Body = NOTHING, *, status: int = 0, sequence: int | None = None
    ) -> asyncio.Future[Pdu]:
        """Ask something; its answer, to be awaited with a limit."""
        if sequence is None:
            self._sequence += 1
            sequence = self._sequence
        future: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        self._awaited[sequence] = future
        self.send(encode(Pdu(command=command, status=status, sequence=sequence, body=body)))
        return future

    async def ask(
        self, command: int, body: Body = NOTHING, *, status: int = 0, sequence: int | None = None
    ) -> Pdu:
        """Ask something; its answer."""
        async with asyncio.timeout(LIMIT):
            return await self.start(command, body, status=status, sequence=sequence)

    async def bind(self, kind: str, system_id: str, password: str, *, version: int = 0x34) -> Pdu:
        """Bind; the answer."""
        body = Bind(system_id=system_id, password=password, interface_version=version)
        return await self.ask(BINDS[kind], body)

    async def submit(
        self,
        to: str = "13125550101",
        text: bytes = b"Hello",
        *,
        source: str = "65047",
        tlvs: tuple[Tlv, ...] = (),
        **fields: Any,
    ) -> Pdu:
        """Submit a message; the answer."""
        return await self.ask(CommandId.SUBMIT_SM, message(to, text, source, tlvs, **fields))

    async def sent(self, *args: Any, **fields: Any) -> str:
        """Submit a message that must be taken; its id."""
        return id_of(await self.submit(*args, **fields))

    async def delivered(self, count: int) -> list[Pdu]:
        """Wait until so many deliver_sm came; all that did."""
        async with asyncio.timeout(LIMIT):
            while len(self.told) < count:
                self._arrived.clear()
                await self._arrived.wait()
        return self.told

    async def was_asked(self, count: int) -> list[Pdu]:
        """Wait until so many enquire_link came; all that did."""
        async with asyncio.timeout(LIMIT):
            while len(self.asked) < count:
                self._arrived.clear()
                await self._arrived.wait()
        return self.asked

    async def unasked(self) -> Pdu:
        """The next answer to what was never asked."""
        async with asyncio.timeout(LIMIT):
            return await self.odd.get()

    async def over(self) -> bytes:
        """Wait until the other side ends the connection; the octets that were no whole PDU."""
        async with asyncio.timeout(LIMIT):
            await self._over.wait()
        return self.rest

    def answer(self, pdu: Pdu, status: int = 0) -> None:
        """Answer a deliver_sm or an enquire_link."""
        body = MessageIdResp() if pdu.command == CommandId.DELIVER_SM else Empty()
        command = pdu.command | RESPONSE_BIT
        self.send(encode(Pdu(command=command, status=status, sequence=pdu.sequence, body=body)))

    async def _read(self) -> None:
        try:
            while True:
                head = await self._reader.readexactly(4)
                rest = await self._body(head)
                self._heard(decode(head + rest))
        except asyncio.IncompleteReadError as end:
            self.rest += end.partial
        except (ValueError, OSError):
            pass
        finally:
            self._over.set()

    async def _body(self, head: bytes) -> bytes:
        try:
            return await self._reader.readexactly(int.from_bytes(head, "big") - 4)
        except asyncio.IncompleteReadError:
            self.rest = head
            raise

    def _heard(self, pdu: Pdu) -> None:
        if pdu.command & RESPONSE_BIT:
            future = self._awaited.pop(pdu.sequence, None)
            if future is None:
                self.odd.put_nowait(pdu)
            elif not future.done():
                future.set_result(pdu)
            return
        if pdu.command == CommandId.DELIVER_SM:
            self.told.append(pdu)
            status = self.answers.popleft() if self.answers else 0
            if status is not None and not self.holds:
                self.answer(pdu, status)
        else:
            self.asked.append(pdu)
            if not self.deaf:
                self.answer(pdu)
        self._arrived.set()


async def until(done: Callable[[], Awaitable[bool]], limit: float = LIMIT) -> None:
    """Wait for what nobody tells of, looking again and again."""
    async with asyncio.timeout(limit):
        while True:
            if await done():
                return
            await asyncio.sleep(0.01)


def message(
    to: str, text: bytes, source: str = "65047", tlvs: tuple[Tlv, ...] = (), **fields: Any
) -> ShortMessage:
    """The body of a submit_sm."""
    return ShortMessage(
        source_addr=source, destination_addr=to, short_message=text, tlvs=tlvs, **fields
    )


def body_of(pdu: Pdu) -> ShortMessage:
    """The body of a deliver_sm."""
    assert isinstance(pdu.body, ShortMessage)
    return pdu.body


def id_of(pdu: Pdu) -> str:
    """The message id of an answer that says yes."""
    assert pdu.status == 0, hex(pdu.status)
    assert isinstance(pdu.body, MessageIdResp)
    return pdu.body.message_id
