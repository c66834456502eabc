from __future__ import annotations

from tests.system.company import Company
from tests.system.conftest import MakeCompany

ANN = "+13125550101"
BOB = "+13125550102"


async def test_a_new_person_is_201_with_every_member_of_the_entity(company: Company) -> None:
    """POST persons answers 201 with ids, phone, custom fields, times and a relative url."""
    answer = await company.platform(
        "POST",
        "mobiledb/persons/",
        {
            "external_person_id": "ann",
            "mobile_phone": {"mdn": ANN, "carrier_code": "104"},
            "custom_fields": {"first_name": "Ann"},
            "person_id": "is ignored",
        },
    )
    assert answer.status == 201
    key = answer.json["person_key"]
    assert answer.json == {
        "person_id": "100001",
        "person_key": key,
        "external_person_id": "ann",
        "mobile_phone": {"mdn": ANN, "carrier_code": "104"},
        "custom_fields": {"first_name": "Ann", "last_name": None},
        "created_at": "2026-01-05T15:00:00Z",
        "updated_at": "2026-01-05T15:00:00Z",
        "url": f"/companies/acme/mobiledb/persons/{key}",
    }


async def test_a_person_is_found_by_key_id_and_external_id(company: Company) -> None:
    """The three ways of naming a person in a path, one of them percent-encoded, find the same one."""
    made = (
        await company.platform("POST", "mobiledb/persons", {"external_person_id": "a/b c"})
    ).json
    for path in (made["person_key"], made["person_id"], "external/a%2Fb%20c"):
        answer = await company.platform("GET", f"mobiledb/persons/{path}")
        assert (answer.status, answer.json) == (200, made)
    assert (await company.platform("GET", "mobiledb/persons/nobody")).status == 404


async def test_post_merges_into_the_person_with_that_number(company: Company) -> None:
    """A second POST with the number answers 200 and keeps what it does not mention."""
    body = {"mobile_phone": {"mdn": ANN}, "custom_fields": {"first_name": "Ann"}}
    first = await company.platform("POST", "mobiledb/persons", body)
    await company.advance("1h")
    second = await company.platform(
        "POST",
        "mobiledb/persons",
        {"mobile_phone": {"mdn": ANN}, "custom_fields": {"last_name": "Lee"}},
    )
    assert second.status == 200
    assert second.json["person_key"] == first.json["person_key"]
    assert second.json["custom_fields"] == {"first_name": "Ann", "last_name": "Lee"}
    assert second.json["created_at"] == "2026-01-05T15:00:00Z"
    assert second.json["updated_at"] == "2026-01-05T16:00:00Z"


async def test_put_keeps_what_is_omitted_and_removes_what_is_null(company: Company) -> None:
    """PUT by person_id is a partial update: null removes a field, omission keeps it."""
    body = {
        "external_person_id": "ann",
        "mobile_phone": {"mdn": ANN},
        "custom_fields": {"first_name": "Ann", "last_name": "Lee"},
    }
    made = (await company.platform("POST", "mobiledb/persons", body)).json
    answer = await company.platform(
        "PUT", f"mobiledb/persons/{made['person_id']}", {"custom_fields": {"last_name": None}}
    )
    assert answer.status == 200
    assert answer.json["custom_fields"] == {"first_name": "Ann", "last_name": None}
    assert answer.json["mobile_phone"] == made["mobile_phone"]
    assert answer.json["external_person_id"] == "ann"


async def test_a_number_may_be_removed_and_never_changed(company: Company) -> None:
    """PUT with another MDN is 409; with null it takes the number off, and off every list."""
    await company.subscribe(ANN)
    made = (await company.platform("GET", f"mobiledb/persons?mdn=%2B{ANN[1:]}")).json[0]
    path = f"mobiledb/persons/{made['person_key']}"
    changed = await company.platform("PUT", path, {"mobile_phone": {"mdn": BOB}})
    assert (changed.status, changed.codes) == (409, [4093])
    removed = await company.platform("PUT", path, {"mobile_phone": None})
    assert (removed.status, removed.json["mobile_phone"]) == (200, None)
    history = await company.platform("GET", f"{path}/subscriptions?active_only=false")
    assert [item["opt_out_reason"] for item in history.json] == ["platform_opt_out"]


