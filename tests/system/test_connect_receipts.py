from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.system.company import Company
from tests.system.conftest import MakeCompany
from tests.system.receiver import Receiver

ANN = "+13125550101"
FIXED = {"default": {"carrier_delay": ["2s", "2s"], "handset_delay": ["4s", "4s"]}}


def _receipts(receiver: Receiver) -> list[tuple[str | None, str | None]]:
    roots = [ElementTree.fromstring(got.body) for got in receiver.got]
    return [(root.findtext("type"), root.findtext("status/errorCode")) for root in roots]


@pytest.mark.parametrize(
    ("option", "mdn", "told"),
    [
        ("ALL", ANN, [("System", None), ("Carrier", None), ("Handset", None)]),
        ("SMSC_ALL", ANN, [("System", None), ("Carrier", None)]),
        ("ERROR", ANN, []),
        ("SMSC_ERROR", ANN, []),
        ("NONE", ANN, []),
        ("ALL", "+15005550002", [("System", None), ("Carrier", "107")]),
        ("ERROR", "+15005550002", [("Carrier", "107")]),
        ("SMSC_ERROR", "+15005550002", [("Carrier", "107")]),
        ("ERROR", "+15005550003", [("Handset", "103")]),
        ("SMSC_ERROR", "+15005550003", []),
        ("ERROR", "+15005550004", [("Handset", "101")]),
        ("ALL", "+15005550009", [("System", "9")]),
        ("NONE", "+15005550009", []),
    ],
)
async def test_the_option_chooses_the_receipts(
    company: Company,
    receiver: Receiver,
    option: str,
    mdn: str,
    told: list[tuple[str, str | None]],
) -> None:
    """ALL tells every stage, ERROR only failures, SMSC_ nothing of the handset, NONE nothing."""
    await company.send(mdn, receipts=f"{receiver.url}/r", option=option)
    await company.advance("73h")
    assert _receipts(receiver) == told


async def test_receipts_come_when_the_stages_are_reached(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """System, Carrier and Handset stand at routing, carrier and handset time, US Central."""
    company = await make_company(carriers=FIXED)
    sent = await company.send(
        ANN, receipts=f"{receiver.url}/r", attributes='submitterMessageId="42"'
    )
    await company.advance("1m")
    roots = [ElementTree.fromstring(got.body) for got in receiver.got]
    assert [root.get("receiptDate") for root in roots] == [
        "2026-01-05T09:00:00.020-06:00",
        "2026-01-05T09:00:02.020-06:00",
        "2026-01-05T09:00:06.020-06:00",
    ]
    assert {root.get("messageId") for root in roots} == {sent.xml.get("messageId")}
    assert {root.get("submitterMessageId") for root in roots} == {"42"}
    assert {root.tag for root in roots} == {"mtMessageResponse"}
    assert [root.findtext("status/description") for root in roots][2] == (
        "MtMessage successfully delivered to the Handset"
    )
    assert receiver.got[0].headers["Content-Type"] == "text/xml"
    assert "Authorization" not in receiver.got[0].headers
    assert "multipart" not in receiver.got[0].body


async def test_each_part_of_a_split_message_has_its_receipts(
    company: Company, receiver: Receiver
) -> None:
    """Two parts and three stages are six receipts, with multipart telling which."""
    sent = await company.send(
        ANN, "x" * 200, receipts=f"{receiver.url}/r", attributes='splitLongMessage="true"'
    )
    await company.advance("1m")
    parts = [ElementTree.fromstring(got.body).find("multipart") for got in receiver.got]
    told = [part.attrib for part in parts if part is not None]
    assert [item["partNumber"] for item in told] == ["1", "2"] * 3
    assert {item["noOfParts"] for item in told} == {"2"}
    assert {item["originalMessageId"] for item in told} == {sent.xml.get("messageId")}


async def test_a_failure_carries_both_codes(company: Company, receiver: Receiver) -> None:
    """isError true, errorCode, internalErrorCode and a description of the failure."""
    await company.send("+15005550002", receipts=f"{receiver.url}/r", option="ERROR")
    await company.advance("1m")
    status = ElementTree.fromstring(receiver.got[0].body).find("status")
    assert status is not None
    assert status.get("isError") == "true"
    assert [(child.tag, child.text) for child in status] == [
        ("description", "Carrier failed while submitting message"),
        ("errorCode", "107"),
        ("internalErrorCode", "107"),
    ]


async def test_an_mo_is_forwarded_raw_with_basic_auth(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """Every text, keywords too, goes to the MO endpoint in the observed shape."""
    company = await make_company(
        connect={"mo_url": f"{receiver.url}/mo", "mo_auth": ["user", "pass"]}
    )
    made = await company.text(ANN, "STOP & <go>")
    await company.text(ANN, "STOP")
    await company.settle()
    root = ElementTree.fromstring(receiver.got[0].body)
    assert (root.tag, root.attrib) == (
        "moMessage",
        {
            "messageId": made["id"],
            "receiptDate": "2026-01-05 09:00:00-0600",
            "attemptNumber": "1",
        },
    )
    message, source, destination = (
        root.find("message"),
        root.find("source"),
        root.find("destination"),
    )
    assert message is not None
    assert source is not None
    assert destination is not None
    assert (message.text, message.attrib) == ("STOP & <go>", {})
    assert (source.get("address"), source.get("type")) == (ANN, "MDN")
    assert (destination.get("address"), destination.get("type")) == ("65047", "SC")
    assert receiver.got[0].headers["Authorization"] == "Basic dXNlcjpwYXNz"
    assert [ElementTree.fromstring(got.body).findtext("message") for got in receiver.got][1] == (
        "STOP"
    )


async def test_a_retried_mo_counts_its_attempts(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """attemptNumber is 2 on the second try."""
    company = await make_company(connect={"mo_url": f"{receiver.url}/mo"})
    receiver.answers.append(500)
    await company.text(ANN, "hello")
    await company.advance("5m")
    numbers = [ElementTree.fromstring(got.body).get("attemptNumber") for got in receiver.got]
    assert numbers == ["1", "2"]
    assert "Authorization" not in receiver.got[0].headers


async def test_an_mo_holds_only_what_xml_can_carry(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """Control characters and non-characters are left out, so that the document stays readable."""
    company = await make_company(connect={"mo_url": f"{receiver.url}/mo"})
    await company.text(ANN, "a\x01b\uffffc")
    await company.settle()
    assert ElementTree.fromstring(receiver.got[0].body).findtext("message") == "abc"
