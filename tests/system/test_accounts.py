from __future__ import annotations

import asyncio

from aiohttp import ClientSession

from tests.system.company import Company, call
from tests.system.conftest import MakeCompany

ANN = "+13125550101"


async def test_every_member_of_a_spec_may_be_absent(make_company: MakeCompany) -> None:
    """An empty spec gets a key, credentials, the default code, lists and campaigns."""
    company = await make_company()
    assert (company.key, company.made["username"], company.made["password"]) == (
        "acct0001",
        "acct0001",
        "acct0001",
    )
    assert company.made["seed"] == 0
    assert [item["id"] for item in company.made["subscription_lists"]] == ["1001", "1002"]


async def test_accounts_are_listed_shown_and_removed(
    make_company: MakeCompany, http: ClientSession, url: str
) -> None:
    """GET lists in the order of making; DELETE is 204, then the account is 404 everywhere."""
    first = await make_company(company_key="one")
    await make_company(company_key="two")
    listed = (await call(http, "GET", f"{url}/_sim/accounts")).json["items"]
    assert [item["company_key"] for item in listed] == ["one", "two"]
    assert (await first.control("GET")).json["company_key"] == "one"
    assert (await first.control("DELETE")).status == 204
    for path in ("", "/clock", "/messages", "/events", "/callbacks/deliveries", f"/handsets/{ANN}"):
        assert (await first.control("GET", path)).status == 404
    assert (await first.control("DELETE")).status == 404
    assert (await first.platform("GET", "sourcecodes")).status == 401


async def test_a_key_or_a_user_that_is_taken_is_409(
    make_company: MakeCompany, http: ClientSession, url: str
) -> None:
    """Company keys and user names are unique across the simulator, and free again once removed."""
    company = await make_company(company_key="one", username="ann")
    for spec in ({"company_key": "one"}, {"company_key": "two", "username": "ann"}):
        assert (await call(http, "POST", f"{url}/_sim/accounts", spec)).status == 409
    await company.control("DELETE")
    assert (await make_company(company_key="two", username="ann")).key == "two"


async def test_accounts_made_at_once_get_names_of_their_own(http: ClientSession, url: str) -> None:
    """Five unnamed accounts asked for at the same time are all made."""
    answers = await asyncio.gather(
        *(call(http, "POST", f"{url}/_sim/accounts", {}) for _ in range(5))
    )
    assert [answer.status for answer in answers] == [201] * 5
    assert len({answer.json["company_key"] for answer in answers}) == 5


async def test_every_fault_of_a_spec_is_told_with_its_path(http: ClientSession, url: str) -> None:
    """A misspelt member, a bad duration and a bad choice come at once, with what would do."""
    spec = {
        "company_kee": "x",
        "settings": {"stop_scope": "cod", "retry_every": "soon"},
        "clock": {"rate": 0},
    }
    answer = await call(http, "POST", f"{url}/_sim/accounts", spec)
    assert answer.status == 400
    told = {item["path"]: item["message"] for item in answer.json["errors"]}
    assert set(told) == {
        "company_kee",
        "settings.stop_scope",
        "settings.retry_every",
        "clock.rate",
    }
    assert 'did you mean "company_key"?' in told["company_kee"]
    assert 'did you mean "code"?' in told["settings.stop_scope"]


async def test_reset_puts_the_account_back_to_its_spec(company: Company) -> None:
    """After a reset nobody is known, time is the start, the credentials still work."""
    await company.subscribe(ANN)
    await company.advance("5h")
    reset = await company.control("POST", "/reset")
    assert reset.json["clock"] == {"mode": "manual", "now": "2026-01-05T15:00:00Z"}
    assert not await company.member(ANN)
    assert [item["type"] for item in await company.events()] == ["OpenAccount", "AccountOpened"]


async def test_the_same_commands_give_the_same_journal(make_company: MakeCompany) -> None:
    """Two accounts of one spec and seed record the same; another seed gives other ids."""

    async def drive(company: Company) -> str:
        await company.join(ANN)
        await company.advance("1m")
        await company.text(ANN, "Y")
        await company.advance("1h")
        return str((await company.control("GET", "/events")).json["items"][2:])

    first = await make_company(company_key="k", username="u", seed=7)
    one = await drive(first)
    await first.control("DELETE")
    again = await drive(await make_company(company_key="k", username="u", seed=7))
    other = await drive(await make_company(company_key="k2", username="u2", seed=8))
    assert one == again
    assert one != other


async def test_an_import_puts_people_on_a_list(company: Company) -> None:
    """Numbers in any form, custom fields, consent "import"; members already are counted apart."""
    body = {
        "persons": [
            {"mdn": "(312) 555-0101", "custom_fields": {"first_name": "Ann"}},
            {"mdn": "+13125550102", "external_person_id": "bob"},
        ]
    }
    assert (await company.control("POST", "/lists/1001/subscribers", body)).json == {
        "added": 2,
        "already": 0,
    }
    again = await company.control("POST", "/lists/1001/subscribers", body)
    assert again.json == {"added": 0, "already": 2}
    assert await company.member(ANN)
    assert await company.purposes(ANN) == []
    consents = {
        item["data"]["subscription"]["consent"]
        for item in await company.events("SubscriptionAdded")
    }
    assert consents == {"import"}


async def test_an_import_is_refused_whole(company: Company) -> None:
    """One bad number, unknown field or unknown list and nobody is on the list; every number is told."""
    bad = {"persons": [{"mdn": ANN}, {"mdn": "123"}, {"mdn": "0"}]}
    answer = await company.control("POST", "/lists/1001/subscribers", bad)
    assert answer.status == 400
    assert [item["path"] for item in answer.json["errors"]] == ["persons.1.mdn", "persons.2.mdn"]
    field = {"persons": [{"mdn": ANN}, {"mdn": "3125550102", "custom_fields": {"x": "y"}}]}
    assert (await company.control("POST", "/lists/1001/subscribers", field)).status == 400
    nowhere = await company.control("POST", "/lists/9/subscribers", {"persons": [{"mdn": ANN}]})
    assert nowhere.status == 404
    assert not await company.member(ANN)


async def test_an_import_does_not_give_one_external_id_to_two_people(company: Company) -> None:
    """An external id that stands twice in the file is a fault, and the account goes on."""
    body = {
        "persons": [
            {"mdn": "3125550101", "external_person_id": "x"},
            {"mdn": "3125550102", "external_person_id": "x"},
        ]
    }
    answer = await company.control("POST", "/lists/1001/subscribers", body)
    assert answer.status == 400
    assert not await company.member(ANN)


async def test_nothing_is_coerced_in_a_spec(http: ClientSession, url: str) -> None:
    """A seed in quotes and a word for a truth value are faults, not guesses."""
    spec = {"seed": "7", "settings": {"magic_numbers": "yes"}}
    answer = await call(http, "POST", f"{url}/_sim/accounts", spec)
    assert answer.status == 400
    assert {item["path"] for item in answer.json["errors"]} == {"seed", "settings.magic_numbers"}
