"""What the generic profile adds: query_sm, cancel_sm, replace_sm, data_sm and submit_multi."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.wire.smpp_bodies import (
    Body,
    CancelSm,
    DataSm,
    Destination,
    DistributionList,
    QuerySm,
    QuerySmResp,
    ReplaceSm,
    SubmitMulti,
    SubmitMultiResp,
    Unsuccessful,
)
from simulator.wire.smpp_codes import CommandId
from simulator.wire.smpp_pdu import Pdu
from simulator.wire.smpp_tlv import Tag, Tlv, tlv_value
from tests.smpp.peer import Peer, body_of, id_of
from tests.smpp.stage import Account, MakeAccount

ANN, BEN = "13125550101", "13125550102"
SLOWLY = {"default": {"carrier_delay": "1s", "handset_delay": "1s"}}


@pytest.fixture
async def account(make_account: MakeAccount) -> Account:
    """A second to the carrier, another to the phone."""
    return await make_account({"profile": "generic"}, carriers=SLOWLY)


async def _state(peer: Peer, message_id: str, source: str = "65047") -> tuple[int, str, int]:
    """What query_sm answers: state, final date, error."""
    body = QuerySm(message_id=message_id, source_addr=source)
    answer = await peer.ask(CommandId.QUERY_SM, body)
    assert answer.status == 0, hex(answer.status)
    assert isinstance(answer.body, QuerySmResp)
    assert answer.body.message_id == message_id
    return answer.body.message_state, answer.body.final_date, answer.body.error_code


async def test_a_message_is_under_way_until_it_ends(account: Account) -> None:
    """ENROUTE while accepted, routed and at its carrier; DELIVERED with its time then."""
    peer = await account.bind()
    message_id = await peer.sent()
    for step in ("0s", "20ms", "1s"):
        await account.advance(step)
        assert await _state(peer, message_id) == (1, "", 0)
    await account.advance("1s")
    assert await _state(peer, message_id) == (2, "260105150002000+", 0)


@pytest.mark.parametrize(
    ("to", "state", "date", "error"),
    [
        ("15005550002", 5, "260105150001000+", 107),
        ("15005550003", 5, "260105150002000+", 103),
        ("15005550004", 3, "260108150000000+", 101),
        ("15005550009", 8, "260105150000000+", 9),
    ],
)
async def test_a_message_that_failed_says_how(
    account: Account, to: str, state: int, date: str, error: int
) -> None:
    """UNDELIVERABLE, EXPIRED, REJECTED with the receipt code and the time of the end."""
    peer = await account.bind()
    message_id = await peer.sent(to)
    await account.advance("73h")
    assert await _state(peer, message_id) == (state, date, error)


async def test_a_message_of_parts_is_asked_for_by_any_of_them(account: Account) -> None:
    """The id of a part is that of its message."""
    peer = await account.bind()
    long = Tlv(tag=Tag.MESSAGE_PAYLOAD, value=b"x" * 400)
    message_id = await peer.sent(text=b"", tlvs=(long,))
    for part in (await account.message(message_id))["parts"]:
        assert (await _state(peer, part["id"]))[0] == 1


@pytest.mark.parametrize("command", [CommandId.QUERY_SM, CommandId.CANCEL_SM, CommandId.REPLACE_SM])
@pytest.mark.parametrize("wrong", ["id", "source"])
async def test_a_message_that_is_not_there_is_0x0c(
    account: Account, command: CommandId, wrong: str
) -> None:
    """An unknown id, or another source than the message's, is ESME_RINVMSGID."""
    peer = await account.bind()
    message_id = await peer.sent()
    given: dict[str, Any] = {"message_id": message_id, "source_addr": "65047"}
    given |= {"message_id": "nobody"} if wrong == "id" else {"source_addr": "99999"}
    bodies: dict[CommandId, Body] = {
        CommandId.QUERY_SM: QuerySm(**given),
        CommandId.CANCEL_SM: CancelSm(**given),
        CommandId.REPLACE_SM: ReplaceSm(**given, short_message=b"x"),
    }
    answer = await peer.ask(command, bodies[command])
    assert (answer.command, answer.status) == (command | 0x80000000, 0x0C)


async def test_a_long_code_is_asked_for_as_it_was_submitted(make_account: MakeAccount) -> None:
    """A source with its plus is the same source in every command."""
    account = await make_account(
        {"profile": "generic"}, source_codes=[{"code": "13125550199"}], carriers=SLOWLY
    )
    peer = await account.bind()
    source = "+13125550199"
    message_id = await peer.sent(ANN, source=source)
    assert (await _state(peer, message_id, source))[0] == 1
    body = CancelSm(source_addr=source, destination_addr=ANN)
    assert (await peer.ask(CommandId.CANCEL_SM, body)).status == 0


