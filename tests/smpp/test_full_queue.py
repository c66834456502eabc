"""A full queue as SMPP clients meet it: throttled at once, and nothing that was taken is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from simulator.app import Simulator, build
from simulator.config import ServerSettings
from simulator.runtime.engine import Engine
from simulator.wire.smpp_bodies import (
    Body,
    CancelSm,
    DataSm,
    Destination,
    QuerySm,
    ReplaceSm,
    SubmitMulti,
)
from simulator.wire.smpp_codes import CommandId
from simulator.wire.smpp_pdu import Pdu
from simulator.wire.smpp_tlv import Tag, Tlv
from tests.smpp.peer import LIMIT as SECONDS
from tests.smpp.peer import Peer, id_of, message
from tests.smpp.stage import Account, MakeAccount
from tests.system.held import HeldFile, queued
from tests.system.test_metrics import of, scrape

LIMIT = 3
PHONES = [f"1312555010{digit}" for digit in range(LIMIT + 1)]
"""One whose commit is held, and as many as may wait behind it."""
ZED = "13125550199"
SLOWLY = {"default": {"carrier_delay": "1s", "handset_delay": "1s"}}
THROTTLED = 0x58


@pytest.fixture
def file(tmp_path: Path) -> HeldFile:
    return HeldFile(tmp_path / "smsim.db")


@pytest.fixture
async def simulator(file: HeldFile) -> AsyncIterator[Simulator]:
    settings = ServerSettings(port=0, smpp_port=0, accounts=(), queue_limit=LIMIT)
    async with build(settings, store=file) as system:
        yield system
        file.let_go()


@pytest.fixture
async def account(make_account: MakeAccount) -> Account:
    return await make_account({"profile": "generic"}, company_key="acme", carriers=SLOWLY)


@pytest.fixture
def engine(simulator: Simulator, account: Account) -> Engine:
    return simulator.accounts.get("acme").engine


async def _fill(peer: Peer, engine: Engine, file: HeldFile) -> list[asyncio.Future[Pdu]]:
    """Hold the commit of one message, and let as many wait behind it as may."""
    file.hold()
    asked = []
    for place, phone in enumerate(PHONES):
        asked.append(peer.start(CommandId.SUBMIT_SM, message(phone, b"Hello")))
        await (queued(engine, place) if place else file.holds("acme"))
    return asked


async def _answers(asked: list[asyncio.Future[Pdu]]) -> list[Pdu]:
    async with asyncio.timeout(SECONDS):
        return await asyncio.gather(*asked)


async def test_a_submit_is_0x58_at_once_and_what_was_taken_is_answered(
    account: Account, engine: Engine, file: HeldFile
) -> None:
    """On the same bind and on another; then each is done once, and the next is taken."""
    peer, second = await account.bind(), await account.bind()
    asked = await _fill(peer, engine, file)
    refused = [await one.submit(ZED) for one in (peer, second) for _ in range(10)]
    assert {answer.status for answer in refused} == {THROTTLED}
    assert engine.queued == LIMIT
    assert not any(future.done() for future in asked)
    file.let_go()
    ids = [id_of(answer) for answer in await _answers(asked)]
    ids.append(await peer.sent(ZED))
    taken = [row["data"]["mt"] for row in await account.events("MtAccepted")]
    assert [mt["message_id"] for mt in taken] == ids
    assert [mt["mdn"] for mt in taken] == [f"+{phone}" for phone in [*PHONES, ZED]]
    told = await scrape(account.http, account.url)
    name = "smsim_smpp_commands_total"
    assert of(told, name, command="submit_sm", status="RTHROTTLED") == len(refused)


@pytest.mark.parametrize(
    "command",
    [
        CommandId.DATA_SM,
        CommandId.SUBMIT_MULTI,
        CommandId.QUERY_SM,
        CommandId.CANCEL_SM,
        CommandId.REPLACE_SM,
    ],
)
async def test_every_command_is_throttled(
    account: Account, engine: Engine, file: HeldFile, command: CommandId
) -> None:
    """Whatever a client asks of the account; once there is room it is done."""
    peer = await account.bind()
    key = await peer.sent(ZED)
    asked = await _fill(peer, engine, file)
    named: dict[str, Any] = {"message_id": key, "source_addr": "65047"}
    to = Destination(address=ZED)
    hello = Tlv(tag=Tag.MESSAGE_PAYLOAD, value=b"Hello")
    bodies: dict[CommandId, Body] = {
        CommandId.DATA_SM: DataSm(source_addr="65047", destination_addr=ZED, tlvs=(hello,)),
        CommandId.SUBMIT_MULTI: SubmitMulti(
            source_addr="65047", destinations=(to,), short_message=b"Hello"
        ),
        CommandId.QUERY_SM: QuerySm(**named),
        CommandId.CANCEL_SM: CancelSm(**named),
        CommandId.REPLACE_SM: ReplaceSm(**named, short_message=b"x"),
    }
    assert (await peer.ask(command, bodies[command])).status == THROTTLED
    file.let_go()
    await _answers(asked)
    assert (await peer.ask(command, bodies[command])).status == 0


async def test_a_call_that_a_fault_may_strike_is_throttled(
    account: Account, engine: Engine, file: HeldFile
) -> None:
    """Whether it strikes is not asked while there is no room; the next that is taken it strikes."""
    peer = await account.bind()
    asked = await _fill(peer, engine, file)
    rule = asyncio.create_task(
        account.faulty(match={"surface": "smpp"}, effect={"status": 0x14}, budget=1)
    )
    await queued(engine, LIMIT + 1)
    file.let_go()
    await _answers(asked)
    await rule
    asked = await _fill(peer, engine, file)
    assert (await peer.submit(ZED)).status == THROTTLED
    file.let_go()
    assert [answer.status for answer in await _answers(asked)] == [0x14, 0, 0, 0]


async def test_a_bind_is_throttled_and_the_end_of_one_is_not(
    account: Account, engine: Engine, file: HeldFile
) -> None:
    """A client that went away meanwhile is gone once the queue is; another is let in then."""
    peer, leaving = await account.bind(), await account.bind("receiver")
    asked = await _fill(peer, engine, file)
    stranger = await account.open()
    user, password = account.made["username"], account.made["password"]
    assert (await stranger.bind("receiver", user, password)).status == THROTTLED
    leaving.kill()
    await queued(engine, LIMIT + 1)
    file.let_go()
    await _answers(asked)
    await account.bound("transceiver")
    assert (await stranger.bind("receiver", user, password)).status == 0


async def test_a_receipt_that_was_answered_is_recorded_after_the_queue(
    account: Account, engine: Engine, file: HeldFile
) -> None:
    """What a client said to a deliver_sm waits behind a full queue, and is written once."""
    peer = await account.bind()
    peer.holds = True
    await account.text(f"+{ZED}", "hello")
    (told,) = await peer.delivered(1)
    asked = await _fill(peer, engine, file)
    peer.answer(told)
    await queued(engine, LIMIT + 1)
    file.let_go()
    await _answers(asked)
    await account.settle()
    assert await account.attempts() == [(1, 0, None)]
    assert len(peer.told) == 1
