"""A scenario is played while one looks: its steps, its conversations, its verdict, without a reload."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from harness.environment import within
from harness.playing.pages import Scenarios
from simulator.app import Simulator
from tests.browser.window import NARROW, Scheme, Window, opened
from tests.system.company import Company

SHIPPED = Path(__file__).parents[2] / "scenarios/opt_in"
YES = "The magic number that says yes becomes a member by itself"
LONG = f"https://shop.example/{'x' * 120}"
FAILS = f"""
name: Whoever asks is welcomed at once
rules: [R12]
people:
  ana: {{phone: "(312) 555-0101"}}
  ben: {{phone: "(312) 555-0102"}}
  cleo: {{phone: "(312) 555-0103"}}
  dan: {{phone: "(312) 555-0104"}}
  eve: {{phone: "(312) 555-0105"}}
steps:
  - reply: {{person: ana, text: VIP}}
  - reply: {{person: eve, text: "{LONG}"}}
  - advance: 1m
  - expect:
      - inbox: {{person: ana, is: ["Welcome*"]}}
  - advance: 1h
"""
WRONG = """
name: It has mistakes
steps:
  - rply: {person: ana, text: VIP}
"""


@pytest.fixture
async def url(simulator: Simulator, tmp_path: Path) -> str:
    """A simulator that knows scenarios: the shipped ones of a folder, one that fails, one that is wrong."""
    (tmp_path / "fails.sms.yaml").write_text(FAILS)
    (tmp_path / "wrong.sms.yaml").write_text(WRONG)
    scenarios = Scenarios([SHIPPED, tmp_path])
    simulator.fittings.append(scenarios.fit)
    listening = await simulator.listen()
    scenarios.begin(within(simulator, listening))
    return listening


async def play(window: Window, title: str, pace: str) -> None:
    """Open the page of runs by its key, find a scenario, and play it."""
    await window.open()
    await window.page.locator("body").press("g")
    await window.page.locator("body").press("r")
    await window.page.wait_for_url("**/runs")
    await window.page.get_by_role("searchbox").fill(title)
    await expect(window.page.locator("[data-row]")).to_have_count(1)
    await window.page.get_by_label(pace).check()
    await window.page.get_by_role("button", name=f"Play {title}").click()
    await window.page.wait_for_url("**/runs/*")


async def test_a_scenario_plays_before_ones_eyes(window: Window) -> None:
    """The step that is done is marked, texts come into the conversation, and the end says how it was."""
    await play(window, YES, "slow")
    page = window.page
    await page.evaluate("window.loaded = true")
    await expect(page.locator("[aria-current=step]")).to_have_count(1)
    await expect(page.locator("#state")).to_contain_text("of 3")
    await expect(page.locator(".bubble.mt").first).to_contain_text("Reply Y")
    await expect(page.locator(".bubble.mo")).to_contain_text("Y")
    await expect(page.locator(".bubble.mt").last).to_contain_text("Welcome")
    await expect(page.locator("#state")).to_contain_text("3 steps, all as expected")
    await expect(page.locator(".plan .done")).to_have_count(3)
    await expect(page.get_by_role("button", name="Stop here")).to_have_count(0)
    assert await page.evaluate("window.loaded")
    await page.get_by_role("link", name="its inbox").click()
    await expect(page.locator(".bubble.mt").last).to_contain_text("Welcome")
    await window.say("STOP")
    await page.go_back()
    await expect(page.locator(".bubble.mo").last).to_contain_text("STOP")


async def test_a_scenario_that_fails_shows_why(window: Window) -> None:
    """Both sides and the timeline, at the step where it ended; a fifth phone by its link."""
    await play(window, "Whoever asks is welcomed at once", "as fast as it goes")
    page = window.page
    await expect(page.locator("#state")).to_contain_text("1 thing was not as expected")
    miss = page.locator(".miss")
    await expect(miss.locator("h2")).to_contain_text("fails.sms.yaml:15:9")
    await expect(miss.locator("dd").first).to_have_text('ana received "Welcome*"')
    await expect(miss.locator("dd").last).to_contain_text('received "Reply Y to join VIP Deals')
    await expect(miss.locator("li").first).to_contain_text("taken as keyword VIP")
    await expect(page.locator(".plan .failed")).to_contain_text("here it ended")
    await expect(page.locator(".phone")).to_have_count(4)
    await page.get_by_role("link", name="eve").click()
    await expect(page.locator(".bubble.mo").last).to_contain_text(LONG)
    await expect(page.get_by_role("link", name="ana", exact=True)).to_have_count(1)


async def test_a_run_is_stopped_by_its_button(window: Window) -> None:
    """The step it was at is marked, and the rest stays undone."""
    await play(window, YES, "slow")
    await window.page.get_by_role("button", name="Stop here").click()
    await expect(window.page.locator("#state")).to_contain_text("stopped")
    await expect(window.page.locator(".plan .stopped")).to_have_count(1)
    await expect(window.page.locator(".plan .left").last).to_contain_text("not done")


async def test_a_run_without_scripts(browser: Browser, company: Company) -> None:
    """Without JavaScript the page loads itself again until the end."""
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{company.url}/runs?q=magic+number+that+says+yes")
    await page.get_by_label("quick").check()
    await page.get_by_role("button", name=f"Play {YES}").click()
    await expect(page.locator("#state")).to_contain_text("playing")
    await expect(page.locator("#state")).to_contain_text("passed")
    await expect(page.locator(".bubble.mt").last).to_contain_text("Welcome")
    await context.close()


async def _pages(window: Window) -> list[str]:
    """Every page of runs: the list, nothing found, mistakes, one that failed, one that passed."""
    base = window.company.url
    await play(window, "Whoever asks is welcomed at once", "as fast as it goes")
    await play(window, YES, "as fast as it goes")
    await expect(window.page.locator("#state")).to_contain_text("passed")
    return [f"{base}/runs", f"{base}/runs?q=nobody", f"{base}/runs/1", f"{base}/runs/2"]


async def _mistakes(window: Window) -> None:
    await window.page.goto(f"{window.company.url}/runs?q=mistakes")
    await window.page.get_by_role("button", name="Play It has mistakes").click()
    await expect(window.page.get_by_role("alert")).to_contain_text("did you mean")


async def test_no_page_of_runs_is_wider_than_a_phone(browser: Browser, company: Company) -> None:
    """At 390 pixels nothing has to be moved sideways."""
    wide = {}
    async with opened(browser, company, size=NARROW) as window:
        for path in await _pages(window):
            await window.page.goto(path)
            wide[path] = await window.overflow()
        await _mistakes(window)
        wide["mistakes"] = await window.overflow()
    assert {path: by for path, by in wide.items() if by > 0} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious_in_runs(
    browser: Browser, company: Company, scheme: Scheme
) -> None:
    """Names, roles, contrast and order, also while a run plays."""
    found = {}
    async with opened(browser, company, scheme=scheme) as window:
        for path in await _pages(window):
            await window.page.goto(path)
            found[path] = await window.serious()
        await _mistakes(window)
        found["mistakes"] = await window.serious()
        await play(window, YES, "slow")
        found["playing"] = await window.serious()
        await window.page.get_by_role("button", name="Stop here").click()
        await expect(window.page.locator("#state")).to_contain_text("stopped")
        found["stopped"] = await window.serious()
    assert {path: told for path, told in found.items() if told} == {}