async def test_cancel_takes_one_message_back(account: Account) -> None:
    """It never arrives; query_sm says DELETED, and so does its receipt."""
    peer = await account.bind()
    message_id, other = await peer.sent(registered_delivery=1), await peer.sent()
    body = CancelSm(message_id=message_id, source_addr="65047", destination_addr=ANN)
    assert (await peer.ask(CommandId.CANCEL_SM, body)).status == 0
    await account.advance("1m")
    assert await _state(peer, message_id) == (4, "260105150000000+", 102)
    assert (await _state(peer, other))[0] == 2
    (receipt,) = [body_of(pdu) for pdu in peer.told]
    assert b" stat:DELETED err:102 " in receipt.short_message
    assert tlv_value(receipt.tlvs, Tag.MESSAGE_STATE) == b"\4"


async def test_cancel_takes_all_back_between_two_addresses(account: Account) -> None:
    """Without an id: every message that goes from that source to that phone."""
    peer = await account.bind()
    mine = [await peer.sent(ANN) for _ in range(3)]
    hers = await peer.sent(BEN)
    body = CancelSm(source_addr="65047", destination_addr="+13125550101")
    assert (await peer.ask(CommandId.CANCEL_SM, body)).status == 0
    await account.advance("1m")
    assert [(await _state(peer, item))[0] for item in mine] == [4, 4, 4]
    assert (await _state(peer, hers))[0] == 2
    assert (await peer.ask(CommandId.CANCEL_SM, body)).status == 0x11, "there are none left"


async def test_what_has_ended_cannot_be_cancelled(account: Account) -> None:
    """ESME_RCANCELFAIL, by id, by addresses, and to a number that is none."""
    peer = await account.bind()
    message_id = await peer.sent()
    await account.advance("1m")
    for body in (
        CancelSm(message_id=message_id, source_addr="65047"),
        CancelSm(source_addr="65047", destination_addr=ANN),
        CancelSm(source_addr="65047", destination_addr="x"),
    ):
        assert (await peer.ask(CommandId.CANCEL_SM, body)).status == 0x11


async def test_replace_gives_another_text(account: Account) -> None:
    """Until the carrier has it; the phone and the receipt have the new text."""
    peer = await account.bind()
    long = Tlv(tag=Tag.MESSAGE_PAYLOAD, value=b"x" * 400)
    message_id = await peer.sent(text=b"", tlvs=(long,), registered_delivery=1)
    body = ReplaceSm(message_id=message_id, source_addr="65047", short_message=b"Sale is off")
    assert (await peer.ask(CommandId.REPLACE_SM, body)).status == 0
    await account.advance("1m")
    told = await account.message(message_id)
    assert (told["text"], told["state"], told["segments"]) == ("Sale is off", "delivered", 1)
    assert [body_of(pdu).short_message.rpartition(b"text:")[2] for pdu in peer.told] == [
        b"Sale is off"
    ]


async def test_a_part_that_a_replacement_left_out_is_gone(account: Account) -> None:
    """Connect answers 404 for its id, and tells the message itself as it is now."""
    peer = await account.bind()
    long = Tlv(tag=Tag.MESSAGE_PAYLOAD, value=b"x" * 400)
    message_id = await peer.sent(text=b"", tlvs=(long,))
    parts = [part["id"] for part in (await account.message(message_id))["parts"]]
    body = ReplaceSm(message_id=message_id, source_addr="65047", short_message=b"Sale is off")
    assert (await peer.ask(CommandId.REPLACE_SM, body)).status == 0
    asked = [f"{part}{what}" for part in parts for what in ("", "/parts", "/responses")]
    answers = [await account.connect("GET", f"mt/messages/{path}") for path in asked]
    assert [answer.status for answer in answers] == [200] * 3 + [404] * 6


async def test_what_has_left_cannot_be_replaced(account: Account) -> None:
    """ESME_RREPLACEFAIL once the carrier has it."""
    peer = await account.bind()
    message_id = await peer.sent()
    await account.advance("1020ms")
    body = ReplaceSm(message_id=message_id, source_addr="65047", short_message=b"too late")
    assert (await peer.ask(CommandId.REPLACE_SM, body)).status == 0x13
    await account.advance("1m")
    assert (await account.message(message_id))["text"] == "Hello"


@pytest.mark.parametrize("length", [0, 161, 254])
async def test_another_text_must_fit_one_sms(account: Account, length: int) -> None:
    """No text, or one that would take two parts, is 0x01; the message goes as it was."""
    peer = await account.bind()
    message_id = await peer.sent(registered_delivery=1)
    body = ReplaceSm(message_id=message_id, source_addr="65047", short_message=b"x" * length)
    assert (await peer.ask(CommandId.REPLACE_SM, body)).status == 0x01
    await account.advance("1m")
    assert (await account.message(message_id))["text"] == "Hello"
    assert len(peer.told) == 1


