from __future__ import annotations

import pytest

from tests.system.company import Company, basic
from tests.system.conftest import MakeCompany

ANN = "+13125550101"
SUBMIT = "mt/messages"


def _document(text: str = "Hi", address: str = ANN, attributes: str = "", more: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><mtMessage {attributes}>'
        f'<destination address="{address}"/><source address="65047"/>'
        f"<text>{text}</text>{more}</mtMessage>"
    ).encode()


async def test_a_submit_answers_200_with_the_ids_on_the_root(company: Company) -> None:
    """mtMessageRsp carries messageId, submitterMessageId, carrier and the split flag."""
    answer = await company.send(ANN, attributes='submitterMessageId="42" splitLongMessage="true"')
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/xml")
    assert answer.xml.tag == "mtMessageRsp"
    assert answer.xml.attrib == {
        "messageId": answer.xml.get("messageId"),
        "submitterMessageId": "42",
        "carrier": answer.xml.get("carrier"),
        "splitLongMessage": "true",
    }
    assert len(answer.xml.get("carrier") or "") == 3
    assert await company.purposes(ANN) == ["connect"]


async def test_a_submitted_message_is_queried_by_its_id(company: Company) -> None:
    """GET answers the message as submitted, with when it was accepted, US Central."""
    body = _document("a &lt; b &amp; c", attributes='submitterMessageId="42"')
    sent = await company.connect("POST", SUBMIT, body)
    message_id = sent.xml.get("messageId")
    shown = (await company.connect("GET", f"{SUBMIT}/{message_id}")).xml
    assert shown.attrib == {
        "submitterMessageId": "42",
        "messageId": message_id,
        "submitDate": "2026-01-05T09:00:00.000-06:00",
    }
    assert shown.findtext("text") == "a < b & c"
    destination, source = shown.find("destination"), shown.find("source")
    assert destination is not None
    assert source is not None
    assert (destination.get("address"), destination.get("type")) == (ANN, "MDN")
    assert (source.get("address"), source.get("type")) == ("65047", "SC")


async def test_a_split_message_is_queried_part_by_part(company: Company) -> None:
    """320 ASCII characters are three parts, each with its number; joined they are the text."""
    text = "".join(str(number % 10) for number in range(320))
    sent = await company.send(ANN, text, attributes='splitLongMessage="true"')
    original = sent.xml.get("messageId")
    record = (await company.control("GET", f"/messages/{original}")).json
    assert record["segments"] == 3
    parts = [
        (await company.connect("GET", f"{SUBMIT}/{part}")).xml
        for part in record["details"]["part_ids"]
    ]
    assert [part.get("partNumber") for part in parts] == ["1", "2", "3"]
    assert {part.get("noOfParts") for part in parts} == {"3"}
    assert {part.get("originalMessageId") for part in parts} == {original}
    assert "".join(part.findtext("text") or "" for part in parts) == text


async def test_more_than_900_characters_are_cut_off(company: Company) -> None:
    """A split text keeps its first 900 characters."""
    await company.send(ANN, "x" * 1000, attributes='splitLongMessage="true"')
    assert (await company.phone(ANN))[0][2] == "x" * 900


async def test_what_real_clients_send_is_taken(company: Company) -> None:
    """application/xml, single quotes, CDATA, no type, bare digits and unknown elements are fine."""
    body = (
        "<?xml version='1.0'?><mtMessage><destination address='13125550101'/>"
        "<source address='65047'/><text><![CDATA[a < b]]></text><companyId>7</companyId></mtMessage>"
    )
    answer = await company.connect("POST", SUBMIT + "/", body.encode(), "application/xml")
    assert answer.status == 200
    assert (await company.phone(ANN))[0][2] == "a < b"


async def test_a_given_carrier_is_used(company: Company) -> None:
    """destination/@carrier is echoed, and no look-up takes its place."""
    body = _document().replace(b"<destination ", b'<destination carrier="300" ')
    assert (await company.connect("POST", SUBMIT, body)).xml.get("carrier") == "300"


