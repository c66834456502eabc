from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.wire.smpp_bodies import (
    BODIES,
    AlertNotification,
    Bind,
    BindResp,
    Body,
    CancelSm,
    DataSm,
    Destination,
    DistributionList,
    Empty,
    MessageIdResp,
    Outbind,
    QuerySm,
    QuerySmResp,
    ReplaceSm,
    ShortMessage,
    SubmitMulti,
    SubmitMultiResp,
    Unsuccessful,
)
from simulator.wire.smpp_codes import RESPONSE_BIT, Status
from simulator.wire.smpp_fields import LONGEST_MESSAGE
from simulator.wire.smpp_pdu import BadPdu, Pdu, decode, encode, frame_length
from simulator.wire.smpp_text import (
    BadUdh,
    Coding,
    Part,
    decode_text,
    encode_text,
    read_udh,
    write_udh,
)
from simulator.wire.smpp_tlv import Tag, Tlv

OCTETS = st.integers(0, 0xFF)
WORDS = st.integers(0, 0xFFFFFFFF)
MESSAGES = st.binary(max_size=LONGEST_MESSAGE)
BOUND_TLVS = st.builds(
    Tlv, tag=st.just(Tag.SAR_MSG_REF_NUM), value=st.binary(min_size=2, max_size=2)
)
FREE_TLVS = st.builds(
    Tlv,
    tag=st.sampled_from([Tag.MESSAGE_PAYLOAD, Tag.VIBES_CARRIER_CODE])
    | st.integers(0x1400, 0xFFFF),
    value=st.binary(max_size=300),
)
TLVS = st.lists(BOUND_TLVS | FREE_TLVS, max_size=4).map(tuple)


def strings(size: int) -> st.SearchStrategy[str]:
    """C-octet strings of a field of that size: every octet but NUL."""
    characters = st.characters(min_codepoint=1, max_codepoint=0xFF)
    return st.text(characters, max_size=size - 1)


ADDRESS = {"ton": OCTETS, "npi": OCTETS, "address": strings(21)}
CREDENTIALS = {"system_id": strings(65), "password": strings(65)}


def addressed(name: str, full: str, size: int = 21) -> dict[str, st.SearchStrategy[object]]:
    """The three fields of an address."""
    return {f"{name}_addr_ton": OCTETS, f"{name}_addr_npi": OCTETS, full: strings(size)}


SOURCE = addressed("source", "source_addr")
DESTINATION = addressed("dest", "destination_addr")
MESSAGE = {
    "esm_class": OCTETS,
    "protocol_id": OCTETS,
    "priority_flag": OCTETS,
    "schedule_delivery_time": strings(17),
    "validity_period": strings(17),
    "registered_delivery": OCTETS,
    "replace_if_present_flag": OCTETS,
    "data_coding": OCTETS,
    "sm_default_msg_id": OCTETS,
    "short_message": MESSAGES,
    "tlvs": TLVS,
}
DESTINATIONS = st.builds(Destination, **ADDRESS) | st.builds(DistributionList, name=strings(21))

BUILDERS: dict[type[Body], st.SearchStrategy[Body]] = {
    Empty: st.just(Empty()),
    Bind: st.builds(
        Bind,
        **CREDENTIALS,
        system_type=strings(13),
        interface_version=OCTETS,
        addr_ton=OCTETS,
        addr_npi=OCTETS,
        address_range=strings(41),
    ),
    BindResp: st.builds(BindResp, system_id=strings(65), tlvs=TLVS),
    Outbind: st.builds(Outbind, **CREDENTIALS),
    ShortMessage: st.builds(
        ShortMessage, service_type=strings(6), **SOURCE, **DESTINATION, **MESSAGE
    ),
    MessageIdResp: st.builds(MessageIdResp, message_id=strings(65), tlvs=TLVS),
    QuerySm: st.builds(QuerySm, message_id=strings(65), **SOURCE),
    QuerySmResp: st.builds(
        QuerySmResp,
        message_id=strings(65),
        final_date=strings(17),
        message_state=OCTETS,
        error_code=OCTETS,
    ),
    CancelSm: st.builds(
        CancelSm, service_type=strings(6), message_id=strings(65), **SOURCE, **DESTINATION
    ),
    ReplaceSm: st.builds(
        ReplaceSm,
        message_id=strings(65),
        **SOURCE,
        schedule_delivery_time=strings(17),
        validity_period=strings(17),
        registered_delivery=OCTETS,
        sm_default_msg_id=OCTETS,
        short_message=MESSAGES,
    ),
    DataSm: st.builds(
        DataSm,
        service_type=strings(6),
        **addressed("source", "source_addr", 65),
        **addressed("dest", "destination_addr", 65),
        esm_class=OCTETS,
        registered_delivery=OCTETS,
        data_coding=OCTETS,
        tlvs=TLVS,
    ),
    SubmitMulti: st.builds(
        SubmitMulti,
        service_type=strings(6),
        **SOURCE,
        destinations=st.lists(DESTINATIONS, min_size=1, max_size=5).map(tuple),
        **MESSAGE,
    ),
    SubmitMultiResp: st.builds(
        SubmitMultiResp,
        message_id=strings(65),
        unsuccessful=st.lists(st.builds(Unsuccessful, **ADDRESS, status=WORDS), max_size=5).map(
            tuple
        ),
    ),
    AlertNotification: st.builds(
        AlertNotification,
        **addressed("source", "source_addr", 65),
        **addressed("esme", "esme_addr", 65),
        tlvs=TLVS,
    ),
}


