"""A client of SMPP 3.4 over asyncio: one bind as transceiver, submit_sm, and what it is told.

    client = await SmppClient.bind("127.0.0.1", 2775, "acme", "s3cret")
    answer = await client.submit(to="+13125550101", source="65047", text="Hi", receipts=ALL)
    await client.close()

It knows nothing of the simulator: give it a gateway and an account's credentials. What the gateway
tells (deliver_sm) and asks (enquire_link) is answered ESME_ROK, in the order it comes.
"""

from __future__ import annotations

import asyncio
import ssl
import struct
from contextlib import suppress
from typing import NamedTuple

ALL, ERROR = 0x01, 0x02
"""`registered_delivery`: a receipt of every end, and of failures alone (SMPP 3.4, 5.2.17)."""

ANSWER_LIMIT_S = 60
"""Real time the gateway has to answer."""

_RESPONSE = 0x80000000
_BIND_TRANSCEIVER, _SUBMIT_SM, _DELIVER_SM = 0x00000009, 0x00000004, 0x00000005
_UNBIND, _ENQUIRE_LINK, _GENERIC_NACK = 0x00000006, 0x00000015, 0x80000000
_ROK, _RINVCMDID = 0x00, 0x03

_HEADER = struct.Struct("!IIII")
_LONGEST = 0x20000
"""What a PDU may have in octets: a payload of 65,535, and far more than stands around it."""

_VERSION = 0x34
_INTERNATIONAL, _ISDN = 1, 1
_ASCII, _UCS2 = 1, 8
_SHORT = 140
"""What `short_message` may have in octets; what is longer is a `message_payload`."""

_PAYLOAD, _CARRIER, _ALTERNATE = 0x0424, 0x1401, 0x1403
"""The TLVs of the payload, and Vibes' own of the carrier's code and of alternate delivery."""


class Lost(Exception):
    """The connection ended before the answer: whether it was done, nobody here knows."""


