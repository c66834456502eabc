"""What was taken is answered, told of as it was asked for, and explained."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from simulator.wire.smpp_bodies import QuerySm
from simulator.wire.smpp_codes import CommandId
from simulator.wire.smpp_text import Part, write_udh
from simulator.wire.smpp_tlv import Tag, tlv_value
from tests.smpp.peer import body_of, id_of, message
from tests.smpp.stage import Account, MakeAccount

ANN = "13125550101"


async def test_submits_are_answered_before_octets_that_are_no_smpp_end_the_session(
    account: Account,
) -> None:
    """Eight submits and a length that cannot be in one go: eight ids, and then the nack."""
    peer = await account.bind()
    asked = [peer.start(4, message(f"1312555{n:04}", b"hello")) for n in range(101, 109)]
    peer.send(b"\x00\x00\x00\x05")
    answers = await asyncio.gather(*asked)
    assert len({id_of(answer) for answer in answers}) == 8
    assert (await peer.unasked()).status == 0x02
    assert len((await account.control("GET", "/messages")).json["items"]) == 8


@pytest.mark.parametrize("asks", [(1,), (2,), (1, 2), ()])
async def test_each_part_has_the_receipt_it_asked_for(
    account: Account, asks: tuple[int, ...]
) -> None:
    """registered_delivery of one part says nothing of the other."""
    peer = await account.bind()
    ids = [
        await peer.sent(
            ANN,
            write_udh(Part(7, 2, number, 8)) + b"part",
            esm_class=0x40,
            registered_delivery=int(number in asks),
        )
        for number in (1, 2)
    ]
    await account.advance("1m")
    told = [body_of(pdu) for pdu in await peer.delivered(len(asks))]
    named = [(tlv_value(body.tlvs, Tag.RECEIPTED_MESSAGE_ID) or b"")[:-1].decode() for body in told]
    assert sorted(named) == sorted(ids[number - 1] for number in asks)


async def test_references_of_eight_and_of_sixteen_bits_are_not_the_same(account: Account) -> None:
    """Two long messages whose references are equal numbers of unequal width stay apart."""
    peer = await account.bind()
    for bits in (8, 16):
        header = write_udh(Part(7, 2, 1, 8 if bits == 8 else 16))
        await peer.sent(ANN, header + b"%d" % bits, esm_class=0x40)
    assert (await account.control("GET", "/messages")).json["items"] == []


async def test_a_fault_of_the_call_is_in_the_messages_history(account: Account) -> None:
    """An answer that was lost is told of the message that was taken all the same."""
    await account.faulty(match={"surface": "smpp"}, effect={"store_slow": "10ms"}, id="slow")
    peer = await account.bind()
    told = await account.message(await peer.sent(ANN, b"hello"))
    assert told["faults"] == [{"id": "slow", "effect": "store_slow", "hit": "call", "at": None}]


async def test_throughput_is_counted_in_messages(make_account: MakeAccount) -> None:
    """Three a second pass, the fourth is told to wait; what submits nothing is not counted."""
    account = await make_account({"profile": "generic", "per_second": 3})
    peer = await account.bind()
    first = await peer.sent(ANN, b"hello")
    asked = QuerySm(message_id=first, source_addr="65047")
    queries = [await peer.ask(CommandId.QUERY_SM, asked) for _ in range(6)]
    assert {answer.status for answer in queries} == {0}
    answers: list[Any] = [await peer.submit(ANN, b"more") for _ in range(3)]
    assert [answer.status for answer in answers] == [0, 0, 0x58]


async def test_the_standards_coding_has_latin_1(make_account: MakeAccount) -> None:
    """data_coding 3 in and out where the account reads it as the standard does."""
    account = await make_account({"coding": "standard"})
    peer = await account.bind()
    await peer.sent(ANN, "café".encode("latin-1"), data_coding=3)
    (item,) = (await account.control("GET", "/messages")).json["items"]
    assert item["text"] == "café"
    await account.control("POST", f"/handsets/{ANN}/messages", {"text": "déjà vu"})
    body = body_of((await peer.delivered(1))[0])
    assert (body.data_coding, body.short_message) == (3, "déjà vu".encode("latin-1"))
