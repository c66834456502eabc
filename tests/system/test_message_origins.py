"""What a message was sent or texted for: its campaign and its lists, as the message list tells them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.system.company import Company

ANN, BEN = "+13125550101", "+13125550102"
Origin = tuple[str, str | None, list[str]]
VIP: tuple[str, list[str]] = ("JoinVip01", ["1001"])


async def _origins(company: Company, mdn: str = ANN) -> list[Origin]:
    items = (await company.control("GET", f"/messages?mdn=%2B{mdn[1:]}")).json["items"]
    return [(item["purpose"], item["campaign_id"], item["list_ids"]) for item in items]


async def test_an_opt_in_is_of_its_campaign_and_its_list(company: Company) -> None:
    """Keyword, prompt, answer and welcome are; what Connect submits and the STOP are of none."""
    for text in ("VIP", "Y", "VIP", "STOP"):
        await company.text(ANN, text)
        await company.advance("1m")
    await company.send(ANN)
    assert await _origins(company) == [
        ("keyword VIP", *VIP),
        ("confirmation", *VIP),
        ("yes", *VIP),
        ("welcome", *VIP),
        ("keyword VIP", *VIP),
        ("already_subscribed", *VIP),
        ("stop", None, []),
        ("stop_reply", None, []),
        ("connect", None, []),
    ]


async def test_an_opt_in_through_the_api_is_too(company: Company) -> None:
    """And so is the no to it; a text that nobody waits for is of none."""
    await company.join(ANN)
    for text in ("N", "Hello"):
        await company.text(ANN, text)
    told = [("confirmation", *VIP), ("no", *VIP)]
    assert await _origins(company) == [
        *told,
        ("unmatched", None, []),
        ("unmatched_reply", None, []),
    ]


@pytest.mark.parametrize(
    ("asked", "of_ann", "of_ben"),
    [
        (["1001", "1002"], ["1001"], ["1001", "1002"]),
        (["1002", "1001", "1002"], ["1001"], ["1002", "1001"]),
    ],
)
async def test_a_broadcast_is_of_the_lists_that_its_recipient_is_on(
    company: Company, asked: list[str], of_ann: list[str], of_ben: list[str]
) -> None:
    """Of those it goes to, each once; its campaign is the broadcast."""
    await company.subscribe(ANN, BEN)
    await company.subscribe(BEN, list_id="1002")
    plan: dict[str, Any] = {
        "name": "Spring",
        "send_scheduled_date": "2026-01-05T15:00:00Z",
        "targeting": {"message_template": "Sale", "source_lists": asked},
    }
    made = (await company.platform("POST", "mobiledb/broadcasts", plan)).json
    await company.advance("1m")
    number = str(made["broadcast_id"])
    assert await _origins(company) == [("broadcast", number, of_ann)]
    assert await _origins(company, BEN) == [("broadcast", number, of_ben)]


async def test_an_event_is_of_the_lists_that_let_its_recipient_through(company: Company) -> None:
    """Not of those that it must not be on, nor of others it is on."""
    await company.subscribe(ANN)
    await company.subscribe(ANN, list_id="1002")
    for list_id in ("2001", "2002"):
        await company.control("POST", "/lists", {"id": list_id, "name": list_id})
    filters = [{"name": "subscription", "selector": "any", "value": ["1002", "2001"]}]
    filters.append({"name": "subscription", "selector": "none", "value": ["2002"]})
    campaign = {
        "name": "Delivery",
        "event_type": "shipped",
        "start_date": "2026-01-01",
        "targeting": {
            "message_template": "It comes",
            "channel": "sms",
            "sms": {"sourcecode": "65047", "country_code": "1", "sourcecode_type": "SC"},
            "filters": filters,
        },
    }
    made = await company.platform("POST", "mobiledb/event_triggered_messages", campaign)
    assert made.status == 202, made.body
    event = {"event_type": "shipped", "event_data": {"mdn": ANN}}
    assert (await company.platform("POST", "events", event)).status == 202
    ((purpose, campaign_id, lists),) = await _origins(company)
    assert (purpose, lists) == ("event", ["1002"])
    shown = await company.platform("GET", f"mobiledb/event_triggered_messages/{campaign_id}")
    assert shown.json["name"] == "Delivery"
