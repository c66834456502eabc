"""What is no SMPP: it ends its own connection, and nothing else notices."""

from __future__ import annotations

import asyncio
import socket
import ssl

import pytest

from simulator.app import build
from simulator.config import ServerSettings
from simulator.wire.smpp_codes import CommandId
from simulator.wire.smpp_pdu import Pdu, encode
from tests.smpp.peer import Peer, message, until
from tests.smpp.stage import Account

NACK = CommandId.GENERIC_NACK
BAD_LENGTH = 0x02

STRANGE = {
    "http": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "http upgrade": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "ssh": b"SSH-2.0-OpenSSH_9.9\r\n",
    "random": bytes((index * 167 + 211) % 256 for index in range(1, 400)),
    "huge length": b"\xff\xff\xff\xff" + bytes(64),
    "a little too long": (65537).to_bytes(4, "big") + bytes(64),
    "length 15": b"\0\0\0\x0f" + bytes(11),
    "length 4": b"\0\0\0\x04",
    "zeros": bytes(64),
}


def _hello() -> bytes:
    """What a TLS client says first."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


async def _still_works(account: Account, peer: Peer, rows: int) -> None:
    """The neighbour's session submits, and no other row is in the journal than its message's."""
    assert len(await account.events()) == rows
    await peer.sent()


@pytest.mark.parametrize("bound", [False, True])
@pytest.mark.parametrize("what", [*STRANGE, "tls"])
async def test_strange_octets_are_nacked_and_shown_out(
    account: Account, what: str, bound: bool
) -> None:
    """generic_nack 0x02 with number 0, then the connection ends; the neighbour works on."""
    neighbour = await account.bind()
    stranger = await account.bind("receiver") if bound else await account.open()
    rows = len(await account.events())
    stranger.send(_hello() if what == "tls" else STRANGE[what])
    nack = await stranger.unasked()
    assert (nack.command, nack.status, nack.sequence) == (NACK, BAD_LENGTH, 0)
    assert await stranger.over() == b""
    assert stranger.odd.empty(), "one answer, not one for each four octets"
    await account.bound("transceiver")
    await _still_works(account, neighbour, rows + 2 * bound)


@pytest.mark.parametrize("cut", [1, 3, 4, 15, 16, 40])
async def test_a_torn_request_is_not_done(account: Account, cut: int) -> None:
    """A connection that ends within a PDU is gone; nothing of the request is done."""
    neighbour, peer = await account.bind(), await account.bind("transmitter")
    body = message("13125550101", b"torn off in the middle")
    whole = encode(Pdu(command=CommandId.SUBMIT_SM, sequence=9, body=body))
    rows = len(await account.events())
    peer.send(whole[:cut])
    await peer.close()
    await account.bound("transceiver")
    assert peer.odd.empty()
    await _still_works(account, neighbour, rows + 2)


async def test_a_request_may_come_octet_by_octet(account: Account) -> None:
    """However slowly it comes, it is one request."""
    peer = await account.bind()
    whole = encode(Pdu(command=CommandId.ENQUIRE_LINK, sequence=77))
    for octet in whole:
        peer.send(bytes([octet]))
        await asyncio.sleep(0)
    answer = await peer.unasked()
    assert (answer.command, answer.sequence) == (CommandId.ENQUIRE_LINK_RESP, 77)


async def test_several_requests_may_come_at_once(account: Account) -> None:
    """Requests in one packet are told apart, the last one of them torn."""
    peer = await account.bind()
    links = [encode(Pdu(command=CommandId.ENQUIRE_LINK, sequence=number)) for number in range(5)]
    peer.send(b"".join(links) + links[0][:7])
    assert [(await peer.unasked()).sequence for _ in range(5)] == [0, 1, 2, 3, 4]
    peer.send(links[0][7:])
    assert (await peer.unasked()).sequence == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 0x02),
        (b"\0" * 16, 0x02),
        (b"\0\0\0" + b"6" * 21 + b"\0" * 20, 0x02),
        (b"\0" * 16 + b"\x05abc", 0x01),
        (b"\0" * 16 + b"\xff" + b"a" * 255, 0x01),
        (b"\0" * 16 + b"\x01a\x04\x24\0", 0xC0),
        (b"\0" * 16 + b"\x01a\x04\x24\0\x09a", 0xC0),
        (b"\0" * 16 + b"\x01a\x02\x0c\0\x01a", 0xC2),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused_and_the_session_goes_on(
    account: Account, body: bytes, status: int
) -> None:
    """Where the next PDU begins is known, so the answer is submit_sm_resp with what is wrong."""
    peer = await account.bind()
    head = (16 + len(body)).to_bytes(4, "big") + b"\0\0\0\x04" + bytes(4) + b"\0\0\0\x2a"
    peer.send(head + body)
    answer = await peer.unasked()
    assert (answer.command, answer.status) == (CommandId.SUBMIT_SM_RESP, status)
    assert answer.sequence == 0x2A
    await peer.sent()


async def test_a_command_that_is_not_supported_need_not_be_readable(account: Account) -> None:
    """query_sm to Vibes is 0x03 whatever stands in it."""
    peer = await account.bind()
    peer.send(b"\0\0\0\x11\0\0\0\x03" + bytes(4) + b"\0\0\0\x2a\xff")
    nack = await peer.unasked()
    assert (nack.command, nack.status, nack.sequence) == (NACK, 0x03, 0x2A)


async def test_a_hundred_strangers_harm_nobody(account: Account) -> None:
    """Connections that say nothing, or a few octets, and go are forgotten."""
    neighbour = await account.bind()
    rows = len(await account.events())
    for index in range(100):
        stranger = await Peer.connect(account.port)
        stranger.send(b"\0\0\0\x10"[: index % 4])
        if index % 2:
            stranger.kill()
        await stranger.close()
    await _still_works(account, neighbour, rows)


async def test_who_reads_nothing_holds_nobody_up() -> None:
    """A client that asks on and on and reads no answer cannot keep the simulator from ending."""
    async with build(ServerSettings(port=0, smpp_port=0)) as simulator:
        port = int((await simulator.listen_smpp() or "").rpartition(":")[2])
        listening = simulator._smpp._server
        assert listening is not None
        listening.sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(deaf, ("127.0.0.1", port))
        deaf.send(encode(Pdu(command=CommandId.ENQUIRE_LINK, sequence=1)) * 8192)
        sessions = simulator._smpp._sessions

        async def no_room_is_left() -> bool:
            return any(item._writer.transport.get_write_buffer_size() for item in sessions)

        await until(no_room_is_left)
        ended = loop.time()
    assert loop.time() - ended < 5
    deaf.close()
