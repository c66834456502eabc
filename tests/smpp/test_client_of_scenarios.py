"""The client that scenarios submit through, against a gateway that says what a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from harness import smpp_client
from harness.smpp_client import BindRefused, Lost, SmppClient
from simulator.wire.smpp_bodies import Bind, BindResp, Body, Empty, MessageIdResp, ShortMessage
from simulator.wire.smpp_codes import RESPONSE_BIT, CommandId, Status
from simulator.wire.smpp_pdu import Pdu, decode, encode
from simulator.wire.smpp_tlv import Tag, Tlv
from tests.smpp.stage import Account


class Gateway:
    """Lets one client in, then does as it is told; `heard` is what the client said."""

    def __init__(self, bind_status: int = 0) -> None:
        self.heard: list[Pdu] = []
        self.port = 0
        self._bind_status = bind_status
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the bind."""
        self._reader, self._writer = reader, writer
        asked = await self.hears()
        body = BindResp(system_id="x") if self._bind_status == 0 else Empty()
        self.says(asked.command | RESPONSE_BIT, body, asked.sequence, self._bind_status)

    async def hears(self) -> Pdu:
        """The next thing the client says."""
        head = await self._reader.readexactly(4)
        rest = await self._reader.readexactly(int.from_bytes(head, "big") - 4)
        self.heard.append(decode(head + rest))
        return self.heard[-1]

    def says(self, command: int, body: Body, sequence: int, status: int = 0) -> None:
        """Say something to the client."""
        pdu = Pdu(command=command, status=status, sequence=sequence, body=body)
        self.octets(encode(pdu))

    def octets(self, octets: bytes) -> None:
        """Say this."""
        self._writer.write(octets)

    def hangs_up(self) -> None:
        """End the connection."""
        self._writer.close()

    async def client(self) -> SmppClient:
        """A client that binds."""
        return await SmppClient.bind("127.0.0.1", self.port, "acme", "s3cret")


MakeGateway = Callable[..., Awaitable[Gateway]]


@pytest.fixture
async def make_gateway() -> AsyncIterator[MakeGateway]:
    """Makes a gateway on a free port."""
    servers: list[asyncio.Server] = []

    async def make(**how: Any) -> Gateway:
        gateway = Gateway(**how)
        servers.append(await asyncio.start_server(gateway.serve, "127.0.0.1", 0))
        gateway.port = servers[-1].sockets[0].getsockname()[1]
        return gateway

    yield make
    for server in servers:
        server.close()


async def _ended(client: SmppClient, gateway: Gateway) -> None:
    gateway.hangs_up()
    await client.close()
    assert client.ended


async def test_what_it_asks(make_gateway: MakeGateway) -> None:
    """A bind as transceiver of version 3.4, and each field of a submit_sm in its place."""
    gateway = await make_gateway()
    client = await gateway.client()
    asked = asyncio.create_task(
        client.submit(
            to="+13125550101", source="65047", text="Hi", receipts=2, carrier="105", alternate=True
        )
    )
    submit = await gateway.hears()
    gateway.says(CommandId.SUBMIT_SM_RESP, MessageIdResp(message_id="id-1"), submit.sequence)
    assert await asked == (0, "id-1")
    assert [pdu.command for pdu in gateway.heard] == [
        CommandId.BIND_TRANSCEIVER,
        CommandId.SUBMIT_SM,
    ]
    assert gateway.heard[0].body == Bind(system_id="acme", password="s3cret")
    assert submit.body == ShortMessage(
        source_addr="65047",
        dest_addr_ton=1,
        dest_addr_npi=1,
        destination_addr="13125550101",
        registered_delivery=2,
        data_coding=1,
        short_message=b"Hi",
        tlvs=(
            Tlv(tag=Tag.VIBES_CARRIER_CODE, value=b"105"),
            Tlv(tag=Tag.VIBES_ALTERNATE_DELIVERY, value=b"\1"),
        ),
    )
    await _ended(client, gateway)


@pytest.mark.parametrize(
    ("text", "coding", "short", "payload"),
    [
        ("a" * 140, 1, b"a" * 140, None),
        ("a" * 141, 1, b"", b"a" * 141),
        ("é" * 70, 8, b"\0\xe9" * 70, None),
        ("é" * 71, 8, b"", b"\0\xe9" * 71),
    ],
)
async def test_where_a_text_goes(
    make_gateway: MakeGateway, text: str, coding: int, short: bytes, payload: bytes | None
) -> None:
    """Up to 140 octets the short_message, beyond it the payload."""
    gateway = await make_gateway()
    client = await gateway.client()
    asked = asyncio.create_task(client.submit(to="1", source="2", text=text))
    submit = await gateway.hears()
    body = submit.body
    assert isinstance(body, ShortMessage)
    assert (body.data_coding, body.short_message) == (coding, short)
    told = () if payload is None else (Tlv(tag=Tag.MESSAGE_PAYLOAD, value=payload),)
    assert (body.tlvs, body.dest_addr_ton) == (told, 0)
    gateway.says(CommandId.SUBMIT_SM_RESP, Empty(), submit.sequence, Status.RINVSRCADR)
    assert await asked == (Status.RINVSRCADR, None)
    await _ended(client, gateway)


