"""A browser, and a window of it on the inbox of a simulator that really listens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser import chromium
from tests.browser.day import QUICK, a_day
from tests.browser.window import Window, opened
from tests.system.company import Company
from tests.system.conftest import MakeCompany, http, make_company, simulator, url

__all__ = ["http", "make_company", "simulator", "url"]


@pytest.fixture(scope="session")
def program() -> Path:
    """The browser on this machine."""
    return chromium.find()


@pytest.fixture
async def browser(program: Path) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=program, args=chromium.arguments()
        )
        yield started
        await started.close()


@pytest.fixture
async def company(make_company: MakeCompany) -> Company:
    """An account whose carriers and phones take a second each."""
    return await make_company(company_key="acme", password="s3cret", carriers=QUICK)


@pytest.fixture
async def window(browser: Browser, company: Company) -> AsyncIterator[Window]:
    """A wide, light window."""
    async with opened(browser, company) as shown:
        yield shown


@pytest.fixture
async def busy(company: Company) -> Company:
    """The account after a day."""
    await a_day(company)
    return company
