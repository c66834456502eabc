from __future__ import annotations

from tests.system.company import Company

ANN = "+13125550101"
ENCODED = "%2B13125550101"


async def test_lists_and_campaigns_are_shown_as_bare_arrays(company: Company) -> None:
    """Lists, the campaigns that feed one, and all campaigns are arrays of the vendor's entities."""
    lists = (await company.platform("GET", "mobiledb/subscription_lists/")).json
    base = "/companies/acme/mobiledb/subscription_lists/1001"
    assert lists[0] == {
        "id": "1001",
        "name": "VIP Deals",
        "url": base,
        "subscribers_url": f"{base}/subscribers",
        "acquisition_campaigns_url": f"{base}/acquisition_campaigns",
    }
    assert [item["id"] for item in lists] == ["1001", "1002"]
    one = await company.platform("GET", "mobiledb/subscription_lists/1001")
    assert one.json == lists[0]
    feeding = await company.platform(
        "GET", "mobiledb/subscription_lists/1001/acquisition_campaigns/"
    )
    assert [item["acquisition_id"] for item in feeding.json] == ["JoinVip01"]
    campaigns = (await company.platform("GET", "campaigns/acquisition")).json
    assert [item["acquisition_id"] for item in campaigns] == ["JoinVip01", "JoinNews01"]


async def test_a_campaign_is_shown_in_the_vendors_shape(company: Company) -> None:
    """GET campaigns/acquisition/{id} has keywords, source code, type and status."""
    shown = (await company.platform("GET", "campaigns/acquisition/JoinVip01/")).json
    assert shown["acquisition_campaign"] == {"keywords": ["VIP"]}
    assert shown["campaign_type"] == {"code": "ACQUISITION"}
    assert (shown["status"], shown["sourcecode"]) == ("active", "65047")
    assert (await company.platform("GET", "campaigns/acquisition/None")).status == 404


async def test_an_unknown_list_is_404_everywhere(company: Company) -> None:
    """The list, its campaigns and its subscribers are 404 where the list does not exist."""
    for path in ("", "/acquisition_campaigns", f"/subscribers?mdn={ENCODED}"):
        answer = await company.platform("GET", f"mobiledb/subscription_lists/9999{path}")
        assert (answer.status, answer.codes) == (404, [4040])


async def test_source_codes_are_listed(company: Company) -> None:
    """GET sourcecodes shows the account's code."""
    answer = await company.platform("GET", "sourcecodes")
    assert [(item["sourcecode"], item["sourcecode_type"]) for item in answer.json] == [
        ("65047", "SC")
    ]


async def test_a_subscriber_is_the_person_while_on_the_list(company: Company) -> None:
    """GET subscribers answers the person by number, key, id or external id, and 404 for others."""
    body = {"external_person_id": "ann", "mobile_phone": {"mdn": ANN}}
    made = (await company.platform("POST", "mobiledb/persons", body)).json
    await company.subscribe(ANN)
    path = "mobiledb/subscription_lists/1001/subscribers"
    for query in (
        f"mdn={ENCODED}",
        f"person_key={made['person_key']}",
        f"person_id={made['person_id']}",
        "external_person_id=ann",
    ):
        answer = await company.platform("GET", f"{path}?{query}")
        assert (answer.status, answer.json["person_key"]) == (200, made["person_key"])
    other = "mobiledb/subscription_lists/1002/subscribers"
    assert (await company.platform("GET", f"{other}?mdn={ENCODED}")).status == 404
    assert (await company.platform("GET", path)).status == 404


async def test_delete_ends_a_subscription_without_a_text(company: Company) -> None:
    """DELETE is 204 without body, reason api_opt_out, no text; a second one is 404."""
    await company.subscribe(ANN)
    key = (await company.platform("GET", f"mobiledb/persons?mdn={ENCODED}")).json[0]["person_key"]
    path = f"mobiledb/persons/{key}/subscriptions"
    await company.advance("1h")
    deleted = await company.platform("DELETE", f"{path}/1001")
    assert (deleted.status, deleted.body) == (204, b"")
    assert await company.purposes(ANN) == []
    assert (await company.platform("DELETE", f"{path}/1001")).status == 404
    assert (await company.platform("GET", f"{path}/1001")).status == 404
    history = (await company.platform("GET", f"{path}?active_only=false")).json
    assert history[0]["opt_out_reason"] == "api_opt_out"
    assert history[0]["opt_out_date"] == "2026-01-05T16:00:00Z"


async def test_subscriptions_are_active_ones_unless_asked_otherwise(company: Company) -> None:
    """A second time on a list is a new record, and active_only=false shows both."""
    body = {"external_person_id": "ann", "mobile_phone": {"mdn": ANN}}
    person = (await company.platform("POST", "mobiledb/persons", body)).json
    path = "mobiledb/persons/external/ann/subscriptions"
    await company.subscribe(ANN)
    await company.platform("DELETE", f"{path}/1001")
    await company.advance("1h")
    await company.subscribe(ANN)
    active = (await company.platform("GET", path)).json
    assert active == [
        {
            "person": {"id": person["person_id"], "url": person["url"]},
            "subscription_list": {
                "id": "1001",
                "url": "/companies/acme/mobiledb/subscription_lists/1001",
            },
            "opt_in_date": "2026-01-05T16:00:00Z",
            "url": f"{person['url']}/subscriptions/1001",
        }
    ]
    assert (await company.platform("GET", f"{path}/1001")).json == active
    both = (await company.platform("GET", f"{path}?active_only=false")).json
    assert [item["opt_in_date"] for item in both] == [
        "2026-01-05T15:00:00Z",
        "2026-01-05T16:00:00Z",
    ]


async def test_unsubscribing_leaves_other_lists_alone(company: Company) -> None:
    """DELETE of one list leaves the other membership."""
    await company.subscribe(ANN, list_id="1001")
    await company.subscribe(ANN, list_id="1002")
    key = (await company.platform("GET", f"mobiledb/persons?mdn={ENCODED}")).json[0]["person_key"]
    await company.platform("DELETE", f"mobiledb/persons/{key}/subscriptions/1001")
    assert (await company.member(ANN, "1001"), await company.member(ANN, "1002")) == (False, True)


async def test_subscriptions_of_an_unknown_person_are_404(company: Company) -> None:
    """GET and DELETE of an unknown person's subscriptions are 404."""
    for method, path in (("GET", ""), ("GET", "/1001"), ("DELETE", "/1001")):
        answer = await company.platform(method, f"mobiledb/persons/nobody/subscriptions{path}")
        assert answer.status == 404
