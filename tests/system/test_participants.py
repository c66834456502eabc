from __future__ import annotations

from tests.system.company import Company
from tests.system.conftest import MakeCompany

ANN = "+13125550101"
BOB = "+13125550102"
LANDLINE = "+15005550001"
VIP = "campaigns/acquisition/JoinVip01/participants"

SINGLE = {
    "subscription_lists": [{"id": "1001"}],
    "acquisition_campaigns": [{"id": "Now", "list": "1001", "opt_in": "single"}],
}


async def test_double_opt_in_answers_201_pending_and_sends_the_prompt(company: Company) -> None:
    """A new participant is 201 PENDING for exactly 24 h, and the phone gets the confirmation."""
    answer = await company.join(ANN)
    assert answer.status == 201
    person = answer.json["person"]
    assert answer.json == {
        "person": {
            "person_id": "100001",
            "person_key": person["person_key"],
            "external_person_id": None,
            "url": f"/companies/acme/mobiledb/persons/{person['person_key']}",
        },
        "participation_date": "2026-01-05T15:00:00Z",
        "expire_date": "2026-01-06T15:00:00Z",
        "status": "PENDING",
    }
    assert await company.purposes(ANN) == ["confirmation"]
    assert not await company.member(ANN)


async def test_single_opt_in_answers_201_subscribed_at_once(make_company: MakeCompany) -> None:
    """A single opt-in campaign makes a member without asking, and sends the welcome."""
    company = await make_company(**SINGLE)
    answer = await company.join(ANN, "Now")
    assert (answer.status, answer.json["status"]) == (201, "SUBSCRIBED")
    assert await company.purposes(ANN) == ["welcome"]
    assert await company.member(ANN)


async def test_a_repeat_while_pending_is_200_and_changes_nothing(company: Company) -> None:
    """A second POST is 200 PENDING: same dates, no second prompt."""
    first = await company.join(ANN)
    await company.advance("1h")
    second = await company.join(ANN)
    assert second.status == 200
    assert second.json == first.json
    assert await company.purposes(ANN) == ["confirmation"]


async def test_resend_sends_the_prompt_again_within_the_same_window(
    make_company: MakeCompany,
) -> None:
    """With repeat_participant "resend" a repeat prompts again and leaves expire_date."""
    company = await make_company(settings={"repeat_participant": "resend"})
    await company.join(ANN)
    await company.advance("1h")
    again = await company.join(ANN)
    assert (again.status, again.json["expire_date"]) == (200, "2026-01-06T15:00:00Z")
    assert await company.purposes(ANN) == ["confirmation", "confirmation"]


async def test_extend_starts_the_window_anew(make_company: MakeCompany) -> None:
    """With repeat_participant "extend" a Y 24 h 30 min after the first request still counts."""
    company = await make_company(settings={"repeat_participant": "extend"})
    await company.join(ANN)
    await company.advance("1h")
    again = await company.join(ANN)
    assert (again.status, again.json["expire_date"]) == (200, "2026-01-06T16:00:00Z")
    await company.advance("23h30m")
    assert (await company.text(ANN, "Y"))["taken_as"] == "yes"


async def test_pending_participants_are_listed_until_they_answer(company: Company) -> None:
    """GET participants shows who is pending, by each identifier, and [] once confirmed."""
    body = {"external_person_id": "ann", "mobile_phone": {"mdn": ANN}}
    made = (await company.platform("POST", VIP, body)).json
    person_id = made["person"]["person_id"]
    for query in ("mdn=%2B13125550101", "external_person_id=ann", f"person_id={person_id}"):
        answer = await company.platform("GET", f"{VIP}/?{query}")
        assert (answer.status, answer.json) == (200, [made])
    await company.text(ANN, "Y")
    assert (await company.platform("GET", f"{VIP}?mdn=%2B13125550101")).json == []
    assert (await company.platform("GET", VIP)).status == 400


async def test_a_malformed_number_is_400(company: Company) -> None:
    """A number that is none is 400, and the message holds InvalidMDNFormat."""
    answer = await company.join("12345")
    assert (answer.status, answer.codes) == (400, [4000])
    assert "InvalidMDNFormat" in answer.messages[0]


async def test_several_faults_are_told_at_once(company: Company) -> None:
    """A body with three faults answers three errors, status 400."""
    answer = await company.platform(
        "POST",
        VIP,
        {"external_person_id": "", "mobile_phone": {"mdn": 7}, "custom_fields": []},
    )
    assert answer.status == 400
    assert len(answer.messages) == 3


