"""What is told by SMPP: deliver_sm for receipts and for texts from phones.

Rules: Connect sending-receiving-messages, encoding-message-settings (MO numbers),
optional-vibes-tlvs.
"""

from __future__ import annotations

import msgspec

from simulator.domain.account import Smpp
from simulator.domain.notices import MoNotice, SmppReceiptNotice
from simulator.domain.numbers import Mdn
from simulator.domain.text import GSM7, alphabet_of
from simulator.wire.smpp_bodies import ShortMessage
from simulator.wire.smpp_receipts import MessageState, ReceiptText, state_of, write_receipt
from simulator.wire.smpp_text import (
    DELIVERY_RECEIPT,
    INTERMEDIATE_NOTIFICATION,
    UDH_INDICATOR,
    Coding,
    Part,
    encode_text,
    write_udh,
)
from simulator.wire.smpp_tlv import Tag, Tlv

_INTERNATIONAL = 1


def write_delivery(
    notice: SmppReceiptNotice | MoNotice, smpp: Smpp, whole: str | None = None
) -> ShortMessage:
    """The deliver_sm of a receipt or of a text (Connect: sending-receiving-messages).

    `whole` is the text that a part is of: all its parts are in one coding, as a phone sends them.
    """
    if isinstance(notice, MoNotice):
        return _mo(notice, smpp, notice.text if whole is None else whole)
    return _receipt(notice, smpp)


def _receipt(notice: SmppReceiptNotice, smpp: Smpp) -> ShortMessage:
    """Its addresses are those of the message, swapped; what counts stands in the TLVs."""
    state = MessageState.ENROUTE if notice.intermediate else state_of(notice.error_code)
    text = ReceiptText(
        message_id=notice.message_id,
        delivered=1 if state is MessageState.DELIVERED else 0,
        submitted_at=notice.submitted_at,
        done_at=notice.at,
        state=state,
        err=notice.error_code or 0,
        text=notice.text,
    )
    tlvs = [
        Tlv(tag=Tag.RECEIPTED_MESSAGE_ID, value=notice.message_id.encode() + b"\0"),
        Tlv(tag=Tag.MESSAGE_STATE, value=bytes([state])),
    ]
    if notice.parts > 1:
        place = bytes([notice.parts & 0xFF, notice.part & 0xFF])
        tlvs.append(Tlv(tag=Tag.VIBES_LONG_MESSAGE_SEGMENT_INFO, value=place))
    body = ShortMessage(
        esm_class=INTERMEDIATE_NOTIFICATION if notice.intermediate else DELIVERY_RECEIPT,
        short_message=write_receipt(text, full_id=smpp.profile == "generic"),
        tlvs=tuple(tlvs),
    )
    return _addressed(body, notice.mdn, notice.code, smpp)


def _mo(notice: MoNotice, smpp: Smpp, whole: str) -> ShortMessage:
    """A text, or a part of a long one behind the header that says which."""
    data_coding, coding = _coding(whole, smpp)
    header = b""
    if notice.parts > 1:
        reference = int((notice.original_id or notice.message_id)[:2], 16)
        header = write_udh(Part(reference, notice.parts, notice.part, 8))
    carrier = Tlv(tag=Tag.VIBES_CARRIER_CODE, value=notice.carrier.encode())
    body = ShortMessage(
        esm_class=UDH_INDICATOR if header else 0,
        data_coding=data_coding,
        short_message=header + encode_text(notice.text, coding),
        tlvs=(carrier,),
    )
    return _addressed(body, notice.mdn, notice.code, smpp)


def _coding(text: str, smpp: Smpp) -> tuple[int, Coding]:
    """The data_coding that shows a text in the account's reading of it."""
    if smpp.coding == "gsm" and alphabet_of(text) is GSM7:
        return 0, Coding.GSM
    if text.isascii():
        return (1 if smpp.coding == "gsm" else 0), Coding.ASCII
    if smpp.coding == "standard" and all(character <= "\xff" for character in text):
        return 3, Coding.LATIN1
    if smpp.coding == "ascii" and alphabet_of(text) is GSM7:
        return 4, Coding.GSM
    return 8, Coding.UCS2


def _addressed(body: ShortMessage, mdn: Mdn, code: str, smpp: Smpp) -> ShortMessage:
    """From the phone to the code; the phone's number as the account wants it."""
    if smpp.mo_numbers == "national":
        return msgspec.structs.replace(
            body, source_addr=mdn.removeprefix("+1"), destination_addr=code
        )
    return msgspec.structs.replace(
        body,
        source_addr=mdn.removeprefix("+"),
        source_addr_ton=_INTERNATIONAL,
        source_addr_npi=_INTERNATIONAL,
        destination_addr=code,
    )
