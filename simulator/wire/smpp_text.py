"""What stands in a message of SMPP: its coding, its user data header, and which part it is.

GSM text is unpacked here, one septet in an octet, as SMPP carries it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, NamedTuple

from simulator.domain.alphabets import GSM7, UCS2, Alphabet, decode, encode, has
from simulator.wire.smpp_bodies import DataSm, ShortMessage, SubmitMulti
from simulator.wire.smpp_codes import Status
from simulator.wire.smpp_tlv import Tag, Tlv, tlv_value

UDH_INDICATOR = 0x40
"""The bit of `esm_class` that says the message begins with a user data header."""

DELIVERY_RECEIPT = 0x04
"""The `esm_class` of a deliver_sm that is a delivery receipt."""

INTERMEDIATE_NOTIFICATION = 0x20
"""The `esm_class` of a deliver_sm that says where a message stands before its end."""

Default = Literal["ascii", "gsm", "standard"]
"""What an account has as its default: one of Vibes' two kinds, or SMPP 3.4 without Vibes."""

_CONCATENATION_8, _CONCATENATION_16 = 0x00, 0x08
_IE_LENGTHS = {_CONCATENATION_8: 3, _CONCATENATION_16: 4, 0x04: 2, 0x05: 4}
"""The information elements that are understood; 4 and 5 are port addresses."""


class Coding(StrEnum):
    """How the octets of a message stand for its text, where they do (SMPP 3.4, 5.2.19)."""

    ASCII = "ascii"
    GSM = "gsm"
    UCS2 = "ucs2"
    BINARY = "binary"
    LATIN1 = "latin1"


_CODINGS: dict[Default, dict[int, Coding]] = {
    "ascii": {0: Coding.ASCII, 1: Coding.ASCII, 4: Coding.GSM, 8: Coding.UCS2},
    "gsm": {0: Coding.GSM, 1: Coding.ASCII, 8: Coding.UCS2},
    "standard": {
        0: Coding.ASCII,
        1: Coding.ASCII,
        2: Coding.BINARY,
        3: Coding.LATIN1,
        4: Coding.BINARY,
        8: Coding.UCS2,
    },
}


class Part(NamedTuple):
    """Which part of a long message this is; a reference of `bits` (8 or 16) is common to all.

    Source: 3GPP TS 23.040, 9.2.3.24.
    """

    reference: int
    total: int
    number: int
    bits: Literal[8, 16]


class BadUdh(ValueError):
    """A user data header that Vibes answers with 0x405 (Connect: response-codes)."""

    status = Status.RINVUDHIE


def coding_of(data_coding: int, default: Default) -> Coding | None:
    """What a `data_coding` means to an account, or None where it is not supported.

    4 is GSM to Vibes, though SMPP has octets there. Source: Connect: encoding-message-settings.
    """
    return _CODINGS[default].get(data_coding)


def decode_text(octets: bytes, coding: Coding) -> str:
    """The text of the octets. What is no character becomes `?` in ASCII, else U+FFFD.

    The last octet of an odd number is no UCS-2 and is left out; binary reads as Latin-1.
    Source: 3GPP TS 23.038.
    """
    match coding:
        case Coding.ASCII:
            return octets.decode("ascii", "replace").replace("\ufffd", "?")
        case Coding.GSM:
            return decode(octets, GSM7)
        case Coding.UCS2:
            return decode(octets, UCS2)
        case Coding.LATIN1 | Coding.BINARY:
            return octets.decode("latin-1")


def encode_text(text: str, coding: Coding) -> bytes:
    """The octets of a text; a character that the coding lacks becomes `?`.

    Source: 3GPP TS 23.038.
    """
    match coding:
        case Coding.ASCII:
            return text.encode("ascii", "replace")
        case Coding.GSM:
            return encode(_held(text, GSM7), GSM7)
        case Coding.UCS2:
            return encode(_held(text, UCS2), UCS2)
        case Coding.LATIN1 | Coding.BINARY:
            return text.encode("latin-1", "replace")


def user_data(body: ShortMessage | SubmitMulti | DataSm) -> bytes:
    """The octets of a message: `short_message`, or `message_payload` where that is empty.

    Source: SMPP 3.4, 5.3.2.32.
    """
    short = b"" if isinstance(body, DataSm) else body.short_message
    return short or tlv_value(body.tlvs, Tag.MESSAGE_PAYLOAD) or b""


def read_udh(octets: bytes) -> tuple[Part | None, bytes]:
    """Which part a message is, if its header says so, and the octets behind the header.

    Port addresses are passed over; of two concatenation elements the last one counts. Raises
    BadUdh for any other element, a length that does not fit, and a part number that cannot be.
    Source: 3GPP TS 23.040, 9.2.3.24.
    """
    if not octets or octets[0] >= len(octets):
        raise BadUdh("the user data header is longer than the message")
    end = octets[0] + 1
    part, at = None, 1
    while at < end:
        element, length = octets[at], octets[at + 1] if at + 1 < end else -1
        value = octets[at + 2 : min(at + 2 + length, end)]
        if _IE_LENGTHS.get(element) != length or len(value) != length:
            raise BadUdh(f"information element {element:#04x} of {length} octets")
        part = _part(element, value) or part
        at += 2 + length
    return part, octets[end:]


def write_udh(part: Part) -> bytes:
    """The user data header of one part. Raises ValueError for numbers that cannot be.

    Source: 3GPP TS 23.040, 9.2.3.24.1 and 9.2.3.24.8.
    """
    size = part.bits // 8
    if not (_is_part(part) and part.total <= 0xFF and 0 <= part.reference < 1 << part.bits):
        raise ValueError(f"{part} cannot be")
    element = _CONCATENATION_8 if part.bits == 8 else _CONCATENATION_16
    value = part.reference.to_bytes(size, "big") + bytes([part.total, part.number])
    return bytes([len(value) + 2, element, len(value)]) + value


def read_sar(tlvs: tuple[Tlv, ...]) -> Part | None:
    """Which part a message is by its `sar_` parameters.

    None where one of the three is missing or cannot be: they are then ignored, as the standard
    has it. Source: SMPP 3.4, 5.3.2.22.
    """
    tags = (Tag.SAR_MSG_REF_NUM, Tag.SAR_TOTAL_SEGMENTS, Tag.SAR_SEGMENT_SEQNUM)
    found = [value for tag in tags if (value := tlv_value(tlvs, tag))]
    if len(found) < len(tags):
        return None
    reference, total, number = (int.from_bytes(value, "big") for value in found)
    part = Part(reference, total, number, 16)
    return part if _is_part(part) else None


def _held(text: str, alphabet: Alphabet) -> str:
    return "".join(character if has(alphabet, character) else "?" for character in text)


def _part(element: int, value: bytes) -> Part | None:
    if element not in (_CONCATENATION_8, _CONCATENATION_16):
        return None
    bits: Literal[8, 16] = 8 if element == _CONCATENATION_8 else 16
    part = Part(int.from_bytes(value[:-2], "big"), value[-2], value[-1], bits)
    if not _is_part(part):
        raise BadUdh(f"part {part.number} of {part.total}")
    return part


def _is_part(part: Part) -> bool:
    return 1 <= part.number <= part.total
