"""Alternate delivery: what fails beyond Vibes is sent again, once, from the code's alternate."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from tests.system.company import Company
from tests.system.conftest import MakeCompany
from tests.system.receiver import Receiver

ANN = "+13125550101"
SHORT, LONG = "65047", "13125559000"
CODES = [{"code": SHORT, "alternate": LONG}, {"code": LONG, "alternate": SHORT}]
ALTERNATE = 'alternateDelivery="true"'
CARRIERS = {"default": "instant"}


def _failing(code: str, number: int) -> dict[str, object]:
    """A rule under which whatever the code sends fails with a receipt code."""
    return {"match": {"surface": "carrier", "code": code}, "effect": {"fail": number}}


async def _make(make_company: MakeCompany, number: int, **spec: object) -> Company:
    members = {
        "source_codes": CODES,
        "carriers": CARRIERS,
        "faults": [_failing(SHORT, number)],
        **spec,
    }
    return await make_company(**members)


async def _messages(company: Company, mdn: str = ANN) -> list[Any]:
    """Every message to a number, oldest first, as the control API tells it in full."""
    items = (await company.control("GET", f"/messages?direction=mt&mdn={mdn[1:]}")).json["items"]
    return [(await company.control("GET", f"/messages/{item['id']}")).json for item in items]


async def _ways(company: Company, mdn: str = ANN) -> list[tuple[str, str]]:
    return [(item["code"], item["state"]) for item in await _messages(company, mdn)]


@pytest.mark.parametrize(
    ("number", "state", "wait"),
    [(107, "refused", "1m"), (103, "undeliverable", "1m"), (101, "expired", "73h")],
)
async def test_a_message_that_fails_goes_out_again_from_the_alternate(
    make_company: MakeCompany, number: int, state: str, wait: str
) -> None:
    """A refusal of the carrier, a failing handset receipt and an expiry each start the copy."""
    company = await _make(make_company, number)
    sent = await company.send(ANN, "Hello", attributes=f'{ALTERNATE} submitterMessageId="7"')
    await company.advance(wait)
    original, copy = await _messages(company)
    assert (original["code"], original["state"]) == (SHORT, state)
    assert (copy["code"], copy["state"], copy["text"]) == (LONG, "delivered", "Hello")
    assert original["id"] == sent.xml.get("messageId")
    assert copy["id"] != original["id"]
    assert original["history"][-1]["note"] == copy["id"]
    assert [step["state"] for step in original["history"]][-2:] == [state, "forwarded"]
    assert copy["fate"]["forwarded_from"] == original["id"]
    assert copy["at"] == original["history"][-1]["at"]


async def test_a_message_that_is_delivered_is_not_sent_again(make_company: MakeCompany) -> None:
    """The wish alone sends nothing twice."""
    company = await make_company(source_codes=CODES, carriers=CARRIERS)
    await company.send(ANN, attributes=ALTERNATE)
    await company.advance("1m")
    assert await _ways(company) == [(SHORT, "delivered")]


@pytest.mark.parametrize("attributes", ["", 'alternateDelivery="false"'])
async def test_who_does_not_wish_for_it_gets_no_copy(
    make_company: MakeCompany, attributes: str
) -> None:
    """Alternate delivery is asked for per message."""
    company = await _make(make_company, 107)
    await company.send(ANN, attributes=attributes)
    await company.advance("1m")
    assert await _ways(company) == [(SHORT, "refused")]


async def test_a_code_without_an_alternate_sends_no_copy(make_company: MakeCompany) -> None:
    """The alternate code must be set up; without one the wish is taken and changes nothing."""
    company = await _make(make_company, 107, source_codes=[{"code": SHORT}])
    assert (await company.send(ANN, attributes=ALTERNATE)).status == 200
    await company.advance("1m")
    assert await _ways(company) == [(SHORT, "refused")]


async def test_version_3_0_knows_no_alternate_delivery(make_company: MakeCompany) -> None:
    """An account at 3.0 may write the attribute; nothing is sent again."""
    company = await _make(make_company, 107, connect={"version": "3.0"})
    assert (await company.send(ANN, attributes=ALTERNATE)).status == 200
    await company.advance("1m")
    assert await _ways(company) == [(SHORT, "refused")]


@pytest.mark.parametrize("version", ["3.1", "3.2"])
async def test_a_multipart_message_cannot_wish_for_it(
    make_company: MakeCompany, version: str
) -> None:
    """161 characters to be split are 422/1033; 160 are one part, and are taken."""
    company = await _make(make_company, 107, connect={"version": version})
    wish = f'{ALTERNATE} splitLongMessage="true"'
    refused = await company.send(ANN, "x" * 161, attributes=wish)
    assert (refused.status, refused.xml.get("code")) == (422, "1033")
    assert (await company.send(ANN, "x" * 160, attributes=wish)).status == 200
    await company.advance("1m")
    assert await _ways(company) == [(SHORT, "refused"), (LONG, "delivered")]


async def test_a_copy_is_not_forwarded_again(make_company: MakeCompany) -> None:
    """Two codes that are each other's alternate make no loop: the copy fails, and that is all."""
    company = await _make(
        make_company, 107, faults=[_failing(SHORT, 107), {**_failing(LONG, 107), "id": "long"}]
    )
    await company.send(ANN, attributes=ALTERNATE)
    await company.advance("24h")
    assert await _ways(company) == [(SHORT, "refused"), (LONG, "refused")]


