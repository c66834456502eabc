from __future__ import annotations

import pytest

from tests.system.company import Company
from tests.system.conftest import MakeCompany

ANN = "+13125550101"


@pytest.mark.parametrize(
    ("duration", "taken_as"),
    [("23h59m59s", "yes"), ("24h", "unmatched"), ("24h1s", "unmatched")],
)
async def test_a_yes_counts_only_before_the_end_of_the_window(
    company: Company, duration: str, taken_as: str
) -> None:
    """Y one second before expire_date makes a member; at it and after it, it changes nothing."""
    await company.join(ANN)
    await company.advance(duration)
    assert (await company.text(ANN, "Y"))["taken_as"] == taken_as
    assert await company.member(ANN) == (taken_as == "yes")


@pytest.mark.parametrize(("duration", "taken_as"), [("24h", "yes"), ("24h1s", "unmatched")])
async def test_an_inclusive_edge_takes_a_yes_at_the_very_end(
    make_company: MakeCompany, duration: str, taken_as: str
) -> None:
    """With window_edge "inclusive" a Y at expire_date counts, a second later it does not."""
    company = await make_company(settings={"window_edge": "inclusive"})
    await company.join(ANN)
    await company.advance(duration)
    assert (await company.text(ANN, "Y"))["taken_as"] == taken_as


@pytest.mark.parametrize("stage", ["sent", "delivered"])
async def test_the_window_may_start_when_the_prompt_is_sent_or_delivered(
    make_company: MakeCompany, stage: str
) -> None:
    """With window_starts the pending request expires 24 h after that stage of the prompt."""
    company = await make_company(
        settings={"window_starts": stage, "routing_delay": "1s"},
        carriers={"default": {"carrier_delay": ["2s", "2s"], "handset_delay": ["4s", "4s"]}},
    )
    await company.join(ANN)
    await company.advance("1m")
    pending = await company.platform(
        "GET", "campaigns/acquisition/JoinVip01/participants?mdn=%2B13125550101"
    )
    ends = {"sent": "2026-01-06T15:00:03Z", "delivered": "2026-01-06T15:00:07Z"}[stage]
    assert pending.json[0]["expire_date"] == ends
    await company.control("POST", "/clock", {"to": ends})
    assert (await company.text(ANN, "Y"))["taken_as"] == "unmatched"


async def test_a_lapse_is_silent_and_leaves_the_number_free(company: Company) -> None:
    """Time-out sends no text, and a new request is 201 with a new window."""
    await company.join(ANN)
    await company.advance("24h")
    assert await company.purposes(ANN) == ["confirmation"]
    again = await company.join(ANN)
    assert (again.status, again.json["expire_date"]) == (201, "2026-01-07T15:00:00Z")


async def test_a_campaign_has_its_own_window_and_its_own_yes(make_company: MakeCompany) -> None:
    """window, yes and yes_pattern of the campaign decide; the default Y is then no yes."""
    company = await make_company(
        subscription_lists=[{"id": "1"}],
        acquisition_campaigns=[
            {"id": "Zip", "list": "1", "window": "1h", "yes": ["JA"], "yes_pattern": r"\d{5}"}
        ],
    )
    for mdn, text, taken in (
        ("+13125550101", "Y", "unmatched"),
        ("+13125550102", " ja ", "yes"),
        ("+13125550103", "60601", "yes"),
        ("+13125550104", "606012", "unmatched"),
    ):
        await company.join(mdn, "Zip")
        assert (await company.text(mdn, text))["taken_as"] == taken
    await company.join("+13125550105", "Zip")
    await company.advance("1h")
    assert (await company.text("+13125550105", "JA"))["taken_as"] == "unmatched"


async def test_a_yes_sends_the_welcome_and_a_no_sends_nothing(company: Company) -> None:
    """Y is answered by the welcome text, N by nothing at all."""
    await company.join(ANN)
    await company.text(ANN, "y")
    assert await company.purposes(ANN) == ["confirmation", "yes", "welcome"]
    await company.join("+13125550102")
    await company.text("+13125550102", "n")
    assert await company.purposes("+13125550102") == ["confirmation", "no"]


async def test_the_keyword_joins_and_answers_a_member_kindly(company: Company) -> None:
    """Texting the keyword prompts a stranger and tells a member that they are one already."""
    assert (await company.text(ANN, " vip "))["taken_as"] == "keyword VIP"
    await company.text(ANN, "Y")
    await company.text(ANN, "VIP")
    assert await company.purposes(ANN) == [
        "keyword VIP",
        "confirmation",
        "yes",
        "welcome",
        "keyword VIP",
        "already_subscribed",
    ]


async def test_a_yes_answers_the_newest_request(company: Company) -> None:
    """With two requests pending on one code, the first Y joins the newest, the second the other."""
    await company.join(ANN, "JoinVip01")
    await company.join(ANN, "JoinNews01")
    await company.text(ANN, "Y")
    assert (await company.member(ANN, "1001"), await company.member(ANN, "1002")) == (False, True)
    await company.text(ANN, "Y")
    assert await company.member(ANN, "1001")
