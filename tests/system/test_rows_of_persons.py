"""Answers of the person, subscription and campaign operations that are easily forgotten."""

from __future__ import annotations

import pytest

from tests.system.company import Company
from tests.system.conftest import MakeCompany

ANN = "+13125550101"
BEN = "+13125550102"


async def _person(company: Company, mdn: str, external: str) -> str:
    body = {"mobile_phone": {"mdn": mdn}, "external_person_id": external}
    return str((await company.platform("POST", "mobiledb/persons", body)).json["person_key"])


async def test_a_company_without_campaigns_is_told(make_company: MakeCompany) -> None:
    """The campaign list of a company that has none is 404."""
    company = await make_company(acquisition_campaigns=[])
    assert (await company.platform("GET", "campaigns/acquisition")).status == 404


async def test_a_put_is_refused_whole(company: Company) -> None:
    """An unknown field is 422, another person's id 422, another number 409; nothing changes."""
    key = await _person(company, ANN, "ann")
    await _person(company, BEN, "ben")
    for path in (f"mobiledb/persons/{key}", "mobiledb/persons/external/ann"):
        before = (await company.platform("GET", path)).json
        unknown = {"custom_fields": {"shoe_size": "9", "hat": "7"}}
        answer = await company.platform("PUT", path, unknown)
        assert (answer.status, len(answer.messages)) == (422, 2)
        other = {"external_person_id": "ben"}
        assert (await company.platform("PUT", path, other)).codes == [4223]
        moved = {"mobile_phone": {"mdn": "+13125550109"}}
        assert (await company.platform("PUT", path, moved)).status == 409
        assert (await company.platform("GET", path)).json == before


async def test_one_subscription_is_found_by_key_and_by_external_id(company: Company) -> None:
    """200 with an array of one where there is one, 404 where person or membership is unknown."""
    key = await _person(company, ANN, "ann")
    await company.subscribe(ANN)
    for path in (f"mobiledb/persons/{key}", "mobiledb/persons/external/ann"):
        (item,) = (await company.platform("GET", f"{path}/subscriptions/1001")).json
        assert item["subscription_list"]["id"] == "1001"
        assert (await company.platform("GET", f"{path}/subscriptions/1002")).status == 404


@pytest.mark.parametrize("person", ["nobody", "external/nobody"])
async def test_subscriptions_of_nobody_are_404(company: Company, person: str) -> None:
    """A person that is not there has no subscriptions to list, to show or to end."""
    path = f"mobiledb/persons/{person}/subscriptions"
    assert (await company.platform("GET", path)).status == 404
    assert (await company.platform("GET", f"{path}/1001")).status == 404
    assert (await company.platform("DELETE", f"{path}/1001")).status == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_an_unknown_event_campaign_is_404(company: Company, method: str) -> None:
    """A number nobody has, and an id that is no number."""
    body = {
        "name": "x",
        "event_type": "x",
        "start_date": "2026-01-01",
        "targeting": {"message_template": "x", "sms": {"sourcecode": "65047"}},
    }
    for number in ("9", "nine"):
        path = f"mobiledb/event_triggered_messages/{number}"
        sent = body if method == "PUT" else None
        assert (await company.platform(method, path, sent)).status == 404
