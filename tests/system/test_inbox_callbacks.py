"""The inbox's callbacks, as a browser without scripts sees and drives them: real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from html import unescape
from re import findall

import pytest
from aiohttp import ClientSession

from harness.environment import SimAccount, start
from tests.system.receiver import Receiver
from tests.system.test_inbox_people import words

ANN = "+13125550101"


class Inbox:
    """The callbacks of one account, read and acted on."""

    def __init__(self, http: ClientSession, account: SimAccount) -> None:
        self.http = http
        self.account = account
        self.url = f"{account.url}/inbox/{account.key}/callbacks"

    async def get(self, path: str = "", status: int = 200) -> str:
        """A page at or below the callbacks."""
        async with self.http.get(self.url + path) as response:
            assert response.status == status, await response.text()
            return await response.text()

    async def post(self, path: str, status: int = 303, **form: str) -> str:
        """A form is sent from the list; where it leads, or what the page says that answers."""
        async with self.http.post(
            self.url + path, data=form, headers={"Referer": self.url}, allow_redirects=False
        ) as response:
            assert response.status == status, await response.text()
            return response.headers.get("Location") or await response.text()

    async def register(self, kind: str, url: str) -> None:
        """Somebody wants to know."""
        async with self.account.vibes() as client:
            await client.register_callback(kind, url)


@pytest.fixture
async def inbox(http: ClientSession) -> AsyncIterator[Inbox]:
    async with start() as environment:
        yield Inbox(http, await environment.account({"company_key": "acme"}))


async def test_an_empty_account_says_what_to_do_next(inbox: Inbox, receiver: Receiver) -> None:
    """Without a registration how to make one; with one, that a test event can be sent."""
    page = await inbox.get()
    assert "Nothing was told to anybody yet. Register who wants to know" in words(page)
    assert f"{inbox.account.url}/companies/acme/config/callbacks" in page
    await inbox.register("person_added", f"{receiver.url}/p")
    page = await inbox.get()
    assert "person_added everything http" in words(page)
    assert f"{receiver.url}/p application/json, API version 2" in words(page)
    assert 'action="/inbox/acme/callbacks/test"' in page


async def test_a_test_event_is_sent_and_shown(inbox: Inbox, receiver: Receiver) -> None:
    """The form leads back, the receiver gets the made-up event, and its attempt stands in the list."""
    await inbox.register("person_added", f"{receiver.url}/p")
    assert await inbox.post("/test", type="person_added", scope="") == "/inbox/acme/callbacks"
    await inbox.account.settle()
    assert [body["person"]["external_person_id"] for body in receiver.bodies()] == ["TEST"]
    assert f"person_added {receiver.url}/p 1 HTTP 200 delivered" in words(await inbox.get())


async def test_a_test_event_nobody_hears_says_so(inbox: Inbox) -> None:
    """No registration of the type, and a type there is not, are told on a page."""
    page = await inbox.post("/test", 400, type="person_added")
    assert "no active callback of type person_added" in words(page)
    page = await inbox.post("/test", 400, type="person_gone")
    assert 'there is no callback type "person_gone"; it may be ack_participant_added' in words(page)


async def test_a_delivery_is_shown_whole(inbox: Inbox, receiver: Receiver) -> None:
    """Each attempt has headers, body and answer; the fate of the last is the delivery's."""
    receiver.answers.extend([500])
    await inbox.register("person_added", f"{receiver.url}/p")
    await inbox.account.text(ANN, "VIP")
    await inbox.account.settle()
    (link,) = findall(r'id="tried-1" href="[^"]*callbacks(/[^"]+)"', await inbox.get())
    assert "tried again at 2026-01-05 15:05:00" in words(await inbox.get(link))
    await inbox.account.advance("5m")
    told = words(await inbox.get(link))
    assert told.count('"mdn": "+13125550101"') == 2
    assert "Attempt 1 2026-01-05 15:00:00 · HTTP 500 after" in told
    assert "tried again since" in told
    assert "Attempt 2 2026-01-05 15:05:00 · HTTP 200 after" in told
    assert "X-Vibes-Delivery-Attempt 2" in told
    assert "Answered noted" in told
    assert "Fate delivered" in told


async def test_a_delivery_is_sent_again_by_hand(inbox: Inbox, receiver: Receiver) -> None:
    """The same event, with the same event_id and a delivery of its own; the button leads back."""
    await inbox.register("person_added", f"{receiver.url}/p")
    await inbox.account.text(ANN, "VIP")
    await inbox.account.settle()
    (link,) = findall(r'id="tried-1" href="[^"]*callbacks(/[^"]+)"', await inbox.get())
    assert f'action="/inbox/acme/callbacks{link}/repeat"' in await inbox.get(link)
    assert await inbox.post(f"{link}/repeat") == "/inbox/acme/callbacks"
    await inbox.account.settle()
    first, again = receiver.bodies()
    assert first == again
    links = findall(r'id="tried-\d" href="[^"]*callbacks(/[^"]+)"', await inbox.get())
    assert (len(set(links)), links[1]) == (2, link)


