"""The list of messages: its search, its keys, and texts that are only text."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.day import ANN
from tests.browser.window import Window
from tests.system.company import Company

HOSTILE = {
    "script": "<script>document.title='run'</script>",
    "image": "<img src=x onerror=\"document.title='run'\">",
    "attribute": "\"><b onmouseover=alert(1)>' onfocus='x",
    "template": "{{ 7 * 7 }} ${7 * 7} {% raw %}",
    "address": "javascript:document.title='run' https://example.com/x?a=1&b=2",
    "right to left": "\u202eevil\u202c \u2067שלום\u2069 \u200f",
    "emoji": "\U0001f600" * 900,
}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", 11),
        (f"to:{ANN}", 3),
        (f"from:{ANN} is:mo", 2),
        ("state:delivered sale", 1),
        ('text:"sale today" state:undeliverable', 1),
        ("is:welcome", 1),
        ("list:1001", 6),
        ("campaign:JoinVip01 is:mo", 3),
        ("list:1002", 0),
        ("to:65047", 4),
        ("from:65047 before:2026-01-05T15:01", 1),
        ("is:mt after:2026-01-05T15:02 state:delivered", 4),
        ("nobody says this", 0),
    ],
)
async def test_the_search_finds(window: Window, busy: Company, words: str, found: int) -> None:
    """Words of the grammar hold together; what is left over is text in any letter case."""
    await window.open()
    if words:
        await window.search(words)
    await expect(window.page.locator("[data-row]")).to_have_count(found)
    if not found:
        await expect(window.page.locator("main")).to_contain_text("No message meets this search")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("sate:delivered", 'there is no "sate:"; did you mean "state"'),
        ("state:deliverd", 'did you mean "delivered"'),
        ("to:anna", '"anna" is no phone number'),
        ('text:"sale', "a quotation mark is missing"),
        ("before:tomorrow", "tomorrow"),
    ],
)
async def test_a_search_that_cannot_be_read_says_why(
    window: Window, busy: Company, words: str, told: str
) -> None:
    """The mistake stands above the list, and the words stay in the field to be mended."""
    await window.open()
    await window.search(words)
    await expect(window.page.get_by_role("alert")).to_contain_text(told)
    await expect(window.page.get_by_role("searchbox")).to_have_value(words)


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_text_is_shown_as_text_and_runs_nothing(window: Window, kind: str) -> None:
    """In the list, on the phone, in a search for it, and on the message's own page."""
    text = HOSTILE[kind]
    made = await window.company.text(ANN, text)
    page = window.page
    await window.open("messages?q=is:mo")
    assert text[:100] in (await window.texts())[0]
    await window.phone(ANN)
    await expect(page.locator(".bubble bdi").first).to_have_text(text)
    await window.open(f"messages/{made['id']}")
    await expect(page.locator("h1 bdi")).to_have_text(text)
    assert await page.locator("main script, main img, main b").count() == 0
    assert await page.title() == "Message of acme - smsim"


async def test_the_keys(window: Window, busy: Company) -> None:
    """/ goes to the search, j and k along the rows, Enter opens one, ? shows the keys."""
    page = window.page
    await window.open()
    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.press("?")
    await expect(page.get_by_role("searchbox")).to_have_value("?")
    await page.locator("#main").focus()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    opens = page.locator("[data-open]")
    for key, place in (("j", 0), ("j", 1), ("k", 0), ("k", 0), ("j", 1)):
        await page.keyboard.press(key)
        await expect(opens.nth(place)).to_be_focused()
    address = await opens.nth(1).get_attribute("href")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**{address}")
    await page.keyboard.press("g")
    await page.keyboard.press("p")
    await page.wait_for_url("**/phones")


async def test_older_messages_are_a_page_further(window: Window) -> None:
    """A hundred on a page, each message on one page only."""
    for number in range(130):
        await window.company.text(ANN, f"text {number}")
    await window.open("messages?q=is:mo")
    first = await window.texts()
    await window.page.get_by_role("link", name="Older messages").click()
    await window.page.wait_for_url("**before=*")
    assert first + await window.texts() == [f"text {number}" for number in reversed(range(130))]
