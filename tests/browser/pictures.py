"""Pictures of the main pages for docs/inbox.md: `python -m tests.browser.pictures`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from aiohttp import ClientSession
from playwright.async_api import async_playwright

from harness.environment import within
from harness.playing.pages import Scenarios
from simulator.app import build
from simulator.config import ServerSettings
from tests.browser import chromium
from tests.browser.day import ANN, BOB, QUICK, a_day
from tests.browser.window import NARROW, WIDE, Scheme, opened
from tests.system.company import Company, call

FOLDER = Path(__file__).parents[2] / "docs/pictures"
VIEWS: Mapping[str, str] = {
    "messages": "messages",
    "phones": f"phones?mdn=%2B{ANN[1:]}&mdn=%2B{BOB[1:]}",
    "people": "people",
    "callbacks": "callbacks",
    "faults": "faults",
    "time": "time",
    "events": "events",
    "runs": "/runs",
    "run": "/runs/1",
}
"""The main views: the name of the picture, and its page of the account; with a slash, of all."""

PLAYED = Path("scenarios/opt_in/what_counts_as_yes.sms.yaml")
"""What is played in the picture of a run."""

LOOKS: Mapping[str, tuple[tuple[int, int], Scheme]] = {
    "wide": (WIDE, "light"),
    "narrow": (NARROW, "dark"),
}


def names() -> list[str]:
    """Every picture there is to be."""
    return [f"{view}-{look}.png" for view in VIEWS for look in LOOKS]


async def make(folder: Path) -> list[str]:
    """Take them all; the names of those whose page there is."""
    made = []
    folder.mkdir(parents=True, exist_ok=True)
    async with (
        build(ServerSettings(port=0, accounts=())) as system,
        ClientSession() as http,
        async_playwright() as playwright,
    ):
        scenarios = Scenarios([Path("scenarios")])
        system.fittings.append(scenarios.fit)
        url = await system.listen()
        scenarios.begin(within(system, url))
        spec = {"company_key": "acme", "carriers": QUICK, "prices": {"segment": "0.0079"}}
        company = Company(http, url, (await call(http, "POST", f"{url}/_sim/accounts", spec)).json)
        await a_day(company)
        await played(scenarios)
        browser = await playwright.chromium.launch(
            executable_path=chromium.find(), args=chromium.arguments()
        )
        for look, (size, scheme) in LOOKS.items():
            async with opened(browser, company, size=size, scheme=scheme) as window:
                for view, path in VIEWS.items():
                    base = url if path.startswith("/") else f"{window.base}/"
                    answer = await window.page.goto(base + path)
                    if answer is not None and answer.ok:
                        name = f"{view}-{look}.png"
                        await window.page.screenshot(path=folder / name)
                        made.append(name)
        await browser.close()
    return made


async def played(scenarios: Scenarios) -> None:
    """Play one to its end."""
    number = await scenarios.start(str(PLAYED), 0.0)
    while (run := scenarios.run(number)) is not None and run.state == "playing":
        await scenarios.changed(number, run.change)


if __name__ == "__main__":
    print("\n".join(asyncio.run(make(Path(sys.argv[1]) if sys.argv[1:] else FOLDER))))  # noqa: T201
