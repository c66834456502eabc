"""Faults at a carrier: messages that fail, are late, or wait for a carrier that is down."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from tests.system.company import Company
from tests.system.conftest import MakeCompany
from tests.system.receiver import Receiver

ANN, BOB, CY = "+13125550101", "+13125550102", "+13125550103"
FIXED = {"default": {"carrier_delay": ["2s", "2s"], "handset_delay": ["4s", "4s"]}}


async def _company(make_company: MakeCompany, **spec: object) -> Company:
    return await make_company(company_key="acme", carriers=FIXED, **spec)


async def _add(company: Company, effect: dict[str, Any], **more: Any) -> None:
    match = {"surface": "carrier", **more.pop("match", {})}
    answer = await company.control("POST", "/faults", {"match": match, "effect": effect, **more})
    assert answer.status == 201, answer.body


async def _message(company: Company, mdn: str) -> Any:
    """The last message to a number, in full."""
    items = (await company.control("GET", f"/messages?direction=mt&mdn={mdn[1:]}")).json["items"]
    return (await company.control("GET", f"/messages/{items[-1]['id']}")).json


async def _reached(company: Company, mdn: str) -> dict[str, str]:
    """When each state was reached."""
    return {step["state"]: step["at"][11:-1] for step in (await _message(company, mdn))["history"]}


ENDS = {101: "expired", 106: "refused", 107: "refused"}


@pytest.mark.parametrize("code", [*range(1, 27), *range(100, 109)])
async def test_a_message_fails_with_the_code_that_was_asked_for(
    make_company: MakeCompany, receiver: Receiver, code: int
) -> None:
    """The receipt has the code; up to 26 the message never leaves Vibes, beyond it does."""
    company = await _company(make_company)
    await _add(company, {"fail": code})
    await company.send(ANN, receipts=f"{receiver.url}/r", option="ERROR")
    await company.advance("73h")
    message = await _message(company, ANN)
    assert message["state"] == ("blocked" if code < 100 else ENDS.get(code, "undeliverable"))
    assert message["error_code"] == code
    assert [(item["id"], item["effect"]) for item in message["faults"]] == [("fault-1", "fail")]
    receipts = [ElementTree.fromstring(got.body) for got in receiver.got]
    assert [root.findtext("status/errorCode") for root in receipts] == [str(code)]
    shown = await company.connect("GET", f"mt/messages/{message['id']}/responses")
    assert shown.status == 200
    assert str(code) in shown.body.decode()


async def test_a_delay_is_added_to_the_carriers(make_company: MakeCompany) -> None:
    """Ten minutes late at the carrier, and so at the phone; two delays add up."""
    company = await _company(make_company)
    await _add(company, {"delay": "10m"})
    await company.send(ANN)
    await _add(company, {"delay": "30m"}, match={"number": BOB})
    await company.send(BOB)
    await company.advance("1h")
    assert (await _reached(company, ANN)) == {
        "accepted": "15:00:00",
        "routed": "15:00:00.020",
        "sent": "15:10:02.020",
        "delivered": "15:10:06.020",
    }
    assert (await _reached(company, BOB))["delivered"] == "15:40:06.020"


async def test_a_delay_past_the_validity_expires(make_company: MakeCompany) -> None:
    """A message so late that its carrier gives up is expired, with 101."""
    company = await _company(make_company)
    await _add(company, {"delay": "73h"})
    await company.send(ANN)
    await company.advance("74h")
    message = await _message(company, ANN)
    assert (message["state"], message["error_code"]) == ("expired", 101)


async def test_messages_wait_for_the_end_of_an_outage(make_company: MakeCompany) -> None:
    """What comes while the carrier is down is handed over when it is up; later ones go at once."""
    company = await _company(make_company)
    await _add(company, {"outage": True}, match={"until": "2026-01-05T15:30:00Z"})
    await company.send(ANN)
    await company.advance("10m")
    await company.send(BOB)
    assert (await _message(company, ANN))["state"] == "routed"
    await company.advance("1h")
    await company.send(CY)
    await company.advance("1m")
    assert (await _reached(company, ANN))["sent"] == "15:30:02"
    assert (await _reached(company, BOB))["sent"] == "15:30:02"
    assert (await _reached(company, CY))["sent"] == "16:10:02.020"
    assert (await _message(company, CY))["faults"] == []


async def test_an_outage_outlives_the_validity(make_company: MakeCompany) -> None:
    """A carrier that is down for longer than it tries loses the message: 101."""
    company = await _company(make_company)
    await _add(company, {"outage": True}, match={"until": "2026-01-09T15:00:00Z"})
    await company.send(ANN)
    await company.advance("90h")
    message = await _message(company, ANN)
    assert (message["state"], message["error_code"]) == ("expired", 101)


async def test_an_outage_without_an_end_fails_messages(make_company: MakeCompany) -> None:
    """107 from the carrier, until the rule is taken away."""
    company = await _company(make_company)
    await _add(company, {"outage": True}, id="down")
    await company.send(ANN)
    await company.advance("1m")
    message = await _message(company, ANN)
    assert (message["state"], message["error_code"]) == ("refused", 107)
    await company.control("DELETE", "/faults/down")
    await company.send(ANN)
    await company.advance("1m")
    assert (await _message(company, ANN))["state"] == "delivered"


async def test_an_outage_begins_at_its_since(make_company: MakeCompany) -> None:
    """A message that was taken in before is not of it."""
    company = await _company(make_company)
    window = {"since": "2026-01-05T15:05:00Z", "until": "2026-01-05T16:00:00Z"}
    await _add(company, {"outage": True}, match=window)
    await company.send(ANN)
    await company.advance("5m")
    await company.send(BOB)
    await company.advance("1h")
    assert (await _reached(company, ANN))["sent"] == "15:00:02.020"
    assert (await _reached(company, BOB))["sent"] == "16:00:02"


async def test_the_platforms_own_messages_are_struck_by_purpose(make_company: MakeCompany) -> None:
    """`operation` at a carrier is what the message is for: a prompt, not a client's text."""
    company = await _company(make_company)
    await _add(company, {"fail": 103}, match={"operation": "confirmation"})
    await company.join(ANN)
    await company.send(BOB)
    await company.advance("1m")
    assert (await _message(company, ANN))["error_code"] == 103
    assert (await _message(company, BOB))["state"] == "delivered"


