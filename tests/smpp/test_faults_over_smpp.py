"""Faults on SMPP: what a client sees of each, and whether the message was taken."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from simulator.wire.smpp_bodies import QuerySm
from simulator.wire.smpp_codes import CommandId
from simulator.wire.smpp_pdu import Pdu, encode
from tests.smpp.peer import LIMIT, Peer, message
from tests.smpp.stage import Account, MakeAccount

ANN = "13125550101"
SUBMIT = {"surface": "smpp", "operation": "submit_sm"}


async def _messages(account: Account) -> list[str]:
    """The phones that messages go to."""
    items = (await account.control("GET", "/messages")).json["items"]
    return [item["mdn"] for item in items]


def _start(peer: Peer, to: str = ANN) -> asyncio.Future[Pdu]:
    return peer.start(CommandId.SUBMIT_SM, message(to, b"Hello"))


@pytest.mark.parametrize(
    ("effect", "status"),
    [
        ({"status": 0x08}, 0x08),
        ({"status": 0x401}, 0x401),
        ({"status": 0xFFFF}, 0xFFFF),
        ({"throttle": True}, 0x58),
        ({"store_full": True}, 0x08),
    ],
)
async def test_a_status_in_place_of_the_message(
    account: Account, effect: dict[str, Any], status: int
) -> None:
    """The answer has the status and no body, nothing is sent, and the session goes on."""
    await account.faulty(id="sick", match=SUBMIT, effect=effect, budget=2)
    peer = await account.bind()
    for _ in range(2):
        answer = await peer.submit()
        assert (answer.command, answer.status) == (CommandId.SUBMIT_SM_RESP, status)
    assert await _messages(account) == []
    assert (await peer.submit()).status == 0, "the budget is spent"
    fired = await account.events("FaultFired")
    assert [row["data"]["occasion"]["operation"] for row in fired] == ["submit_sm"] * 2


@pytest.mark.parametrize("effect", ["delay", "store_slow"])
async def test_an_answer_that_takes_its_time(account: Account, effect: str) -> None:
    """The message is taken, and its answer comes later; others are answered meanwhile."""
    await account.faulty(match={**SUBMIT, "number": "+13125550101"}, effect={effect: "400ms"})
    peer = await account.bind()
    slow = _start(peer)
    assert (await peer.submit("13125550102")).status == 0
    assert not slow.done()
    taken = ["+13125550102"] if effect == "delay" else ["+13125550101", "+13125550102"]
    assert await _messages(account) == taken
    async with asyncio.timeout(LIMIT):
        assert (await slow).status == 0
    assert sorted(await _messages(account)) == ["+13125550101", "+13125550102"]


@pytest.mark.parametrize(
    ("effect", "taken", "octets"),
    [
        ("drop", False, b""),
        ("lose_answer", True, b""),
        ("garbage", False, bytes(range(128, 256)) * 2),
    ],
)
async def test_the_connection_ends_in_place_of_an_answer(
    account: Account, effect: str, taken: bool, octets: bytes
) -> None:
    """Nothing more comes, or noise; the bind is free; what was taken goes on."""
    await account.faulty(match=SUBMIT, effect={effect: True}, budget=1)
    neighbour, reader = await account.bind(), await account.open()
    peer = await account.open()
    await peer.bind("transmitter", account.made["username"], "s3cret")
    answer = _start(peer)
    rest = await peer.over()
    assert not answer.done()
    assert rest == octets
    assert await _messages(account) == (["+13125550101"] if taken else [])
    await account.bound("transceiver")
    closed = await account.events("BindClosed")
    assert [row["data"]["because"] for row in closed] == ["a fault cut the connection"]
    assert (await neighbour.submit()).status == 0
    await reader.close()


async def test_half_an_answer(account: Account) -> None:
    """The message is taken; the answer breaks off in the middle, and so does the connection."""
    await account.faulty(match=SUBMIT, effect={"half": True}, budget=1)
    peer = await account.bind()
    answer = _start(peer)
    rest = await peer.over()
    assert not answer.done()
    assert len(rest) == (16 + 37) // 2
    assert rest[:8] == b"\0\0\0\x35\x80\0\0\x04"
    assert await _messages(account) == ["+13125550101"]


async def test_a_message_that_lost_its_answer_is_sent_twice_by_a_client_that_tries_again(
    account: Account,
) -> None:
    """What every real team gets wrong: the retry is another message, with another id."""
    await account.faulty(match=SUBMIT, effect={"lose_answer": True}, budget=1)
    peer = await account.bind()
    _start(peer)
    await peer.over()
    again = await account.bind()
    await again.sent(ANN)
    items = (await account.control("GET", "/messages")).json["items"]
    assert [item["text"] for item in items] == ["Hello", "Hello"]
    assert items[0]["id"] != items[1]["id"]


async def test_whom_a_rule_hits(make_account: MakeAccount) -> None:
    """By operation, by number however it is written, by code, and the n-th occasion only."""
    account = await make_account(
        {"profile": "generic"},
        source_codes=[{"code": "65047"}, {"code": "77000"}],
        faults=[
            {"match": {"surface": "smpp", "operation": "query_sm"}, "effect": {"status": 0x67}},
            {"match": {"surface": "smpp", "number": "+13125550102"}, "effect": {"status": 0x14}},
            {"match": {"surface": "smpp", "code": "77000"}, "effect": {"status": 0x15}},
        ],
    )
    peer = await account.bind()
    message_id = await peer.sent(ANN)
    query = QuerySm(message_id=message_id, source_addr="65047")
    assert (await peer.ask(CommandId.QUERY_SM, query)).status == 0x67
    for to in ("3125550102", "13125550102", "+13125550102"):
        assert (await peer.submit(to)).status == 0x14
    assert (await peer.submit(source="77000")).status == 0x15
    assert (await peer.submit()).status == 0
    assert (await peer.ask(CommandId.ENQUIRE_LINK)).status == 0


async def test_the_nth_occasion(account: Account) -> None:
    """nth counts submits from 1."""
    await account.faulty(match={**SUBMIT, "nth": 3}, effect={"status": 0x45})
    peer = await account.bind()
    assert [(await peer.submit()).status for _ in range(5)] == [0, 0, 0x45, 0, 0]


async def test_a_share_hits_the_same_messages_however_they_come(make_account: MakeAccount) -> None:
    """The draw is keyed by number: alone, in another order or all at once, the same are hit."""
    rule = {"id": "some", "match": SUBMIT, "effect": {"status": 0x08}, "ratio": "1/3"}
    numbers = [f"1312555{n:04d}" for n in range(40)]
    hit = []
    for order in (numbers, numbers[::-1]):
        account = await make_account({"window": 50}, faults=[rule])
        peer = await account.bind()
        answers = {to: _start(peer, to) for to in order}
        async with asyncio.timeout(LIMIT):
            hit.append({to for to in numbers if (await answers[to]).status == 0x08})
    assert hit[0] == hit[1]
    assert 4 < len(hit[0]) < 24


async def test_a_torn_client_and_a_faulty_account_harm_nobody(make_account: MakeAccount) -> None:
    """A rule of one account is nobody else's."""
    sick = await make_account(faults=[{"match": {"surface": "smpp"}, "effect": {"drop": True}}])
    well = await make_account()
    first, second = await sick.bind(), await well.bind()
    first.send(encode(Pdu(command=CommandId.SUBMIT_SM, sequence=1, body=message(ANN, b"x"))))
    await first.over()
    await second.sent()
