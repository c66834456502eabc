"""A message has the same fate by HTTP and by SMPP, alone and in a crowd."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from simulator.wire.smpp_codes import CommandId
from tests.smpp.peer import LIMIT, Peer, id_of, message
from tests.smpp.stage import Account, MakeAccount

NUMBERS = [f"+1312{n:07d}" for n in range(2_000_000, 2_000_300)]
SPEC: dict[str, Any] = {"seed": 4711, "carriers": {"default": "typical"}}


async def _by_http(account: Account, numbers: list[str]) -> dict[str, str]:
    """Submit to each by HTTP; the ids."""
    ids = {}
    for mdn in numbers:
        answer = await account.send(mdn)
        assert answer.status == 200, answer.body
        ids[mdn] = answer.xml.attrib["messageId"]
    return ids


async def _by_smpp(peers: list[Peer], numbers: list[str]) -> dict[str, str]:
    """Submit to each by SMPP, ten at once through each bind; the ids."""
    left, ids = iter(numbers), {}

    async def work(peer: Peer) -> None:
        for mdn in left:
            answer = await peer.start(CommandId.SUBMIT_SM, message(mdn, b"Hello"))
            ids[mdn] = id_of(answer)

    async with asyncio.timeout(4 * LIMIT):
        await asyncio.gather(*(work(peer) for peer in peers for _ in range(10)))
    return ids


async def _fates(account: Account, ids: dict[str, str]) -> dict[str, Any]:
    """Of each number: the id, how the message ended and when, and its fate but for the gateway."""
    found = {}
    for mdn, message_id in ids.items():
        told = await account.message(message_id)
        fate = told["fate"]
        found[mdn] = {
            "id": message_id,
            "parts": told["parts"],
            "state": told["state"],
            "history": told["history"],
            "planned": fate["planned"],
            "drawn": {name: fate["drawn"][name] for name in fate["drawn"] if name != "waited_ms"},
            "route": {name: fate["route"][name] for name in fate["route"] if name != "by"},
        }
    return found


@pytest.mark.parametrize("crowd", [300])
async def test_the_gateway_and_the_crowd_change_no_fate(
    make_account: MakeAccount, crowd: int
) -> None:
    """300 numbers: all by HTTP, all by SMPP at once, and one by one among other traffic."""
    numbers = NUMBERS[:crowd]
    http, smpp, mixed = [await make_account(**SPEC) for _ in range(3)]
    ids = [await _by_http(http, numbers)]
    ids.append(await _by_smpp([await smpp.bind(), await smpp.bind("transmitter")], numbers))
    peer = await mixed.bind()
    singly: dict[str, str] = {}
    for index, mdn in enumerate(reversed(numbers)):
        by_smpp = await _by_smpp([peer], [f"+1415{3_000_000 + index}"])
        assert by_smpp
        if index % 3 == 0:
            await mixed.send(f"+1415{4_000_000 + index}")
        if index % 50 == 0:
            await mixed.text(f"+1415{5_000_000 + index}", "VIP")
        singly |= await (_by_smpp([peer], [mdn]) if index % 2 else _by_http(mixed, [mdn]))
    ids.append(singly)
    accounts = [http, smpp, mixed]
    for account in accounts:
        await account.advance("80h")
    first, second, third = [
        await _fates(account, found) for account, found in zip(accounts, ids, strict=True)
    ]
    assert second == first
    assert third == first
    states = [item["state"] for item in first.values()]
    assert {"delivered", "expired", "undeliverable"} == set(states), "the draws are not all alike"
    assert len({item["id"] for item in first.values()}) == crowd


async def test_a_second_message_has_its_own_fate(make_account: MakeAccount) -> None:
    """The place in a phone's traffic counts: first and second differ, whichever way each came."""
    found = []
    for ways in (("http", "smpp"), ("smpp", "http"), ("smpp", "smpp")):
        account = await make_account(**SPEC)
        peer = await account.bind()
        ids = []
        for way in ways:
            made = await (
                _by_http(account, NUMBERS[:1]) if way == "http" else _by_smpp([peer], NUMBERS[:1])
            )
            ids.append(made[NUMBERS[0]])
        await account.advance("80h")
        found.append([await _fates(account, {NUMBERS[0]: item}) for item in ids])
    assert found[0] == found[1] == found[2]
    assert found[0][0] != found[0][1]


async def test_another_seed_is_another_fate(make_account: MakeAccount) -> None:
    """What is the same by seed differs by seed."""
    fates = []
    for seed in (1, 2):
        account = await make_account(**{**SPEC, "seed": seed})
        peer = await account.bind()
        fates.append(await _fates(account, await _by_smpp([peer], NUMBERS[:5])))
    assert fates[0] != fates[1]
