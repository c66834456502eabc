"""How receivers are told: who waits for one, what is told again, and how much at once."""

from __future__ import annotations

import pytest

from simulator.domain.lines import SESSION_ENDED
from simulator.wire.smpp_codes import CommandId
from tests.smpp.peer import Peer, body_of
from tests.smpp.stage import Account, MakeAccount

ANN = "+13125550101"
LIVE = {"mode": "live"}


def _texts(*peers: Peer) -> list[str]:
    """What was told, in its order."""
    return [body_of(pdu).short_message.decode() for peer in peers for pdu in peer.told]


async def _write(account: Account, count: int) -> list[str]:
    """So many texts from phones; what they say."""
    texts = [f"text {number}" for number in range(count)]
    for text in texts:
        await account.text(ANN, text)
    return texts


async def _caught_up(peer: Peer) -> None:
    """Whatever the simulator had to say before now has come."""
    for _ in range(3):
        await peer.ask(CommandId.ENQUIRE_LINK)


async def test_receipts_wait_for_a_receiver(account: Account) -> None:
    """While only transmitters are bound receipts wait; the next receiver gets all, in order."""
    transmitter = await account.bind("transmitter")
    for number in range(5):
        await transmitter.sent(f"1312555010{number}", registered_delivery=1)
    await account.advance("1m")
    assert transmitter.told == []
    receiver = await account.bind("receiver")
    await account.settle()
    assert [body_of(pdu).source_addr for pdu in receiver.told] == [
        f"312555010{n}" for n in range(5)
    ]
    assert await account.attempts() == [(1, 0, None)] * 5


async def test_texts_wait_for_a_receiver_that_was_there_once(account: Account) -> None:
    """An account that ever had a receiver keeps texts for the next; before that there is nobody."""
    await account.text(ANN, "too early")
    first = await account.bind("receiver")
    await account.settle()
    await first.close()
    await account.bound()
    texts = await _write(account, 3)
    await account.settle()
    second = await account.bind("transceiver")
    await account.settle()
    assert (_texts(first), _texts(second)) == ([], texts)


@pytest.mark.parametrize("status", [0x08, 0x14, 0x58, 0x64])
async def test_busy_is_told_again_after_five_minutes(account: Account, status: int) -> None:
    """A system error, a full queue, a throttle and a temporary refusal ask for another try."""
    peer = await account.bind()
    peer.answers.extend([status, status])
    await peer.sent(registered_delivery=1)
    await account.advance("1m")
    assert len(peer.told) == 1
    await account.advance("4m")
    assert len(peer.told) == 1
    await account.advance("1m")
    assert len(peer.told) == 2
    await account.advance("5m")
    assert len(peer.told) == 3
    assert {body_of(pdu) for pdu in peer.told} == {body_of(peer.told[0])}
    assert await account.attempts() == [(1, status, None), (2, status, None), (3, 0, None)]
    await account.advance("1h")
    assert len(peer.told) == 3


async def test_after_six_attempts_it_is_given_up(account: Account) -> None:
    """Five retries after the first, then the failure queue."""
    peer = await account.bind()
    peer.answers.extend([0x64] * 20)
    await account.text(ANN, "hello")
    await account.advance("2h")
    assert len(peer.told) == 6
    (failed,) = await account.events("CallbackFailed")
    assert failed["data"]["reason"] == "status 100: given up after 6 attempts"


@pytest.mark.parametrize("status", [0x01, 0x0B, 0x45, 0x65, 0x66, 0xFE, 0xFF, 0x401])
async def test_another_status_is_final(account: Account, status: int) -> None:
    """What is refused is not told again, and the next thing is told at once."""
    peer = await account.bind()
    peer.answers.append(status)
    texts = await _write(account, 2)
    await account.settle()
    assert _texts(peer) == texts
    await account.advance("1h")
    assert _texts(peer) == texts
    (failed,) = await account.events("CallbackFailed")
    assert failed["data"]["reason"] == f"status {status}: final"


