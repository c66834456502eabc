"""The bodies of SMPP 3.4's PDUs: the fields of each in the order of the wire, named as there.

Sizes are those of the standard, the closing NUL included. `system_id` and `password` may be longer
(64 characters, not 15 and 8), because an account of the simulator may have a longer name or
password than the standard foresees, and its client should be told so by the answer to its bind.
Times are kept as they are written; what is no time is for whoever heeds it.
"""

from __future__ import annotations

from typing import Annotated

from simulator.domain.record import Record
from simulator.wire.smpp_codes import CommandId, Status
from simulator.wire.smpp_fields import (
    FieldFault,
    Message,
    Octet,
    Reader,
    Text,
    Word,
    read_record,
    write_record,
)
from simulator.wire.smpp_tlv import Tlv, Tlvs

Credential = Annotated[str, Text(65)]
ServiceType = Annotated[str, Text(6)]
Address = Annotated[str, Text(21)]
LongAddress = Annotated[str, Text(65)]
MessageId = Annotated[str, Text(65)]
Time = Annotated[str, Text(17)]
Octets = Annotated[bytes, Message()]
OptionalParameters = Annotated[tuple[Tlv, ...], Tlvs()]

_SME, _LIST = 1, 2
_MOST_DESTINATIONS = 254


class Empty(Record, frozen=True, kw_only=True):
    """No body: what an unbind has, and a response that came with its header only.

    Source: SMPP 3.4, 4.2.1.
    """


class Bind(Record, frozen=True, kw_only=True):
    """Who wants a session: bind_transmitter, bind_receiver and bind_transceiver.

    Source: SMPP 3.4, 4.1.1.
    """

    system_id: Credential = ""
    password: Credential = ""
    system_type: Annotated[str, Text(13)] = ""
    interface_version: Octet = 0x34
    addr_ton: Octet = 0
    addr_npi: Octet = 0
    address_range: Annotated[str, Text(41)] = ""


class BindResp(Record, frozen=True, kw_only=True):
    """Who grants a session; its TLV is `sc_interface_version`.

    Source: SMPP 3.4, 4.1.2.
    """

    system_id: Credential = ""
    tlvs: OptionalParameters = ()


class Outbind(Record, frozen=True, kw_only=True):
    """A SMSC that asks to be bound to.

    Source: SMPP 3.4, 4.1.7.
    """

    system_id: Credential = ""
    password: Credential = ""


class ShortMessage(Record, frozen=True, kw_only=True):
    """A message and where it goes: submit_sm and deliver_sm, which have the same fields.

    `sm_length` is no field: it is the length of `short_message`. Source: SMPP 3.4, 4.4.1.
    """

    service_type: ServiceType = ""
    source_addr_ton: Octet = 0
    source_addr_npi: Octet = 0
    source_addr: Address = ""
    dest_addr_ton: Octet = 0
    dest_addr_npi: Octet = 0
    destination_addr: Address = ""
    esm_class: Octet = 0
    protocol_id: Octet = 0
    priority_flag: Octet = 0
    schedule_delivery_time: Time = ""
    validity_period: Time = ""
    registered_delivery: Octet = 0
    replace_if_present_flag: Octet = 0
    data_coding: Octet = 0
    sm_default_msg_id: Octet = 0
    short_message: Octets = b""
    tlvs: OptionalParameters = ()


class MessageIdResp(Record, frozen=True, kw_only=True):
    """The id a message got: submit_sm_resp, data_sm_resp, and deliver_sm_resp, where it is empty.

    The standard has TLVs in data_sm_resp only; SMSCs send them in the others too.
    Source: SMPP 3.4, 4.4.2.
    """

    message_id: MessageId = ""
    tlvs: OptionalParameters = ()


class QuerySm(Record, frozen=True, kw_only=True):
    """A question after a message: its id, and the source address it was sent from.

    Source: SMPP 3.4, 4.8.1.
    """

    message_id: MessageId = ""
    source_addr_ton: Octet = 0
    source_addr_npi: Octet = 0
    source_addr: Address = ""


