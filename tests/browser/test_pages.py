"""Every page: narrow, in both themes, for everybody."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.day import ANN
from tests.browser.window import NARROW, Scheme, Window, opened, pages
from tests.system.company import Company
from tests.system.conftest import MakeCompany

OUTSIDE = ("/", "/runs")
"""The pages of no account; those of runs that play are in test_runs."""

LONG = f"https://shop.example/{'x' * 300} {'W' * 160}"


async def test_no_page_is_wider_than_a_phone(browser: Browser, busy: Company) -> None:
    """At 390 pixels nothing has to be moved sideways, whatever words a message holds."""
    await busy.text(ANN, LONG)
    wide = {}
    async with opened(browser, busy, size=NARROW) as window:
        for path in (*await pages(busy), f"phones?mdn={ANN.replace('+', '%2B')}"):
            await window.open(path)
            wide[path] = await window.overflow()
        for path in OUTSIDE:
            await window.page.goto(f"{busy.url}{path}")
            wide[path] = await window.overflow()
    assert {path: by for path, by in wide.items() if by > 0} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious(browser: Browser, busy: Company, scheme: Scheme) -> None:
    """Names, roles, contrast and order, on every page, on the first one and on that of a mistake."""
    found = {}
    async with opened(browser, busy, scheme=scheme) as window:
        paths = [*await pages(busy), "messages?q=sate:x", "messages?q=nobody"]
        for path in paths:
            await window.open(path)
            found[path] = await window.serious()
        for path in OUTSIDE:
            await window.page.goto(f"{busy.url}{path}")
            found[path] = await window.serious()
        await window.open("messages")
        await window.page.locator("body").press("?")
        found["the keys"] = await window.serious()
    assert {path: told for path, told in found.items() if told} == {}


async def test_the_theme_stays_as_it_was_switched(window: Window) -> None:
    """Light by the system, dark by the button, dark after a reload and on the next page, and back."""
    ground = "getComputedStyle(document.body).backgroundColor"
    await window.open()
    light = await window.page.evaluate(ground)
    switch = window.page.get_by_role("button", name="Dark or light")
    await switch.click()
    dark = await window.page.evaluate(ground)
    assert dark != light
    await window.page.reload()
    await expect(window.page.locator("html")).to_have_attribute("data-theme", "dark")
    assert await window.page.evaluate(ground) == dark
    await window.open("phones")
    assert await window.page.evaluate(ground) == dark
    await switch.click()
    assert await window.page.evaluate(ground) == light


async def test_a_page_runs_no_script_but_its_own(window: Window) -> None:
    """The policy refuses what an injected tag would run, and every request to another machine."""
    await window.open()
    told = await window.page.evaluate(
        """async () => {
          const told = [];
          document.addEventListener("securitypolicyviolation", (e) => told.push(e.effectiveDirective));
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script);
          document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = true'>");
          await fetch("https://example.com/").catch(() => {});
          await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)));
          return [window.ran === undefined, told.sort()];
        }"""
    )
    assert told[0]
    assert {"script-src-elem", "connect-src"} <= set(told[1])
    window.faults.clear()  # they were asked for


async def test_the_account_is_switched_in_the_head(
    browser: Browser, company: Company, make_company: MakeCompany
) -> None:
    """Another account's same page, by its name in the list; neither shows the other's messages."""
    other = await make_company(company_key="zenith")
    await other.text(ANN, "of zenith")
    await company.text(ANN, "of acme")
    async with opened(browser, company) as window:
        await window.open()
        await window.page.get_by_text("acme", exact=True).first.click()
        await window.page.get_by_role("link", name="zenith").click()
        await window.page.wait_for_url("**/inbox/zenith/messages")
        assert "of zenith" in await window.texts()
        assert "of acme" not in await window.texts()
