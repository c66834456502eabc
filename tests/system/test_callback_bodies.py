from __future__ import annotations

from typing import Any

from tests.system.company import Company
from tests.system.conftest import MakeCompany
from tests.system.receiver import Receiver

ANN = "+13125550101"


async def _told(company: Company, receiver: Receiver, kind: str, version: int = 2) -> None:
    answer = await company.register(kind, f"{receiver.url}/{kind}/v{version}", version=version)
    assert answer.status == 201


async def test_participant_callbacks_in_both_versions(company: Company, receiver: Receiver) -> None:
    """ack_participant_added then _changed: the entity, the status, numbers by registration version."""
    for kind in ("ack_participant_added", "ack_participant_changed"):
        await _told(company, receiver, kind, 1)
        await _told(company, receiver, kind, 2)
    made = (await company.join(ANN)).json
    await company.advance("1h")
    await company.text(ANN, "Y")
    await company.settle()
    first, second = receiver.bodies("/ack_participant_added")
    assert first["participant"]["person"]["mobile_phone"] == {"mdn": "3125550101"}
    assert second["participant"] == {
        "person": {
            "id": made["person"]["person_id"],
            "external_id": None,
            "external_person_id": None,
            "person_key": made["person"]["person_key"],
            "mobile_phone": {"mdn": ANN},
            "url": made["person"]["url"],
        },
        "acquisition_campaign": {
            "id": "JoinVip01",
            "description": "Join VIP Deals",
            "url": "/companies/acme/campaigns/acquisition/JoinVip01",
            "keyword": None,
        },
        "participation_date": "2026-01-05T15:00:00Z",
        "expire_date": "2026-01-06T15:00:00Z",
        "status": "PENDING",
    }
    changed = receiver.bodies("/ack_participant_changed/v2")[0]
    assert changed["participant"]["status"] == "CONFIRMED"
    assert changed["event_date"] == "2026-01-05T16:00:00Z"
    assert changed["callback_type"] == changed["event_type"] == "ack_participant_changed"


async def test_the_headers_carry_the_type_the_id_and_the_attempt(
    company: Company, receiver: Receiver
) -> None:
    """Content-Type and method as registered; the id is the body's event_id; attempt 1."""
    await company.platform(
        "POST",
        "config/callbacks",
        {
            "callback_type": "person_added",
            "destination": {
                "url": f"{receiver.url}/p",
                "method": "PUT",
                "content_type": "text/json",
            },
        },
    )
    await company.platform("POST", "mobiledb/persons", {"external_person_id": "ann"})
    await company.settle()
    got = receiver.got[0]
    assert (got.method, got.headers["Content-Type"]) == ("PUT", "text/json")
    assert got.headers["X-Vibes-Callback-Type"] == "person_added"
    assert got.headers["X-Vibes-Event-Id"] == got.json["event_id"]
    assert got.headers["X-Vibes-Delivery-Attempt"] == "1"


async def test_person_callbacks_carry_the_whole_person(
    company: Company, receiver: Receiver
) -> None:
    """person_added and person_updated hold what GET answers, also where a POST merged."""
    await _told(company, receiver, "person_added")
    await _told(company, receiver, "person_updated", 1)
    body: dict[str, Any] = {"mobile_phone": {"mdn": ANN}}
    added = (await company.platform("POST", "mobiledb/persons", body)).json
    body["custom_fields"] = {"first_name": "Ann"}
    updated = await company.platform("POST", "mobiledb/persons", body)
    await company.settle()
    assert receiver.bodies("/person_added")[0]["person"] == added
    told = receiver.bodies("/person_updated")[0]["person"]
    assert told["mobile_phone"]["mdn"] == "3125550101"
    assert told["custom_fields"] == updated.json["custom_fields"]


