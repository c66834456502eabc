from __future__ import annotations

import pytest
from aiohttp import ClientSession

from tests.system.company import Company, basic, call
from tests.system.conftest import MakeCompany

PERSONS = "mobiledb/persons?mdn=%2B13125550101"


@pytest.mark.parametrize(
    "auth",
    [basic("acme", "wrong"), basic("nobody", "s3cret"), "Bearer s3cret", "Basic !", "Basic /w=="],
)
async def test_wrong_credentials_are_401(company: Company, auth: str) -> None:
    """Bad credentials are 401 with WWW-Authenticate on the Platform, and error 1010 on Connect."""
    platform = await company.platform("GET", PERSONS, auth=auth)
    assert (platform.status, platform.codes) == (401, [4010])
    assert platform.headers["WWW-Authenticate"].startswith("Basic ")
    connect = await company.connect("POST", "mt/messages", b"<mtMessage/>", auth=auth)
    assert (connect.status, connect.xml.get("code")) == (401, "1010")
    assert connect.headers["WWW-Authenticate"].startswith("Basic ")


async def test_no_credentials_are_401(http: ClientSession, company: Company) -> None:
    """A call without Authorization is 401."""
    url = f"{company.url}/companies/acme/{PERSONS}"
    assert (await call(http, "GET", url)).status == 401


async def test_another_company_is_403_and_an_unknown_one_404(
    company: Company, make_company: MakeCompany
) -> None:
    """A user may act for its own company only; a company that does not exist is 404."""
    other = await make_company(company_key="other")
    theirs = await company.platform("GET", PERSONS, auth=other.auth)
    assert (theirs.status, theirs.codes) == (403, [4030])
    company.key = "nowhere"
    unknown = await company.platform("GET", PERSONS)
    assert (unknown.status, unknown.codes) == (404, [4040])


async def test_a_wrong_method_is_405_with_allow(company: Company) -> None:
    """405 names every method the path takes, in the words of its surface."""
    answer = await company.platform("DELETE", "mobiledb/persons")
    assert (answer.status, answer.codes) == (405, [4050])
    assert set(answer.headers["Allow"].split(",")) == {"GET", "POST"}
    connect = await company.connect("GET", "mt/messages")
    assert (connect.status, connect.xml.get("code")) == (405, "1034")
    assert connect.headers["Allow"] == "POST"


async def test_a_path_that_does_not_exist_is_404_in_the_words_of_its_surface(
    company: Company,
) -> None:
    """Nothing there: the errors envelope on the Platform, error 1024 on Connect."""
    platform = await company.platform("GET", "nothing/here")
    assert platform.status == 404
    assert "/companies/acme/nothing/here" in platform.messages[0]
    connect = await company.connect("GET", "nothing")
    assert (connect.status, connect.xml.get("code")) == (404, "1024")


async def test_a_body_over_the_limit_is_413(company: Company) -> None:
    """More than a megabyte is 413: the envelope, or Connect's 1023."""
    body = b" " * (1024 * 1024 + 1)
    platform = await company.platform("POST", "mobiledb/persons", body)
    assert (platform.status, platform.codes) == (413, [4130])
    connect = await company.connect("POST", "mt/messages", body)
    assert (connect.status, connect.xml.get("code")) == (413, "1023")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "wallet/x"),
        ("GET", "config/apps/7/devices"),
        ("PUT", "mobiledb/devices/7"),
        ("GET", "campaigns/wallet"),
    ],
)
async def test_what_is_not_simulated_is_501(company: Company, method: str, path: str) -> None:
    """An operation of the real platform that is not built says so, with the fidelity page."""
    answer = await company.platform(method, path, {})
    assert (answer.status, answer.codes) == (501, [5010])
    assert "docs/fidelity.md" in answer.messages[0]


async def test_paths_work_with_and_without_a_trailing_slash(company: Company) -> None:
    """Both spellings of a path answer alike."""
    for path in ("mobiledb/subscription_lists", "config/callbacks", "campaigns/acquisition"):
        plain = await company.platform("GET", path)
        slashed = await company.platform("GET", f"{path}/")
        assert (plain.status, plain.json) == (200, slashed.json)


async def test_a_page_of_another_site_may_not_make_control_calls(company: Company) -> None:
    """A cross-site request from a browser is 403, whatever it asks."""
    answer = await company.control("DELETE", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403
    assert (await company.control("GET")).status == 200


async def test_the_first_page_lists_the_accounts_escaped(company: Company) -> None:
    """GET / is HTML that names every account."""
    answer = await call(company.http, "GET", f"{company.url}/")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert b"<strong>acme</strong>" in answer.body


async def test_health_tells_the_version(company: Company) -> None:
    """GET health is ok with a version."""
    answer = await call(company.http, "GET", f"{company.url}/_sim/health")
    assert answer.json["status"] == "ok"
    assert answer.json["version"][0].isdigit()
