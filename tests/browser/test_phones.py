"""Campaigns gone through by hand on the Phones page."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.day import ANN
from tests.browser.window import Window


async def test_an_opt_in_by_hand(window: Window) -> None:
    """The phone texts the keyword, the prompt arrives, Y is pressed, the welcome arrives."""
    await window.phone(ANN)
    await window.say("VIP")
    await window.move("+1 min")
    prompt = window.page.locator(".bubble.mt").last
    await expect(prompt).to_contain_text("Reply Y")
    await expect(prompt).to_contain_text("delivered")
    assert not await window.company.member(ANN)
    await window.say("Y")
    await window.move("+1 min")
    assert (await window.company.purposes(ANN))[1::2] == ["confirmation", "welcome"]
    await expect(window.page.locator(".bubble.mt").last).to_contain_text("delivered")
    assert await window.company.member(ANN)


async def test_a_pending_opt_in_lapses_when_a_day_passes(window: Window) -> None:
    """+24 h in the head of the page; a Y after it makes no member."""
    await window.phone(ANN)
    await window.say("VIP")
    await window.move("+24 h")
    await expect(window.page.locator(".now time")).to_have_text("2026-01-06 15:00:00")
    await window.say("Y")
    await window.move("+1 min")
    assert not await window.company.member(ANN)
    assert "welcome" not in await window.company.purposes(ANN)


async def test_stop_by_its_button(window: Window) -> None:
    """A member presses STOP: off the list, and the reply of the law arrives."""
    await window.company.subscribe(ANN)
    await window.phone(ANN)
    await window.say("STOP")
    await window.move("+1 min")
    assert not await window.company.member(ANN)
    assert "stop_reply" in await window.company.purposes(ANN)


async def test_the_next_event_is_a_button_and_a_key(window: Window) -> None:
    """What is due next is named on the button; n presses it."""
    await window.phone(ANN)
    await window.say("VIP")
    button = window.page.locator("[data-next]")
    await expect(button).to_contain_text("2026-01-05 15:00:00")
    for _ in range(3):
        await window.page.locator("body").press("n")
        await window.page.wait_for_load_state()
    await expect(window.page.locator(".now time")).to_have_text("2026-01-05 15:00:02")


async def test_a_phone_that_is_off_gets_nothing_until_it_is_on(window: Window) -> None:
    """Reachable is a setting of the phone; what waited arrives."""
    await window.phone(ANN)
    for wish, state in (("off", "sent"), ("on", "delivered")):
        await window.page.get_by_text("This phone", exact=True).click()
        await window.page.get_by_label("Reachable").select_option(wish)
        await window.page.get_by_role("button", name="Change").click()
        await expect(window.page.locator(".phone header p")).to_contain_text(f"· {wish}")
        if wish == "off":
            await window.company.send(ANN, "are you there")
        await window.move("+1 h")
        await expect(window.page.locator(".bubble.mt").last).to_contain_text(state)