class QuerySmResp(Record, frozen=True, kw_only=True):
    """Where a message stands; `final_date` is empty until it has come to its end.

    Source: SMPP 3.4, 4.8.2.
    """

    message_id: MessageId = ""
    final_date: Time = ""
    message_state: Octet = 0
    error_code: Octet = 0


class CancelSm(Record, frozen=True, kw_only=True):
    """A message to take back, by its id, or all between two addresses where the id is empty.

    Source: SMPP 3.4, 4.9.1.
    """

    service_type: ServiceType = ""
    message_id: MessageId = ""
    source_addr_ton: Octet = 0
    source_addr_npi: Octet = 0
    source_addr: Address = ""
    dest_addr_ton: Octet = 0
    dest_addr_npi: Octet = 0
    destination_addr: Address = ""


class ReplaceSm(Record, frozen=True, kw_only=True):
    """A new text for a message that is still on its way.

    Source: SMPP 3.4, 4.10.1.
    """

    message_id: MessageId = ""
    source_addr_ton: Octet = 0
    source_addr_npi: Octet = 0
    source_addr: Address = ""
    schedule_delivery_time: Time = ""
    validity_period: Time = ""
    registered_delivery: Octet = 0
    sm_default_msg_id: Octet = 0
    short_message: Octets = b""


class DataSm(Record, frozen=True, kw_only=True):
    """A message whose text is the TLV `message_payload`.

    Source: SMPP 3.4, 4.7.1.
    """

    service_type: ServiceType = ""
    source_addr_ton: Octet = 0
    source_addr_npi: Octet = 0
    source_addr: LongAddress = ""
    dest_addr_ton: Octet = 0
    dest_addr_npi: Octet = 0
    destination_addr: LongAddress = ""
    esm_class: Octet = 0
    registered_delivery: Octet = 0
    data_coding: Octet = 0
    tlvs: OptionalParameters = ()


class AlertNotification(Record, frozen=True, kw_only=True):
    """News that a phone can be reached; its TLV is `ms_availability_status`.

    Source: SMPP 3.4, 4.12.1.
    """

    source_addr_ton: Octet = 0
    source_addr_npi: Octet = 0
    source_addr: LongAddress = ""
    esme_addr_ton: Octet = 0
    esme_addr_npi: Octet = 0
    esme_addr: LongAddress = ""
    tlvs: OptionalParameters = ()


class Destination(Record, frozen=True, kw_only=True):
    """One phone of a submit_multi (SMPP 3.4, 4.5.1.1)."""

    ton: Octet = 0
    npi: Octet = 0
    address: Address = ""


class DistributionList(Record, frozen=True, kw_only=True):
    """A list of phones that the SMSC keeps, by its name (SMPP 3.4, 4.5.1.2)."""

    name: Address = ""


class Destinations:
    """`number_of_dests` and the destinations, each behind a flag that says which kind it is.

    Source: SMPP 3.4, 4.5.1.
    """

    def read(self, source: Reader) -> tuple[Destination | DistributionList, ...]:
        """The destinations. Raises FieldFault RINVNUMDESTS, RINVDESTFLAG."""
        count = source.number(1)
        if not 1 <= count <= _MOST_DESTINATIONS:
            raise FieldFault(Status.RINVNUMDESTS, f"{count} destinations")
        return tuple(_read_destination(source) for _ in range(count))

    def write(self, value: tuple[Destination | DistributionList, ...]) -> bytes:
        """The destinations. Raises ValueError where there are none, or more than 254."""
        if not 1 <= len(value) <= _MOST_DESTINATIONS:
            raise ValueError(f"{len(value)} destinations")
        return bytes([len(value)]) + b"".join(
            bytes([_SME if isinstance(one, Destination) else _LIST]) + write_record(one)
            for one in value
        )


def _read_destination(source: Reader) -> Destination | DistributionList:
    flag = source.number(1)
    if flag == _SME:
        return read_record(Destination, source)
    if flag == _LIST:
        return read_record(DistributionList, source)
    raise FieldFault(Status.RINVDESTFLAG, f"dest_flag is {flag}")


