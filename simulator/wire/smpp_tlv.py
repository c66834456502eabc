"""Optional parameters of SMPP 3.4: tag, length, value (TLV), and which lengths a tag may have."""

from __future__ import annotations

from enum import IntEnum

from simulator.domain.record import Record
from simulator.wire.smpp_codes import Status
from simulator.wire.smpp_fields import FieldFault, Reader

LONGEST_VALUE = 0xFFFF


class Tag(IntEnum):
    """The optional parameters that have a name; 0x1400 to 0x3FFF are a vendor's.

    Vibes has the last three. The number of the last one is inferred: its page names the parameter
    only (Connect: optional-vibes-tlvs). Source: SMPP 3.4, 5.3.2.
    """

    DEST_ADDR_SUBUNIT = 0x0005
    DEST_NETWORK_TYPE = 0x0006
    DEST_BEARER_TYPE = 0x0007
    DEST_TELEMATICS_ID = 0x0008
    SOURCE_ADDR_SUBUNIT = 0x000D
    SOURCE_NETWORK_TYPE = 0x000E
    SOURCE_BEARER_TYPE = 0x000F
    SOURCE_TELEMATICS_ID = 0x0010
    QOS_TIME_TO_LIVE = 0x0017
    PAYLOAD_TYPE = 0x0019
    ADDITIONAL_STATUS_INFO_TEXT = 0x001D
    RECEIPTED_MESSAGE_ID = 0x001E
    MS_MSG_WAIT_FACILITIES = 0x0030
    PRIVACY_INDICATOR = 0x0201
    SOURCE_SUBADDRESS = 0x0202
    DEST_SUBADDRESS = 0x0203
    USER_MESSAGE_REFERENCE = 0x0204
    USER_RESPONSE_CODE = 0x0205
    SOURCE_PORT = 0x020A
    DESTINATION_PORT = 0x020B
    SAR_MSG_REF_NUM = 0x020C
    LANGUAGE_INDICATOR = 0x020D
    SAR_TOTAL_SEGMENTS = 0x020E
    SAR_SEGMENT_SEQNUM = 0x020F
    SC_INTERFACE_VERSION = 0x0210
    CALLBACK_NUM_PRES_IND = 0x0302
    CALLBACK_NUM_ATAG = 0x0303
    NUMBER_OF_MESSAGES = 0x0304
    CALLBACK_NUM = 0x0381
    DPF_RESULT = 0x0420
    SET_DPF = 0x0421
    MS_AVAILABILITY_STATUS = 0x0422
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    DELIVERY_FAILURE_REASON = 0x0425
    MORE_MESSAGES_TO_SEND = 0x0426
    MESSAGE_STATE = 0x0427
    USSD_SERVICE_OP = 0x0501
    DISPLAY_TIME = 0x1201
    SMS_SIGNAL = 0x1203
    MS_VALIDITY = 0x1204
    ALERT_ON_MESSAGE_DELIVERY = 0x130C
    ITS_REPLY_TYPE = 0x1380
    ITS_SESSION_INFO = 0x1383
    VIBES_CARRIER_CODE = 0x1401
    VIBES_ALTERNATE_DELIVERY = 0x1403
    VIBES_LONG_MESSAGE_SEGMENT_INFO = 0x1404