class BindRefused(Exception):
    """The gateway lets nobody in; `status` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the bind was answered {shown(status)}")
        self.status = status


class SubmitAnswer(NamedTuple):
    """What the gateway said of a message: its command status, and the id where that is ESME_ROK."""

    status: int
    message_id: str | None


class _Pdu(NamedTuple):
    command: int
    status: int
    sequence: int
    body: bytes


def shown(status: int) -> str:
    """A command status as documents have it: `0x0000000B`."""
    return f"0x{status:08X}"


class SmppClient:
    """A session with a gateway; `ended` is whether it is over."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.ended = False
        self._reader = reader
        self._writer = writer
        self._sequence = 0
        self._awaited: dict[int, asyncio.Future[_Pdu]] = {}
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def bind(
        cls, host: str, port: int, system_id: str, password: str, tls: ssl.SSLContext | None = None
    ) -> SmppClient:
        """Connect and bind. Raises BindRefused, Lost, and ValueError for what SMPP cannot write."""
        named = _string("system_id", system_id) + _string("password", password) + _string("", "")
        try:
            reader, writer = await asyncio.open_connection(host, port, ssl=tls)
        except OSError as error:
            raise Lost(f"nobody answers at {host}:{port}: {error}") from error
        client = cls(reader, writer)
        try:
            answer = await client._ask(_BIND_TRANSCEIVER, named + bytes([_VERSION, 0, 0, 0]))
            if answer.status != _ROK:
                raise BindRefused(answer.status)
        except BaseException:
            await client._end()
            raise
        return client

    async def submit(
        self,
        *,
        to: str,
        source: str,
        text: str,
        receipts: int = 0,
        carrier: str | None = None,
        alternate: bool = False,
    ) -> SubmitAnswer:
        """Send one text; `receipts` is its registered_delivery.

        Raises Lost where the connection ends first, ValueError for what SMPP cannot write.
        """
        coding, octets = _coded(text)
        body = _addressed(source, to) + bytes([0, 0, 0, 0, 0, receipts, 0, coding, 0])
        if len(octets) <= _SHORT:
            body += bytes([len(octets)]) + octets
        else:
            body += b"\0" + _tlv(_PAYLOAD, octets)
        if carrier is not None:
            body += _tlv(_CARRIER, carrier.encode("ascii"))
        if alternate:
            body += _tlv(_ALTERNATE, b"\1")
        answer = await self._ask(_SUBMIT_SM, body)
        if answer.status != _ROK:
            return SubmitAnswer(answer.status, None)
        return SubmitAnswer(_ROK, answer.body.partition(b"\0")[0].decode("latin-1"))

    async def close(self) -> None:
        """Unbind, and end the connection."""
        with suppress(Lost):
            await self._ask(_UNBIND, b"")
        await self._end()

    async def _ask(self, command: int, body: bytes) -> _Pdu:
        """A request and its answer. Raises Lost."""
        if self.ended:
            raise Lost("the connection has ended")
        self._sequence += 1
        sequence = self._sequence
        future: asyncio.Future[_Pdu] = asyncio.get_running_loop().create_future()
        self._awaited[sequence] = future
        try:
            self._send(_Pdu(command, _ROK, sequence, body))
            async with asyncio.timeout(ANSWER_LIMIT_S):
                return await future
        except TimeoutError as error:
            await self._end()
            raise Lost(f"no answer within {ANSWER_LIMIT_S} s") from error
        finally:
            self._awaited.pop(sequence, None)

    def _send(self, pdu: _Pdu) -> None:
        head = _HEADER.pack(_HEADER.size + len(pdu.body), pdu.command, pdu.status, pdu.sequence)
        self._writer.write(head + pdu.body)

    async def _listen(self) -> None:
        """Take what comes until either side ends the connection, or it is no SMPP."""
        why = "the connection ended before the answer"
        try:
            while True:
                head = await self._reader.readexactly(_HEADER.size)
                length, command, status, sequence = _HEADER.unpack(head)
                if not _HEADER.size <= length <= _LONGEST:
                    why = "what came in place of the answer is no SMPP"
                    return
                body = await self._reader.readexactly(length - _HEADER.size)
                self._hear(_Pdu(command, status, sequence, body))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.ended = True
            self._writer.close()
            for future in self._awaited.values():
                if not future.done():
                    future.set_exception(Lost(why))

    def _hear(self, pdu: _Pdu) -> None:
        if pdu.command & _RESPONSE:
            future = self._awaited.get(pdu.sequence)
            if future is not None and not future.done():
                future.set_result(pdu)
        elif pdu.command == _DELIVER_SM:
            self._send(_Pdu(pdu.command | _RESPONSE, _ROK, pdu.sequence, b"\0"))
        elif pdu.command in (_ENQUIRE_LINK, _UNBIND):
            self._send(_Pdu(pdu.command | _RESPONSE, _ROK, pdu.sequence, b""))
        else:
            self._send(_Pdu(_GENERIC_NACK, _RINVCMDID, pdu.sequence, b""))

    async def _end(self) -> None:
        self._listening.cancel()
        self._writer.close()
        with suppress(asyncio.CancelledError):
            await self._listening
        with suppress(OSError):
            await self._writer.wait_closed()


def _addressed(source: str, to: str) -> bytes:
    """What stands before `esm_class`: the code as it is, the number international where it is."""
    digits = to.removeprefix("+")
    kind = bytes([_INTERNATIONAL, _ISDN]) if digits != to else b"\0\0"
    return b"\0\0\0" + _string("source_addr", source) + kind + _string("destination_addr", digits)


def _coded(text: str) -> tuple[int, bytes]:
    """A data_coding and the octets of a text: ASCII, else UCS-2, which every gateway reads alike.

    The default alphabet, 0, is each gateway's own.
    """
    return (_ASCII, text.encode()) if text.isascii() else (_UCS2, text.encode("utf-16-be"))


def _string(name: str, text: str) -> bytes:
    """A C-octet string. Raises ValueError where it is not ASCII, or holds its end."""
    if not text.isascii() or "\0" in text:
        raise ValueError(f'SMPP cannot write the {name} "{text}": it is not ASCII')
    return text.encode() + b"\0"


def _tlv(tag: int, value: bytes) -> bytes:
    """An optional parameter. Raises ValueError where it is too long."""
    if len(value) > 0xFFFF:
        raise ValueError(f"SMPP cannot write {len(value)} octets; a payload has 65535 at most")
    return struct.pack("!HH", tag, len(value)) + value
