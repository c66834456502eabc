from __future__ import annotations

import pytest

from tests.system.company import Company

ANN = "+13125550101"
PARTICIPANTS = "campaigns/acquisition/JoinVip01/participants"
DEEP = b"[" * 20_000


@pytest.fixture
async def lively(company: Company) -> Company:
    """A company with a member, somebody pending, and a callback."""
    await company.subscribe(ANN)
    await company.join("+13125550102")
    await company.register("person_added", "http://127.0.0.1:9/p")
    return company


@pytest.mark.parametrize(
    ("method", "path", "body", "version"),
    [
        ("POST", "mobiledb/persons", b"{", 2),
        ("POST", "mobiledb/persons", b"[]", 2),
        ("POST", "mobiledb/persons", b"", 2),
        ("POST", "mobiledb/persons", b'{"external_person_id": "\xff"}', 2),
        ("POST", "mobiledb/persons", DEEP, 2),
        ("POST", "mobiledb/persons", {"external_person_id": "a" * 129}, 2),
        ("POST", "mobiledb/persons", {"mobile_phone": {"mdn": "+442071234567"}}, 2),
        ("POST", "mobiledb/persons", {"mobile_phone": {"mdn": "+10125550101"}}, 2),
        ("POST", "mobiledb/persons", {"mobile_phone": {"mdn": ANN}}, 1),
        ("POST", "mobiledb/persons", {"external_person_id": "a"}, 3),
        ("POST", "mobiledb/persons", {"external_person_id": "a"}, "two"),
        ("POST", "mobiledb/persons", {"external_person_id": "a", "custom_fields": {"x": {}}}, 2),
        (
            "POST",
            "mobiledb/persons",
            {"mobile_phone": {"mdn": "+13125550109", "carrier_code": "١٠٤"}},
            2,
        ),
        ("PUT", "mobiledb/persons/nobody", {"custom_fields": {}}, 2),
        ("DELETE", "mobiledb/persons/nobody/subscriptions/1001", None, 2),
        ("POST", PARTICIPANTS, {"mobile_phone": {"mdn": ANN}}, 2),
        ("POST", PARTICIPANTS, {"mobile_phone": "3125550101"}, 2),
        ("POST", PARTICIPANTS, {"person_key": 7}, 2),
        ("POST", "campaigns/acquisition/None/participants", {"mobile_phone": {"mdn": ANN}}, 2),
        ("POST", "config/callbacks", {"callback_type": "person_added"}, 2),
        ("DELETE", "config/callbacks/nothing", None, 2),
    ],
)
async def test_a_platform_call_that_is_refused_leaves_the_journal(
    lively: Company, method: str, path: str, body: object, version: int | str
) -> None:
    """A malformed body, number, version or id is a 4XX in the envelope, and nothing was recorded."""
    before = await lively.events()
    answer = await lively.platform(method, path, body, version=version)
    assert 400 <= answer.status < 500, answer.body
    assert answer.messages
    assert await lively.events() == before


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/clock", b"{"),
        ("POST", "/clock", b"\xff"),
        ("POST", "/clock", DEEP),
        ("POST", "/clock", []),
        ("POST", "/clock", {"advance": 5}),
        ("POST", f"/handsets/{ANN}/messages", {"text": "Y", "to": "1"}),
        ("POST", "/handsets/911/messages", {"text": "Y"}),
        ("PUT", f"/handsets/{ANN}", {"carrier": "1"}),
        ("POST", "/lists/1001/subscribers", {"persons": [{"mdn": ANN}, {}]}),
        ("PUT", "/hosts", {"hosts": ["x"]}),
    ],
)
async def test_a_control_call_that_is_refused_leaves_the_journal(
    lively: Company, method: str, path: str, body: object
) -> None:
    """The same for control calls: a 4XX with errors, and nothing was recorded."""
    before = await lively.events()
    answer = await lively.control(method, path, body)
    assert 400 <= answer.status < 500, answer.body
    assert answer.messages
    assert await lively.events() == before


@pytest.mark.parametrize("value", [10**30, -(10**30), 1.5, True, "\u0000", "é😀", ["a", "b"]])
async def test_any_plain_value_of_a_field_is_kept_as_it_is(lively: Company, value: object) -> None:
    """A custom field of any size comes back as it went in, and the account goes on."""
    body = {"external_person_id": "x", "custom_fields": {"first_name": value}}
    made = await lively.platform("POST", "mobiledb/persons", body)
    assert made.status == 201
    got = await lively.platform("GET", "mobiledb/persons/external/x")
    assert got.json["custom_fields"]["first_name"] == value


async def test_unknown_members_and_read_only_ones_are_ignored(lively: Company) -> None:
    """What a newer client may send is passed over."""
    body = {"external_person_id": "x", "created_at": "1999-01-01", "shoe_size": 42, "url": "/x"}
    made = await lively.platform("POST", "mobiledb/persons/", body)
    assert made.status == 201
    assert made.json["created_at"] == "2026-01-05T15:00:00Z"