_LENGTHS: dict[int, tuple[int, int]] = {
    Tag.DEST_ADDR_SUBUNIT: (1, 1),
    Tag.DEST_NETWORK_TYPE: (1, 1),
    Tag.DEST_BEARER_TYPE: (1, 1),
    Tag.DEST_TELEMATICS_ID: (1, 2),
    Tag.SOURCE_ADDR_SUBUNIT: (1, 1),
    Tag.SOURCE_NETWORK_TYPE: (1, 1),
    Tag.SOURCE_BEARER_TYPE: (1, 1),
    Tag.SOURCE_TELEMATICS_ID: (1, 2),
    Tag.QOS_TIME_TO_LIVE: (4, 4),
    Tag.PAYLOAD_TYPE: (1, 1),
    Tag.ADDITIONAL_STATUS_INFO_TEXT: (1, 256),
    Tag.RECEIPTED_MESSAGE_ID: (1, 65),
    Tag.MS_MSG_WAIT_FACILITIES: (1, 1),
    Tag.PRIVACY_INDICATOR: (1, 1),
    Tag.SOURCE_SUBADDRESS: (2, 23),
    Tag.DEST_SUBADDRESS: (2, 23),
    Tag.USER_MESSAGE_REFERENCE: (2, 2),
    Tag.USER_RESPONSE_CODE: (1, 1),
    Tag.SOURCE_PORT: (2, 2),
    Tag.DESTINATION_PORT: (2, 2),
    Tag.SAR_MSG_REF_NUM: (2, 2),
    Tag.LANGUAGE_INDICATOR: (1, 1),
    Tag.SAR_TOTAL_SEGMENTS: (1, 1),
    Tag.SAR_SEGMENT_SEQNUM: (1, 1),
    Tag.SC_INTERFACE_VERSION: (1, 1),
    Tag.CALLBACK_NUM_PRES_IND: (1, 1),
    Tag.CALLBACK_NUM_ATAG: (0, 65),
    Tag.NUMBER_OF_MESSAGES: (1, 1),
    Tag.CALLBACK_NUM: (4, 19),
    Tag.DPF_RESULT: (1, 1),
    Tag.SET_DPF: (1, 1),
    Tag.MS_AVAILABILITY_STATUS: (1, 1),
    Tag.NETWORK_ERROR_CODE: (3, 3),
    Tag.DELIVERY_FAILURE_REASON: (1, 1),
    Tag.MORE_MESSAGES_TO_SEND: (1, 1),
    Tag.MESSAGE_STATE: (1, 1),
    Tag.USSD_SERVICE_OP: (1, 1),
    Tag.DISPLAY_TIME: (1, 1),
    Tag.SMS_SIGNAL: (2, 2),
    Tag.MS_VALIDITY: (1, 1),
    Tag.ALERT_ON_MESSAGE_DELIVERY: (0, 1),
    Tag.ITS_REPLY_TYPE: (1, 1),
    Tag.ITS_SESSION_INFO: (2, 2),
}
"""The least and most octets of a value. The telematics ids and the alert may have the length that
clients in the field give them. Any other tag, a vendor's or an unknown one, may have any length."""


class Tlv(Record, frozen=True, kw_only=True):
    """One optional parameter: its tag, which need not be a known one, and its octets.

    Source: SMPP 3.4, 3.2.4.
    """

    tag: int
    value: bytes


def tlv_value(tlvs: tuple[Tlv, ...], tag: int) -> bytes | None:
    """The octets of the first parameter with that tag, or None.

    Source: SMPP 3.4, 3.2.4.
    """
    return next((tlv.value for tlv in tlvs if tlv.tag == tag), None)


class Tlvs:
    """All optional parameters from here to the end of the body, in their order.

    A parameter nobody knows is kept: whoever does not need it passes it over, as 3.3 demands.
    Source: SMPP 3.4, 3.2.4.
    """

    def read(self, source: Reader) -> tuple[Tlv, ...]:
        """The parameters. Raises FieldFault 0xC0 for a torn one, 0xC2 for a wrong length."""
        tlvs: list[Tlv] = []
        while source.left():
            tlvs.append(_read_tlv(source))
        return tuple(tlvs)

    def write(self, value: tuple[Tlv, ...]) -> bytes:
        """The parameters. Raises ValueError for a tag or a length that cannot be."""
        return b"".join(_write_tlv(tlv) for tlv in value)


def _read_tlv(source: Reader) -> Tlv:
    if source.left() < 4:
        raise FieldFault(Status.RINVOPTPARSTREAM, "the body ends within a tag or a length")
    tag, length = source.number(2), source.number(2)
    if length > source.left():
        raise FieldFault(Status.RINVOPTPARSTREAM, f"the body ends within parameter {tag:#06x}")
    tlv = Tlv(tag=tag, value=source.take(length))
    if not _length_fits(tlv):
        raise FieldFault(Status.RINVPARLEN, f"parameter {tag:#06x} cannot have {length} octets")
    return tlv


def _write_tlv(tlv: Tlv) -> bytes:
    if not 0 <= tlv.tag <= 0xFFFF:
        raise ValueError(f"{tlv.tag} is not a tag")
    if not _length_fits(tlv):
        raise ValueError(f"parameter {tlv.tag:#06x} cannot have {len(tlv.value)} octets")
    return tlv.tag.to_bytes(2, "big") + len(tlv.value).to_bytes(2, "big") + tlv.value


def _length_fits(tlv: Tlv) -> bool:
    least, most = _LENGTHS.get(tlv.tag, (0, LONGEST_VALUE))
    return least <= len(tlv.value) <= most
