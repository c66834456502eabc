"""One window of a browser, and what an account's inbox shows in it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit

from playwright.async_api import Browser, ConsoleMessage, Page, Route
from yarl import URL

from simulator.ui.routes import PAGES
from tests.system.company import Company

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
WIDE, NARROW = (1120, 720), (390, 780)
LIMIT_MS = 10_000
Scheme = Literal["light", "dark"]


class Window:
    """A page of the inbox. `outside` has requests to other machines, `faults` what a script broke."""

    def __init__(self, page: Page, company: Company) -> None:
        self.page = page
        self.company = company
        self.outside: list[str] = []
        self.faults: list[str] = []

    async def watch(self) -> None:
        """Let no request leave this machine, and hear what goes wrong."""
        self.page.set_default_timeout(LIMIT_MS)
        await self.page.context.route("**/*", self._route)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._heard)

    @property
    def base(self) -> str:
        """The address of the account's inbox."""
        return f"{self.company.url}/inbox/{self.company.key}"

    async def open(self, path: str = "messages") -> None:
        """Go to a page of the account; its live stream is open then."""
        await self.page.goto(f"{self.base}/{path}")

    async def search(self, words: str) -> None:
        """Type into the search field, and ask."""
        await self.page.get_by_role("searchbox").fill(words)
        await self.page.get_by_role("searchbox").press("Enter")
        await self.page.wait_for_url(lambda url: "q=" in url)

    async def phone(self, mdn: str) -> None:
        """Open a phone."""
        await self.open(f"phones?mdn={quote(mdn)}")

    async def say(self, text: str) -> None:
        """Text from the phone that is open: by its button where it has one, else typed."""
        button = self.page.locator(f"button[name=text][value={text!r}]")
        if await button.count():
            await button.click()
        else:
            await self.page.get_by_label("Text from this phone").fill(text)
            await self.page.get_by_role("button", name="Send").click()
        await self.bubble(text)

    async def bubble(self, text: str) -> None:
        """Wait until a bubble of the conversation says that."""
        await self.page.locator(".bubble", has_text=text).last.wait_for()

    async def move(self, wish: str) -> None:
        """Press a button of the clock."""
        before = await self.page.locator(".now time").inner_text()
        await self.page.get_by_role("button", name=wish, exact=True).click()
        await self.page.locator(".now time").filter(has_not_text=before).wait_for()

    async def texts(self) -> list[str]:
        """The texts of the list."""
        return await self.page.locator("[data-row] .text").all_inner_texts()

    async def serious(self) -> list[str]:
        """What axe-core finds that is serious or critical: the rule and where."""
        await self.page.evaluate(AXE)
        wish = {"resultTypes": ["violations"]}
        told = await self.page.evaluate("wish => axe.run(document, wish)", wish)
        return [
            f"{item['id']}: {[node['target'] for node in item['nodes']]}"
            for item in told["violations"]
            if item["impact"] in ("serious", "critical")
        ]

    async def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(
            await self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        )

    async def _route(self, route: Route) -> None:
        if urlsplit(route.request.url).hostname in ("127.0.0.1", None):
            await route.continue_()
        else:
            self.outside.append(route.request.url)
            await route.abort()

    def _heard(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Uncaught" in message.text:
            self.faults.append(message.text)


@asynccontextmanager
async def opened(
    browser: Browser,
    company: Company,
    *,
    size: tuple[int, int] = WIDE,
    scheme: Scheme = "light",
) -> AsyncIterator[Window]:
    """A window of its own; nothing was asked of another machine and no script broke in it."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    window = Window(await context.new_page(), company)
    await window.watch()
    yield window
    await context.close()
    assert window.outside == []
    assert window.faults == []


async def pages(company: Company) -> list[str]:
    """Every page of the account's inbox, and of those that have many the first that is led to."""
    plain = [path for method, path, _ in PAGES if method == "GET" and path.count("{") == 1]
    paths, many = [], dict[str, str]()
    for path in plain:
        short = path.partition("}/")[2]
        if short in ("live", "clock"):  # a stream, and a part of every page
            continue
        page = await _html(company, short)
        if page is not None:
            paths.append(short)
            for found in re.findall(rf'href="/inbox/{company.key}/([^"?#]+/[^"?#]+)', page):
                if many.get(found.partition("/")[0]) is None and await _html(company, found):
                    many[found.partition("/")[0]] = found
    return [*paths, *(item for item in many.values() if item not in paths)]


async def _html(company: Company, path: str) -> str | None:
    """A page; None where it is a file to keep."""
    address = URL(f"{company.url}/inbox/{company.key}/{path}", encoded=True)
    async with company.http.get(address) as answer:
        kept = "Content-Disposition" in answer.headers or answer.content_type != "text/html"
        return None if kept else await answer.text()
