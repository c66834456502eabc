"""Every reason a membership can end with, and the lists an operator keeps."""

from __future__ import annotations

import pytest

from tests.system.company import Company
from tests.system.receiver import Receiver

ANN = "+13125550101"
BEN = "+13125550102"


async def _reason(company: Company, mdn: str = ANN) -> str:
    (person,) = (
        await company.platform("GET", f"mobiledb/persons?mdn={mdn.replace('+', '%2B')}")
    ).json
    path = f"mobiledb/persons/{person['person_key']}/subscriptions?active_only=false"
    (item,) = (await company.platform("GET", path)).json
    return str(item["opt_out_reason"])


@pytest.mark.parametrize(
    "reason",
    [
        "user_opt_out",
        "disconnect",
        "bulk_opt_out",
        "failed_at_carrier",
        "obsolete_carrier",
        "platform_opt_out",
        "button_opt_out",
    ],
)
async def test_a_reason_by_an_operator(company: Company, receiver: Receiver, reason: str) -> None:
    """The control call ends memberships with the reason, tells so, and texts nobody."""
    await company.subscribe(ANN, BEN)
    await company.register("subscription_removed", f"{receiver.url}/r")
    body = {"reason": reason, "mdns": ["(312) 555-0101"]}
    answer = await company.control("POST", "/opt-outs", body)
    assert (answer.status, answer.json) == (200, {"removed": 1})
    await company.settle()
    assert receiver.got[0].json["subscription"]["opt_out_reason"] == reason
    assert await _reason(company) == reason
    assert await company.phone(ANN) == []
    assert await company.member(BEN)


async def test_the_other_three_reasons(company: Company) -> None:
    """STOP, the API and an archived list each leave their own reason."""
    cal = "+13125550103"
    await company.subscribe(ANN, BEN)
    await company.subscribe(cal, list_id="1002")
    await company.text(ANN, "STOP")
    (person,) = (await company.platform("GET", "mobiledb/persons?mdn=%2B13125550102")).json
    path = f"mobiledb/persons/{person['person_key']}/subscriptions/1001"
    assert (await company.platform("DELETE", path)).status == 204
    assert (await company.control("DELETE", "/lists/1002")).status == 200
    assert [await _reason(company, mdn) for mdn in (ANN, BEN, cal)] == [
        "keyword_opt_out",
        "api_opt_out",
        "list_archived",
    ]


async def test_a_carrier_that_closes_takes_its_numbers_along(company: Company) -> None:
    """obsolete_carrier by carrier code ends the memberships of its numbers alone."""
    await company.subscribe(ANN, BEN)
    for mdn, carrier in ((ANN, "106"), (BEN, "104")):
        person = (
            await company.platform("GET", f"mobiledb/persons?mdn={mdn.replace('+', '%2B')}")
        ).json[0]
        body = {"mobile_phone": {"carrier_code": carrier}}
        await company.platform("PUT", f"mobiledb/persons/{person['person_key']}", body)
    body2 = {"reason": "obsolete_carrier", "carrier": "106"}
    assert (await company.control("POST", "/opt-outs", body2)).json == {"removed": 1}
    assert (await company.member(ANN), await company.member(BEN)) == (False, True)


async def test_lists_are_made_renamed_and_archived(company: Company, receiver: Receiver) -> None:
    """An operator's list is there at once; subscription_list_* tell of it; an archived one is 404."""
    for kind in ("subscription_list_added", "subscription_list_updated"):
        await company.register(kind, f"{receiver.url}/l")
    made = await company.control("POST", "/lists", {"id": "2001", "name": "Spring"})
    assert made.status == 201
    assert (await company.control("PUT", "/lists/2001", {"name": "Summer"})).status == 200
    path = "mobiledb/subscription_lists"
    assert [item["name"] for item in (await company.platform("GET", path)).json][-1] == "Summer"
    await company.settle()
    told = [
        (got.json["callback_type"], got.json["subscription_list"]["name"]) for got in receiver.got
    ]
    assert told == [
        ("subscription_list_added", "Spring"),
        ("subscription_list_updated", "Summer"),
    ]
    assert (await company.control("DELETE", "/lists/2001")).status == 200
    assert (await company.platform("GET", f"{path}/2001")).status == 404
    assert (await company.control("POST", "/lists", {"id": "1001"})).status == 400


async def test_nobody_joins_an_archived_list(company: Company) -> None:
    """A pending yes makes no member, the API answers 422, the keyword is just a text."""
    await company.join(ANN)
    await company.control("DELETE", "/lists/1001")
    await company.text(ANN, "Y")
    assert await company.events("SubscriptionAdded") == []
    assert (await company.join(BEN)).status == 422
    assert (await company.text(BEN, "VIP"))["taken_as"] == "unmatched"


@pytest.mark.parametrize(
    "body",
    [
        {"reason": "keyword_opt_out", "mdns": [ANN]},
        {"reason": "bulk_opt_out", "mdns": ["12"]},
        {"mdns": [ANN]},
    ],
)
async def test_a_wrong_opt_out_changes_nothing(company: Company, body: object) -> None:
    """A reason only a text can have, a number that is none, no reason: 400."""
    await company.subscribe(ANN)
    assert (await company.control("POST", "/opt-outs", body)).status == 400
    assert await company.member(ANN)
