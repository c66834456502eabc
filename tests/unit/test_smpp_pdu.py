from __future__ import annotations

import pytest

from simulator.wire.smpp_bodies import (
    BODIES,
    AlertNotification,
    Bind,
    BindResp,
    Body,
    DataSm,
    Destination,
    DistributionList,
    Empty,
    MessageIdResp,
    QuerySm,
    QuerySmResp,
    ReplaceSm,
    ShortMessage,
    SubmitMulti,
    SubmitMultiResp,
    Unsuccessful,
)
from simulator.wire.smpp_codes import RESPONSE_BIT, CommandId, Status
from simulator.wire.smpp_pdu import MAX_LENGTH, BadPdu, Pdu, decode, encode, frame_length
from simulator.wire.smpp_tlv import Tag, Tlv, tlv_value

BIND = bytes.fromhex(
    "0000002f 00000002 00000000 00000001"
    "534d50503354455354 00 7365637265743038 00 5355424d495431 00 34 01 01 00"
)
"""The worked example of the standard (SMPP 3.4, 3.2.5), with interface_version 3.4."""


def _raw(command: int, body: str | bytes, *, status: int = 0, sequence: int = 7) -> bytes:
    octets = bytes.fromhex(body) if isinstance(body, str) else body
    head = (16 + len(octets), command, status, sequence)
    return b"".join(number.to_bytes(4, "big") for number in head) + octets


def _refused(octets: bytes) -> tuple[int, int, int]:
    with pytest.raises(BadPdu) as caught:
        decode(octets)
    return caught.value.status, caught.value.command, caught.value.sequence


def test_the_bind_of_the_standard() -> None:
    """The example octets of the standard are a bind_transmitter, and are written as they were."""
    pdu = decode(BIND)
    assert pdu == Pdu(
        command=CommandId.BIND_TRANSMITTER,
        sequence=1,
        body=Bind(
            system_id="SMPP3TEST",
            password="secret08",
            system_type="SUBMIT1",
            interface_version=0x34,
            addr_ton=1,
            addr_npi=1,
        ),
    )
    assert encode(pdu) == BIND


@pytest.mark.parametrize(
    ("command", "body", "octets"),
    [
        (CommandId.ENQUIRE_LINK, Empty(), ""),
        (CommandId.QUERY_SM, QuerySm(message_id="m", source_addr="12"), "6d00 00 00 313200"),
        (
            CommandId.QUERY_SM_RESP,
            QuerySmResp(message_id="m", final_date="", message_state=2, error_code=9),
            "6d00 00 02 09",
        ),
        (
            CommandId.SUBMIT_SM,
            ShortMessage(source_addr="1", destination_addr="2", data_coding=8, short_message=b"ab"),
            "00 00003100 00003200 00 00 00 00 00 00 00 08 00 026162",
        ),
        (
            CommandId.REPLACE_SM,
            ReplaceSm(message_id="m", registered_delivery=1, short_message=b"a"),
            "6d00 000000 00 00 01 00 0161",
        ),
        (
            CommandId.DATA_SM,
            DataSm(esm_class=64, data_coding=4, tlvs=(Tlv(tag=0x0424, value=b"ab"),)),
            "00 000000 000000 40 00 04 042400026162",
        ),
        (
            CommandId.SUBMIT_MULTI,
            SubmitMulti(
                destinations=(Destination(ton=1, npi=1, address="2"), DistributionList(name="L"))
            ),
            "00 000000 02 0101013200 024c00 00 00 00 00 00 00 00 00 00 00",
        ),
        (
            CommandId.SUBMIT_MULTI_RESP,
            SubmitMultiResp(message_id="m", unsuccessful=(Unsuccessful(address="2", status=11),)),
            "6d00 01 00003200 0000000b",
        ),
        (
            CommandId.ALERT_NOTIFICATION,
            AlertNotification(source_addr="1", esme_addr="2", tlvs=(Tlv(tag=0x422, value=b"\0"),)),
            "00003100 00003200 0422000100",
        ),
        (
            CommandId.BIND_TRANSCEIVER_RESP,
            BindResp(system_id="v", tlvs=(Tlv(tag=0x0210, value=b"4"),)),
            "7600 0210000134",
        ),
    ],
)
def test_a_body_is_its_octets(command: CommandId, body: Body, octets: str) -> None:
    """Fields stand in the standard's order, each in its size."""
    pdu = Pdu(command=command, sequence=7, body=body)
    assert encode(pdu) == _raw(command, octets)
    assert decode(_raw(command, octets)) == pdu


