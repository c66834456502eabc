"""What a message cost stands on every view of it, in both directions, and is never rounded."""

from __future__ import annotations

from typing import Any

from tests.system.conftest import MakeCompany

ANN = "+13125550101"
BEN = "+13125550102"
PRICES = {"segment": "0.0079", "received": "0.005", "carriers": {"105": {"segment": "0.0125"}}}
FIXED = {"default": {"carrier_delay": ["2s", "2s"], "handset_delay": ["4s", "4s"]}}


def _costs(shown: Any) -> list[tuple[str, str, str]]:
    return [(item["text"][:2], item["state"], item["cost"]) for item in shown.json["items"]]


async def test_a_message_costs_its_segments_once_its_carrier_took_it(
    make_company: MakeCompany,
) -> None:
    """Nothing before; then each segment at the carrier's price, delivered or not."""
    company = await make_company(carriers=FIXED, prices=PRICES)
    await company.control("PUT", f"/handsets/{ANN}", {"carrier": "104"})
    await company.control("PUT", f"/handsets/{BEN}", {"carrier": "105", "connected": False})
    await company.send(ANN, "Hi")
    await company.send(ANN, "x" * 161, attributes='splitLongMessage="true"')
    await company.send(BEN, "Yo")
    await company.advance("1s")
    assert {cost for _, _, cost in _costs(await company.control("GET", "/messages"))} == {"0"}
    await company.advance("2s")
    assert _costs(await company.control("GET", "/messages")) == [
        ("Hi", "sent", "0.0079"),
        ("xx", "sent", "0.0158"),
        ("Yo", "sent", "0.0125"),
    ]
    await company.advance("1m")
    assert _costs(await company.control("GET", "/messages")) == [
        ("Hi", "delivered", "0.0079"),
        ("xx", "delivered", "0.0158"),
        ("Yo", "undeliverable", "0.0125"),
    ]


async def test_what_never_left_costs_nothing(make_company: MakeCompany) -> None:
    """Blocked by Vibes, or refused by the carrier."""
    company = await make_company(
        prices=PRICES,
        faults=[{"match": {"surface": "carrier", "number": BEN}, "effect": {"fail": 107}}],
    )
    await company.text(ANN, "STOP")
    await company.advance("1m")
    await company.send(ANN, "Hi")
    await company.send(BEN, "Yo")
    await company.advance("1m")
    shown = _costs(await company.control("GET", "/messages?direction=mt"))
    assert shown[1:] == [("Hi", "blocked", "0"), ("Yo", "refused", "0")]


async def test_a_text_from_a_phone_costs_as_well(make_company: MakeCompany) -> None:
    """In the answer to the call, in the list, in the conversation, and in one look."""
    company = await make_company(prices=PRICES)
    told = await company.text(ANN, "x" * 161)
    assert (told["segments"], told["cost"]) == (2, "0.01")
    phone = (await company.control("GET", f"/handsets/{ANN}")).json["messages"]
    one = (await company.control("GET", f"/messages/{told['id']}")).json
    shown = (await company.control("GET", "/messages?direction=mo")).json["items"]
    assert [phone[0]["cost"], one["cost"], shown[0]["cost"]] == ["0.01"] * 3
    assert told["state_at"] == told["at"] == shown[0]["state_at"]


async def test_a_message_says_since_when_it_is_in_its_state(make_company: MakeCompany) -> None:
    """`at` stays when it was accepted; a phone that is off is no state of its own."""
    company = await make_company(carriers=FIXED)
    await company.control("PUT", f"/handsets/{BEN}", {"reachable": False})
    await company.send(ANN)
    await company.send(BEN)
    await company.advance("1m")
    shown = (await company.control("GET", "/messages")).json["items"]
    assert [(item["at"][-9:], item["state"], item["state_at"]) for item in shown] == [
        ("15:00:00Z", "delivered", "2026-01-05T15:00:06.020Z"),
        ("15:00:00Z", "sent", "2026-01-05T15:00:02.020Z"),
    ]


async def test_the_estimate_is_at_the_accounts_price(make_company: MakeCompany) -> None:
    """`prices` before the setting for estimates; that where there is none."""
    company = await make_company(prices={"segment": "0.0125"})
    answer = await company.control("POST", "/text", {"text": "x" * 161})
    assert answer.json["price_micros"] == 25_000
