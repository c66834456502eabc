from __future__ import annotations

from typing import Literal

import pytest

from simulator.wire.smpp_bodies import DataSm, ShortMessage
from simulator.wire.smpp_text import (
    BadUdh,
    Coding,
    Default,
    Part,
    coding_of,
    decode_text,
    encode_text,
    read_sar,
    read_udh,
    user_data,
    write_udh,
)
from simulator.wire.smpp_tlv import Tag, Tlv


@pytest.mark.parametrize(
    ("default", "expected"),
    [
        ("ascii", {0: "ascii", 1: "ascii", 4: "gsm", 8: "ucs2"}),
        ("gsm", {0: "gsm", 1: "ascii", 8: "ucs2"}),
        ("standard", {0: "ascii", 1: "ascii", 2: "binary", 3: "latin1", 4: "binary", 8: "ucs2"}),
    ],
)
def test_data_coding_means_what_the_account_has(default: Default, expected: dict[int, str]) -> None:
    """Vibes' two tables and the standard's; every other number is not supported."""
    found = {number: coding_of(number, default) for number in range(256)}
    assert {number: coding for number, coding in found.items() if coding is not None} == expected


@pytest.mark.parametrize(
    ("coding", "text", "octets"),
    [
        (Coding.ASCII, "Hi @ $_", b"Hi @ $_"),
        (Coding.GSM, "Hi @ $_", b"Hi \x00 \x02\x11"),
        (Coding.GSM, "[10 €]", b"\x1b<10 \x1be\x1b>"),
        (Coding.UCS2, "aש", b"\x00a\x05\xe9"),
        (Coding.UCS2, "\U0001f600", b"\xd8\x3d\xde\x00"),
        (Coding.LATIN1, "é", b"\xe9"),
        (Coding.BINARY, "\x00ÿ", b"\x00\xff"),
    ],
)
def test_a_text_is_its_octets(coding: Coding, text: str, octets: bytes) -> None:
    """Each coding gives the octets of a text, and the text of those octets."""
    assert encode_text(text, coding) == octets
    assert decode_text(octets, coding) == text


@pytest.mark.parametrize(
    ("coding", "text", "octets"),
    [
        (Coding.ASCII, "aé€", b"a??"),
        (Coding.GSM, "aש", b"a?"),
        (Coding.UCS2, "a\ud800", b"\x00a\x00?"),
        (Coding.LATIN1, "a€", b"a?"),
    ],
)
def test_a_character_a_coding_lacks_is_a_question_mark(
    coding: Coding, text: str, octets: bytes
) -> None:
    """Encoding never fails: what cannot be written is `?`."""
    assert encode_text(text, coding) == octets


def test_octets_that_are_no_text_are_replaced() -> None:
    """An octet over 127 is no ASCII or GSM, half a surrogate pair no text, a lone octet nothing."""
    assert decode_text(b"a\xe9", Coding.ASCII) == "a?"
    assert decode_text(b"a\xe9", Coding.GSM) == "a\ufffd"
    assert decode_text(b"\x00a\xd8\x3d", Coding.UCS2) == "a\ufffd"
    assert decode_text(b"\x00a\x00", Coding.UCS2) == "a"


@pytest.mark.parametrize("coding", list(Coding))
def test_any_octet_can_be_read(coding: Coding) -> None:
    """Every octet, alone or behind another, decodes to a text."""
    for first in range(256):
        for octets in (bytes([first]), bytes([first, 0x1B]), bytes([0x1B, first])):
            assert isinstance(decode_text(octets, coding), str)


@pytest.mark.parametrize(
    ("part", "octets"),
    [
        (Part(0xCC, 3, 1, 8), "050003cc0301"),
        (Part(0x01CC, 3, 3, 16), "06080401cc0303"),
    ],
)
def test_a_concatenation_header_is_its_octets(part: Part, octets: str) -> None:
    """Element 0 has a reference of 8 bits, element 8 one of 16; the text follows."""
    assert write_udh(part).hex() == octets
    assert read_udh(bytes.fromhex(octets) + b"text") == (part, b"text")