async def test_what_vibes_itself_stops_is_not_sent_again(make_company: MakeCompany) -> None:
    """A number that said STOP to the code gets no text from its alternate instead."""
    company = await make_company(source_codes=CODES, carriers=CARRIERS)
    await company.text(ANN, "STOP", to=SHORT)
    await company.advance("1m")
    await company.send(ANN, attributes=ALTERNATE)
    await company.advance("1m")
    assert (await _ways(company))[1:] == [(SHORT, "blocked")]


async def test_a_copy_heeds_the_stop_to_its_own_code(make_company: MakeCompany) -> None:
    """A number that said STOP to the alternate code only: the copy is blocked, with code 9."""
    company = await _make(make_company, 107)
    await company.text(ANN, "STOP", to=LONG)
    await company.advance("1m")
    await company.send(ANN, attributes=ALTERNATE)
    await company.advance("1m")
    assert (await _ways(company))[1:] == [(SHORT, "refused"), (LONG, "blocked")]
    assert (await _messages(company))[-1]["error_code"] == 9


async def test_a_carrier_that_tells_nothing_of_phones_starts_no_copy(
    make_company: MakeCompany,
) -> None:
    """Where no handset receipt comes Vibes cannot know that the phone got nothing; a refusal it can."""
    silent = {"default": {"profile": "instant", "handset_receipts": False}}
    company = await _make(make_company, 103, carriers=silent)
    await company.send(ANN, attributes=ALTERNATE)
    await company.advance("1m")
    assert await _ways(company) == [(SHORT, "undeliverable")]
    refusing = await _make(make_company, 107, carriers=silent)
    await refusing.send(ANN, attributes=ALTERNATE)
    await refusing.advance("1m")
    assert await _ways(refusing) == [(SHORT, "refused"), (LONG, "delivered")]


