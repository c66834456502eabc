"""A whole PDU of SMPP 3.4: sixteen octets of header and a body; to octets and back.

Where the field is kinder than the standard, so is this:

- A response with a status other than 0 may have no body, and so may the responses to a bind, a
  submit_sm, a deliver_sm and a data_sm whatever their status. It is then `Empty`.
- `system_id` and `password` may have up to 64 characters; any other C-octet string that is longer
  than its size is refused (`RINVCMDLEN`). See `smpp_bodies`.
- Strings may hold octets beyond ASCII, optional parameters may have unknown tags, a request may
  have a status, and a sequence number may be any of four octets.
"""

from __future__ import annotations

import struct

from simulator.domain.record import Record
from simulator.wire.smpp_bodies import BODIES, BindResp, Body, Empty, MessageIdResp
from simulator.wire.smpp_codes import RESPONSE_BIT, Status
from simulator.wire.smpp_fields import FieldFault, Reader, read_record, write_record

MAX_LENGTH = 65536
"""The octets of the longest PDU that is read or written."""

HEADER_LENGTH = 16

_HEADER = struct.Struct(">IIII")
_MAY_LACK_BODY = (BindResp, MessageIdResp)


class Pdu(Record, frozen=True, kw_only=True):
    """One PDU: its command, its status (0 in a request), its number in the session, its body.

    Source: SMPP 3.4, 3.2.
    """

    command: int
    status: int = 0
    sequence: int
    body: Body = Empty()


class BadPdu(ValueError):
    """Octets that are no PDU: the status that answers them, and their command and sequence.

    Octets of the header that are missing count as 0 there. Source: SMPP 3.4, 4.3.1.
    """

    def __init__(self, status: int, message: str, *, command: int = 0, sequence: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.command = command
        self.sequence = sequence


def frame_length(head: bytes) -> int:
    """The length of the PDU that begins with these octets, of which the first four are read.

    Raises BadPdu where it is less than a header or more than MAX_LENGTH: such octets are not SMPP,
    nobody can say where the next PDU begins, and the session ends. Source: SMPP 3.4, 5.1.1.
    """
    length = int.from_bytes(head[:4], "big")
    if len(head) < 4 or not HEADER_LENGTH <= length <= MAX_LENGTH:
        raise BadPdu(Status.RINVCMDLEN, f"command_length is {length}")
    return length


def decode(octets: bytes) -> Pdu:
    """The PDU that these octets are, all of them. Raises BadPdu, and nothing else.

    Source: SMPP 3.4, 3.2.
    """
    padded = octets[:HEADER_LENGTH].ljust(HEADER_LENGTH, b"\0")
    length, command, status, sequence = _HEADER.unpack(padded)
    try:
        if length != len(octets) or not HEADER_LENGTH <= length <= MAX_LENGTH:
            raise FieldFault(
                Status.RINVCMDLEN, f"command_length is {length}, there are {len(octets)} octets"
            )
        body = _read_body(command, status, Reader(octets[HEADER_LENGTH:]))
    except FieldFault as fault:
        raise BadPdu(fault.status, str(fault), command=command, sequence=sequence) from fault
    return Pdu(command=command, status=status, sequence=sequence, body=body)


def encode(pdu: Pdu) -> bytes:
    """The octets of a PDU; `decode` gives the same PDU back.

    Raises ValueError, naming the field, for a value that does not fit, an unknown command, or a
    body that is not the command's. Source: SMPP 3.4, 3.2.
    """
    if pdu.command not in BODIES:
        raise ValueError(f"{pdu.command:#x} is not a command")
    if not isinstance(pdu.body, BODIES[pdu.command]) and not _is_left_out(pdu):
        raise ValueError(f"{type(pdu.body).__name__} is not a body of command {pdu.command:#x}")
    if not (0 <= pdu.status <= 0xFFFFFFFF and 0 <= pdu.sequence <= 0xFFFFFFFF):
        raise ValueError(f"status {pdu.status} or sequence {pdu.sequence} is not of four octets")
    body = write_record(pdu.body)
    length = HEADER_LENGTH + len(body)
    if length > MAX_LENGTH:
        raise ValueError(f"a PDU has at most {MAX_LENGTH} octets, not {length}")
    return _HEADER.pack(length, pdu.command, pdu.status, pdu.sequence) + body


def _read_body(command: int, status: int, source: Reader) -> Body:
    kind = BODIES.get(command)
    if kind is None:
        raise FieldFault(Status.RINVCMDID, f"{command:#x} is not a command")
    if not source.left() and _may_lack_body(command, status):
        return Empty()
    body = read_record(kind, source)
    if source.left():
        raise FieldFault(Status.RINVCMDLEN, f"{source.left()} octets follow the last field")
    return body


def _is_left_out(pdu: Pdu) -> bool:
    return isinstance(pdu.body, Empty) and _may_lack_body(pdu.command, pdu.status)


def _may_lack_body(command: int, status: int) -> bool:
    if not command & RESPONSE_BIT:
        return False
    return status != Status.ROK or issubclass(BODIES[command], _MAY_LACK_BODY)
