"""Submitting: addresses, codings, lengths, and the status of everything that is not taken."""

from __future__ import annotations

import asyncio

import pytest

from simulator.domain.alphabets import GSM7, encode
from simulator.wire.smpp_bodies import Body
from simulator.wire.smpp_codes import CommandId
from simulator.wire.smpp_tlv import Tag, Tlv
from tests.smpp.peer import Peer, message
from tests.smpp.stage import Account, MakeAccount

ANN = "13125550101"


def carrier(octets: bytes) -> Tlv:
    return Tlv(tag=Tag.VIBES_CARRIER_CODE, value=octets)


def payload(octets: bytes) -> Tlv:
    return Tlv(tag=Tag.MESSAGE_PAYLOAD, value=octets)


async def text_of(account: Account, message_id: str) -> str:
    """The text a phone gets."""
    text: str = (await account.message(message_id))["text"]
    return text


@pytest.mark.parametrize("to", ["3125550101", "13125550101", "+13125550101"])
@pytest.mark.parametrize("ton", [0, 1, 2])
async def test_a_number_may_be_written_in_three_ways(account: Account, to: str, ton: int) -> None:
    """Ten digits, eleven, or E.164, whatever the TON says, are one phone."""
    peer = await account.bind("transmitter")
    message_id = await peer.sent(to, dest_addr_ton=ton, dest_addr_npi=ton)
    told = await account.message(message_id)
    assert (told["mdn"], told["code"], told["surface"]) == ("+13125550101", "65047", "smpp")


@pytest.mark.parametrize(
    "to", ["", "312555010", "+443125550101", "0125550101", "312555010a", "+", "113125550101"]
)
async def test_a_number_that_is_none_is_0x0b(account: Account, to: str) -> None:
    """ESME_RINVDSTADR."""
    peer = await account.bind()
    assert (await peer.submit(to)).status == 0x0B


@pytest.mark.parametrize("source", ["", "65 047", "65047!", "+", "\u00e9"])
async def test_a_source_that_is_no_address_is_0x0a(account: Account, source: str) -> None:
    """ESME_RINVSRCADR: empty, or with other characters than letters and digits."""
    peer = await account.bind()
    assert (await peer.submit(source=source)).status == 0x0A


async def test_a_long_code_may_have_its_plus(make_account: MakeAccount) -> None:
    """A source in E.164 is the account's long code."""
    account = await make_account(source_codes=[{"code": "13125550199"}])
    peer = await account.bind()
    message_id = await peer.sent(source="+13125550199", source_addr_ton=1, source_addr_npi=1)
    assert (await account.message(message_id))["code"] == "13125550199"


async def test_system_and_service_type_and_times_are_passed_over(account: Account) -> None:
    """Vibes ignores service_type, protocol_id, priority, schedule and validity."""
    peer = await account.bind()
    message_id = await peer.sent(
        service_type="CMT",
        protocol_id=64,
        priority_flag=3,
        schedule_delivery_time="000001000000000R",
        validity_period="nonsense",
        sm_default_msg_id=7,
    )
    assert await text_of(account, message_id) == "Hello"


@pytest.mark.parametrize("code", [b"10", b"1040", b"", b"abc", b"1.4", b"\xff\xff\xff"])
async def test_a_carrier_that_cannot_be_read_is_0x401(account: Account, code: bytes) -> None:
    """ESME_RINVCARRRIERID."""
    peer = await account.bind()
    assert (await peer.submit(tlvs=(carrier(code),))).status == 0x401


@pytest.mark.parametrize(("to", "code"), [(ANN, b"999"), ("15005550001", b"104")])
async def test_no_supported_carrier_is_0x402(account: Account, to: str, code: bytes) -> None:
    """ESME_RUNACARRIERID: a carrier that nobody has, and a number that is no mobile phone."""
    peer = await account.bind()
    assert (await peer.submit(to, tlvs=(carrier(code),))).status == 0x402


async def test_a_landline_is_0x402(account: Account) -> None:
    """Without the parameter, the number alone says it."""
    peer = await account.bind()
    assert (await peer.submit("15005550001")).status == 0x402


async def test_a_code_of_somebody_else_is_0x403(account: Account) -> None:
    """ESME_RINVSRCADRNOTAUTH."""
    peer = await account.bind()
    assert (await peer.submit(source="99999")).status == 0x403


async def test_a_code_that_is_not_provisioned_is_0x404(make_account: MakeAccount) -> None:
    """ESME_RINVSRCADRNOROUTE, on the carriers that do not know the code."""
    account = await make_account(carriers={"105": {"not_provisioned": ["65047"]}})
    peer = await account.bind()
    assert (await peer.submit(tlvs=(carrier(b"105"),))).status == 0x404
    assert (await peer.submit(tlvs=(carrier(b"104"),))).status == 0


