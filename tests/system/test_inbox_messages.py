"""The inbox's messages, as a browser without scripts sees them: what each was for and what it cost."""

from __future__ import annotations

from html import unescape
from re import DOTALL, findall, sub
from urllib.parse import quote

import pytest

from tests.system.company import Company
from tests.system.conftest import MakeCompany
from tests.system.receiver import Receiver
from tests.system.test_inbox_people import words

ANN, BOB = "+13125550101", "+13125550102"
PRICES = {"segment": "0.0079", "received": "0.005"}
LISTS = [{"id": "1001", "name": "VIP Deals"}, {"id": "my list", "name": "Store <News>"}]
CAMPAIGNS = [
    {"id": "JoinVip01", "list": "1001", "keywords": ["VIP"]},
    {"id": "JoinNews01", "list": "my list", "keywords": ["NEWS"], "description": "The news"},
]


@pytest.fixture
async def company(make_company: MakeCompany) -> Company:
    """An account with prices and a list of an unusual id, after an opt-in, a broadcast and a text."""
    made = await make_company(
        company_key="acme", prices=PRICES, subscription_lists=LISTS, acquisition_campaigns=CAMPAIGNS
    )
    for text in ("NEWS", "Y"):
        await made.text(ANN, text)
        await made.advance("1m")
    await made.subscribe(ANN)
    plan = {
        "name": "Spring",
        "send_scheduled_date": "2026-01-05T15:00:00Z",
        "targeting": {"message_template": "x" * 200, "source_lists": ["1001", "my list"]},
    }
    assert (await made.platform("POST", "mobiledb/broadcasts", plan)).status == 201
    await made.send(BOB)
    await made.advance("1m")
    return made


async def test_names_and_texts_that_would_not_show_are_told_from_what_is_round_them(
    make_company: MakeCompany,
) -> None:
    """A text of blanks can be opened; a name that is read from the right turns nothing else round."""
    backwards = [{"id": "7", "name": "\u202eslaed"}]
    made = await make_company(
        company_key="acme", subscription_lists=backwards, acquisition_campaigns=[]
    )
    told = await made.text(ANN, "  ")
    assert f'href="/inbox/acme/messages/{told["id"]}"><span' in await _page(made)
    assert "(blank)" in words(await _page(made))
    for part in ("settings", "time?seq=2"):
        async with made.http.get(f"{made.url}/inbox/acme/{part}") as response:
            assert "<bdi>\u202eslaed</bdi>" in await response.text(), part


async def _page(company: Company, path: str = "") -> str:
    async with company.http.get(f"{company.url}/inbox/acme/messages{path}") as response:
        assert response.status == 200, await response.text()
        return await response.text()


def _columns(page: str) -> list[list[str]]:
    """Of each row: for, campaign, list, segments and cost."""
    rows = findall(r"<tr data-row.*?</tr>", page, DOTALL)
    cells = [findall(r"<td[^>]*>(.*?)</td>", row, DOTALL)[-5:] for row in rows]
    return [[unescape(sub(r"<[^>]*>", "", cell)) for cell in row] for row in cells]


async def test_a_row_tells_what_its_message_was_for_and_what_it_cost(company: Company) -> None:
    """By name; what Connect submits names no campaign and no list."""
    assert _columns(await _page(company)) == [
        ["broadcast", "Spring", "VIP Deals, Store <News>", "2", "0.0158"],
        ["connect", "", "", "1", "0.0079"],
        ["welcome", "The news", "Store <News>", "1", "0.0079"],
        ["yes", "The news", "Store <News>", "1", "0.005"],
        ["confirmation", "The news", "Store <News>", "1", "0.0079"],
        ["keyword NEWS", "The news", "Store <News>", "1", "0.005"],
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ('list:"my list"', 5),
        ("list:1001", 1),
        ("campaign:JoinNews01", 4),
        ("campaign:JoinNews01 is:mo", 2),
        ('list:"my list" xxx', 1),
        ("campaign:1 is:broadcast", 1),
    ],
)
async def test_a_campaign_and_a_list_are_searched_by_their_ids(
    company: Company, words: str, found: int
) -> None:
    """Alone, and with other words."""
    assert len(_columns(await _page(company, f"?q={quote(words)}"))) == found


async def test_the_names_in_a_row_lead_to_their_search(company: Company) -> None:
    """Whatever is in an id."""
    page = await _page(company)
    row = findall(r"<tr data-row.*?</tr>", page, DOTALL)[2]
    links = findall(r'href="/inbox/acme/messages(\?q=[^"]*)"', row)
    assert [len(_columns(await _page(company, unescape(link)))) for link in links] == [4, 5]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("list:101", 'there is no list "101"; did you mean "1001"?'),
        ("campaign:JoinVIP1", 'there is no campaign "JoinVIP1"; did you mean "JoinVip01"?'),
        ("campaign:JoinVip01", "No message meets this search"),
    ],
)
async def test_what_is_not_there_is_told(company: Company, words: str, told: str) -> None:
    """A list or a campaign that is there and has no message is no mistake."""
    page = unescape(sub(r"<[^>]*>", "", await _page(company, f"?q={quote(words)}")))
    assert told in page
    assert ("there is no" in page) is ("there is no" in told)


async def test_a_page_tells_why_nothing_is_known_and_why_nothing_is_paid(company: Company) -> None:
    """Of a message that came through Connect, and of one that no carrier took."""
    await company.text(BOB, "STOP")
    sent = (await company.send(BOB)).xml.get("messageId")
    told = words(await _page(company, f"/{sent}"))
    assert "Campaign not known: Connect is not told what a message is for" in told
    assert "Cost 0: no carrier took it" in told
    help_reply = (await company.text(BOB, "HELP"))["id"]
    assert "Campaign none List none Segments 1 Cost 0.005" in words(
        await _page(company, f"/{help_reply}")
    )
    items = (await company.control("GET", "/messages")).json["items"]
    (welcome,) = [item["id"] for item in items if item["purpose"] == "welcome"]
    told = words(await _page(company, f"/{welcome}"))
    assert "Campaign The news JoinNews01 List Store <News> my list" in told


async def test_a_page_tells_what_was_told_of_its_message(
    company: Company, receiver: Receiver
) -> None:
    """Each receipt with its stage and the last answer to it, and leads to the callback."""
    receiver.answers.extend([200, 500])
    sent = (await company.send(BOB, receipts=f"{receiver.url}/r")).xml.get("messageId")
    await company.advance("1m")
    page = await _page(company, f"/{sent}")
    (told,) = findall(r'<table[^>]*id="told".*?</table>', page, DOTALL)
    cells = [findall(r"<td[^>]*>(.*?)</td>", row, DOTALL)[1:] for row in told.split("<tr")[2:]]
    url = f"{receiver.url}/r"
    assert [[sub(r"<[^>]*>", "", cell) for cell in row] for row in cells] == [
        ["mt_receipt System", url, "1", "200"],
        ["mt_receipt Carrier", url, "1", "500, tried again"],
        ["mt_receipt Handset", url, "0", "it waits"],
    ]
    for link in findall(r'href="([^"]*)"', told):
        async with company.http.get(company.url + link) as answer:
            assert "<h1>mt_receipt</h1>" in await answer.text()
