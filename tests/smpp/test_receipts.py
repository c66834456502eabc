"""Delivery receipts: which are wished for, what stands in each, and how a message ended."""

from __future__ import annotations

import pytest

from simulator.wire.smpp_tlv import Tag, Tlv, tlv_value
from tests.smpp.peer import Peer, body_of
from tests.smpp.stage import Account, MakeAccount

ANN = "13125550101"
SEGMENT_INFO = Tag.VIBES_LONG_MESSAGE_SEGMENT_INFO


def _endings(peer: Peer) -> list[tuple[int, int]]:
    """esm_class and message_state of every deliver_sm."""
    found = []
    for pdu in peer.told:
        state = tlv_value(body_of(pdu).tlvs, Tag.MESSAGE_STATE)
        found.append((body_of(pdu).esm_class, state[0] if state else 0))
    return found


@pytest.mark.parametrize(
    ("wish", "delivered", "failed"),
    [
        (0x00, [], []),
        (0x01, [(4, 2)], [(4, 5)]),
        (0x02, [], [(4, 5)]),
        (0x10, [(0x20, 1)], [(0x20, 1)]),
        (0x11, [(0x20, 1), (4, 2)], [(0x20, 1), (4, 5)]),
        (0x12, [(0x20, 1)], [(0x20, 1), (4, 5)]),
        (0x0C, [], []),
    ],
)
async def test_registered_delivery_says_which_receipts_are_wished_for(
    account: Account,
    wish: int,
    delivered: list[tuple[int, int]],
    failed: list[tuple[int, int]],
) -> None:
    """Bits 0 and 1 are for the end, bit 4 for being under way; the acknowledgement bits are none."""
    peer = await account.bind()
    await peer.sent(ANN, registered_delivery=wish)
    await account.advance("1m")
    assert _endings(peer) == delivered
    peer.told.clear()
    await peer.sent("15005550003", registered_delivery=wish)
    await account.advance("1m")
    assert _endings(peer) == failed


async def test_both_bits_of_the_end_are_no_wish(account: Account) -> None:
    """11 is reserved: 0x07."""
    peer = await account.bind()
    assert (await peer.submit(registered_delivery=3)).status == 0x07
    assert (await peer.submit(registered_delivery=0x13)).status == 0x07


async def test_the_text_of_a_receipt_byte_for_byte(account: Account) -> None:
    """Appendix B, with ten characters of the id, UTC, and twenty characters of the text."""
    peer = await account.bind()
    await account.advance("59m59s990ms")
    message_id = await peer.sent(ANN, b"Half price on all shoes today", registered_delivery=1)
    await account.advance("1h")
    (receipt,) = map(body_of, peer.told)
    short = message_id.replace("-", "")[-10:]
    assert (
        receipt.short_message
        == (
            f"id:{short} sub:001 dlvrd:001 submit date:2601051559 done date:2601051600 "
            "stat:DELIVRD err:000 text:Half price on all sh"
        ).encode()
    )
    history = (await account.message(message_id))["history"]
    assert (history[0]["at"], history[-1]["at"]) == (
        "2026-01-05T15:59:59.990Z",
        "2026-01-05T16:00:00.012Z",
    )


@pytest.mark.parametrize(
    ("to", "state", "name", "err"),
    [
        (ANN, 2, "DELIVRD", "000"),
        ("15005550002", 5, "UNDELIV", "107"),
        ("15005550003", 5, "UNDELIV", "103"),
        ("15005550004", 3, "EXPIRED", "101"),
        ("15005550005", 2, "DELIVRD", "000"),
        ("15005550008", 5, "UNDELIV", "103"),
        ("15005550009", 8, "REJECTD", "009"),
    ],
)
async def test_every_ending_has_its_state(
    account: Account, to: str, state: int, name: str, err: str
) -> None:
    """message_state, stat: and err: of each; one that Vibes stopped itself is rejected."""
    peer = await account.bind()
    message_id = await peer.sent(to, registered_delivery=1)
    await account.advance("73h")
    (receipt,) = map(body_of, peer.told)
    assert tlv_value(receipt.tlvs, Tag.MESSAGE_STATE) == bytes([state])
    assert tlv_value(receipt.tlvs, Tag.RECEIPTED_MESSAGE_ID) == message_id.encode() + b"\0"
    text = receipt.short_message.decode()
    assert f" stat:{name} err:{err} text:Hello" in text
    assert f" dlvrd:{'001' if state == 2 else '000'} " in text
    assert receipt.esm_class == 4