@pytest.mark.parametrize(
    "header",
    [
        b"\x05\x00\x03\x01\x02",
        b"\x05\x00\x03\x01\x02\x03",
        b"\x05\x00\x03\x01\x00\x00",
        b"\x05\x00\x04\x01\x02\x01",
        b"\x03\x24\x01\x00",
        b"\xff",
        b"",
    ],
)
async def test_a_header_that_is_wrong_is_0x405(account: Account, header: bytes) -> None:
    """ESME_RINVUDHIE: torn, part 3 of 2, part 0 of 0, a wrong length, an unknown element."""
    peer = await account.bind()
    assert (await peer.submit(text=header or b"\x09", esm_class=0x40)).status == 0x405


async def test_transaction_mode_is_0x43(account: Account) -> None:
    """ESME_RINVESMCLASS; datagram and store-and-forward are taken."""
    peer = await account.bind()
    assert (await peer.submit(esm_class=2)).status == 0x43
    assert [(await peer.submit(esm_class=mode)).status for mode in (0, 1, 3)] == [0, 0, 0]


@pytest.mark.parametrize("coding", ["ascii", "gsm"])
async def test_data_coding_means_what_the_account_agreed(
    make_account: MakeAccount, coding: str
) -> None:
    """Vibes' two tables: 4 is GSM by an ASCII default, and unknown by a GSM default; else 0x45."""
    account = await make_account({"coding": coding})
    peer = await account.bind()
    octets = b"\x00\x02[A"
    read: dict[int, str | int] = {}
    for data_coding in range(256):
        answer = await peer.submit(text=octets, data_coding=data_coding)
        if answer.status == 0:
            message_id = answer.body.message_id  # type: ignore[union-attr]
            read[data_coding] = await text_of(account, message_id)
        else:
            assert answer.status == 0x45
    ascii_text, gsm_text, wide = "\x00\x02[A", "@$\u00c4A", "\u0002\u5b41"
    if coding == "ascii":
        assert read == {0: ascii_text, 1: ascii_text, 4: gsm_text, 8: wide}
    else:
        assert read == {0: gsm_text, 1: ascii_text, 8: wide}


@pytest.mark.parametrize(
    ("data_coding", "octets", "text"),
    [
        (0, b"caf\xc3\xa9", "caf??"),
        (4, b"\x1b\x65 5\x1b\x3c\x1b\x3e ^\x1b\x14", "\u20ac 5[] \u00dc^"),
        (4, b"\x1b\x1b \x80", "  \ufffd"),
        (8, "\U0001f600 \u0416".encode("utf-16-be"), "\U0001f600 \u0416"),
        (8, b"\xd8\x3d\x00\x41", "\ufffdA"),
        (8, b"\x00A\x00", "A"),
    ],
)
async def test_octets_become_text(
    account: Account, data_coding: int, octets: bytes, text: str
) -> None:
    """The GSM extension table, surrogate pairs, and what stands for octets that are nothing."""
    peer = await account.bind()
    message_id = await peer.sent(text=octets, data_coding=data_coding)
    assert await text_of(account, message_id) == text


@pytest.mark.parametrize(
    ("text", "tlvs", "status"),
    [
        (b"", (), 0x01),
        (b"a", (), 0),
        (b"a" * 140, (), 0),
        (b"a" * 141, (), 0x01),
        (b"a" * 254, (), 0x01),
        (b"", (payload(b""),), 0x01),
        (b"", (payload(b"a"),), 0),
        (b"", (payload(b"a" * 900),), 0),
        (b"", (payload(b"a" * 901),), 0x01),
        (b"", (payload(b"a" * 1500),), 0x01),
        (b"a", (payload(b"a"),), 0x01),
    ],
)
async def test_how_long_a_message_may_be(
    account: Account, text: bytes, tlvs: tuple[Tlv, ...], status: int
) -> None:
    """140 octets in short_message, 900 characters in message_payload, one of the two: else 0x01."""
    peer = await account.bind()
    assert (await peer.submit(text=text, tlvs=tlvs)).status == status


@pytest.mark.parametrize(("limit", "taken"), [(1500, 750), (1800, 900), (140, 70)])
async def test_a_payload_has_its_limit_in_octets(
    make_account: MakeAccount, limit: int, taken: int
) -> None:
    """payload_bytes: so many octets, which in UCS-2 are half as many characters."""
    account = await make_account({"payload_bytes": limit})
    peer = await account.bind()
    for length, status in ((taken, 0), (taken + 1, 0x01)):
        octets = "\u0416".encode("utf-16-be") * length
        answer = await peer.submit(text=b"", tlvs=(payload(octets),), data_coding=8)
        assert answer.status == status


async def test_the_generic_profile_takes_254_octets(make_account: MakeAccount) -> None:
    """short_message may have what SMPP 3.4 lets it have."""
    account = await make_account({"profile": "generic"})
    peer = await account.bind()
    message_id = await peer.sent(text=b"a" * 254)
    assert (await account.message(message_id))["segments"] == 2