async def test_subscription_callbacks_tell_when_and_why(
    company: Company, receiver: Receiver
) -> None:
    """subscription_added has the opt-in date, subscription_removed also the end and the reason."""
    await _told(company, receiver, "subscription_added")
    await _told(company, receiver, "subscription_removed")
    await company.subscribe(ANN)
    await company.advance("1h")
    await company.text(ANN, "STOP")
    await company.settle()
    added = receiver.bodies("/subscription_added")[0]["subscription"]
    removed = receiver.bodies("/subscription_removed")[0]["subscription"]
    assert added["person"]["mobile_phone"] == {"mdn": ANN}
    assert added["subscription_list"]["id"] == "1001"
    assert added["opt_in_date"] == "2026-01-05T15:00:00Z"
    assert "opt_out_date" not in added
    assert removed["opt_in_date"] == "2026-01-05T15:00:00Z"
    assert removed["opt_out_date"] == "2026-01-05T16:00:00Z"
    assert removed["opt_out_reason"] == "keyword_opt_out"


async def test_unmatched_callbacks_carry_the_text(company: Company, receiver: Receiver) -> None:
    """A text that is no keyword is told with code, default response and the message."""
    await company.register(
        "unmatched_message_received",
        f"{receiver.url}/u",
        unmatched_message_received={"source_code": "65047"},
    )
    received = await company.text(ANN, "where is my order?")
    await company.settle()
    body = receiver.bodies("/u")[0]
    assert body["participant"]["mdn"] == ANN
    assert len(body["participant"]["carrier_id"]) == 3
    assert body["message"] == "where is my order?"
    assert body["message_id"] == received["id"]
    assert body["source_code"]["code"] == "65047"
    assert body["source_code"]["code_type"] == "SC"
    assert body["source_code"]["response_sent"] is True
    assert body["source_code"]["default_response"] in (await company.phone(ANN))[1][2]
    assert body["receipt_date"] == "2026-01-05T15:00:00+00:00"


async def test_keywords_are_never_told_as_unmatched(company: Company, receiver: Receiver) -> None:
    """STOP, HELP, START, Y and a campaign's keyword reach no unmatched callback."""
    await company.register(
        "unmatched_message_received",
        f"{receiver.url}/u",
        unmatched_message_received={"source_code": "65047"},
    )
    for text in ("HELP", "VIP", "Y", "STOP", "START"):
        await company.text(ANN, text)
    await company.settle()
    assert receiver.got == []


async def test_a_scope_narrows(make_company: MakeCompany, receiver: Receiver) -> None:
    """A registration for list 1002 hears nothing of list 1001."""
    company = await make_company()
    scope = {"subscription_added": {"list_id": "1002"}}
    await company.register("subscription_added", f"{receiver.url}/s", **scope)
    await company.subscribe(ANN, list_id="1001")
    await company.subscribe(ANN, list_id="1002")
    await company.settle()
    lists = [body["subscription"]["subscription_list"]["id"] for body in receiver.bodies()]
    assert lists == ["1002"]


async def test_a_lapse_fires_no_callback(company: Company, receiver: Receiver) -> None:
    """Time-out of an opt-in tells nobody (Vibes: no callback on time-out)."""
    await _told(company, receiver, "ack_participant_changed")
    await company.join(ANN)
    await company.advance("48h")
    assert receiver.got == []


async def test_a_no_is_told_as_rejected(company: Company, receiver: Receiver) -> None:
    """N ends the request as REJECTED."""
    await _told(company, receiver, "ack_participant_changed")
    await company.join(ANN)
    await company.text(ANN, "N")
    await company.settle()
    assert [body["participant"]["status"] for body in receiver.bodies()] == ["REJECTED"]


async def test_a_registration_hears_only_from_start_to_end(
    company: Company, receiver: Receiver
) -> None:
    """Before start_date and from end_date on nothing is sent."""
    await company.register(
        "person_added",
        f"{receiver.url}/p",
        start_date="2026-01-06T00:00:00Z",
        end_date="2026-01-07T00:00:00Z",
    )
    for name, to in (
        ("early", "2026-01-05T23:59:59Z"),
        ("first", "2026-01-06T00:00:00Z"),
        ("late", "2026-01-07T00:00:00Z"),
    ):
        await company.control("POST", "/clock", {"to": to})
        await company.platform("POST", "mobiledb/persons", {"external_person_id": name})
    await company.settle()
    assert [body["person"]["external_person_id"] for body in receiver.bodies()] == ["first"]