def test_a_header_may_hold_port_addresses() -> None:
    """Ports of 8 and 16 bits are passed over, with or without a concatenation beside them."""
    assert read_udh(bytes.fromhex("060504158115b3") + b"x") == (None, b"x")
    assert read_udh(bytes.fromhex("04040215b3") + b"x") == (None, b"x")
    assert read_udh(bytes.fromhex("0b050415811582000301" + "0202") + b"x") == (
        Part(1, 2, 2, 8),
        b"x",
    )


def test_an_empty_header_says_nothing() -> None:
    """A header of no elements is no part of anything."""
    assert read_udh(b"\x00text") == (None, b"text")


def test_the_last_of_two_concatenations_counts() -> None:
    """A repeated element replaces the one before it."""
    assert read_udh(bytes.fromhex("0b0003010201" + "0804000a0202")) == (Part(10, 2, 2, 16), b"")


@pytest.mark.parametrize(
    "octets",
    [
        "",
        "05",
        "0500030102",  # ends before the header does
        "0100",  # an element without its length
        "040003cc03" + "0101",  # an element longer than the header
        "050103cc0301",  # element 1: special SMS message indication
        "032401" + "00",  # element 0x24: a national language
        "040002cc03",  # a concatenation of two octets
        "050003cc0300",  # part 0
        "050003cc0304",  # part 4 of 3
        "050003cc0000",  # part 0 of 0
        "06080401cc0304",
    ],
)
def test_a_header_that_cannot_be_is_0x405(octets: str) -> None:
    """Unknown elements, lengths that do not fit and impossible parts get Vibes' status."""
    with pytest.raises(BadUdh) as caught:
        read_udh(bytes.fromhex(octets))
    assert caught.value.status == 0x405


@pytest.mark.parametrize(
    ("reference", "total", "number", "bits"),
    [(256, 2, 1, 8), (65536, 2, 1, 16), (-1, 2, 1, 8), (1, 256, 1, 8), (1, 2, 0, 8), (1, 2, 3, 16)],
)
def test_a_part_that_cannot_be_is_not_written(
    reference: int, total: int, number: int, bits: Literal[8, 16]
) -> None:
    """A reference, a total or a number out of its range is a ValueError."""
    with pytest.raises(ValueError, match="cannot be"):
        write_udh(Part(reference, total, number, bits))


def _sar(reference: bytes, total: bytes, number: bytes) -> tuple[Tlv, ...]:
    return (
        Tlv(tag=Tag.SAR_SEGMENT_SEQNUM, value=number),
        Tlv(tag=Tag.SAR_MSG_REF_NUM, value=reference),
        Tlv(tag=Tag.SAR_TOTAL_SEGMENTS, value=total),
    )


def test_the_sar_parameters_say_which_part() -> None:
    """Reference, total and number in any order; a reference of 0 is one."""
    assert read_sar(_sar(b"\x01\x02", b"\x03", b"\x02")) == Part(0x0102, 3, 2, 16)
    assert read_sar(_sar(b"\x00\x00", b"\x01", b"\x01")) == Part(0, 1, 1, 16)


@pytest.mark.parametrize(
    "tlvs",
    [
        (),
        _sar(b"\x01\x02", b"\x03", b"\x02")[:2],
        _sar(b"\x01\x02", b"\x03", b"\x00"),
        _sar(b"\x01\x02", b"\x03", b"\x04"),
        _sar(b"\x01\x02", b"\x00", b"\x00"),
    ],
)
def test_sar_parameters_that_cannot_be_are_ignored(tlvs: tuple[Tlv, ...]) -> None:
    """A missing one, part 0, part 4 of 3: the message stands for itself."""
    assert read_sar(tlvs) is None


def test_the_text_is_in_the_message_or_in_the_payload() -> None:
    """`short_message` where it has octets, else `message_payload`, else nothing."""
    payload = (Tlv(tag=Tag.MESSAGE_PAYLOAD, value=b"long"),)
    assert user_data(ShortMessage(short_message=b"short", tlvs=payload)) == b"short"
    assert user_data(ShortMessage(tlvs=payload)) == b"long"
    assert user_data(DataSm(tlvs=payload)) == b"long"
    assert user_data(ShortMessage()) == b""