async def test_an_unknown_campaign_or_person_is_404(company: Company) -> None:
    """A campaign or person_key that does not exist is 404."""
    assert (await company.join(ANN, "NoSuch")).status == 404
    answer = await company.platform("POST", VIP, {"person_key": "nobody"})
    assert (answer.status, answer.codes) == (404, [4040])


async def test_a_member_is_409(company: Company) -> None:
    """Somebody on the list already is refused, and gets no text."""
    await company.subscribe(ANN)
    answer = await company.join(ANN)
    assert (answer.status, answer.codes) == (409, [4091])
    assert await company.purposes(ANN) == []


async def test_a_landline_is_422(company: Company) -> None:
    """A landline is 422 "not a mobile phone number", and no person is made."""
    answer = await company.join(LANDLINE)
    assert (answer.status, answer.codes) == (422, [4222])
    assert "not a mobile phone number" in answer.messages[0]
    assert (await company.platform("GET", "mobiledb/persons?mdn=%2B15005550001")).json == []


async def test_a_no_blocks_the_api_until_the_keyword(company: Company) -> None:
    """After N the API join is 422 MDNHASCONFIRMATIONBLOCK; texting the keyword clears it."""
    await company.join(ANN)
    await company.text(ANN, "No")
    blocked = await company.join(ANN)
    assert (blocked.status, blocked.codes) == (422, [4221])
    assert "MDNHASCONFIRMATIONBLOCK" in blocked.messages[0]
    assert (await company.join(ANN, "JoinNews01")).status == 201
    await company.text(ANN, "vip")
    assert (await company.join(ANN)).status == 200


async def test_an_external_id_of_another_person_is_422(company: Company) -> None:
    """EXTERNALPERSONIDMISMATCH where the external id is taken; nothing of the person changes."""
    await company.platform("POST", "mobiledb/persons", {"external_person_id": "ann"})
    await company.platform("POST", "mobiledb/persons", {"mobile_phone": {"mdn": BOB}})
    answer = await company.platform(
        "POST", VIP, {"external_person_id": "ann", "mobile_phone": {"mdn": BOB}}
    )
    assert (answer.status, answer.codes) == (422, [4223])
    assert "EXTERNALPERSONIDMISMATCH" in answer.messages[0]


async def test_a_person_without_a_phone_is_422(company: Company) -> None:
    """UNPROCESSABLE ENTITY for a person that has no number, and for nobody at all."""
    await company.platform("POST", "mobiledb/persons", {"external_person_id": "ann"})
    phoneless = await company.platform("POST", VIP, {"external_person_id": "ann"})
    assert (phoneless.status, phoneless.codes) == (422, [4225])
    assert "UNPROCESSABLE ENTITY" in phoneless.messages[0]
    nobody = await company.platform("POST", VIP, {})
    assert (nobody.status, nobody.codes) == (422, [4226])


async def test_unknown_custom_fields_are_each_told(company: Company) -> None:
    """Two unknown custom fields are two errors, status 422."""
    body = {"mobile_phone": {"mdn": ANN}, "custom_fields": {"x": 1, "y": 2}}
    answer = await company.platform("POST", VIP, body)
    assert (answer.status, answer.codes) == (422, [4224, 4224])


async def test_a_number_taken_off_in_the_same_call_leaves_nobody_to_prompt(
    make_company: MakeCompany,
) -> None:
    """mdn null with a person_key is 422: a person without a phone cannot join."""
    company = await make_company(**SINGLE)
    made = await company.platform("POST", "mobiledb/persons", {"mobile_phone": {"mdn": ANN}})
    answer = await company.platform(
        "POST",
        "campaigns/acquisition/Now/participants",
        {"person_key": made.json["person_key"], "mobile_phone": {"mdn": None}},
    )
    assert (answer.status, answer.codes) == (422, [4225])


async def test_fields_are_merged_only_where_the_call_succeeds(company: Company) -> None:
    """Custom fields are kept by a 201 and left alone by a 409."""
    body = {"mobile_phone": {"mdn": ANN}, "custom_fields": {"first_name": "Ann"}}
    await company.platform("POST", VIP, body)
    await company.text(ANN, "Y")
    body["custom_fields"] = {"first_name": "Eve"}
    assert (await company.platform("POST", VIP, body)).status == 409
    person = await company.platform("GET", "mobiledb/persons?mdn=%2B13125550101")
    assert person.json[0]["custom_fields"]["first_name"] == "Ann"
