"""Whole ways through the inbox, as somebody goes them who tries an application."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import ClientSession
from playwright.async_api import Browser, expect

from harness.environment import spawn
from tests.browser.day import ANN
from tests.browser.window import Window, opened
from tests.system.company import Company
from tests.system.conftest import receiver
from tests.system.receiver import Receiver

__all__ = ["receiver"]


async def _joined(window: Window, receiver: Receiver, answers: list[int]) -> None:
    """An opt-in is told to an application that answers so, one after the other, and then 200."""
    await window.company.register("company_participant_changed", f"{receiver.url}/joined")
    receiver.answers.extend(answers)
    await window.phone(ANN)
    await window.say("VIP")
    await window.say("Y")
    await window.move("+1 min")


async def test_a_deferred_callback_is_sent_again_by_hand(
    window: Window, receiver: Receiver
) -> None:
    """It waits behind the one that will be tried again; when that is taken, so is this."""
    page = window.page
    await _joined(window, receiver, [500])
    await window.open("callbacks")
    row = page.locator("[data-row]", has_text="HTTP 500")
    await expect(row).to_contain_text("tried again at 2026-01-05 15:05:00")
    await row.locator("[data-open]").click()
    before = page.url
    await page.get_by_role("button", name="Send it again").click()
    await page.wait_for_url(lambda address: address != before)
    fate = page.locator("#list > .facts .badge")
    waits = "in line behind others; the first is tried again at 2026-01-05 15:05:00"
    await expect(fate).to_have_text(waits)
    await window.move("+1 h")
    await expect(fate).to_have_text("delivered")
    await expect(page.locator(".attempt")).to_contain_text("HTTP 200")
    bodies = receiver.bodies("/joined")
    assert bodies == 3 * bodies[:1]


async def test_a_callback_that_was_given_up_is_sent_again_by_hand(
    window: Window, receiver: Receiver
) -> None:
    """From the failure queue to its page; the copy is taken at once, and the queue keeps the other."""
    page = window.page
    await _joined(window, receiver, 6 * [500])
    await window.move("+1 h")
    await window.open("callbacks")
    await expect(page.locator("#failed-1")).to_have_text("company_participant_changed")
    await page.locator("#failed-1").click()
    fate = page.locator("#list > .facts .badge")
    await expect(fate).to_have_text("given up after 6 attempts: failure queue")
    await expect(page.locator(".attempt h2")).to_have_count(6)
    before = page.url
    await page.get_by_role("button", name="Send it again").click()
    await page.wait_for_url(lambda address: address != before)
    await expect(fate).to_have_text("delivered")
    await expect(page.locator(".attempt h2")).to_have_text(["Attempt 1"])
    assert len(receiver.got) == 7
    await window.open("callbacks")
    await expect(page.locator("#failed-1")).to_have_attribute("href", urlsplit(before).path)


async def test_a_fault_is_switched_on_strikes_and_is_healed(window: Window) -> None:
    """The rule counts whom it struck, the message says why it failed, and the next one arrives."""
    page = window.page
    await window.open("faults")
    await page.get_by_label("Profile").select_option("carrier_outage")
    await page.get_by_role("button", name="Switch on").click()
    rule = page.locator("[data-row]", has_text="outage").first
    await expect(rule).to_contain_text("nobody yet")
    await expect(rule.locator("[data-is=Struck]")).to_have_text("0")
    assert (await window.company.send(ANN, "Sale today")).status == 200
    await expect(rule.locator("[data-is=Struck]")).to_have_text("1")
    await window.move("+1 min")
    await rule.get_by_role("link", name="connect").click()
    await expect(page.locator("h1")).to_have_text("Sale today")
    await expect(page.locator(".facts .badge")).to_have_text("refused")
    await expect(page.locator(".history").first).to_contain_text("code 107")
    await expect(page.locator("#struck")).to_contain_text(
        "outage: carrier is down (messages at their carrier)"
    )
    await window.open("faults")
    await page.get_by_role("button", name="Heal outage").click()
    await expect(page.locator("#list")).to_contain_text("no rule holds")
    assert (await window.company.send(ANN, "Sale tomorrow")).status == 200
    await window.move("+1 min")
    await window.open()
    states = page.locator("[data-row] .badge")
    await expect(states).to_have_text(["delivered", "refused 107"])


async def test_an_opt_in_by_hand_becomes_a_scenario_that_passes(
    browser: Browser, tmp_path: Path
) -> None:
    """Keyword, yes and STOP, with time between; the file is kept by the browser and run by a shell."""
    async with spawn() as environment, ClientSession() as http:
        account = await environment.account({"company_key": "acme"})
        company = Company(http, environment.url, account.shown)
        async with opened(browser, company) as window:
            page = window.page
            await window.phone(ANN)
            for text, wish in (("VIP", "+1 min"), ("Y", "+1 h"), ("STOP", "+1 min")):
                await window.say(text)
                await window.move(wish)
            await window.open("copy")
            await page.get_by_label("What it shows").fill("Ann joins and leaves")
            await page.get_by_role("button", name="Copy").click()
            await expect(page.locator("main .badge")).to_have_text("passes")
            async with page.expect_download() as kept:
                await page.get_by_role("link", name="Keep it as acme.sms.yaml").click()
            download = await kept.value
            assert download.suggested_filename == "acme.sms.yaml"
            await download.save_as(tmp_path / "acme.sms.yaml")
            shown = await page.locator("pre").inner_text()
    text = (tmp_path / "acme.sms.yaml").read_text()
    assert text.strip() == shown.strip()
    assert all(word in text for word in ("Ann joins and leaves", "VIP", "STOP", "1h"))
    code, told = await _run(tmp_path)
    assert code == 0, told
    assert "1 passed" in told
    (tmp_path / "acme.sms.yaml").write_text(text.replace("Welcome to", "Farewell from"))
    code, told = await _run(tmp_path)
    assert code == 1, told


async def _run(folder: Path) -> tuple[int | None, str]:
    """`smsim run` of a folder: its exit status, and what it says."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "harness", "run", str(folder)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    return process.returncode, told.decode()