@pytest.mark.parametrize("mode", ["manual", "live"])
@pytest.mark.parametrize("how", ["kill", "close", "unbind"])
async def test_what_was_not_answered_is_told_to_the_next(
    make_account: MakeAccount, how: str, mode: str
) -> None:
    """A receiver that goes with deliver_sm unanswered: its next bind gets those, once, in order."""
    account = await make_account(clock={"mode": mode})
    first = await account.bind("receiver")
    first.holds = True
    texts = await _write(account, 5)
    at_once = 1 if mode == "manual" else 5
    await first.delivered(at_once)
    if how == "kill":
        first.kill()
    elif how == "close":
        await first.close()
    else:
        assert (await first.ask(CommandId.UNBIND)).status == 0
    await account.bound()
    second = await account.bind("receiver")
    await second.delivered(5)
    await account.settle()
    await _caught_up(second)
    assert (_texts(first), _texts(second)) == (texts[:at_once], texts)
    lost, told = [(1, None, SESSION_ENDED)] * 5, [(1, 0, None)] * 5
    assert await account.attempts() == lost + told, "what was about to be told is lost as well"


async def test_another_receiver_takes_over_at_once(make_account: MakeAccount) -> None:
    """What a killed receiver did not answer goes to the one that is bound, without a wait."""
    account = await make_account(clock=LIVE)
    first, second = await account.bind("receiver"), await account.bind("receiver")
    first.holds = second.holds = True
    texts = await _write(account, 6)
    await first.delivered(3)
    await second.delivered(3)
    first.kill()
    await second.delivered(6)
    for pdu in second.told:
        second.answer(pdu)
    await account.settle()
    assert sorted(_texts(second)) == texts


async def test_receivers_share_the_load(make_account: MakeAccount) -> None:
    """Whoever has the least to answer is told next; a transmitter is told nothing."""
    account = await make_account(clock=LIVE)
    peers = [await account.bind(kind) for kind in ("receiver", "transceiver", "receiver")]
    transmitter = await account.bind("transmitter")
    for peer in peers:
        peer.holds = True
    texts = await _write(account, 12)
    for peer in peers:
        await peer.delivered(4)
    assert sorted(_texts(*peers)) == sorted(texts)
    assert transmitter.told == []


@pytest.mark.parametrize("window", [1, 3])
async def test_no_more_is_told_at_once_than_the_window(
    make_account: MakeAccount, window: int
) -> None:
    """So many deliver_sm are unanswered at most; each answer makes room for the next."""
    account = await make_account({"window": window}, clock=LIVE)
    peer = await account.bind("receiver")
    peer.holds = True
    texts = await _write(account, 8)
    for answered in range(8):
        await peer.delivered(min(8, window + answered))
        await _caught_up(peer)
        assert len(peer.told) == min(8, window + answered)
        peer.answer(peer.told[answered])
    await account.settle()
    assert _texts(peer) == texts


async def test_two_receivers_have_a_window_each(make_account: MakeAccount) -> None:
    """Twice the window is under way with two receivers; when one goes the other keeps to its own."""
    account = await make_account({"window": 2}, clock=LIVE)
    first, second = await account.bind("receiver"), await account.bind("receiver")
    first.holds = second.holds = True
    await _write(account, 8)
    await first.delivered(2)
    await second.delivered(2)
    first.kill()
    await account.bound("receiver")
    await _caught_up(second)
    assert len(second.told) == 2
    second.holds = False
    for pdu in list(second.told):
        second.answer(pdu)
    await account.settle()
    assert len(second.told) == 8


async def test_a_session_that_ends_in_the_middle_of_a_call_does_not_flood_the_journal(
    make_account: MakeAccount,
) -> None:
    """A client that goes while a call of its is being done: what it was told is returned once."""
    account = await make_account(
        faults=[{"match": {"surface": "smpp"}, "effect": {"delay": "300ms"}}]
    )
    peer = await account.bind()
    peer.holds = True
    await account.text(ANN, "hello")
    await peer.delivered(1)
    peer.start(CommandId.SUBMIT_SM, body_of(peer.told[0]))
    await _caught_up(peer)
    peer.kill()
    await account.bound()
    await account.settle()
    assert len(await account.events("CallbackReturned")) == 1
    assert len(await account.events("CallbackReleased")) == 1