async def test_what_it_is_told_and_asked(make_gateway: MakeGateway) -> None:
    """Each is answered under its own number, and what nobody asks a client is refused."""
    gateway = await make_gateway()
    client = await gateway.client()
    gateway.says(CommandId.DELIVER_SM, ShortMessage(short_message=b"id:1"), 7)
    gateway.says(CommandId.ENQUIRE_LINK, Empty(), 8)
    gateway.says(CommandId.SUBMIT_SM, ShortMessage(short_message=b"?"), 9)
    gateway.says(CommandId.SUBMIT_SM_RESP, Empty(), 999)
    answers = [await gateway.hears() for _ in range(3)]
    assert [(pdu.command, pdu.sequence, pdu.status) for pdu in answers] == [
        (CommandId.DELIVER_SM_RESP, 7, Status.ROK),
        (CommandId.ENQUIRE_LINK_RESP, 8, Status.ROK),
        (CommandId.GENERIC_NACK, 9, Status.RINVCMDID),
    ]
    await _ended(client, gateway)


async def test_a_generic_nack_is_an_answer(make_gateway: MakeGateway) -> None:
    """Its status is the message's."""
    gateway = await make_gateway()
    client = await gateway.client()
    asked = asyncio.create_task(client.submit(to="1", source="2", text="Hi"))
    submit = await gateway.hears()
    gateway.says(CommandId.GENERIC_NACK, Empty(), submit.sequence, Status.RINVCMDID)
    assert await asked == (Status.RINVCMDID, None)
    await _ended(client, gateway)


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"", "the connection ended before the answer"),
        (b"\0\0\0\x20\x80\0\0\4", "the connection ended before the answer"),
        (b"\x80" * 16, "what came in place of the answer is no SMPP"),
        (b"\0\0\0\x0f" + b"\0" * 12, "what came in place of the answer is no SMPP"),
    ],
)
async def test_an_answer_that_never_comes(
    make_gateway: MakeGateway, octets: bytes, why: str
) -> None:
    """Nothing, half a PDU, or no SMPP: it is lost, and so is whatever is asked after it."""
    gateway = await make_gateway()
    client = await gateway.client()
    asked = asyncio.create_task(client.submit(to="1", source="2", text="Hi"))
    await gateway.hears()
    gateway.octets(octets)
    gateway.hangs_up()
    with pytest.raises(Lost, match=why):
        await asked
    with pytest.raises(Lost, match="the connection has ended"):
        await client.submit(to="1", source="2", text="Hi")
    await client.close()


async def test_an_answer_that_is_waited_for_in_vain(
    make_gateway: MakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client ends the connection: what came now would be nobody's."""
    gateway = await make_gateway()
    client = await gateway.client()
    monkeypatch.setattr(smpp_client, "ANSWER_LIMIT_S", 0)
    with pytest.raises(Lost, match="no answer within 0 s"):
        await client.submit(to="1", source="2", text="Hi")
    assert client.ended
    gateway.hangs_up()


async def test_a_bind_that_is_refused(make_gateway: MakeGateway) -> None:
    """With the status that says why."""
    gateway = await make_gateway(bind_status=Status.RINVPASWD)
    with pytest.raises(BindRefused, match="the bind was answered 0x0000000E") as refused:
        await gateway.client()
    assert refused.value.status == Status.RINVPASWD
    gateway.hangs_up()


async def test_nobody_there() -> None:
    """The address is named."""
    with pytest.raises(Lost, match=r"nobody answers at 127\.0\.0\.1:1: "):
        await SmppClient.bind("127.0.0.1", 1, "acme", "s3cret")


@pytest.mark.parametrize("name", ["acmé", "ac\0me"])
async def test_a_name_that_cannot_be_written(name: str) -> None:
    """Before anything is sent."""
    with pytest.raises(ValueError, match="SMPP cannot write the system_id"):
        await SmppClient.bind("127.0.0.1", 1, name, "s3cret")


async def test_it_unbinds(account: Account) -> None:
    """The gateway sees a clean end."""
    made = account.made
    client = await SmppClient.bind("127.0.0.1", account.port, made["username"], made["password"])
    await account.bound("transceiver")
    await client.close()
    await account.bound()
    journal = (await account.control("GET", "/events?types=BindClosed")).json["items"]
    assert [row["data"]["because"] for row in journal] == ["the client unbound"]
