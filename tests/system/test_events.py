from __future__ import annotations

from typing import Any

import pytest

from tests.system.company import Company
from tests.system.receiver import Receiver

ANN = "+13125550101"
BEN = "+13125550102"
PATH = "mobiledb/event_triggered_messages"


def _campaign(**more: Any) -> dict[str, Any]:
    targeting = {
        "message_template": "Your order {{ ev.order }} comes {{ ev.day | date: '%B %d' }}",
        "channel": "sms",
        "sms": {"sourcecode": "65047", "country_code": "1", "sourcecode_type": "SC"},
        **more.pop("targeting", {}),
    }
    return {
        "name": "Delivery",
        "event_type": "order_shipped",
        "start_date": "2026-01-01",
        "targeting": targeting,
        **more,
    }


async def _submit(company: Company, **data: Any) -> Any:
    body = {
        "event_type": "Order_Shipped",
        "event_data": {"order": "A7", "day": "2026-01-09", **data},
    }
    answer = await company.platform("POST", "events", body)
    assert answer.status == 202, answer.body
    return answer.json


async def _told(company: Company, receiver: Receiver, wanted: str = "all") -> None:
    answer = await company.register(
        "event_processed", f"{receiver.url}/e", event_processed={"callbacks_to_send": wanted}
    )
    assert answer.status == 201, answer.body


def _steps(receiver: Receiver) -> list[tuple[str, str, str]]:
    actions = [got.json["event_processed"]["action"] for got in receiver.got]
    return [(one["type"], one["status"], one["status_reason"]) for one in actions]


async def test_an_event_becomes_a_message_and_every_step_is_told(
    company: Company, receiver: Receiver
) -> None:
    """202, then the message with the event's data, then routing, carrier and phone."""
    assert (await company.platform("POST", PATH, _campaign())).status == 202
    await _told(company, receiver)
    event = await _submit(company, mdn=ANN)
    await company.advance("1m")
    assert [text for _, _, text in await company.phone(ANN)] == ["Your order A7 comes January 09"]
    assert _steps(receiver) == [
        ("routing", "processing", "accepted_by_event_triggered_message"),
        ("carrier_dlr", "success", "sent"),
        ("handset_dlr", "success", "delivered"),
    ]
    told = receiver.got[0].json
    assert "event_type" not in told
    assert told["event_processed"]["event_id"] == event["event_id"]
    assert told["event_processed"]["event_data"]["order"] == "A7"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"external_person_id": "nobody"}, "person_not_found"),
        ({"mdn": "+15005550001"}, "carrier_not_supported"),
    ],
)
async def test_who_cannot_be_reached_is_told(
    company: Company, receiver: Receiver, data: dict[str, str], reason: str
) -> None:
    """An unknown recipient and a landline each give their outcome, and no message."""
    await company.platform("POST", PATH, _campaign())
    await _told(company, receiver, "only_failures")
    await _submit(company, **data)
    await company.settle()
    assert _steps(receiver) == [("routing", "failed", reason)]
    assert await company.events("MtAccepted") == []


async def test_a_list_filter_keeps_others_out(company: Company, receiver: Receiver) -> None:
    """any lets members through, a non-member is told as such."""
    one = {"name": "subscription", "selector": "any", "value": ["1001"]}
    await company.platform("POST", PATH, _campaign(targeting={"filters": [one]}))
    await company.subscribe(ANN)
    await _told(company, receiver, "routing")
    await _submit(company, mdn=ANN)
    await _submit(company, mdn=BEN)
    await company.advance("1m")
    assert [reason for _, _, reason in _steps(receiver)] == [
        "accepted_by_event_triggered_message",
        "person_not_in_list",
    ]
    assert await company.phone(BEN) == []


async def test_an_event_nobody_waits_for_and_one_that_comes_twice(
    company: Company, receiver: Receiver
) -> None:
    """no_route_rules without a campaign; a used event_id is taken in and goes nowhere."""
    await _told(company, receiver)
    body = {"event_id": "e1", "event_type": "other", "event_data": {"mdn": ANN}}
    for _ in range(2):
        assert (await company.platform("POST", "events", body)).json == {"event_id": "e1"}
    await company.settle()
    assert [reason for _, _, reason in _steps(receiver)] == ["no_route_rules", "duplicate_event_id"]


async def test_a_failed_message_is_told_by_stage(company: Company, receiver: Receiver) -> None:
    """handset_dlr alone hears that the phone could not be reached, with the code."""
    await company.platform("POST", PATH, _campaign())
    await _told(company, receiver, "handset_dlr")
    await _submit(company, mdn="+15005550003")
    await company.advance("1m")
    assert _steps(receiver) == [("handset_dlr", "failed", "error_103")]