def test_every_command_has_a_body_and_every_response_its_request() -> None:
    """The table of bodies has each command; the number of a response is its request's and a bit."""
    assert set(BODIES) == set(CommandId)
    responses = {command for command in CommandId if command & RESPONSE_BIT}
    assert {command & ~RESPONSE_BIT for command in responses - {CommandId.GENERIC_NACK}} == {
        command for command in set(CommandId) - responses if command not in (0x0B, 0x102)
    }


def test_a_parameter_is_found_by_its_tag() -> None:
    """The first of that tag, or None; a vendor's and an unknown one are kept as they came."""
    resp = MessageIdResp(
        message_id="m",
        tlvs=(
            Tlv(tag=Tag.VIBES_CARRIER_CODE, value=b"104"),
            Tlv(tag=0x3FFF, value=b""),
            Tlv(tag=Tag.VIBES_CARRIER_CODE, value=b"105"),
        ),
    )
    pdu = decode(encode(Pdu(command=CommandId.SUBMIT_SM_RESP, sequence=1, body=resp)))
    assert pdu.body == resp
    assert tlv_value(resp.tlvs, Tag.VIBES_CARRIER_CODE) == b"104"
    assert tlv_value(resp.tlvs, 0x3FFF) == b""
    assert tlv_value(resp.tlvs, Tag.MESSAGE_STATE) is None


@pytest.mark.parametrize(
    "command",
    [
        CommandId.BIND_TRANSCEIVER_RESP,
        CommandId.SUBMIT_SM_RESP,
        CommandId.DELIVER_SM_RESP,
        CommandId.DATA_SM_RESP,
    ],
)
def test_these_responses_may_lack_their_body(command: CommandId) -> None:
    """A header alone is a response with an empty body, whatever its status."""
    for status in (Status.ROK, Status.RTHROTTLED):
        octets = _raw(command, "", status=status)
        assert decode(octets) == Pdu(command=command, status=status, sequence=7)
        assert encode(decode(octets)) == octets


def test_a_failed_response_may_lack_its_body() -> None:
    """A query_sm_resp without a body is one with a status, and no PDU with status 0."""
    octets = _raw(CommandId.QUERY_SM_RESP, "", status=Status.RQUERYFAIL)
    assert decode(octets).body == Empty()
    assert _refused(_raw(CommandId.QUERY_SM_RESP, ""))[0] == Status.RINVCMDLEN
    with pytest.raises(ValueError, match="Empty is not a body"):
        encode(Pdu(command=CommandId.QUERY_SM_RESP, sequence=1))


def test_a_name_or_password_may_be_longer_than_the_standard_has_it() -> None:
    """64 characters are a system_id or a password; 65 are not, and other fields keep their size."""
    bind = Pdu(
        command=CommandId.BIND_RECEIVER,
        sequence=1,
        body=Bind(system_id="s" * 64, password="p" * 64),
    )
    assert decode(encode(bind)) == bind
    for body, reason in (
        (Bind(system_id="s" * 65), "system_id: .* longer than 64"),
        (Bind(password="p" * 65), "password: .* longer than 64"),
        (Bind(system_type="t" * 13), "system_type: .* longer than 12"),
    ):
        with pytest.raises(ValueError, match=reason):
            encode(Pdu(command=CommandId.BIND_RECEIVER, sequence=1, body=body))
    too_long = b"s\0" + b"p\0" + b"t" * 13 + b"\0" + b"\x34\0\0\0"
    assert _refused(_raw(CommandId.BIND_RECEIVER, too_long))[0] == Status.RINVCMDLEN


MESSAGE = "00 00003100 00003200 00 00 00 00 00 00 00 00 00"


@pytest.mark.parametrize(
    ("command", "body", "status"),
    [
        (0x0A, "", Status.RINVCMDID),
        (0x80000015 + 1, "", Status.RINVCMDID),
        (CommandId.ENQUIRE_LINK, "00", Status.RINVCMDLEN),
        (CommandId.BIND_RECEIVER, "", Status.RINVCMDLEN),
        (CommandId.BIND_RECEIVER, "61", Status.RINVCMDLEN),
        (CommandId.QUERY_SM, "6d00 00", Status.RINVCMDLEN),
        (CommandId.QUERY_SM, "6d00 0000 00 00", Status.RINVCMDLEN),
        (CommandId.SUBMIT_SM, "", Status.RINVCMDLEN),
        (CommandId.SUBMIT_SM, MESSAGE, Status.RINVCMDLEN),
        (CommandId.SUBMIT_SM, MESSAGE + "0261", Status.RINVMSGLEN),
        (CommandId.SUBMIT_SM, MESSAGE + "ff" + "61" * 255, Status.RINVMSGLEN),
        (CommandId.SUBMIT_SM, MESSAGE + "00 0424", Status.RINVOPTPARSTREAM),
        (CommandId.SUBMIT_SM, MESSAGE + "00 0424000261", Status.RINVOPTPARSTREAM),
        (CommandId.SUBMIT_SM, MESSAGE + "00 020c000101", Status.RINVPARLEN),
        (CommandId.SUBMIT_MULTI, "00 000000 00", Status.RINVNUMDESTS),
        (CommandId.SUBMIT_MULTI, "00 000000 01 03", Status.RINVDESTFLAG),
    ],
)
def test_what_is_no_pdu_says_the_status_that_answers_it(
    command: int, body: str, status: Status
) -> None:
    """The refusal has the status, and the command and sequence number to answer."""
    assert _refused(_raw(command, body)) == (status, command, 7)