async def test_a_rule_is_for_one_carrier_or_code(make_company: MakeCompany) -> None:
    """Another carrier's and another code's messages go through."""
    codes = [{"code": "65047"}, {"code": "70000"}]
    company = await _company(make_company, source_codes=codes)
    for mdn, carrier in ((ANN, "104"), (BOB, "105"), (CY, "105")):
        await company.control("PUT", f"/handsets/{mdn}", {"carrier": carrier})
    await _add(company, {"fail": 105}, match={"carrier": "104"})
    await _add(company, {"fail": 9}, match={"code": "70000"})
    await company.send(ANN)
    await company.send(BOB)
    await company.send(CY, source="70000")
    await company.advance("1m")
    ends = [(await _message(company, mdn))["error_code"] for mdn in (ANN, BOB, CY)]
    assert ends == [105, None, 9]


async def test_each_message_of_a_bundle_is_struck_by_itself(make_company: MakeCompany) -> None:
    """A budget of two spares the third message of one call."""
    company = await _company(make_company)
    await _add(company, {"fail": 103}, budget=2)
    to = "".join(f'<destination address="{mdn}"/>' for mdn in (ANN, BOB, CY))
    body = (
        f'<mtMessageBundle><mtMessageList>{to}<source address="65047"/><text>Hi</text>'
        "</mtMessageList></mtMessageBundle>"
    )
    assert (await company.connect("POST", "mt/messageBundles", body.encode())).status == 200
    await company.advance("1m")
    ends = [(await _message(company, mdn))["error_code"] for mdn in (ANN, BOB, CY)]
    assert ends == [103, 103, None]


async def test_a_message_that_was_forwarded_meets_the_rules_again(
    make_company: MakeCompany,
) -> None:
    """An alternate's copy is a message of its own: the second such occasion."""
    codes = [{"code": "65047", "alternate": "70000"}, {"code": "70000"}]
    company = await _company(make_company, source_codes=codes)
    await _add(company, {"fail": 103}, match={"nth": 1})
    await company.send(ANN, attributes='alternateDelivery="true"')
    await company.advance("1m")
    states = [state for _, state, _ in await company.phone(ANN)]
    assert states == ["undeliverable", "delivered"]
    rule = (await company.control("GET", "/faults")).json["items"][0]
    assert (rule["met"], rule["fired"]) == (2, 1)
