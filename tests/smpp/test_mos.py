"""Texts from phones: told by deliver_sm, in a coding the account reads, in parts where long."""

from __future__ import annotations

import pytest

from simulator.wire.smpp_bodies import ShortMessage
from simulator.wire.smpp_text import UDH_INDICATOR, Coding, decode_text, read_udh
from simulator.wire.smpp_tlv import Tag, Tlv
from tests.smpp.peer import Peer, body_of
from tests.smpp.stage import Account, MakeAccount
from tests.system.receiver import Receiver

ANN = "+13125550101"


async def _told(account: Account, peer: Peer, text: str) -> list[ShortMessage]:
    """What a text becomes."""
    peer.told.clear()
    await account.text(ANN, text)
    await account.settle()
    return [body_of(pdu) for pdu in peer.told]


async def test_a_text_is_a_deliver_sm(account: Account) -> None:
    """From the phone to the code, esm_class 0, with its carrier in 0x1401, and nothing else set."""
    peer = await account.bind("receiver")
    carrier = (await account.text(ANN, "hi there"))["carrier"]
    await account.settle()
    (pdu,) = peer.told
    assert (pdu.status, pdu.sequence) == (0, 1)
    assert pdu.body == ShortMessage(
        source_addr="3125550101",
        destination_addr="65047",
        short_message=b"hi there",
        tlvs=(Tlv(tag=Tag.VIBES_CARRIER_CODE, value=carrier.encode()),),
    )
    assert len(carrier) == 3


@pytest.mark.parametrize(
    ("coding", "text", "data_coding", "octets"),
    [
        ("ascii", "plain [text] `~", 0, b"plain [text] `~"),
        ("gsm", "plain [text] ~", 0, b"plain \x1b<text\x1b> \x1b="),
        ("ascii", "caf\u00e9 \u20ac", 4, b"caf\x05 \x1be"),
        ("gsm", "caf\u00e9 \u20ac", 0, b"caf\x05 \x1be"),
        ("gsm", "tick `", 1, b"tick `"),
        ("ascii", "\u0416 \U0001f600", 8, "\u0416 \U0001f600".encode("utf-16-be")),
        ("gsm", "\u0416 \U0001f600", 8, "\u0416 \U0001f600".encode("utf-16-be")),
    ],
)
async def test_the_coding_is_one_the_account_reads(
    make_account: MakeAccount, coding: str, text: str, data_coding: int, octets: bytes
) -> None:
    """The default where it holds the text, ASCII or GSM beside it, else UCS-2."""
    account = await make_account({"coding": coding})
    peer = await account.bind()
    (told,) = await _told(account, peer, text)
    assert (told.data_coding, told.short_message) == (data_coding, octets)


@pytest.mark.parametrize(
    ("text", "coding", "count"),
    [
        ("0123456789" * 16, Coding.ASCII, 1),
        ("0123456789" * 40, Coding.ASCII, 3),
        ("\u20ac" * 100, Coding.GSM, 2),
        ("\u0416" * 70, Coding.UCS2, 1),
        ("\u0416\U0001f600" * 50, Coding.UCS2, 3),
    ],
)
async def test_a_long_text_comes_in_parts(
    account: Account, text: str, coding: Coding, count: int
) -> None:
    """A user data header of 8 bits with one reference, and the parts are the text."""
    peer = await account.bind()
    told = await _told(account, peer, text)
    assert len(told) == count
    if count == 1:
        assert told[0].esm_class == 0
        assert decode_text(told[0].short_message, coding) == text
        return
    assert {item.esm_class for item in told} == {UDH_INDICATOR}
    assert all(len(item.short_message) <= 160 for item in told)
    read = [read_udh(item.short_message) for item in told]
    parts = [part for part, _ in read]
    assert [(part.number, part.total, part.bits) for part in parts if part is not None] == [
        (number, count, 8) for number in range(1, count + 1)
    ]
    assert len({part.reference for part in parts if part is not None}) == 1
    assert "".join(decode_text(octets, coding) for _, octets in read) == text


@pytest.mark.parametrize("text", ["shoes " * 20 + "\U0001f45e", "\U0001f45e" + " shoes" * 20])
async def test_all_parts_are_in_one_coding(account: Account, text: str) -> None:
    """A phone sends a text in one alphabet, so a part without any odd character is UCS-2 as well."""
    peer = await account.bind()
    told = await _told(account, peer, text)
    assert [item.data_coding for item in told] == [8, 8]
    octets = b"".join(read_udh(item.short_message)[1] for item in told)
    assert octets.decode("utf-16-be") == text


async def test_two_long_texts_have_two_references(account: Account) -> None:
    """So that a client which gets them mixed can tell them apart."""
    peer = await account.bind()
    references = set()
    for _ in range(4):
        for item in await _told(account, peer, "x" * 200):
            part, _ = read_udh(item.short_message)
            assert part is not None
            references.add(part.reference)
    assert len(references) == 4


@pytest.mark.parametrize(
    ("numbers", "address", "ton"), [("national", "3125550101", 0), ("e164", "13125550101", 1)]
)
async def test_how_the_phones_number_is_written(
    make_account: MakeAccount, numbers: str, address: str, ton: int
) -> None:
    """Ten digits by default, else eleven with TON and NPI 1; the code is written as it is."""
    account = await make_account({"mo_numbers": numbers})
    peer = await account.bind()
    (told,) = await _told(account, peer, "hello")
    assert (told.source_addr, told.source_addr_ton, told.source_addr_npi) == (address, ton, ton)
    assert (told.destination_addr, told.dest_addr_ton, told.dest_addr_npi) == ("65047", 0, 0)


@pytest.mark.parametrize(
    ("via", "by_http", "by_smpp"), [("http", 1, 0), ("smpp", 0, 1), ("both", 1, 1)]
)
async def test_which_way_texts_go_is_a_setting(
    make_account: MakeAccount, receiver: Receiver, via: str, by_http: int, by_smpp: int
) -> None:
    """mo_via: to mo_url, through receivers, or each."""
    account = await make_account(connect={"mo_url": f"{receiver.url}/mo", "mo_via": via})
    peer = await account.bind()
    told = await _told(account, peer, "hello")
    assert (len(receiver.got), len(told)) == (by_http, by_smpp)


async def test_before_any_receiver_texts_go_by_http_alone(
    make_account: MakeAccount, receiver: Receiver
) -> None:
    """Nobody binds: nothing waits for them. A transmitter is nobody to tell."""
    account = await make_account(connect={"mo_url": f"{receiver.url}/mo"})
    peer = await account.bind("transmitter")
    assert await _told(account, peer, "hello") == []
    assert len(receiver.got) == 1
    deliveries = (await account.control("GET", "/callbacks/deliveries")).json
    assert deliveries["unfinished"] == []


async def test_every_text_is_told_raw(account: Account) -> None:
    """STOP and HELP and what nobody understands, beside what the platform does about them."""
    peer = await account.bind()
    for text in ("STOP", "HELP", "VIP", "what?"):
        (told,) = await _told(account, peer, text)
        assert told.short_message == text.encode()


async def test_stop_by_text_blocks_what_is_submitted(account: Account) -> None:
    """After STOP a submit is taken, and ends with code 9, rejected."""
    peer = await account.bind()
    await _told(account, peer, "STOP")
    peer.told.clear()
    await peer.sent(ANN, registered_delivery=1)
    await account.advance("1m")
    (receipt,) = [body_of(pdu) for pdu in peer.told]
    assert b" stat:REJECTD err:009 " in receipt.short_message
