"""smpplib, the SMPP client of many Python applications, over a real connection."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.smpp.stage import Account, MakeAccount

# smpplib has no types: it is imported by name, so that what it gives is Any, and stays here.
client = importlib.import_module("smpplib.client")
consts = importlib.import_module("smpplib.consts")
exceptions = importlib.import_module("smpplib.exceptions")
gsm = importlib.import_module("smpplib.gsm")
smpp = importlib.import_module("smpplib.smpp")

ANN = "13125550101"
LIMIT = 10


MakePeer = Callable[[Account], "Smpplib"]


class Smpplib:
    """A client in a thread of its own: smpplib blocks."""

    def __init__(self, account: Account) -> None:
        self.client = client.Client(
            "127.0.0.1", account.port, timeout=5, allow_unknown_opt_params=True
        )
        self.sent: list[Any] = []
        self.told: list[Any] = []
        self.client.set_message_sent_handler(lambda pdu: self.sent.append(pdu))
        self.client.set_message_received_handler(lambda pdu: self.told.append(pdu))
        self._name = account.made["username"]

    async def do(self, call: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """One blocking call."""
        async with asyncio.timeout(LIMIT):
            return await asyncio.to_thread(call, *args, **named)

    async def bind(self, kind: str, password: str = "s3cret") -> None:
        """Connect and bind."""
        await self.do(self.client.connect)
        bind = getattr(self.client, f"bind_{kind}")
        await self.do(bind, system_id=self._name, password=password)

    async def submit(self, to: str, text: bytes, **fields: Any) -> str:
        """Submit; the id, empty where it was refused."""
        count = len(self.sent)
        await self.do(
            self.client.send_message,
            source_addr_ton=consts.SMPP_TON_ALNUM,
            source_addr="65047",
            dest_addr_ton=consts.SMPP_TON_INTL,
            dest_addr_npi=consts.SMPP_NPI_ISDN,
            destination_addr=to,
            short_message=text,
            **fields,
        )
        while len(self.sent) == count:
            await self.do(self.client.read_once)
        message_id: bytes | None = self.sent[-1].message_id
        return (message_id or b"").decode()

    async def read(self, count: int) -> list[Any]:
        """Read until so many deliver_sm came, answering each as smpplib does."""
        while len(self.told) < count:
            await self.do(self.client.read_once)
        return self.told

    async def leave(self) -> None:
        """Unbind."""
        await self.do(self.client.unbind)


@pytest.fixture
async def smpplib() -> AsyncIterator[Callable[[Account], Smpplib]]:
    """Makes clients; whatever becomes of a test, none is left open."""
    made: list[Smpplib] = []

    def make(account: Account) -> Smpplib:
        made.append(Smpplib(account))
        return made[-1]

    yield make
    for peer in made:
        await peer.do(peer.client.disconnect)


@pytest.mark.parametrize("kind", ["transmitter", "receiver", "transceiver"])
async def test_it_binds_asks_for_the_link_and_unbinds(
    smpplib: MakePeer, account: Account, kind: str
) -> None:
    """All three types; enquire_link is answered; the bind is free after unbind."""
    peer = smpplib(account)
    await peer.bind(kind)
    assert await account.binds() == [kind]
    link = smpp.make_pdu("enquire_link", client=peer.client)
    await peer.do(peer.client.send_pdu, link)
    await peer.do(peer.client.read_once)
    await peer.leave()
    await account.bound()


async def test_it_understands_that_it_is_not_let_in(smpplib: MakePeer, account: Account) -> None:
    """The status of the answer to bind reaches the application."""
    peer = smpplib(account)
    with pytest.raises(exceptions.PDUError) as refused:
        await peer.bind("transceiver", "wrong")
    assert refused.value.args[1] == consts.SMPP_ESME_RINVPASWD


async def test_it_submits_and_gets_its_receipt(smpplib: MakePeer, account: Account) -> None:
    """The id of the answer is that of the receipt's TLV; the state is DELIVERED."""
    peer = smpplib(account)
    await peer.bind("transceiver")
    message_id = await peer.submit(ANN, b"Hello", registered_delivery=1)
    moving = asyncio.create_task(account.advance("1m"))
    (receipt,) = await peer.read(1)
    await moving
    assert receipt.receipted_message_id.decode() == message_id
    assert receipt.message_state == consts.SMPP_MESSAGE_STATE_DELIVERED
    assert receipt.esm_class == 0x04
    assert b" stat:DELIVRD err:000 text:Hello" in receipt.short_message
    assert (receipt.source_addr, receipt.destination_addr) == (b"3125550101", b"65047")
    await peer.leave()


async def test_it_gets_texts_from_phones(smpplib: MakePeer, account: Account) -> None:
    """A receiver that reads when it comes to it: what waits is told at once."""
    peer = smpplib(account)
    await peer.bind("receiver")
    for text in ("first", "second"):
        await account.text("+13125550101", text)
    told = await peer.read(2)
    assert [item.short_message for item in told] == [b"first", b"second"]
    assert {item.source_addr for item in told} == {b"3125550101"}
    await peer.leave()


@pytest.mark.parametrize(
    ("profile", "coding", "text", "parts"),
    [
        ("generic", "gsm", "Long ago, in a town by the sea, there was a shoe shop. " * 4, 2),
        ("generic", "gsm", "5 \u20ac off! [today] " * 20, 3),
        ("vibes", "ascii", "\U0001f45e for sale, every size there is: \u0416 " * 4, 3),
    ],
)
async def test_it_splits_a_long_message_itself(
    smpplib: MakePeer, make_account: MakeAccount, profile: str, coding: str, text: str, parts: int
) -> None:
    """make_parts, with its own user data header: one text on the phone, a receipt for each part."""
    account = await make_account(
        {"profile": profile, "coding": coding}, carriers={"default": "instant"}
    )
    peer = smpplib(account)
    await peer.bind("transceiver")
    texts, data_coding, esm_class = gsm.make_parts(text)
    wish = {"data_coding": data_coding, "esm_class": esm_class, "registered_delivery": 1}
    ids = [await peer.submit(ANN, part, **wish) for part in texts]
    moving = asyncio.create_task(account.advance("1m"))
    receipts = await peer.read(len(texts))
    await moving
    assert [item.receipted_message_id.decode() for item in receipts] == ids
    (message,) = (await account.control("GET", "/messages")).json["items"]
    assert (message["text"], message["state"], message["segments"]) == (text, "delivered", parts)
    await peer.leave()


async def test_its_parts_of_septets_are_too_long_for_vibes(
    smpplib: MakePeer, account: Account
) -> None:
    """Vibes takes 140 octets; smpplib sends 153 septets in as many octets, and a header: 0x01."""
    peer = smpplib(account)
    refused: list[int] = []
    peer.client.set_error_pdu_handler(lambda pdu: refused.append(pdu.status))
    await peer.bind("transmitter")
    texts, data_coding, esm_class = gsm.make_parts("x" * 200)
    assert len(texts[0]) == 159
    await peer.submit(ANN, texts[0], data_coding=data_coding, esm_class=esm_class)
    assert refused == [0x01]
    await peer.leave()


async def test_it_understands_each_refusal(smpplib: MakePeer, account: Account) -> None:
    """A vendor's status is an error like any other to it."""
    peer = smpplib(account)
    refused: list[int] = []
    peer.client.set_error_pdu_handler(lambda pdu: refused.append(pdu.status))
    await peer.bind("transmitter")
    for to in ("15005550001", "x"):
        await peer.submit(to, b"Hello")
    assert refused == [0x402, 0x0B]
    await peer.leave()
