"""The inbox's people, as a browser without scripts sees them: real HTTP, every page read as text."""

from __future__ import annotations

from collections.abc import AsyncIterator
from html import unescape
from re import DOTALL, findall, sub

import pytest
from aiohttp import ClientSession

from harness.environment import Environment, SimAccount, start
from simulator.ui import consent

ANN, BOB = "+13125550101", "+13125550102"


def words(html: str) -> str:
    """What a page says: its main part without tags, one space between words."""
    (main,) = findall(r"<main.*?</main>", html, DOTALL)
    return " ".join(unescape(sub(r"<[^>]*>", " ", main)).split())


def facts(html: str) -> list[str]:
    """The badges of the history on a person's page, oldest first."""
    (history,) = findall(r"What happened</h2>(.*?)</ol>", html, DOTALL)
    return findall(r'class="badge \w*">([^<]*)<', history)


class Inbox:
    """The inbox of one account."""

    def __init__(self, http: ClientSession, account: SimAccount) -> None:
        self.http = http
        self.account = account

    async def get(self, path: str, status: int = 200) -> str:
        """A page below the account."""
        url = f"{self.account.url}/inbox/{self.account.key}/{path}"
        async with self.http.get(url) as response:
            assert response.status == status, await response.text()
            return await response.text()


@pytest.fixture
async def environment() -> AsyncIterator[Environment]:
    async with start() as running:
        yield running


@pytest.fixture
async def inbox(environment: Environment, http: ClientSession) -> Inbox:
    return Inbox(http, await environment.account({"company_key": "acme"}))


async def test_an_empty_account_says_what_to_do_next(inbox: Inbox) -> None:
    """A keyword with its code, the page to text it on, and the call of an import that works as told."""
    page = await inbox.get("people")
    assert "No people yet. Let a phone text VIP to 65047 on the Phones page" in words(page)
    assert f"{inbox.account.url}/_sim/accounts/acme/lists/1001/subscribers" in page
    await inbox.account.text(ANN, "VIP", "65047")
    assert "No people yet" not in await inbox.get("people")


async def test_a_request_waits_with_its_time_left(inbox: Inbox) -> None:
    """The account's clock counts: 24 hours, later less, and at its end nobody waits."""
    await inbox.account.text(ANN, "VIP")
    assert "Y to 65047 2026-01-05 15:00:00 24h 2026-01-06 15:00:00" in words(
        await inbox.get("people")
    )
    await inbox.account.advance("1h30m")
    assert "22h30m 2026-01-06 15:00:00" in words(await inbox.get("people"))
    await inbox.account.advance("22h30m")
    assert "Nobody is asked just now" in words(await inbox.get("people"))
    assert facts(await inbox.get(f"people/{ANN}")) == ["keyword", "asked", "prompt", "lapsed"]


async def test_members_come_a_hundred_a_page_last_joined_first(inbox: Inbox) -> None:
    """Three pages of 201 members have each once; who leaves is gone, who comes back is first."""
    people = [{"mdn": f"+1312555{2000 + number}"} for number in range(201)]
    await inbox.account.import_subscribers("1001", people)
    await inbox.account.import_subscribers("1002", [{"mdn": BOB}])
    pages = [await inbox.get(f"people?list=1001&from={start}") for start in (0, 100, 200)]
    shown = [findall(r'data-open[^>]*people/%2B1(\d+)"', page) for page in pages]
    assert [len(page) for page in shown] == [100, 100, 1]
    assert [f"+1{mdn}" for page in shown for mdn in page] == [
        person["mdn"] for person in reversed(people)
    ]
    assert "people?list=1001&amp;from=100" in pages[0]
    assert "from=300" not in pages[2]
    await inbox.account.text(people[0]["mdn"], "STOP")
    assert "1 to 100 of 200" in words(await inbox.get("people?list=1001"))
    await inbox.account.import_subscribers("1001", people[:1])
    first = findall(r'data-open[^>]*people/%2B1(\d+)"', await inbox.get("people?list=1001"))
    assert (f"+1{first[0]}", len(set(first))) == (people[0]["mdn"], 100)


async def test_a_roster_begun_late_is_that_of_the_world(inbox: Inbox) -> None:
    """A list that is first looked at after joins and leaves has who is on it, in the order they came."""
    await inbox.account.import_subscribers("1001", [{"mdn": ANN}, {"mdn": BOB}])
    await inbox.account.text(ANN, "STOP")
    await inbox.account.advance("1h")
    await inbox.account.import_subscribers("1001", [{"mdn": ANN}])
    page = await inbox.get("people?list=1001")
    assert findall(r'data-open[^>]*people/%2B1(\d+)"', page) == [ANN[2:], BOB[2:]]


@pytest.mark.parametrize("asked", ["312 555 0101", "(312) 555-0101", "%2B13125550101", "crm/7"])
async def test_one_is_found_by_number_and_by_external_id(inbox: Inbox, asked: str) -> None:
    """In any form of the number, and by the id the application gave; the other one is not shown."""
    people = [{"mdn": ANN, "external_person_id": "crm/7"}, {"mdn": BOB}]
    await inbox.account.import_subscribers("1001", people)
    page = await inbox.get(f"people?q={asked}")
    assert "312 555 0101 conversation crm/7 VIP Deals (1001)" in words(page)
    assert "312 555 0102" not in words(page)


