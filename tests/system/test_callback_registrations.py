from __future__ import annotations

import pytest

from tests.system.company import Company

URL = "http://127.0.0.1:9/hook"


async def test_a_registration_is_echoed_in_full(company: Company) -> None:
    """201 with id, both type names, destination defaults, dates and both spellings of the stamps."""
    answer = await company.register("person_added", URL)
    assert answer.status == 201
    callback_id = answer.json["callback_id"]
    assert answer.json == {
        "callback_id": callback_id,
        "callback_type": "person_added",
        "event_type": "person_added",
        "destination": {"url": URL, "method": "POST", "content_type": "application/json"},
        "start_date": "2026-01-05T15:00:00Z",
        "end_date": None,
        "url": f"/companies/acme/config/callbacks/{callback_id}",
        "created_at": "2026-01-05T15:00:00Z",
        "updated_at": "2026-01-05T15:00:00Z",
        "created_date": "2026-01-05T15:00:00Z",
        "updated_date": "2026-01-05T15:00:00Z",
    }
    assert isinstance(callback_id, str)
    assert len(callback_id) == 8


async def test_a_registration_is_got_listed_and_ended(company: Company) -> None:
    """GET shows it, DELETE ends it now with 200, the list then leaves it out, twice is 404."""
    made = (await company.register("person_added", URL)).json
    path = f"config/callbacks/{made['callback_id']}"
    assert (await company.platform("GET", path)).json == made
    assert (await company.platform("GET", "config/callbacks/")).json == [made]
    await company.advance("1h")
    ended = await company.platform("DELETE", path)
    assert (ended.status, ended.json["end_date"]) == (200, "2026-01-05T16:00:00Z")
    assert (await company.platform("GET", "config/callbacks")).json == []
    assert (await company.platform("DELETE", path)).status == 404
    assert (await company.platform("GET", "config/callbacks/nothing")).status == 404


async def test_event_type_names_the_type_too(company: Company) -> None:
    """`event_type` alone registers, as Vibes' own client sends it."""
    body = {"event_type": "person_updated", "destination": {"url": URL}}
    answer = await company.platform("POST", "config/callbacks", body)
    assert (answer.status, answer.json["callback_type"]) == (201, "person_updated")


async def test_a_scope_is_the_member_of_the_type(company: Company) -> None:
    """A list id stands under the type's name, and is a string even if a number was sent."""
    answer = await company.register("subscription_added", URL, subscription_added={"list_id": 1001})
    assert answer.json["subscription_added"] == {"list_id": "1001"}


async def test_subscription_removed_takes_the_scope_of_subscription_added(
    company: Company,
) -> None:
    """A removal registration scoped with subscription_added.list_id keeps that scope."""
    answer = await company.register(
        "subscription_removed", URL, subscription_added={"list_id": "1001"}
    )
    assert answer.json["subscription_removed"] == {"list_id": "1001"}


async def test_the_same_destination_twice_is_422(company: Company) -> None:
    """Type, scope and URL together are unique; another URL or another scope is fine."""
    first = {"subscription_added": {"list_id": "1001"}}
    await company.register("subscription_added", URL, **first)
    again = await company.register("subscription_added", URL, **first)
    assert (again.status, again.codes) == (422, [4220])
    assert (await company.register("subscription_added", URL + "2", **first)).status == 201
    other = {"subscription_added": {"list_id": "1002"}}
    assert (await company.register("subscription_added", URL, **other)).status == 201


async def test_a_type_has_at_most_fifty_destinations(company: Company) -> None:
    """The fifty-first registration of a type is 422."""
    for number in range(50):
        assert (await company.register("person_added", f"{URL}/{number}")).status == 201
    assert (await company.register("person_added", f"{URL}/50")).status == 422
    assert (await company.register("person_updated", f"{URL}/50")).status == 201


@pytest.mark.parametrize("kind", ["device_added", "device_updated", "wallet_item_install"])
async def test_a_type_that_is_not_simulated_is_501(company: Company, kind: str) -> None:
    """Types of the real platform that are not built say so."""
    assert (await company.register(kind, URL)).status == 501


async def test_every_fault_of_a_registration_is_told(company: Company) -> None:
    """URL, method, content type, scope and dates are all named in one 400."""
    answer = await company.platform(
        "POST",
        "config/callbacks",
        {
            "callback_type": "subscription_added",
            "destination": {"url": "ftp://x", "method": "GET", "content_type": "text/xml"},
            "subscription_added": {"list_id": ""},
            "start_date": "soon",
        },
    )
    assert answer.status == 400
    told = " ".join(answer.messages)
    assert len(answer.messages) == 5
    for word in ("url", "method", "content_type", "list_id", "start_date"):
        assert word in told


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"callback_type": "nonsense", "destination": {"url": URL}},
        {"callback_type": "person_added"},
        {"callback_type": "person_added", "destination": {"url": "http://x/" + "a" * 1024}},
        {"callback_type": "unmatched_message_received", "destination": {"url": URL}},
        {
            "callback_type": "person_added",
            "destination": {"url": URL},
            "start_date": "2026-02-01",
            "end_date": "2026-01-01",
        },
    ],
)
async def test_a_wrong_registration_is_400(company: Company, body: object) -> None:
    """Missing or unknown type, missing or long URL, missing scope, dates the wrong way round."""
    assert (await company.platform("POST", "config/callbacks", body)).status == 400


async def test_a_future_registration_is_listed_and_starts_later(company: Company) -> None:
    """A start date in any of Vibes' shapes is kept; ending it before it started moves the start."""
    made = await company.register("person_added", URL, start_date="2026-02-01T00:00Z")
    assert made.json["start_date"] == "2026-02-01T00:00:00Z"
    listed = (await company.platform("GET", "config/callbacks")).json
    assert [item["callback_id"] for item in listed] == [made.json["callback_id"]]
    ended = await company.platform("DELETE", f"config/callbacks/{made.json['callback_id']}")
    assert ended.json["start_date"] == ended.json["end_date"] == "2026-01-05T15:00:00Z"


async def test_a_url_that_cannot_be_read_is_400(company: Company) -> None:
    """A destination no client could call is refused when it is registered."""
    assert (await company.register("person_added", "http://[")).status == 400
