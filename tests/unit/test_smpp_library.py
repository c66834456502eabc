"""smpplib, a client of SMPP that others wrote, and the codec understand each other."""

from __future__ import annotations

import importlib

import pytest

from simulator.wire.smpp_bodies import (
    Bind,
    BindResp,
    Body,
    Empty,
    MessageIdResp,
    QuerySm,
    QuerySmResp,
    ShortMessage,
)
from simulator.wire.smpp_codes import CommandId, Status
from simulator.wire.smpp_pdu import Pdu, decode, encode
from simulator.wire.smpp_tlv import Tag, Tlv

# smpplib has no types: it is imported by name, so that what it gives is Any, and stays here.
client = importlib.import_module("smpplib.client")
consts = importlib.import_module("smpplib.consts")
pdus = importlib.import_module("smpplib.pdu")
smpp = importlib.import_module("smpplib.smpp")


def _written(name: str, **fields: object) -> bytes:
    """What smpplib writes for a PDU; its first sequence number is 2."""
    pdu = smpp.make_pdu(name, client=client.SimpleSequenceGenerator(), **fields)
    octets: bytes = pdu.generate()
    return octets


@pytest.mark.parametrize("name", ["bind_receiver", "bind_transmitter", "bind_transceiver"])
def test_a_bind_of_smpplib_is_read(name: str) -> None:
    """What smpplib writes for a bind has the fields it was given, and version 3.4."""
    octets = _written(name, system_id="vibes", password="secret", system_type="", addr_ton=1)
    assert decode(octets) == Pdu(
        command=CommandId[name.upper()],
        sequence=2,
        body=Bind(system_id="vibes", password="secret", addr_ton=1),
    )


@pytest.mark.parametrize("name", ["submit_sm", "deliver_sm"])
def test_a_message_of_smpplib_is_read(name: str) -> None:
    """What smpplib writes for a message has the fields and parameters it was given."""
    octets = _written(
        name,
        source_addr_ton=5,
        source_addr="12345",
        dest_addr_ton=1,
        dest_addr_npi=1,
        destination_addr="13125550100",
        esm_class=0x40,
        data_coding=8,
        registered_delivery=1,
        short_message=b"\x05\x00\x03\x01\x02\x01\x00a",
        user_message_reference=513,
        sar_msg_ref_num=258,
        sar_total_segments=2,
        sar_segment_seqnum=1,
    )
    assert decode(octets) == Pdu(
        command=CommandId[name.upper()],
        sequence=2,
        body=ShortMessage(
            source_addr_ton=5,
            source_addr="12345",
            dest_addr_ton=1,
            dest_addr_npi=1,
            destination_addr="13125550100",
            esm_class=0x40,
            registered_delivery=1,
            data_coding=8,
            short_message=b"\x05\x00\x03\x01\x02\x01\x00a",
            tlvs=(
                Tlv(tag=Tag.USER_MESSAGE_REFERENCE, value=b"\x02\x01"),
                Tlv(tag=Tag.SAR_MSG_REF_NUM, value=b"\x01\x02"),
                Tlv(tag=Tag.SAR_TOTAL_SEGMENTS, value=b"\x02"),
                Tlv(tag=Tag.SAR_SEGMENT_SEQNUM, value=b"\x01"),
            ),
        ),
    )


def test_a_query_of_smpplib_is_read() -> None:
    """What smpplib writes for a query_sm has the id and the source address."""
    octets = _written("query_sm", message_id="m-1", source_addr="12345")
    assert decode(octets) == Pdu(
        command=CommandId.QUERY_SM,
        sequence=2,
        body=QuerySm(message_id="m-1", source_addr="12345"),
    )


@pytest.mark.parametrize(
    ("command", "body", "expected"),
    [
        (
            CommandId.BIND_TRANSCEIVER_RESP,
            BindResp(system_id="vibes", tlvs=(Tlv(tag=Tag.SC_INTERFACE_VERSION, value=b"\x34"),)),
            {"system_id": b"vibes", "sc_interface_version": 0x34},
        ),
        (CommandId.SUBMIT_SM_RESP, MessageIdResp(message_id="m" * 64), {"message_id": b"m" * 64}),
        (
            CommandId.DELIVER_SM,
            ShortMessage(
                source_addr="3125550100",
                destination_addr="12345",
                esm_class=4,
                short_message=b"id:1 stat:DELIVRD",
                tlvs=(
                    Tlv(tag=Tag.RECEIPTED_MESSAGE_ID, value=b"m-1\0"),
                    Tlv(tag=Tag.MESSAGE_STATE, value=b"\x02"),
                    Tlv(tag=Tag.NETWORK_ERROR_CODE, value=b"\x03\x00\x00"),
                ),
            ),
            {
                "source_addr": b"3125550100",
                "destination_addr": b"12345",
                "esm_class": 4,
                "short_message": b"id:1 stat:DELIVRD",
                "receipted_message_id": b"m-1",
                "message_state": 2,
                "network_error_code": b"\x03\x00\x00",
            },
        ),
        (
            CommandId.QUERY_SM_RESP,
            QuerySmResp(
                message_id="m", final_date="260105150405000+", message_state=2, error_code=3
            ),
            {
                "message_id": b"m",
                "final_date": b"260105150405000+",
                "message_state": 2,
                "error_code": 3,
            },
        ),
        (CommandId.GENERIC_NACK, Empty(), {}),
        (CommandId.ENQUIRE_LINK_RESP, Empty(), {}),
    ],
)
def test_smpplib_reads_ours(command: CommandId, body: Body, expected: dict[str, object]) -> None:
    """What is written here has the same command, numbers and fields to smpplib."""
    octets = encode(Pdu(command=command, status=0, sequence=9, body=body))
    theirs = smpp.parse_pdu(
        octets, client=client.SimpleSequenceGenerator(), allow_unknown_opt_params=True
    )
    assert (pdus.extract_command(octets), theirs.sequence) == (command.name.lower(), 9)
    assert {name: getattr(theirs, name) for name in expected} == expected


def test_the_statuses_are_those_of_smpplib() -> None:
    """Every status of the standard has the number that smpplib has for it."""
    theirs = {
        name.removeprefix("SMPP_ESME_"): number
        for name, number in vars(consts).items()
        if name.startswith("SMPP_ESME_")
    }
    ours = {status.name: status.value for status in Status if status < 0x400}
    assert ours == theirs


def test_the_tags_are_those_of_smpplib() -> None:
    """Every optional parameter of the standard has the number that smpplib has for it."""
    theirs = {name.upper(): number for name, number in consts.OPTIONAL_PARAMS.items()}
    ours = {tag.name: tag.value for tag in Tag if not 0x1400 <= tag <= 0x3FFF}
    assert ours == theirs