async def test_who_is_not_found_is_said_with_the_way_on(inbox: Inbox) -> None:
    """A number nobody has leads to its page and phone; a word is told how to be written."""
    page = await inbox.get("people?q=4155550000")
    assert "/people/%2B14155550000" in page
    assert "mdn=%2B14155550000" in page
    assert "A number has ten digits" in words(await inbox.get("people?q=nobody"))
    assert "No person has this number" in words(await inbox.get("people/+14155550000"))


async def test_the_history_tells_each_step_with_its_reason(inbox: Inbox) -> None:
    """Asked by the API, yes, joined, STOP, left, START, import: in the order they happened."""
    account = inbox.account
    async with account.vibes() as client:
        await client.add_participant("JoinVip01", mdn=ANN)
    for text in ("Y", "STOP", "START"):
        await account.text(ANN, text)
    await account.import_subscribers("1002", [{"mdn": ANN}])
    page = await inbox.get(f"people/{ANN}")
    assert facts(page) == [
        *("asked", "prompt", "yes", "confirmed", "joined"),
        *("STOP", "left", "opted out", "START", "lifted", "joined"),
    ]
    told = words(page)
    assert "VIP Deals (1001): a client asked by the API" in told
    assert "VIP Deals (1001): a stop keyword was texted (keyword_opt_out)" in told
    assert "Store News (1002): an operator imported it" in told
    assert f'href="/inbox/acme/phones?mdn=%2B{ANN[1:]}"' in page


async def test_a_stop_stands_until_it_is_lifted(inbox: Inbox) -> None:
    """The code, since when and the lists left; after START nothing stands."""
    await inbox.account.import_subscribers("1001", [{"mdn": ANN}])
    await inbox.account.advance("5m")
    await inbox.account.text(ANN, "STOP")
    told = words(await inbox.get(f"people/{ANN}"))
    assert "STOP stands on 65047 since 2026-01-05 15:05:00" in told
    assert "It left VIP Deals (1001)" in told
    assert "On no list" in told
    await inbox.account.text(ANN, "START")
    assert "STOP stands" not in words(await inbox.get(f"people/{ANN}"))


async def test_a_block_says_what_lifts_it(inbox: Inbox) -> None:
    """A No to the API's request blocks the campaign; its keyword unblocks, and that is told."""
    async with inbox.account.vibes() as client:
        await client.add_participant("JoinNews01", mdn=ANN)
    await inbox.account.text(ANN, "N")
    told = words(await inbox.get(f"people/{ANN}"))
    assert "blocked from JoinNews01" in told
    assert "Texting NEWS to 65047 lifts it" in told
    await inbox.account.text(ANN, "NEWS")
    page = await inbox.get(f"people/{ANN}")
    assert "Confirmation blocks" not in words(page)
    assert facts(page)[-3:] == ["unblocked", "asked", "prompt"]


async def test_one_persons_page_has_nothing_of_another(inbox: Inbox) -> None:
    """Requests, ends and opt-outs of other numbers are not in a history."""
    for mdn in (ANN, BOB):
        await inbox.account.text(mdn, "VIP")
    await inbox.account.text(BOB, "Y")
    await inbox.account.text(BOB, "STOP")
    assert facts(await inbox.get(f"people/{ANN}")) == ["keyword", "asked", "prompt"]


async def test_what_is_cut_is_said(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """With fewer rows looked through, memberships and texts stay whole and the rest is said to be cut."""
    await inbox.account.text(ANN, "VIP")
    await inbox.account.text(ANN, "Y")
    assert "Not all is told" not in words(await inbox.get(f"people/{ANN}"))
    monkeypatch.setattr(consent, "LATEST_ROWS", 3)
    page = await inbox.get(f"people/{ANN}")
    assert [fact for fact in facts(page) if fact != "confirmed"] == [
        *("keyword", "prompt", "yes", "joined"),
    ]
    assert "the latest 3 rows of the journal" in words(page)
    assert f"smsim consent --url {inbox.account.url} --account acme --number {ANN}" in words(page)


async def test_whatever_a_person_is_called_is_text(inbox: Inbox) -> None:
    """An external id and a text with markup in them are shown as they are, on every page."""
    name = '<script>alert("1")</script>'
    await inbox.account.import_subscribers("1001", [{"mdn": ANN, "external_person_id": name}])
    await inbox.account.text(ANN, "<b>stop</b> it")
    for path in ("people", "people?list=1001", f"people/{ANN}"):
        page = await inbox.get(path)
        assert name in unescape(page)
        assert "<script>alert" not in page
    assert "<b>stop" not in await inbox.get(f"people/{ANN}")


@pytest.mark.parametrize(
    ("path", "mend"),
    [
        ("people?list=10001", 'there is no list "10001"'),
        ("people/12", '"12" is no US or Canadian number'),
    ],
)
async def test_a_wrong_address_says_the_mend(inbox: Inbox, path: str, mend: str) -> None:
    """A page says what is wrong and what would be right."""
    assert mend in words(await inbox.get(path, 400))


async def test_the_live_part_is_the_page_without_its_frame(inbox: Inbox) -> None:
    """htmx gets the lists and people alone: no head, no search field to lose what is typed."""
    await inbox.account.text(ANN, "VIP")
    url = f"{inbox.account.url}/inbox/acme/people"
    async with inbox.http.get(url, headers={"HX-Request": "true"}) as response:
        part = await response.text()
    assert "312 555 0101" in part
    assert "<input" not in part
    assert "<html" not in part