async def test_a_payload_is_split_by_vibes(account: Account) -> None:
    """900 characters are six parts, told to the phone as one text."""
    peer = await account.bind()
    text = ("0123456789" * 90).encode()
    message_id = await peer.sent(text=b"", tlvs=(payload(text),))
    told = await account.message(message_id)
    assert (told["segments"], told["text"]) == (6, text.decode())


async def test_alternate_delivery_is_sent_from_the_other_code(make_account: MakeAccount) -> None:
    """0x1403 of 1: what fails goes out again from the alternate code; 0 and absent: it does not."""
    codes = [{"code": "65047", "alternate": "77000"}, {"code": "77000"}]
    account = await make_account(source_codes=codes, carriers={"default": "instant"})
    peer = await account.bind()
    for octet, sent in ((b"\1", ["65047", "77000"]), (b"\0", ["65047"]), (None, ["65047"])):
        wish = (Tlv(tag=Tag.VIBES_ALTERNATE_DELIVERY, value=octet),) if octet else ()
        before = len((await account.control("GET", "/messages")).json["items"])
        await peer.sent("15005550003", tlvs=wish)
        await account.advance("1m")
        items = (await account.control("GET", "/messages")).json["items"]
        assert [item["code"] for item in items[before:]] == sent


@pytest.mark.parametrize("value", [b"\2", b"", b"\0\1"])
async def test_alternate_delivery_is_0_or_1(account: Account, value: bytes) -> None:
    """Another value of 0x1403 is 0xC4."""
    peer = await account.bind()
    wish = Tlv(tag=Tag.VIBES_ALTERNATE_DELIVERY, value=value)
    assert (await peer.submit(tlvs=(wish,))).status == 0xC4


async def test_alternate_delivery_is_not_for_long_messages(account: Account) -> None:
    """As 1033 says by HTTP: 0x45."""
    peer = await account.bind()
    wish = Tlv(tag=Tag.VIBES_ALTERNATE_DELIVERY, value=b"\1")
    long = payload(b"a" * 200)
    assert (await peer.submit(text=b"", tlvs=(wish, long))).status == 0x45
    part = b"\x05\x00\x03\x01\x02\x01a"
    assert (await peer.submit(text=part, tlvs=(wish,), esm_class=0x40)).status == 0x45


async def test_the_carrier_a_client_names_is_taken(account: Account) -> None:
    """0x1401 stands instead of the look-up; a closing NUL does no harm."""
    peer = await account.bind()
    for octets in (b"300", b"300\0"):
        message_id = await peer.sent(tlvs=(carrier(octets),))
        assert (await account.message(message_id))["carrier"] == "300"


async def test_parameters_that_nobody_knows_are_passed_over(account: Account) -> None:
    """Unknown and other vendors' parameters change nothing."""
    peer = await account.bind()
    odd = tuple(Tlv(tag=tag, value=b"xyz") for tag in (0x0003, 0x1402, 0x1500, 0x3FFF, 0xFFFE))
    assert (await peer.submit(tlvs=odd)).status == 0


async def _statuses(peer: Peer, count: int) -> list[int]:
    """What becomes of so many submits that are sent at once."""
    body: Body = message(ANN, b"Hello")
    answers = [peer.start(CommandId.SUBMIT_SM, body) for _ in range(count)]
    return [answer.status for answer in await asyncio.wait_for(asyncio.gather(*answers), 8)]


async def test_more_than_the_window_at_once_is_0x58(make_account: MakeAccount) -> None:
    """ESME_RTHROTTLED for what is beyond the window, whose own answers come all the same."""
    slow = {"match": {"surface": "smpp"}, "effect": {"delay": "100ms"}}
    account = await make_account({"window": 3}, faults=[slow])
    peer, other = await account.bind(), await account.bind()
    assert await _statuses(peer, 8) == [0, 0, 0, 0x58, 0x58, 0x58, 0x58, 0x58]
    assert await _statuses(other, 3) == [0, 0, 0]
    assert await _statuses(peer, 3) == [0, 0, 0]


async def test_more_than_the_throughput_is_0x58(make_account: MakeAccount) -> None:
    """ESME_RTHROTTLED beyond per_second, which each bind has for itself."""
    account = await make_account({"per_second": 4, "window": 50})
    peer, other = await account.bind(), await account.bind()
    assert await _statuses(peer, 10) == [0] * 4 + [0x58] * 6
    assert await _statuses(other, 4) == [0] * 4


async def test_what_was_refused_is_nowhere(account: Account) -> None:
    """A refused submit leaves no message and no row in the journal."""
    peer = await account.bind()
    rows = len(await account.events())
    for bad in ({"to": "x"}, {"source": "99999"}, {"text": b""}, {"data_coding": 3}):
        assert (await peer.submit(**bad)).status != 0
    assert (await account.control("GET", "/messages")).json["items"] == []
    assert len(await account.events()) == rows


def test_the_gsm_octets_of_these_tests_are_unpacked() -> None:
    """SMPP carries a septet in an octet."""
    assert encode("@$\u00c4A", GSM7) == b"\x00\x02[A"
