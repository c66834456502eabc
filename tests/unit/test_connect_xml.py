from __future__ import annotations

from xml.etree import ElementTree

import pytest

from simulator.domain.commands import SubmitMt
from simulator.domain.instants import parse_instant
from simulator.domain.messages import ReceiptWish
from simulator.domain.notices import MoNotice, ReceiptNotice
from simulator.domain.numbers import Mdn
from simulator.wire import connect_xml
from simulator.wire.connect_requests import ConnectFault, read_mt

ANN = Mdn("+13125550101")
AT = parse_instant("2026-01-05T15:00:00.320Z")

FULL = b"""<?xml version="1.0" encoding="UTF-8"?>
<mtMessage submitterMessageId="239487234987234" splitLongMessage="true">
  <destination carrier="102" address="+13125550101" type="MDN"/>
  <source address="98765" type="SC"/>
  <text>123857AB12</text>
  <receiptOption callbackUrl="http://www.client.com/callback">ERROR</receiptOption>
  <transaction id="6439376297230"/>
</mtMessage>"""


def test_the_documented_request_is_read_in_full() -> None:
    """Every element and attribute of Vibes' example ends up in the command."""
    assert read_mt(FULL) == SubmitMt(
        mdn=ANN,
        code="98765",
        text="123857AB12",
        carrier="102",
        split=True,
        submitter_id="239487234987234",
        transaction_id="6439376297230",
        receipts=ReceiptWish(option="ERROR", url="http://www.client.com/callback"),
    )


@pytest.mark.parametrize("address", ["3125550101", "13125550101", "+13125550101", " 3125550101 "])
def test_addresses_come_in_three_forms(address: str) -> None:
    """Ten digits, eleven digits and E.164."""
    body = FULL.replace(b"+13125550101", address.encode())
    assert read_mt(body).mdn == ANN


def test_space_around_the_text_is_part_of_it() -> None:
    """The text is sent as it was written."""
    assert read_mt(FULL.replace(b"123857AB12", b" a\n b ")).text == " a\n b "


@pytest.mark.parametrize("value", ["true", "TRUE", "false", "False"])
def test_flags_are_words_in_any_case(value: str) -> None:
    """splitLongMessage takes true and false."""
    body = FULL.replace(b'splitLongMessage="true"', f'splitLongMessage="{value}"'.encode())
    assert read_mt(body).split == (value.lower() == "true")


def test_a_wish_is_kept_as_it_was_said() -> None:
    """NONE, and a wish that names no address, are kept for whoever asks after the message."""
    none = read_mt(FULL.replace(b">ERROR<", b">NONE<")).receipts
    assert none is not None
    assert none.option == "NONE"
    without = FULL.replace(b' callbackUrl="http://www.client.com/callback"', b"")
    wish = read_mt(without).receipts
    assert wish is not None
    assert (wish.option, wish.url) == ("ERROR", None)


@pytest.mark.parametrize(
    ("old", "new", "code", "word"),
    [
        (b"mtMessage", b"mtMessages", 1020, "root"),
        (b"<text>123857AB12</text>", b"", 1020, "<text>"),
        (b'<source address="98765" type="SC"/>', b"", 1020, "<source>"),
        (b'address="98765"', b"", 1020, "address"),
        (b'carrier="102"', b'carrier="1020"', 1022, "'destination.carrier'"),
        (b"ERROR", b"error", 1022, "'receiptOption'"),
        (b"http://www.client.com", b"www.client.com", 1022, "callbackUrl"),
        (b"+13125550101", b"+442071234567", 1022, "'destination.address'"),
    ],
)
def test_faults_name_what_is_wrong(old: bytes, new: bytes, code: int, word: str) -> None:
    """1020 is about the form of the document, 1022 about a value; the description says which."""
    with pytest.raises(ConnectFault) as caught:
        read_mt(FULL.replace(old, new))
    assert caught.value.code == code
    assert word in caught.value.description


def _receipt(part: int = 1, parts: int = 1, error_code: int | None = None) -> ElementTree.Element:
    notice = ReceiptNotice(
        message_id="m2",
        original_id="m1",
        submitter_id=None,
        part=part,
        parts=parts,
        stage="Carrier",
        error_code=error_code,
        at=AT,
    )
    return ElementTree.fromstring(connect_xml.receipt(notice))


def test_a_receipt_of_success_has_no_codes_and_no_multipart() -> None:
    """The observed success receipt: type, isError false, description, nothing else."""
    root = _receipt()
    assert root.attrib == {"messageId": "m2", "receiptDate": "2026-01-05T09:00:00.320-06:00"}
    assert [child.tag for child in root] == ["type", "status"]
    assert [child.tag for child in root[1]] == ["description"]
    assert root[1].get("isError") == "false"


@pytest.mark.parametrize("code", [9, 101, 103, 107])
def test_every_failure_has_a_description(code: int) -> None:
    """Each code a message can end with is written with its words."""
    status = _receipt(error_code=code)[1]
    assert (status.get("isError"), status.findtext("errorCode")) == ("true", str(code))
    assert status.findtext("description")


def test_a_part_names_its_original() -> None:
    """multipart carries the number, the count and the first message's id."""
    assert _receipt(part=2, parts=3)[0].attrib == {
        "isMultipart": "true",
        "originalMessageId": "m1",
        "noOfParts": "3",
        "partNumber": "2",
    }


def _mo(text: str) -> bytes:
    notice = MoNotice(message_id="m", mdn=ANN, carrier="104", code="63901", text=text, at=AT)
    return connect_xml.mo(notice, 1, "3.2")


def test_an_mo_is_byte_for_byte_the_observed_one() -> None:
    """The shape of the captured sample, spaces included."""
    assert _mo("test") == (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<moMessage messageId="m" receiptDate="2026-01-05 09:00:00-0600" attemptNumber="1">'
        b'<source address="+13125550101" carrier="104" type="MDN" />'
        b'<destination address="63901" type="SC" /><message>test</message></moMessage>'
    )


@pytest.mark.parametrize("text", ["<&>\"'", "é😀", "a\nb", "]]>"])
def test_any_text_comes_back_from_the_document(text: str) -> None:
    """Markup in a text is escaped, not read."""
    assert ElementTree.fromstring(_mo(text)).findtext("message") == text


@pytest.mark.parametrize("text", ["a\x00b", "a\x08b", "a\ufffeb", "a\uffffb"])
def test_what_xml_cannot_carry_is_left_out(text: str) -> None:
    """Control characters and the two non-characters would make the document unreadable."""
    assert ElementTree.fromstring(_mo(text)).findtext("message") == "ab"


def test_an_error_is_one_element() -> None:
    """code, description and retriable, quoted."""
    root = ElementTree.fromstring(connect_xml.error(1022, "'a' has \"b\"", retriable=True))
    assert (root.tag, root.attrib) == (
        "error",
        {"code": "1022", "description": "'a' has \"b\"", "retriable": "true"},
    )
