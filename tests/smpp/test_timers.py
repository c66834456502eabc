"""Timers of a session: real time, short here, and nothing waited for longer than it must be."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest

from simulator.app import build
from simulator.config import ServerSettings
from simulator.runtime.ports import Batch
from simulator.spec import AccountSpec
from simulator.store.memory import MemoryStore
from simulator.wire.smpp_bodies import Empty
from simulator.wire.smpp_codes import CommandId
from tests.smpp.peer import Peer, body_of
from tests.smpp.stage import Account, MakeAccount


@pytest.fixture
def smpp_settings() -> dict[str, Any]:
    return {"smpp_init": "200ms"}


async def _is_alive(peer: Peer) -> bool:
    answer = await peer.ask(CommandId.ENQUIRE_LINK)
    return answer.status == 0


async def _why(account: Account) -> list[str]:
    """The reasons of all sessions that ended."""
    await account.bound()
    return [row["data"]["because"] for row in await account.events("BindClosed")]


async def test_who_does_not_bind_in_time_is_shown_out(account: Account) -> None:
    """A connection that says nothing is closed, and so is one that only asks for the link."""
    silent, asking = await account.open(), await account.open()
    assert await _is_alive(asking)
    assert await silent.over() == b""
    assert await asking.over() == b""
    assert await account.events("BindOpened", "BindClosed") == []


@pytest.mark.parametrize("first", [b"\0", b"\0\0\0\x2f", b"\0\0\0\x2f\0\0\0\x09\0\0\0"])
async def test_who_stops_in_the_middle_of_a_bind_is_shown_out(
    account: Account, first: bytes
) -> None:
    """However little of a request came, the time to bind is not begun anew."""
    peer = await account.open()
    peer.send(first)
    assert await peer.over() == b""
    assert peer.odd.empty()


async def test_who_stops_in_the_middle_of_a_request_is_unbound(make_account: MakeAccount) -> None:
    """A torn request counts as silence."""
    account = await make_account({"enquire_link": "1h", "inactivity": "100ms"})
    peer = await account.bind()
    peer.send(b"\0\0\0\x10\0\0")
    await peer.over()
    assert await _why(account) == ["nothing was heard for too long"]


async def test_a_slow_store_does_not_run_the_time_to_bind_out() -> None:
    """A bind that came in time is let in though its account takes longer, and is counted once."""

    class SlowStore(MemoryStore):
        at_once = False

        async def commit(self, batch: Batch) -> None:
            await asyncio.sleep(0.2)
            await super().commit(batch)

    demo = AccountSpec(company_key="demo", username="demo", password="demo")
    settings = ServerSettings(port=0, smpp_port=0, smpp_init="100ms", accounts=(demo,))
    async with build(settings, store=SlowStore()) as simulator:
        peer = await Peer.connect(urlsplit(await simulator.listen_smpp() or "").port or 0)
        assert (await peer.bind("receiver", "demo", "demo")).status == 0
        assert await _is_alive(peer)
        assert list(simulator.accounts.get("demo").world.binds.open.values()) == ["receiver"]
        await peer.close()


async def test_a_bind_that_was_refused_does_not_count(account: Account) -> None:
    """The time to bind ends whatever was tried in it."""
    peer = await account.open()
    assert (await peer.bind("receiver", "nobody", "x")).status == 0x0F
    assert await peer.over() == b""


async def test_who_is_bound_stays(make_account: MakeAccount) -> None:
    """The time to bind is for the bind alone: long after it a bound session works."""
    account = await make_account({"enquire_link": "100ms"})
    peer = await account.bind()
    await peer.was_asked(2)
    assert await _is_alive(peer)


async def test_after_a_silence_the_link_is_asked_for(make_account: MakeAccount) -> None:
    """enquire_link comes again and again, numbered from 1, and who answers stays bound."""
    account = await make_account({"enquire_link": "40ms", "inactivity": "600ms"})
    peer = await account.bind("receiver")
    asked = await peer.was_asked(16)  # longer than the inactivity
    assert [pdu.sequence for pdu in asked[:3]] == [1, 2, 3]
    assert {(pdu.command, pdu.status, pdu.body) for pdu in asked} == {
        (CommandId.ENQUIRE_LINK, 0, Empty())
    }
    assert await account.binds() == ["receiver"]


async def test_who_says_nothing_for_long_is_unbound(make_account: MakeAccount) -> None:
    """A client that answers no enquire_link is asked, and then let go after the inactivity."""
    account = await make_account({"enquire_link": "30ms", "inactivity": "150ms"})
    peer = await account.bind()
    peer.deaf = True
    await peer.over()
    assert len(peer.asked) == 1, "one question at a time"
    assert await _why(account) == ["nothing was heard for too long"]


async def test_the_inactivity_may_be_shorter_than_the_question(make_account: MakeAccount) -> None:
    """A session ends on time where no enquire_link was due yet."""
    account = await make_account({"enquire_link": "1h", "inactivity": "80ms"})
    peer = await account.bind()
    await peer.over()
    assert peer.asked == []
    assert await _why(account) == ["nothing was heard for too long"]


async def test_requests_keep_a_session_alive(make_account: MakeAccount) -> None:
    """Whoever asks for something is not asked, and is not let go."""
    account = await make_account({"enquire_link": "10s", "inactivity": "400ms"})
    busy, idle = await account.bind(), await account.bind()
    while not idle._over.is_set():
        assert await _is_alive(busy)
    assert await account.binds() == ["transceiver"]


async def test_a_delivery_that_is_not_answered_comes_again(make_account: MakeAccount) -> None:
    """No deliver_sm_resp in time is a failed attempt; the next is five virtual minutes later."""
    account = await make_account({"response": "150ms"})
    peer = await account.bind("receiver")
    peer.answers.append(None)
    await account.text("+13125550101", "hello")
    await account.settle()
    assert [body_of(pdu).short_message for pdu in peer.told] == [b"hello"]
    await account.advance("4m59s")
    assert len(peer.told) == 1
    await account.advance("1s")
    assert [body_of(pdu).short_message for pdu in peer.told] == [b"hello"] * 2
    assert peer.told[0].sequence != peer.told[1].sequence
    assert await account.attempts() == [
        (1, None, "no answer within 0.15 s"),
        (2, 0, None),
    ]


async def test_an_answer_that_comes_late_changes_nothing(make_account: MakeAccount) -> None:
    """The answer to an attempt that was given up is passed over, and the session goes on."""
    account = await make_account({"response": "150ms"})
    peer = await account.bind("receiver")
    peer.answers.append(None)
    await account.text("+13125550101", "hello")
    await account.settle()
    peer.answer(peer.told[0])
    assert await _is_alive(peer)
    await account.advance("5m")
    assert len(peer.told) == 2
