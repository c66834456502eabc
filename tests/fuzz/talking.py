"""SMPP as octets: a session is bound, told things that are hardly SMPP, and judged by its answers."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from random import Random

from simulator.wire.smpp_bodies import Bind, MessageIdResp
from simulator.wire.smpp_codes import RESPONSE_BIT, CommandId
from simulator.wire.smpp_pdu import Pdu, decode, encode
from tests.fuzz import valid
from tests.fuzz.asking import PATIENCE
from tests.fuzz.decoders import change_pdu
from tests.fuzz.findings import Findings
from tests.fuzz.lanes import OURS, Lane

_LAST = 0x7ABCDEF0
_END = encode(Pdu(command=CommandId.UNBIND, sequence=_LAST))
_BIND_COMMANDS = {"OpenBind", "CloseBind", "OpenAccount"}
_ORDERS = {"SubmitMt", "SubmitPart", "SubmitBundle", "CancelMt", "ReplaceMt"}
_KINDS = {
    "transceiver": CommandId.BIND_TRANSCEIVER,
    "transmitter": CommandId.BIND_TRANSMITTER,
    "receiver": CommandId.BIND_RECEIVER,
}
_ANSWERS = {
    CommandId.SUBMIT_SM_RESP,
    CommandId.SUBMIT_MULTI_RESP,
    CommandId.DATA_SM_RESP,
    CommandId.CANCEL_SM_RESP,
    CommandId.REPLACE_SM_RESP,
}
PER_SESSION = 8


class SmppLane(Lane):
    """An account whose clients speak SMPP; its profile knows every command."""

    def __init__(self, ports: tuple[int, int], host: str, findings: Findings) -> None:
        super().__init__("smpp", host, ports[0], findings)
        self._host, self._port = host, ports[1]
        self._taken = self._whole = self._ended = 0

    async def begin(self) -> None:
        """The account, new."""
        await self._control("DELETE", f"/_sim/accounts/{self.key}")
        spec = {
            "company_key": self.key,
            "password": "pw",
            "connect": {"smpp": {"profile": "generic", "max_binds": 1000, "window": 100}},
        }
        await self._control("POST", "/_sim/accounts", spec)
        self._ids = {"account": f"/_sim/accounts/{self.key}"}
        await self._rows()

    async def talk(self, rng: Random, count: int) -> None:
        """So many PDUs, in sessions of a few; then the account must be well."""
        while count > 0:
            known = await self._under_way()
            pdus = [change_pdu(rng) for _ in range(min(PER_SESSION, count))]
            pdus = [octets.replace(valid.NO_ID.encode(), known) for octets in pdus]
            if rng.random() < 0.1:
                pdus.insert(rng.randrange(len(pdus)), rng.randbytes(rng.randrange(1, 60)))
            await self._session(rng.choice([*_KINDS, None]), pdus)
            count -= PER_SESSION
            self.asked += len(pdus)
        self._batches += 1
        await self._judge_session()
        await self._go_on()

    async def _under_way(self) -> bytes:
        """The id of a message that was just submitted and asks for receipts; none where nobody may."""
        reader, writer = await asyncio.open_connection(self._host, self._port)
        bind = Bind(system_id=self.key, password="pw", interface_version=0x34)
        writer.write(encode(Pdu(command=CommandId.BIND_TRANSMITTER, sequence=1, body=bind)))
        writer.write(valid.PDUS[0])
        message_id = valid.NO_ID
        try:
            async with asyncio.timeout(PATIENCE):
                for _ in range(2):
                    head = await reader.readexactly(4)
                    rest = await reader.readexactly(int.from_bytes(head, "big") - 4)
                    pdu = decode(head + rest)
                    if isinstance(pdu.body, MessageIdResp):
                        message_id = pdu.body.message_id
                        self._taken += 1
        except (OSError, ValueError, TimeoutError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        return message_id.encode()

    async def _session(self, kind: str | None, pdus: list[bytes]) -> None:
        """Say it all, then ask whether somebody is there; every answer must be SMPP."""
        self._ended += kind is not None
        reader, writer = await asyncio.open_connection(self._host, self._port)
        if kind is not None:
            body = Bind(system_id=self.key, password="pw", interface_version=0x34)
            writer.write(encode(Pdu(command=_KINDS[kind], sequence=1, body=body)))
        octets = b"".join(pdus)
        told: str | None = None
        try:
            async with asyncio.timeout(PATIENCE):
                writer.write(octets + _END)
                writer.write_eof()
                await self._hear(reader)
        except TimeoutError:
            told = "the session neither answers nor ends"
        except (OSError, asyncio.IncompleteReadError):
            pass
        except ValueError as error:
            told = f"what was answered is no SMPP: {error}"
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        if told is not None:
            self._findings.add("smpp", told, None, octets)

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        """Every answer, until the other side ends; unbind is answered when all else is."""
        while not reader.at_eof():
            head = await reader.readexactly(4)
            pdu = decode(head + await reader.readexactly(int.from_bytes(head, "big") - 4))
            if not pdu.command & RESPONSE_BIT:
                continue  # something told to us
            if pdu.sequence == _LAST:
                self._whole += pdu.status == 0
                return
            self._taken += pdu.status == 0 and pdu.command in _ANSWERS

    async def _judge_session(self) -> None:
        """Nothing is in the journal but what SMPP asks for; no more of it than was answered yes.

        A session that ended before all was answered leaves that open.
        """
        rows = await self._rows()
        commands = [row.type for row in rows if row.kind == "command"]
        strange = set(commands) - _ORDERS - _BIND_COMMANDS - OURS
        if strange:
            self._findings.add("smpp", f"the journal has {sorted(strange)}", None)
        orders = [name for name in commands if name in _ORDERS]
        if self._ended == self._whole and len(orders) > self._taken:
            told = f"{self._taken} requests were taken, the journal has {orders}"
            self._findings.add("smpp", told, None)
        self.accepted += self._taken
        self._taken = self._whole = self._ended = 0

    async def asks_again(self, octets: bytes) -> None:
        """The octets of a finding in a session of each kind."""
        for kind in [*_KINDS, None]:
            await self._session(kind, [octets])