async def test_the_addresses_of_a_receipt_are_swapped(account: Account) -> None:
    """From the phone, in ten digits, to the code."""
    peer = await account.bind()
    await peer.sent("+13125550101", registered_delivery=1)
    await account.advance("1m")
    (receipt,) = map(body_of, peer.told)
    assert (receipt.source_addr, receipt.destination_addr) == ("3125550101", "65047")
    assert (receipt.source_addr_ton, receipt.source_addr_npi) == (0, 0)


async def test_numbers_may_be_international(make_account: MakeAccount) -> None:
    """mo_numbers e164: eleven digits, TON 1 and NPI 1."""
    account = await make_account({"mo_numbers": "e164"})
    peer = await account.bind()
    await peer.sent("3125550101", registered_delivery=1)
    await account.advance("1m")
    (receipt,) = map(body_of, peer.told)
    assert (receipt.source_addr, receipt.destination_addr) == ("13125550101", "65047")
    assert (receipt.source_addr_ton, receipt.source_addr_npi) == (1, 1)


async def test_the_generic_profile_writes_the_whole_id(make_account: MakeAccount) -> None:
    """Where the SMSC is not Vibes, id: is the id of submit_sm_resp."""
    account = await make_account({"profile": "generic"})
    peer = await account.bind()
    message_id = await peer.sent(registered_delivery=1)
    await account.advance("1m")
    assert body_of(peer.told[0]).short_message.startswith(f"id:{message_id} sub:001 ".encode())


async def test_each_part_has_its_receipt(account: Account) -> None:
    """Parts of a split message: one receipt each, which part in 0x1404, the first under the id."""
    peer = await account.bind()
    text = (b"0123456789" * 33)[:330]
    payload = Tlv(tag=Tag.MESSAGE_PAYLOAD, value=text)
    message_id = await peer.sent(ANN, b"", tlvs=(payload,), registered_delivery=1)
    await account.advance("1m")
    receipts = [body_of(pdu) for pdu in peer.told]
    parts = (await account.message(message_id))["parts"]
    ids = [tlv_value(item.tlvs, Tag.RECEIPTED_MESSAGE_ID) for item in receipts]
    assert ids == [part["id"].encode() + b"\0" for part in parts]
    assert ids[0] == message_id.encode() + b"\0"
    assert [tlv_value(item.tlvs, SEGMENT_INFO) for item in receipts] == [b"\3\1", b"\3\2", b"\3\3"]
    texts = [item.short_message.decode().partition(" text:")[2] for item in receipts]
    assert texts == [part["text"][:20] for part in parts]


async def test_a_single_message_has_no_segment_info(account: Account) -> None:
    """0x1404 is for messages in parts alone, and nobody wished for other parameters."""
    peer = await account.bind()
    await peer.sent(registered_delivery=1)
    await account.advance("1m")
    tags = [tlv.tag for tlv in body_of(peer.told[0]).tlvs]
    assert tags == [Tag.RECEIPTED_MESSAGE_ID, Tag.MESSAGE_STATE]


async def test_an_intermediate_notification_is_no_end(account: Account) -> None:
    """ENROUTE, dlvrd:000, once the carrier has it; the end comes after it."""
    peer = await account.bind()
    await peer.sent("15005550005", registered_delivery=0x11)
    await account.advance("1m")
    (first,) = map(body_of, peer.told)
    assert b" dlvrd:000 " in first.short_message
    assert b" stat:ENROUTE err:000 " in first.short_message
    await account.advance("10m")
    assert _endings(peer) == [(0x20, 1), (4, 2)]


async def test_a_message_by_http_tells_nothing_by_smpp(account: Account) -> None:
    """Receipts go the way the message came."""
    peer = await account.bind()
    await account.send("+13125550101")
    await account.advance("1m")
    assert peer.told == []