async def test_data_sm_submits(account: Account) -> None:
    """As submit_sm, its text in message_payload; without one it is 0x01."""
    peer = await account.bind()
    payload = Tlv(tag=Tag.MESSAGE_PAYLOAD, value="\u0416".encode("utf-16-be"))
    body = DataSm(
        source_addr="65047",
        destination_addr=ANN,
        data_coding=8,
        registered_delivery=1,
        tlvs=(payload,),
    )
    answer = await peer.ask(CommandId.DATA_SM, body)
    assert answer.command == CommandId.DATA_SM_RESP
    message_id = id_of(answer)
    await account.advance("1m")
    assert (await account.message(message_id))["text"] == "\u0416"
    assert len(peer.told) == 1
    empty = DataSm(source_addr="65047", destination_addr=ANN)
    assert (await peer.ask(CommandId.DATA_SM, empty)).status == 0x01


async def _multi(peer: Peer, *to: Destination | DistributionList, **fields: Any) -> Pdu:
    given = {"source_addr": "65047", "short_message": b"Hello", **fields}
    return await peer.ask(CommandId.SUBMIT_MULTI, SubmitMulti(destinations=to, **given))


async def test_submit_multi_sends_to_all_it_can(account: Account) -> None:
    """Each phone gets its message; who cannot is named with the status, as it was written."""
    peer = await account.bind()
    answer = await _multi(
        peer,
        Destination(ton=1, npi=1, address=ANN),
        Destination(ton=2, address="nobody"),
        Destination(address="15005550001"),
        Destination(address="+13125550102"),
        registered_delivery=1,
    )
    assert answer.status == 0
    assert isinstance(answer.body, SubmitMultiResp)
    assert answer.body.unsuccessful == (
        Unsuccessful(ton=2, address="nobody", status=0x0B),
        Unsuccessful(address="15005550001", status=0x402),
    )
    items = (await account.control("GET", "/messages")).json["items"]
    assert [(item["mdn"], item["text"], item["surface"]) for item in items] == [
        ("+13125550101", "Hello", "smpp"),
        ("+13125550102", "Hello", "smpp"),
    ]
    assert answer.body.message_id == items[0]["id"]
    await account.advance("1m")
    receipts = {tlv_value(body_of(pdu).tlvs, Tag.RECEIPTED_MESSAGE_ID) for pdu in peer.told}
    assert receipts == {item["id"].encode() + b"\0" for item in items}


async def test_submit_multi_that_reaches_nobody_is_refused(account: Account) -> None:
    """The status is that of the first failure; a list by name is not known."""
    peer = await account.bind()
    none = await _multi(peer, Destination(address="x"), Destination(address="15005550001"))
    assert (none.command, none.status) == (CommandId.SUBMIT_MULTI_RESP, 0x0B)
    lists = await _multi(peer, Destination(address=ANN), DistributionList(name="friends"))
    assert lists.status == 0x34
    assert (await _multi(peer, Destination(address=ANN), data_coding=77)).status == 0x45
    assert (await _multi(peer, Destination(address=ANN), source_addr="99999")).status == 0x403
    assert (await account.control("GET", "/messages")).json["items"] == []


async def test_submit_multi_is_for_whole_messages(account: Account) -> None:
    """A part of a long message goes to one phone at a time: 0x43."""
    peer = await account.bind()
    part = b"\x05\x00\x03\x01\x02\x01a"
    answer = await _multi(peer, Destination(address=ANN), esm_class=0x40, short_message=part)
    assert answer.status == 0x43


async def test_the_vibes_profile_knows_none_of_them(make_account: MakeAccount) -> None:
    """0x03, and nothing is done."""
    account = await make_account({"profile": "vibes"}, carriers=SLOWLY)
    peer = await account.bind()
    message_id = await peer.sent()
    given: dict[str, Any] = {"message_id": message_id, "source_addr": "65047"}
    payload = (Tlv(tag=Tag.MESSAGE_PAYLOAD, value=b"x"),)
    for command, body in (
        (CommandId.QUERY_SM, QuerySm(**given)),
        (CommandId.CANCEL_SM, CancelSm(**given)),
        (CommandId.REPLACE_SM, ReplaceSm(**given, short_message=b"x")),
        (CommandId.DATA_SM, DataSm(source_addr="65047", destination_addr=ANN, tlvs=payload)),
        (CommandId.SUBMIT_MULTI, SubmitMulti(destinations=(Destination(address=ANN),))),
    ):
        answer = await peer.ask(command, body)
        assert (answer.command, answer.status) == (CommandId.GENERIC_NACK, 0x03)
    await account.advance("1m")
    items = (await account.control("GET", "/messages")).json["items"]
    assert [(item["state"], item["text"]) for item in items] == [("delivered", "Hello")]
