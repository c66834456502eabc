"""How the inbox keeps up: `python -m tests.load.inbox_pages`.

How soon the list of 100,000 messages is painted, what memory the page takes while 10,000 more arrive,
and by how much 50 open pages slow the calls of an application.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from statistics import median
from time import perf_counter, process_time

from aiohttp import ClientSession
from playwright.async_api import CDPSession, Page, async_playwright

from simulator.app import Simulator, build
from simulator.config import ServerSettings
from simulator.domain.inbound import ReceiveMo
from simulator.runtime.universe import Universe
from tests.browser import chromium
from tests.load.inbox_rows import mdn_of
from tests.system.company import Company, call

PAINT_MS, SLOWER = 300.0, 0.10
PAINTED = """() => {
  const asked = performance.getEntriesByType("navigation")[0];
  const painted = performance.getEntriesByName("first-contentful-paint")[0];
  return [painted.startTime - asked.responseStart, painted.startTime];
}"""


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


async def _texts(universe: Universe, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        await universe.engine.submit(ReceiveMo(mdn=mdn_of(number), code="65047", text="STOP"))
        if number % 100 == 0:
            await asyncio.sleep(0)


async def _paint(page: Page, address: str) -> float:
    """Milliseconds from the answer to the first paint, the median of five."""
    found = []
    for _ in range(5):
        await page.goto(address)
        await page.locator("[data-row]").first.wait_for()
        answer, whole = await page.evaluate(PAINTED)
        found.append((answer, whole))
    _say(f"  asked to painted {median(whole for _, whole in found):.0f} ms")
    return float(median(answer for answer, _ in found))


async def _memory(devtools: CDPSession) -> float:
    """MiB that the page's scripts and documents keep, with what nobody needs given back."""
    await devtools.send("HeapProfiler.collectGarbage")
    told = await devtools.send("Performance.getMetrics")
    used = next(item["value"] for item in told["metrics"] if item["name"] == "JSHeapUsedSize")
    return float(used) / 2**20


async def _watch(page: Page, universe: Universe, address: str, before: int) -> list[float]:
    """The memory of a page at the start and after each fifth of 10,000 messages more."""
    await page.goto(address)
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Performance.enable")
    found = [await _memory(devtools)]
    for part in range(5):
        for step in range(4):
            await _texts(universe, 500, before + part * 2_000 + step * 500)
            await asyncio.sleep(1.1)
        found.append(await _memory(devtools))
    return found


@asynccontextmanager
async def _readers(address: str, count: int) -> AsyncIterator[None]:
    """Open pages: each has a stream and asks for its two parts at every piece of news."""
    async with ClientSession() as http:
        tasks = [asyncio.create_task(_read(http, address)) for _ in range(count)]
        await asyncio.sleep(2)
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _read(http: ClientSession, address: str) -> None:
    async with http.get(f"{address}/live", timeout=None) as stream:
        async for line in stream.content:
            if line.startswith(b"event: news"):
                for part in ("messages", "clock"):
                    async with http.get(f"{address}/{part}", headers={"HX-Request": "true"}) as got:
                        await got.read()


async def main() -> int:
    """Measure one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--readers", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--address", default="", help=argparse.SUPPRESS)
    wish = parser.parse_args()
    if wish.readers:
        async with _readers(wish.address, wish.readers):
            await asyncio.Event().wait()
    async with AsyncExitStack() as stack:
        system: Simulator = await stack.enter_async_context(
            build(ServerSettings(port=0, accounts=()))
        )
        http = await stack.enter_async_context(ClientSession())
        url = await system.listen()
        made = await call(http, "POST", f"{url}/_sim/accounts", {"company_key": "acme"})
        company, universe = Company(http, url, made.json), system.accounts.get("acme")
        inbox = f"{url}/inbox/acme"
        await _texts(universe, wish.messages // 2)  # each is answered, which is a message too
        _say(f"{wish.messages:,} messages")
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(
            executable_path=chromium.find(), args=chromium.arguments()
        )
        page = await browser.new_page()
        painted = await _paint(page, f"{inbox}/messages")
        _say(f"  answer to painted {painted:.0f} ms of {PAINT_MS:.0f}")
        found = await _watch(page, universe, f"{inbox}/messages", wish.messages)
        _say(f"  memory while 10,000 more arrive: {', '.join(f'{item:.1f}' for item in found)} MiB")
        await browser.close()
        slower = await _slower(company, inbox)
        _say(f"  50 open pages slow the API by {slower:.1%}, of {SLOWER:.0%}")
    return 0 if painted < PAINT_MS and slower <= SLOWER else 1


async def _slower(company: Company, inbox: str) -> float:
    """The share of the simulator's time that 50 pages, open in a process of their own, take."""
    shares = []
    for count in (0, 50):
        readers = None
        if count:
            command = ["-m", "tests.load.inbox_pages", "--readers", str(count), "--address", inbox]
            readers = await asyncio.create_subprocess_exec(sys.executable, *command)
            await asyncio.sleep(4)
        shares.append(await _share(company))
        if readers is not None:
            readers.kill()
            await readers.wait()
    _say(f"  of its time the simulator works {shares[0]:.1%} alone, {shares[1]:.1%} with 50 pages")
    return shares[1] - shares[0]


async def _share(company: Company) -> float:
    """How much of eight seconds this process works while ten texts a second come in."""
    started, work = perf_counter(), process_time()
    for number in range(80):
        await company.text(mdn_of(number), "HELP")
        await asyncio.sleep(0.1)
    return (process_time() - work) / (perf_counter() - started)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