async def test_put_by_external_id_makes_an_unknown_person_and_renames_a_known_one(
    company: Company,
) -> None:
    """PUT persons/external/{id} is an upsert, and another external id in the body renames."""
    made = await company.platform(
        "PUT", "mobiledb/persons/external/ann", {"mobile_phone": {"mdn": ANN}}
    )
    assert made.json["external_person_id"] == "ann"
    renamed = await company.platform(
        "PUT", "mobiledb/persons/external/ann", {"external_person_id": "ann2"}
    )
    assert (renamed.status, renamed.json["person_key"]) == (200, made.json["person_key"])
    assert (await company.platform("GET", "mobiledb/persons/external/ann2")).status == 200
    assert (await company.platform("GET", "mobiledb/persons/external/ann")).status == 404


async def test_put_of_an_unknown_key_is_404(company: Company) -> None:
    """PUT by key does not make a person."""
    answer = await company.platform("PUT", "mobiledb/persons/nobody", {})
    assert (answer.status, answer.codes) == (404, [4040])


async def test_a_number_of_another_person_is_a_conflict(company: Company) -> None:
    """POST whose external id and number name two people is 409."""
    await company.platform("POST", "mobiledb/persons", {"mobile_phone": {"mdn": ANN}})
    await company.platform("POST", "mobiledb/persons", {"external_person_id": "bob"})
    answer = await company.platform(
        "POST", "mobiledb/persons", {"external_person_id": "bob", "mobile_phone": {"mdn": ANN}}
    )
    assert (answer.status, answer.codes) == (409, [4092])


async def test_every_unknown_custom_field_is_told(company: Company) -> None:
    """Two unknown custom fields are two errors in one envelope, status 422."""
    answer = await company.platform(
        "POST",
        "mobiledb/persons",
        {"external_person_id": "a", "custom_fields": {"shoe": 42, "hat": 58}},
    )
    assert (answer.status, answer.codes) == (422, [4224, 4224])
    assert '"shoe"' in answer.messages[0]
    assert '"hat"' in answer.messages[1]


async def test_a_person_needs_an_identifier(company: Company) -> None:
    """POST without number and external id is 422."""
    answer = await company.platform("POST", "mobiledb/persons", {})
    assert (answer.status, answer.codes) == (422, [4226])


async def test_search_by_number_is_an_array_in_the_form_of_the_version(company: Company) -> None:
    """GET persons?mdn= answers an array, empty when there is nobody, numbers as the version writes."""
    await company.platform("POST", "mobiledb/persons", {"mobile_phone": {"mdn": ANN}})
    second = await company.platform("GET", "mobiledb/persons/?mdn=%2B13125550101")
    first = await company.platform("GET", "mobiledb/persons?mdn=3125550101", version=None)
    assert [item["mobile_phone"]["mdn"] for item in second.json] == [ANN]
    assert [item["mobile_phone"]["mdn"] for item in first.json] == ["3125550101"]
    nobody = await company.platform("GET", "mobiledb/persons?mdn=%2B13125550199")
    assert (nobody.status, nobody.json) == (200, [])


async def test_search_can_answer_the_published_single_object(make_company: MakeCompany) -> None:
    """With person_search "object" the search answers one person, or 404."""
    company = await make_company(settings={"person_search": "object"})
    await company.platform("POST", "mobiledb/persons", {"mobile_phone": {"mdn": ANN}})
    found = await company.platform("GET", "mobiledb/persons?mdn=%2B13125550101")
    assert found.json["mobile_phone"]["mdn"] == ANN
    missing = await company.platform("GET", "mobiledb/persons?mdn=%2B13125550102")
    assert missing.status == 404


async def test_a_plus_that_was_not_encoded_is_told(company: Company) -> None:
    """A raw + in the query string is a space, so 400, and the message says %2B."""
    answer = await company.platform("GET", "mobiledb/persons?mdn=+13125550101")
    assert answer.status == 400
    assert "InvalidMDNFormat" in answer.messages[0]
    assert "%2B" in answer.messages[0]


async def test_each_version_refuses_the_numbers_of_the_other(company: Company) -> None:
    """Version 1 takes ten digits only; version 2 names countrynotsupported for them."""
    old = await company.platform(
        "POST", "mobiledb/persons", {"mobile_phone": {"mdn": ANN}}, version=1
    )
    new = await company.platform(
        "POST", "mobiledb/persons", {"mobile_phone": {"mdn": "3125550101"}}, version=2
    )
    assert (old.status, new.status) == (400, 400)
    assert "InvalidMDNFormat" in old.messages[0]
    assert "countrynotsupported" in new.messages[0]
    bare = await company.platform("POST", "mobiledb/persons", {"mobile_phone": {"mdn": ANN[1:]}})
    assert (bare.status, bare.json["mobile_phone"]["mdn"]) == (201, ANN)
