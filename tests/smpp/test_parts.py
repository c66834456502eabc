"""Long messages that the client cut itself: each part has an id, the phone gets one text."""

from __future__ import annotations

from itertools import permutations

import pytest

from simulator.wire.smpp_text import Part, write_udh
from simulator.wire.smpp_tlv import Tag, Tlv, tlv_value
from tests.smpp.peer import Peer, body_of
from tests.smpp.stage import Account, MakeAccount

ANN = "13125550101"
ONE = ("Long ago in a town by the sea " * 4, "there was a shoe shop " * 5, "and it sold shoes.")


async def _part(
    peer: Peer, octets: bytes, number: int, total: int, reference: int = 7, **fields: object
) -> str:
    """Submit a part under an 8 bit reference; its id."""
    header = write_udh(Part(reference, total, number, 8))
    return await peer.sent(ANN, header + octets, esm_class=0x40, **fields)


async def _messages(account: Account) -> list[tuple[str, str]]:
    """State and text of every message to a phone."""
    items = (await account.control("GET", "/messages")).json["items"]
    return [(item["state"], item["text"]) for item in items]


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_parts_are_joined_in_whatever_order_they_come(
    account: Account, bits: int, order: tuple[int, ...]
) -> None:
    """References of 8 and of 16 bits: one message, its text in the parts' order, its parts' ids."""
    peer = await account.bind()
    ids: dict[int, str] = {}
    for index in order:
        header = write_udh(Part(0x2A, 3, index + 1, 8 if bits == 8 else 16))
        ids[index] = await peer.sent(ANN, header + ONE[index].encode(), esm_class=0x40)
    ((_, text),) = await _messages(account)
    assert text == "".join(ONE)
    told = await account.message(ids[0])
    assert told["parts"] == [{"id": ids[i], "text": ONE[i]} for i in range(3)]
    assert told["id"] == ids[0]


async def test_nothing_is_sent_before_the_last_part(account: Account) -> None:
    """Parts wait, and are no message yet."""
    peer = await account.bind()
    await _part(peer, b"one", 1, 2)
    await account.advance("9m")
    assert await _messages(account) == []
    await _part(peer, b"two", 2, 2)
    await account.advance("1m")
    assert await _messages(account) == [("delivered", "onetwo")]


async def test_a_missing_part_is_waited_for_ten_minutes(account: Account) -> None:
    """Then every part that came fails with 13, each with its receipt."""
    peer = await account.bind()
    ids = [await _part(peer, b"part %d" % n, n, 3, registered_delivery=1) for n in (1, 3)]
    await account.advance("9m59s")
    assert peer.told == []
    await account.advance("2s")
    receipts = [body_of(pdu) for pdu in peer.told]
    assert [tlv_value(item.tlvs, Tag.RECEIPTED_MESSAGE_ID) for item in receipts] == [
        item.encode() + b"\0" for item in ids
    ]
    assert {tlv_value(item.tlvs, Tag.MESSAGE_STATE) for item in receipts} == {b"\x08"}
    assert [b" stat:REJECTD err:013 text:part %d" % n for n in (1, 3)] == [
        item.short_message[item.short_message.index(b" stat:") :] for item in receipts
    ]
    told = await account.message(ids[0])
    assert told["error_code"] == 13
    assert told["history"][-1]["because"] == "Multi-Part Message waiting for parts."
    assert "2 of 3 parts came" in told["fate"]["why"]


async def test_how_long_parts_are_waited_for_is_a_setting(make_account: MakeAccount) -> None:
    """parts_window, from the first part on."""
    account = await make_account(settings={"parts_window": "30s"})
    peer = await account.bind()
    await _part(peer, b"one", 1, 3)
    await account.advance("20s")
    await _part(peer, b"two", 2, 3)
    await account.advance("11s")
    assert await _messages(account) == [("blocked", "onetwo")]


async def test_a_part_that_comes_twice_is_ignored(account: Account) -> None:
    """The same id is answered, and the text holds it once, as it came first."""
    peer = await account.bind()
    first = await _part(peer, b"one", 1, 2)
    assert await _part(peer, b"ONE", 1, 2) == first
    await _part(peer, b"two", 2, 2)
    ((_, text),) = await _messages(account)
    assert text == "onetwo"


async def test_messages_with_their_own_references_are_told_apart(account: Account) -> None:
    """Parts of several messages to one phone may be mixed; a reference may be used again."""
    peer = await account.bind()
    await _part(peer, b"a1 ", 1, 2, reference=1)
    await _part(peer, b"b1 ", 1, 2, reference=2)
    await _part(peer, b"b2", 2, 2, reference=2)
    await _part(peer, b"a2", 2, 2, reference=1)
    await _part(peer, b"c2", 2, 2, reference=1)
    await _part(peer, b"c1 ", 1, 2, reference=1)
    assert [text for _, text in await _messages(account)] == ["b1 b2", "a1 a2", "c1 c2"]