@pytest.mark.parametrize(
    ("octets", "command", "sequence"),
    [
        (b"", 0, 0),
        (BIND[:15], 2, 0),
        (BIND[:-1], 2, 1),
        (BIND + b"\0", 2, 1),
        (BIND * 2, 2, 1),
    ],
)
def test_decode_wants_one_whole_pdu(octets: bytes, command: int, sequence: int) -> None:
    """Fewer or more octets than command_length says are a wrong length."""
    assert _refused(octets) == (Status.RINVCMDLEN, command, sequence)


@pytest.mark.parametrize("length", [16, 47, MAX_LENGTH])
def test_a_frame_is_as_long_as_it_says(length: int) -> None:
    """The first four octets are the length; what follows them does not matter."""
    assert frame_length(length.to_bytes(4, "big") + b"anything") == length


@pytest.mark.parametrize(
    "head", [b"", b"\0\0\0", b"\0\0\0\0", b"\0\0\0\x0f", b"\0\x01\0\x01", b"GET /"]
)
def test_a_length_that_cannot_be_is_no_frame(head: bytes) -> None:
    """Less than a header, more than 64 KiB, or another protocol altogether."""
    with pytest.raises(BadPdu) as caught:
        frame_length(head)
    assert (caught.value.status, caught.value.command) == (Status.RINVCMDLEN, 0)


@pytest.mark.parametrize(
    ("command", "body", "reason"),
    [
        (0x0A, Empty(), "0xa is not a command"),
        (CommandId.SUBMIT_SM, Empty(), "Empty is not a body"),
        (CommandId.SUBMIT_SM, Bind(), "Bind is not a body"),
        (CommandId.SUBMIT_SM, ShortMessage(source_addr="1" * 21), "source_addr: .* longer than 20"),
        (CommandId.SUBMIT_SM, ShortMessage(source_addr="1\x002"), "source_addr: .* holds a NUL"),
        (CommandId.SUBMIT_SM, ShortMessage(source_addr="ש"), "source_addr: .*can't encode"),
        (CommandId.SUBMIT_SM, ShortMessage(data_coding=256), "data_coding: 256 does not fit"),
        (CommandId.SUBMIT_SM, ShortMessage(data_coding=-1), "data_coding: -1 does not fit"),
        (CommandId.SUBMIT_SM, ShortMessage(short_message=b"x" * 255), "254 octets, not 255"),
        (CommandId.SUBMIT_SM, ShortMessage(tlvs=(Tlv(tag=65536, value=b""),)), "not a tag"),
        (CommandId.SUBMIT_SM, ShortMessage(tlvs=(Tlv(tag=0x427, value=b"12"),)), "0x0427 cannot"),
        (
            CommandId.SUBMIT_SM,
            ShortMessage(tlvs=(Tlv(tag=0x424, value=b"x" * 65535),)),
            "at most 65536",
        ),
        (CommandId.SUBMIT_MULTI, SubmitMulti(destinations=()), "destinations: 0 destinations"),
        (
            CommandId.SUBMIT_MULTI,
            SubmitMulti(destinations=(DistributionList(name="L" * 21),)),
            "destinations: name: .* longer than 20",
        ),
        (
            CommandId.SUBMIT_MULTI_RESP,
            SubmitMultiResp(unsuccessful=(Unsuccessful(),) * 256),
            "256 phones",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_not_written(command: int, body: Body, reason: str) -> None:
    """The ValueError names the field and what is wrong with it."""
    with pytest.raises(ValueError, match=reason):
        encode(Pdu(command=command, sequence=1, body=body))


def test_a_header_that_does_not_fit_is_not_written() -> None:
    """Status and sequence number have four octets each."""
    for status, sequence in ((-1, 1), (0, -1), (1 << 32, 1), (0, 1 << 32)):
        with pytest.raises(ValueError, match="four octets"):
            encode(Pdu(command=CommandId.UNBIND, status=status, sequence=sequence))