def pdus(command: int) -> st.SearchStrategy[Pdu]:
    """PDUs of one command with every field drawn."""
    return st.builds(
        Pdu, command=st.just(command), status=WORDS, sequence=WORDS, body=BUILDERS[BODIES[command]]
    )


ANY_PDU = st.sampled_from(sorted(BODIES)).flatmap(pdus)


def held(octets: bytes) -> Pdu | BadPdu:
    """What decode makes of the octets; anything but these two fails the test."""
    try:
        pdu = decode(octets)
    except BadPdu as bad:
        return BadPdu(Status(bad.status), str(bad), command=bad.command, sequence=bad.sequence)
    assert encode(pdu) == octets
    return pdu


@pytest.mark.parametrize("command", sorted(BODIES))
def test_every_pdu_comes_back_as_it_went(command: int) -> None:
    """Octets of a PDU are that PDU again, and their length is the frame's."""

    @settings(max_examples=60)
    @given(pdus(command))
    def holds(pdu: Pdu) -> None:
        octets = encode(pdu)
        assert frame_length(octets[:4]) == len(octets)
        assert decode(octets) == pdu

    holds()


@settings(max_examples=2000)
@given(st.binary(max_size=120))
def test_any_octets_are_a_pdu_or_a_bad_one(octets: bytes) -> None:
    """Octets of whatever origin never raise anything but BadPdu."""
    held(octets)


@settings(max_examples=3000)
@given(st.sampled_from(sorted(BODIES)), st.sampled_from([0, 0x58]), st.binary(max_size=120))
def test_any_body_behind_a_right_header_is_a_pdu_or_a_bad_one(
    command: int, status: int, body: bytes
) -> None:
    """A right length and a known command, and octets of whatever origin behind them."""
    head = (16 + len(body), command, status, 7)
    found = held(b"".join(number.to_bytes(4, "big") for number in head) + body)
    assert (found.command, found.sequence) == (command, 7)


@settings(max_examples=2000)
@given(ANY_PDU, st.data())
def test_a_damaged_pdu_is_a_pdu_or_a_bad_one(pdu: Pdu, data: st.DataObject) -> None:
    """An octet changed, a stretch cut out or put in, and the length mended or not."""
    octets = bytearray(encode(pdu))
    start = data.draw(st.integers(0, len(octets) - 1))
    end = data.draw(st.integers(start, min(len(octets), start + 8)))
    octets[start:end] = data.draw(st.binary(max_size=8))
    if data.draw(st.booleans()) and len(octets) >= 4:
        octets[:4] = len(octets).to_bytes(4, "big")
    held(bytes(octets))


@settings(max_examples=300)
@given(ANY_PDU)
def test_a_pdu_cut_anywhere_is_a_bad_one(pdu: Pdu) -> None:
    """No beginning of a PDU is one; the length in its header tells."""
    octets = encode(pdu)
    assert all(isinstance(held(octets[:end]), BadPdu) for end in range(len(octets)))


@given(WORDS, WORDS)
def test_a_response_may_come_with_its_header_only(status: int, sequence: int) -> None:
    """Every response whose status is not 0 comes back without its body."""
    for command in BODIES:
        if command & RESPONSE_BIT and status:
            pdu = Pdu(command=command, status=status, sequence=sequence)
            assert decode(encode(pdu)) == pdu


@settings(max_examples=500)
@given(st.binary(max_size=40))
def test_any_octets_have_a_header_or_a_bad_one(octets: bytes) -> None:
    """A user data header is read, or refused with BadUdh, and what follows is the message's end."""
    try:
        part, rest = read_udh(octets)
    except BadUdh:
        return
    assert octets.endswith(rest)
    assert part is None or write_udh(part)


@given(st.sampled_from([8, 16]), st.data())
def test_a_part_comes_back_as_it_went(bits: int, data: st.DataObject) -> None:
    """A concatenation header is read as what was written, and the text behind it is whole."""
    total = data.draw(st.integers(1, 255))
    number = data.draw(st.integers(1, total))
    reference = data.draw(st.integers(0, (1 << bits) - 1))
    part = Part(reference, total, number, 8 if bits == 8 else 16)
    assert read_udh(write_udh(part) + b"text") == (part, b"text")


@given(st.sampled_from(list(Coding)), st.text(max_size=60), st.binary(max_size=60))
def test_text_never_fails(coding: Coding, text: str, octets: bytes) -> None:
    """Any text has octets and any octets a text; what was written once reads and writes the same."""
    written = encode_text(text, coding)
    assert encode_text(decode_text(written, coding), coding) == written
    assert isinstance(decode_text(octets, coding), str)