async def test_a_campaign_has_its_days(company: Company) -> None:
    """scheduled before its start, in_progress, ended after its end; cancelled for good."""
    made = (
        await company.platform(
            "POST", PATH, _campaign(start_date="2026-01-06", end_date="2026-01-07")
        )
    ).json
    path = f"{PATH}/{made['event_triggered_message_id']}"
    seen = [made["status"]]
    for duration in ("9h", "24h"):
        await company.advance(duration)
        seen.append((await company.platform("GET", path)).json["status"])
    assert seen == ["scheduled", "in_progress", "ended"]
    assert (await company.platform("PUT", path, _campaign())).status == 422
    gone = await company.platform("DELETE", path)
    assert (gone.status, gone.json["status"]) == (200, "canceled")
    assert (await company.platform("GET", f"{PATH}?status=canceled")).json == [gone.json]
    assert (await company.platform("GET", f"{PATH}?event_type=ORDER_SHIPPED")).json == [gone.json]
    assert (await company.platform("GET", f"{PATH}/9")).status == 404


async def test_a_running_campaign_keeps_its_start(company: Company) -> None:
    """PUT changes the text of what runs, and not the day it began."""
    made = (await company.platform("POST", PATH, _campaign())).json
    path = f"{PATH}/{made['event_triggered_message_id']}"
    changed = _campaign(targeting={"message_template": "New"})
    assert (await company.platform("PUT", path, changed)).status == 200
    await _submit(company, mdn=ANN)
    await company.advance("1m")
    assert [text for _, _, text in await company.phone(ANN)] == ["New"]
    answer = await company.platform("PUT", path, _campaign(start_date="2026-01-02"))
    assert answer.status == 422


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"event_data": {"mdn": ANN}}, 400, "event_type"),
        ({"event_type": "a b", "event_data": {"mdn": ANN}}, 400, "event_type"),
        ({"event_type": "a", "event_data": {}}, 400, "exactly one of"),
        ({"event_type": "a", "event_data": {"mdn": ANN, "person_key": "x"}}, 400, "exactly one"),
        ({"event_type": "a", "event_data": {"mdn": "12"}}, 400, "InvalidMDNFormat"),
        ({"event_type": "a", "event_data": {"vibes_device_id": "d"}}, 501, "push"),
        ({"event_type": "a", "event_data": {"mdn": ANN, "x": "y" * 17_000}}, 413, "16384 bytes"),
    ],
)
async def test_a_wrong_event_is_told(
    company: Company, body: object, status: int, told: str
) -> None:
    """Each fault has its status and names itself, and nothing is taken in."""
    answer = await company.platform("POST", "events", body)
    assert answer.status == status
    assert told in answer.messages[0]
    assert await company.events("EventTaken") == []


@pytest.mark.parametrize(
    ("campaign", "status", "told"),
    [
        ({}, 400, "name"),
        (_campaign(end_date="2025-12-31"), 400, "end_date must be after start_date"),
        (_campaign(targeting={"message_template": "{{"}), 422, "no Liquid"),
        (_campaign(targeting={"sms": {"sourcecode": "1"}}), 422, 'no source code "1"'),
        (_campaign(targeting={"channel": "push"}), 501, "push"),
    ],
)
async def test_a_wrong_campaign_is_told(
    company: Company, campaign: object, status: int, told: str
) -> None:
    """Each fault has its status and names itself."""
    answer = await company.platform("POST", PATH, campaign)
    assert answer.status == status
    assert told in answer.messages[0]


async def test_now_in_a_template_is_the_accounts_time(company: Company) -> None:
    """The machine's clock never shows in a text."""
    template = "{{ 'now' | date: '%Y-%m-%d' }} {{ now | date: '%H:%M' }}"
    await company.platform("POST", PATH, _campaign(targeting={"message_template": template}))
    await _submit(company, mdn=ANN)
    await company.advance("1m")
    assert [text for _, _, text in await company.phone(ANN)] == ["2026-01-05 15:00"]


async def test_a_template_that_fails_is_an_outcome(company: Company, receiver: Receiver) -> None:
    """unexpected_error is told, nothing is sent, and the account goes on."""
    text = {"message_template": "{{ ev.order | modulo: 0.0 }}"}
    assert (await company.platform("POST", PATH, _campaign(targeting=text))).status == 202
    await _told(company, receiver)
    await _submit(company, mdn=ANN, order=7)
    await company.settle()
    assert _steps(receiver) == [("routing", "failed", "unexpected_error")]
    assert (await company.join(BEN)).status == 201


async def test_ids_as_clients_serialise_them(company: Company) -> None:
    """A null id is none, and a person_id may be a number."""
    await company.platform("POST", PATH, _campaign())
    made = await company.platform("POST", "mobiledb/persons", {"mobile_phone": {"mdn": ANN}})
    await _submit(company, person_id=int(made.json["person_id"]), mdn=None, person_key=None)
    await company.advance("1m")
    assert len(await company.phone(ANN)) == 1