async def test_parts_may_come_through_several_binds(account: Account) -> None:
    """A client with several sessions need not keep a message to one of them."""
    first, second = await account.bind(), await account.bind("transmitter")
    await _part(first, b"one", 1, 2)
    await _part(second, b"two", 2, 2)
    ((_, text),) = await _messages(account)
    assert text == "onetwo"


async def test_a_pair_may_be_cut_between_parts(account: Account) -> None:
    """UCS-2 parts are joined as octets, so a surrogate pair on their border is one character."""
    peer = await account.bind()
    octets = "shoes \U0001f45e!".encode("utf-16-be")
    await _part(peer, octets[:14], 1, 2, data_coding=8)
    await _part(peer, octets[14:], 2, 2, data_coding=8)
    ((_, text),) = await _messages(account)
    assert text == "shoes \U0001f45e!"


async def test_an_escape_may_be_cut_between_parts(account: Account) -> None:
    """GSM parts too: the escape in one, the euro in the next."""
    peer = await account.bind()
    await _part(peer, b"5 \x1b", 1, 2, data_coding=4)
    await _part(peer, b"\x65 off", 2, 2, data_coding=4)
    ((_, text),) = await _messages(account)
    assert text == "5 \u20ac off"


async def test_parts_may_differ_in_coding(account: Account) -> None:
    """ASCII, GSM and UCS-2 parts of one message are each read as what they are."""
    peer = await account.bind()
    await _part(peer, b"[a`] ", 1, 3)
    await _part(peer, b"\x00 ", 2, 3, data_coding=4)
    await _part(peer, "\u0416".encode("utf-16-be"), 3, 3, data_coding=8)
    ((_, text),) = await _messages(account)
    assert text == "[a`] @ \u0416"


async def test_octets_that_are_no_gsm_are_joined_all_the_same(account: Account) -> None:
    """An octet above 127 shows U+FFFD, in a part as elsewhere."""
    peer = await account.bind()
    await _part(peer, b"a\x80", 1, 2, data_coding=4)
    await _part(peer, b"b", 2, 2, data_coding=4)
    ((_, text),) = await _messages(account)
    assert text == "a\ufffdb"


async def test_a_header_of_one_part_is_a_message_by_itself(account: Account) -> None:
    """Part 1 of 1, and a header with ports alone, are sent at once without their header."""
    peer = await account.bind()
    await _part(peer, b"alone", 1, 1)
    await peer.sent(ANN, b"\x06\x05\x04\x0b\x84\x23\xf0ports", esm_class=0x40)
    assert [text for _, text in await _messages(account)] == ["alone", "ports"]


async def test_each_part_is_checked_when_it_comes(account: Account) -> None:
    """A part to a landline, from another code or without text is refused, and does not wait."""
    peer = await account.bind()
    header = write_udh(Part(1, 2, 1, 8))
    for to, source, status in (
        ("15005550001", "65047", 0x402),
        (ANN, "99999", 0x403),
        ("x", "65047", 0x0B),
    ):
        answer = await peer.submit(to, header + b"x", source=source, esm_class=0x40)
        assert answer.status == status
    assert (await peer.submit(text=header, esm_class=0x40)).status == 0x01
    assert await account.events("PartKept") == []


async def test_each_part_has_its_receipt(account: Account) -> None:
    """Delivered as one message: a receipt for each part's id, its place in 0x1404, its text."""
    peer = await account.bind()
    ids = [await _part(peer, ONE[n].encode(), n + 1, 3, registered_delivery=1) for n in range(3)]
    await account.advance("1m")
    receipts = [body_of(pdu) for pdu in peer.told]
    found = [
        (
            tlv_value(item.tlvs, Tag.RECEIPTED_MESSAGE_ID),
            tlv_value(item.tlvs, Tag.VIBES_LONG_MESSAGE_SEGMENT_INFO),
            item.short_message.decode().partition(" text:")[2],
        )
        for item in receipts
    ]
    assert found == [(ids[n].encode() + b"\0", bytes([3, n + 1]), ONE[n][:20]) for n in range(3)]


async def test_sar_parameters_are_read_by_the_generic_profile_alone(
    make_account: MakeAccount,
) -> None:
    """Vibes documents UDH; SMPP 3.4 has sar_msg_ref_num, sar_total_segments, sar_segment_seqnum."""
    for profile, texts in (("generic", ["onetwo"]), ("vibes", ["two", "one"])):
        account = await make_account({"profile": profile})
        peer = await account.bind()
        for number, text in ((2, b"two"), (1, b"one")):
            sar = (
                Tlv(tag=Tag.SAR_MSG_REF_NUM, value=b"\0\x09"),
                Tlv(tag=Tag.SAR_TOTAL_SEGMENTS, value=b"\2"),
                Tlv(tag=Tag.SAR_SEGMENT_SEQNUM, value=bytes([number])),
            )
            await peer.sent(ANN, text, tlvs=sar)
        assert [text for _, text in await _messages(account)] == texts