class SubmitMulti(Record, frozen=True, kw_only=True):
    """A message to several destinations, at least one.

    Source: SMPP 3.4, 4.5.1.
    """

    service_type: ServiceType = ""
    source_addr_ton: Octet = 0
    source_addr_npi: Octet = 0
    source_addr: Address = ""
    destinations: Annotated[tuple[Destination | DistributionList, ...], Destinations()]
    esm_class: Octet = 0
    protocol_id: Octet = 0
    priority_flag: Octet = 0
    schedule_delivery_time: Time = ""
    validity_period: Time = ""
    registered_delivery: Octet = 0
    replace_if_present_flag: Octet = 0
    data_coding: Octet = 0
    sm_default_msg_id: Octet = 0
    short_message: Octets = b""
    tlvs: OptionalParameters = ()


class Unsuccessful(Record, frozen=True, kw_only=True):
    """A phone that a submit_multi did not reach, and the status that says why.

    Source: SMPP 3.4, 4.5.2.1.
    """

    ton: Octet = 0
    npi: Octet = 0
    address: Address = ""
    status: Word = 0


class Failures:
    """`no_unsuccess` and that many phones (SMPP 3.4, 4.5.2)."""

    def read(self, source: Reader) -> tuple[Unsuccessful, ...]:
        """The phones. Raises FieldFault."""
        return tuple(read_record(Unsuccessful, source) for _ in range(source.number(1)))

    def write(self, value: tuple[Unsuccessful, ...]) -> bytes:
        """The phones. Raises ValueError beyond 255."""
        if len(value) > 0xFF:
            raise ValueError(f"{len(value)} phones")
        return bytes([len(value)]) + b"".join(write_record(one) for one in value)


class SubmitMultiResp(Record, frozen=True, kw_only=True):
    """The id a message to several got, and the phones that are left out.

    Source: SMPP 3.4, 4.5.2.
    """

    message_id: MessageId = ""
    unsuccessful: Annotated[tuple[Unsuccessful, ...], Failures()] = ()


Body = (
    Empty
    | Bind
    | BindResp
    | Outbind
    | ShortMessage
    | MessageIdResp
    | QuerySm
    | QuerySmResp
    | CancelSm
    | ReplaceSm
    | DataSm
    | SubmitMulti
    | SubmitMultiResp
    | AlertNotification
)

BODIES: dict[int, type[Body]] = {
    CommandId.BIND_RECEIVER: Bind,
    CommandId.BIND_TRANSMITTER: Bind,
    CommandId.BIND_TRANSCEIVER: Bind,
    CommandId.OUTBIND: Outbind,
    CommandId.UNBIND: Empty,
    CommandId.ENQUIRE_LINK: Empty,
    CommandId.SUBMIT_SM: ShortMessage,
    CommandId.DELIVER_SM: ShortMessage,
    CommandId.DATA_SM: DataSm,
    CommandId.SUBMIT_MULTI: SubmitMulti,
    CommandId.QUERY_SM: QuerySm,
    CommandId.CANCEL_SM: CancelSm,
    CommandId.REPLACE_SM: ReplaceSm,
    CommandId.ALERT_NOTIFICATION: AlertNotification,
    CommandId.GENERIC_NACK: Empty,
    CommandId.BIND_RECEIVER_RESP: BindResp,
    CommandId.BIND_TRANSMITTER_RESP: BindResp,
    CommandId.BIND_TRANSCEIVER_RESP: BindResp,
    CommandId.UNBIND_RESP: Empty,
    CommandId.ENQUIRE_LINK_RESP: Empty,
    CommandId.SUBMIT_SM_RESP: MessageIdResp,
    CommandId.DELIVER_SM_RESP: MessageIdResp,
    CommandId.DATA_SM_RESP: MessageIdResp,
    CommandId.SUBMIT_MULTI_RESP: SubmitMultiResp,
    CommandId.QUERY_SM_RESP: QuerySmResp,
    CommandId.CANCEL_SM_RESP: Empty,
    CommandId.REPLACE_SM_RESP: Empty,
}
"""The body of each command, by its number."""