async def test_receipts_link_the_two(make_company: MakeCompany, receiver: Receiver) -> None:
    """The failing receipt has fwdToMessageId, each of the copy's fwdFromMessageId."""
    company = await _make(make_company, 103)
    sent = await company.send(
        ANN, receipts=f"{receiver.url}/r", attributes=f'{ALTERNATE} submitterMessageId="7"'
    )
    await company.advance("1m")
    original = sent.xml.get("messageId")
    copy = (await _messages(company))[1]["id"]
    roots = [ElementTree.fromstring(got.body) for got in receiver.got]
    told = [
        (root.get("messageId"), root.findtext("type"), root.findtext("status/errorCode"))
        for root in roots
    ]
    assert told == [
        (original, "System", None),
        (original, "Carrier", None),
        (original, "Handset", "103"),
        (copy, "System", None),
        (copy, "Carrier", None),
        (copy, "Handset", None),
    ]
    assert [root.get("fwdToMessageId") for root in roots] == [None, None, copy, None, None, None]
    assert [root.get("fwdFromMessageId") for root in roots] == [None] * 3 + [original] * 3
    assert {root.get("submitterMessageId") for root in roots} == {"7"}


async def test_queries_link_the_two(make_company: MakeCompany) -> None:
    """GET of either message, its parts and its responses tell of the other."""
    company = await _make(make_company, 107)
    sent = await company.send(ANN, attributes=f'{ALTERNATE} submitterMessageId="7"')
    original = sent.xml.get("messageId")
    before = (await company.connect("GET", f"mt/messages/{original}")).xml
    assert not {"fwdToMessageId", "fwdFromMessageId"} & set(before.attrib)
    await company.advance("1m")
    copy = (await _messages(company))[1]["id"]
    asked: dict[tuple[str, str], ElementTree.Element] = {}
    for name, message_id in (("original", original), ("copy", copy)):
        for what in ("", "/parts", "/responses"):
            answer = await company.connect("GET", f"mt/messages/{message_id}{what}")
            asked[name, what] = answer.xml
    assert asked["original", ""].get("fwdToMessageId") == copy
    assert asked["original", "/parts"][0].get("fwdToMessageId") == copy
    assert [item.get("fwdToMessageId") for item in asked["original", "/responses"]] == [None, copy]
    assert asked["copy", ""].get("fwdFromMessageId") == original
    assert asked["copy", ""].get("submitterMessageId") == "7"
    assert asked["copy", "/parts"][0].get("fwdFromMessageId") == original
    assert {item.get("fwdFromMessageId") for item in asked["copy", "/responses"]} == {original}
    source = asked["copy", ""].find("source")
    assert source is not None
    assert source.get("address") == LONG


async def test_an_error_receipt_is_wished_for_the_copy_as_well(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """With ERROR the original's failure is told, and nothing of a copy that arrives."""
    company = await _make(make_company, 107)
    await company.send(ANN, receipts=f"{receiver.url}/r", option="ERROR", attributes=ALTERNATE)
    await company.advance("1m")
    roots = [ElementTree.fromstring(got.body) for got in receiver.got]
    assert [(root.findtext("type"), root.findtext("status/errorCode")) for root in roots] == [
        ("Carrier", "107")
    ]


async def test_the_copy_goes_to_the_carrier_the_number_has(make_company: MakeCompany) -> None:
    """Submitted for a carrier it left and refused there, a number gets the copy by its own."""
    company = await make_company(
        source_codes=CODES, carriers=CARRIERS, settings={"wrong_carrier": "refuse"}
    )
    await company.control("PUT", f"/handsets/{ANN}", {"carrier": "105"})
    body = (
        f'<mtMessage {ALTERNATE}><destination address="{ANN}" carrier="102"/>'
        f'<source address="{SHORT}"/><text>Hi</text></mtMessage>'
    )
    await company.connect("POST", "mt/messages", body.encode())
    await company.advance("1m")
    assert [(item["carrier"], item["state"]) for item in await _messages(company)] == [
        ("102", "refused"),
        ("105", "delivered"),
    ]


async def test_an_alternate_that_is_no_code_is_told(company: Company) -> None:
    """The account spec names it with its path."""
    spec = {"source_codes": [{"code": SHORT, "alternate": "70000"}]}
    async with company.http.post(f"{company.url}/_sim/accounts", json=spec) as response:
        answer = await response.json()
    assert response.status == 400
    assert [error["path"] for error in answer["errors"]] == ["source_codes.0.alternate"]