@pytest.mark.parametrize(
    ("status", "code", "body"),
    [
        (400, "1020", b"not xml"),
        (400, "1020", b"<other/>"),
        (400, "1020", b'<mtMessage><source address="65047"/><text>x</text></mtMessage>'),
        (400, "1020", _document(text="")),
        (400, "1020", _document(address="")),
        (400, "1020", b'<!DOCTYPE mtMessage [<!ENTITY a "b">]>' + b"<mtMessage>&a;</mtMessage>"),
        (400, "1020", b'<?xml version="1.0" encoding="Shift_JIS"?><mtMessage/>'),
        (400, "1020", b'<?xml version="1.0" encoding="nonsense"?><mtMessage/>'),
        (400, "1022", _document(address="12345")),
        (400, "1022", _document(attributes=f'submitterMessageId="{"x" * 41}"')),
        (400, "1022", _document(attributes='splitLongMessage="perhaps"')),
        (400, "1022", _document(more="<receiptOption>SOME</receiptOption>")),
        (400, "1022", _document(more='<receiptOption callbackUrl="ftp://x">ALL</receiptOption>')),
        (400, "1022", _document().replace(b"<destination ", b'<destination carrier="AT" ')),
        (403, "1011", _document().replace(b"65047", b"99999")),
        (422, "1031", _document(address="+15005550001")),
        (422, "1032", _document(text="x" * 161)),
    ],
)
async def test_every_fault_of_a_submit_has_its_row(
    company: Company, status: int, code: str, body: bytes
) -> None:
    """Status and code are those of Connect's table, nothing is retriable, nothing is recorded."""
    before = await company.events()
    answer = await company.connect("POST", SUBMIT, body)
    assert (answer.status, answer.xml.tag, answer.xml.get("code")) == (status, "error", code)
    assert answer.xml.get("retriable") == "false"
    assert answer.xml.get("description")
    assert await company.events() == before


async def test_the_descriptions_hold_what_was_wrong(company: Company) -> None:
    """1031 names number and carrier, 1032 the length, 1022 attribute and value."""
    landline = await company.send("+15005550001")
    long = await company.send(ANN, "x" * 161)
    value = await company.send("12345")
    assert "+15005550001 is not a mobile phone number" in (landline.xml.get("description") or "")
    assert "[161] exceeds 160" in (long.xml.get("description") or "")
    assert "'destination.address' has invalid value '12345'" in (value.xml.get("description") or "")


async def test_another_media_type_is_415(company: Company) -> None:
    """JSON on Connect is 415/1026."""
    answer = await company.connect("POST", SUBMIT, b"{}", "application/json")
    assert (answer.status, answer.xml.get("code")) == (415, "1026")


async def test_an_unknown_message_is_1024(company: Company, make_company: MakeCompany) -> None:
    """An id that does not exist, is an MO's, or is another account's, is 404/1024."""
    other = await make_company()
    theirs = (await other.send(ANN)).xml.get("messageId")
    received = await company.text("+13125550102", "hello")
    for message_id in ("nothing", received["id"], theirs):
        if message_id == theirs:
            await company.send("+13125550103")
        answer = await company.connect("GET", f"{SUBMIT}/{message_id}")
        assert (answer.status, answer.xml.get("code")) == (404, "1024")


async def test_the_user_name_decides_the_account(
    company: Company, make_company: MakeCompany
) -> None:
    """Two accounts with their own users send from their own code only."""
    other = await make_company(username="bob", password="b", source_codes=[{"code": "700"}])
    assert (await company.connect("POST", SUBMIT, _document(), auth=other.auth)).status == 403
    assert (await company.send(ANN)).status == 200
    assert await other.purposes(ANN) == []
    assert other.auth == basic("bob", "b")
