from __future__ import annotations

import pytest

from tests.system.company import Company
from tests.system.conftest import MakeCompany
from tests.system.receiver import Receiver

ANN = "+13125550101"
BEN = "+13125550102"


async def test_a_registration_can_be_changed(company: Company, receiver: Receiver) -> None:
    """PUT moves a registration to another URL and version; its type cannot change."""
    made = (await company.register("person_added", f"{receiver.url}/old")).json
    path = f"config/callbacks/{made['callback_id']}"
    body = {"callback_type": "person_added", "destination": {"url": f"{receiver.url}/new"}}
    changed = await company.platform("PUT", path, body, version=1)
    assert (changed.status, changed.json["destination"]["url"]) == (200, f"{receiver.url}/new")
    await company.join(ANN)
    await company.settle()
    (got,) = receiver.got
    assert (got.path, got.json["person"]["mobile_phone"]["mdn"]) == ("/new", "3125550101")
    body["callback_type"] = "person_updated"
    assert (await company.platform("PUT", path, body)).status == 422
    assert (await company.platform("PUT", "config/callbacks/nobody", body)).status == 404


@pytest.mark.parametrize(
    ("kind", "more", "member"),
    [
        (
            "ack_participant_added",
            {"participant": {"acquisition_campaign": {"api_key": "JoinVip01"}}},
            "participant",
        ),
        ("company_participant_changed", {}, "participant"),
        ("person_updated", {}, "person"),
        (
            "subscription_removed",
            {"subscription": {"subscription_list": {"id": "1001"}}},
            "subscription",
        ),
        ("subscription_list_added", {}, "subscription_list"),
    ],
)
async def test_a_test_event_is_delivered_with_its_id(
    company: Company, receiver: Receiver, kind: str, more: dict[str, object], member: str
) -> None:
    """The answer's event_id is the one the made-up callback carries; nothing else changes."""
    await company.register(kind, f"{receiver.url}/t")
    answer = await company.platform(
        "POST", "config/callback_events/test", {"callback_type": kind, **more}
    )
    assert answer.status == 201
    await company.settle()
    (got,) = receiver.got
    assert (got.json["event_id"], got.json["callback_type"]) == (answer.json["event_id"], kind)
    assert member in got.json
    assert await company.events("PersonAdded") == []


async def test_a_test_event_needs_somebody_to_hear_it(company: Company) -> None:
    """404 where no callback of the type is active, 400 where the campaign is not named."""
    path = "config/callback_events/test"
    body = {"callback_type": "person_added"}
    assert (await company.platform("POST", path, body)).status == 404
    body = {"callback_type": "ack_participant_added"}
    answer = await company.platform("POST", path, body)
    assert answer.status == 400
    assert "participant.acquisition_campaign.api_key" in answer.messages[0]


async def test_the_company_hears_of_every_campaign(company: Company, receiver: Receiver) -> None:
    """company_participant_* tell of both campaigns, with the campaign's key and its list."""
    await company.register("company_participant_added", f"{receiver.url}/c")
    await company.register("company_participant_changed", f"{receiver.url}/c")
    await company.join(ANN, "JoinVip01")
    await company.join(ANN, "JoinNews01")
    await company.text(ANN, "Y")
    await company.settle()
    told = [
        (
            got.json["callback_type"],
            got.json["participant"]["acquisition_campaign"]["api_key"],
            got.json["participant"]["subscription_list"]["id"],
            got.json["participant"]["status"],
        )
        for got in receiver.got
    ]
    assert told == [
        ("company_participant_added", "JoinVip01", "1001", "PENDING"),
        ("company_participant_added", "JoinNews01", "1002", "PENDING"),
        ("company_participant_changed", "JoinNews01", "1002", "CONFIRMED"),
    ]


async def test_one_event_has_one_id_at_every_destination(
    company: Company, receiver: Receiver
) -> None:
    """Two destinations of a type get the same event_id; a repeat on demand has it again."""
    for path in ("a", "b"):
        await company.register("person_added", f"{receiver.url}/{path}")
    await company.join(ANN)
    await company.settle()
    items = (await company.control("GET", "/callbacks/deliveries")).json["items"]
    path = f"/callbacks/deliveries/{items[0]['delivery_id']}/repeat"
    assert (await company.control("POST", path)).status == 202
    await company.settle()
    assert len({got.json["event_id"] for got in receiver.got}) == 1
    assert sorted(got.path for got in receiver.got) == ["/a", "/a", "/b"]
    missing = await company.control("POST", "/callbacks/deliveries/nobody/repeat")
    assert missing.status == 404


async def test_a_destination_that_fails_again_and_again_is_paused(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """After two deliveries given up it is downed for 15 minutes, then tried again in order."""
    company = await make_company(settings={"retries": 0, "downed_after": 2})
    await company.register("person_added", f"{receiver.url}/p")
    receiver.answers.extend([500, 500])
    for mdn in (ANN, BEN, "+13125550103"):
        await company.join(mdn)
    await company.settle()
    assert len(receiver.got) == 2
    assert len(await company.events("DestinationDowned")) == 1
    await company.advance("14m59s")
    assert len(receiver.got) == 2
    await company.advance("1s")
    assert receiver.got[-1].json["person"]["mobile_phone"]["mdn"] == "+13125550103"
    await company.join("+13125550104")
    await company.settle()
    assert len(receiver.got) == 4


async def test_a_full_line_costs_only_its_own_destination(
    make_company: MakeCompany, receiver: Receiver
) -> None:
    """Over the limit a delivery goes to the failure queue; the API and other lines go on."""
    company = await make_company(settings={"callback_queue_limit": 2})
    await company.register("person_added", "http://127.0.0.1:9/nobody")
    await company.register("person_added", f"{receiver.url}/p")
    for number in range(5):
        assert (await company.join(f"+1312555010{number}")).status == 201
        await company.settle()
    await company.settle()
    assert len(receiver.got) == 5
    assert len(await company.events("CallbackOverflowed")) == 3