async def test_the_page_of_a_delivery_leads_to_the_new_one(
    http: ClientSession, receiver: Receiver
) -> None:
    """Unless there is none: the line of its destination is full."""
    spec = {"company_key": "acme", "settings": {"callback_queue_limit": 2}}
    async with start() as environment:
        inbox = Inbox(http, await environment.account(spec))
        receiver.answers.extend([500])
        await inbox.register("person_added", f"{receiver.url}/p")
        await inbox.account.text(ANN, "VIP")
        await inbox.account.settle()
        (link,) = findall(r'id="tried-1" href="[^"]*callbacks(/[^"]+)"', await inbox.get())
        to = await inbox.post(f"{link}/repeat", then="look")
        assert to != f"/inbox/acme/callbacks{link}"
        told = words(await inbox.get(to.removeprefix("/inbox/acme/callbacks")))
        assert "in line behind others; the first is tried again at 2026-01-05 15:05:00" in told
        assert await inbox.post(f"{link}/repeat", then="look") == "/inbox/acme/callbacks"


@pytest.mark.parametrize("path", ["/nobody", "/nobody/repeat"])
async def test_no_such_delivery_is_said(inbox: Inbox, path: str) -> None:
    """An id that is none is named on the page."""
    page = await (inbox.post(path, 400) if path.endswith("repeat") else inbox.get(path, 400))
    assert 'no callback delivery "nobody" was' in words(page)


async def test_the_failure_queue_and_who_is_down(inbox: Inbox, receiver: Receiver) -> None:
    """A 404 is final and its queue has a button; three given up in a row put the destination down."""
    receiver.answers.extend([404])
    await inbox.register("person_added", f"{receiver.url}/p")
    await inbox.account.text(ANN, "VIP")
    await inbox.account.settle()
    told = words(await inbox.get())
    assert "refused for good: failure queue" in told
    assert "HTTP 404: final Send it again" in told
    receiver.answers.extend([503] * 18)
    for number in range(2, 6):
        await inbox.account.text(f"+1312555010{number}", "VIP")
    await inbox.account.advance("75m")
    told = words(await inbox.get())
    assert told.count("given up after 6 attempts: failure queue") == 3
    assert f"{receiver.url}/p down until 2026-01-05 16:30:00 1 person_added" in told
    assert "its destination is down until 2026-01-05 16:30:00 3" in told
    await inbox.account.advance("15m")
    assert "down until" not in words(await inbox.get())


async def test_what_waits_says_why(inbox: Inbox, receiver: Receiver) -> None:
    """The first of a line is tried again at its time; what a fault keeps is named with its end."""
    receiver.answers.extend([503])
    await inbox.register("person_added", f"{receiver.url}/p")
    for mdn in (ANN, "+13125550102"):
        await inbox.account.text(mdn, "VIP")
    await inbox.account.settle()
    told = words(await inbox.get())
    assert f"{receiver.url}/p failing 2 person_added , tried again at 2026-01-05 15:05:00 0" in told
    rule = {"match": {"surface": "callback"}, "effect": {"delay": "90s"}, "id": "late"}
    await inbox.account.add_fault(rule)
    await inbox.account.text("+13125550103", "VIP")
    page = await inbox.get()
    assert "a fault keeps it until 2026-01-05 15:01:30" in words(page)
    (link,) = findall(r'id="kept-1" href="[^"]*callbacks(/[^"]+)"', page)
    assert "It was not tried yet" in words(await inbox.get(link))


async def test_attempts_come_fifty_a_page_newest_first(inbox: Inbox, receiver: Receiver) -> None:
    """Of 120 attempts each is on one page of three, the last that was made first of all."""
    await inbox.register("person_added", f"{receiver.url}/p")
    people = [{"mdn": f"+1312555{2000 + number}"} for number in range(120)]
    await inbox.account.import_subscribers("1001", people)
    await inbox.account.settle()
    path, seen = "", list[str]()
    for size in (50, 50, 20):
        page = await inbox.get(path)
        found = findall(r'id="tried-\d+" href="[^"]*callbacks/([^"]+)"', page)
        assert len(found) == size
        seen += found
        older = findall(r'id="older" href="[^"]*callbacks(\?below=\d+)"', page)
        path = older[0] if older else ""
    assert path == ""
    made = [item["delivery_id"] for item in await inbox.account.deliveries()]
    assert seen == made[::-1]


async def test_what_a_receiver_answers_is_text(inbox: Inbox) -> None:
    """A URL with markup in it stands on every page as it was written."""
    await inbox.register("person_added", "http://127.0.0.1:1/<script>x</script>")
    await inbox.account.text(ANN, "VIP")
    await inbox.account.settle()
    page = await inbox.get()
    (link,) = findall(r'id="tried-1" href="[^"]*callbacks(/[^"]+)"', page)
    for shown in (page, await inbox.get(link)):
        assert "<script>x" not in shown
        assert "/<script>x</script>" in unescape(shown)
