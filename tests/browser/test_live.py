"""What happens shows on a page that is open, and nothing is lost when the stream breaks."""

from __future__ import annotations

from playwright.async_api import expect

from simulator.app import Simulator
from tests.browser.day import ANN, BOB
from tests.browser.window import Window

_TELLING = """
const Plain = window.EventSource;
window.EventSource = class extends Plain {
  constructor(...told) {
    super(...told);
    const tell = (state) => () => { document.documentElement.dataset.stream = state; };
    this.addEventListener("open", tell("open"));
    this.addEventListener("error", tell("broken"));
  }
};
"""
"""Says on the document whether its live stream is open."""


async def _stream(window: Window, state: str) -> None:
    await window.page.locator(f"html[data-stream={state}]").wait_for(state="attached")


async def test_messages_arrive_without_a_reload(window: Window) -> None:
    """The list and the clock follow; the document is the one that was loaded, the field keeps its words."""
    await window.page.add_init_script(_TELLING)
    await window.open("messages?q=is:mo")
    await _stream(window, "open")
    await window.page.evaluate("window.loaded = true")
    await window.page.get_by_role("searchbox").fill("half a wor")
    for number in range(3):
        await window.company.text(ANN, f"live {number}")
        await expect(window.page.locator("[data-row]").first).to_contain_text(f"live {number}")
    await window.company.advance("1h")
    await expect(window.page.locator(".now time")).to_have_text("2026-01-05 16:00:00")
    assert await window.page.evaluate("window.loaded")
    await expect(window.page.get_by_role("searchbox")).to_have_value("half a wor")


async def test_a_conversation_follows_and_keeps_what_is_being_typed(window: Window) -> None:
    """A text of this phone arrives in its bubbles; half a sentence in the field stays."""
    await window.page.add_init_script(_TELLING)
    await window.phone(ANN)
    await _stream(window, "open")
    await window.page.get_by_label("Text from this phone").fill("I was say")
    await window.company.text(ANN, "hello")
    await window.company.text(BOB, "somebody else")
    await window.bubble("hello")
    await expect(window.page.get_by_label("Text from this phone")).to_have_value("I was say")
    assert await window.page.locator(".bubble", has_text="somebody else").count() == 0


async def test_nothing_is_lost_when_the_stream_breaks(window: Window, simulator: Simulator) -> None:
    """Every stream ends; what happens meanwhile stands on the page once it is open again."""
    await window.page.add_init_script(_TELLING)
    await window.open("messages?q=is:mo")
    await _stream(window, "open")
    await window.company.text(ANN, "before")
    await expect(window.page.locator("[data-row]")).to_have_count(1)
    feed = simulator.accounts.get(window.company.key).feed
    feed.close()
    await _stream(window, "broken")
    for number in range(5):
        await window.company.text(ANN, f"meanwhile {number}")
    feed.closed = False
    await _stream(window, "open")
    await expect(window.page.locator("[data-row]")).to_have_count(6)
    await window.company.text(ANN, "after")
    await expect(window.page.locator("[data-row]").first).to_contain_text("after")
