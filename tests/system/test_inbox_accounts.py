"""The inbox's accounts: made, shown with client settings that work, reset, deleted."""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import NamedTuple

import pytest
from aiohttp import ClientSession

from harness.environment import Environment, start
from simulator.domain.account import Account
from simulator.runtime.ports import AccountRecord
from simulator.spec import read_account
from simulator.ui.snippets import snippets

ANA = "+13125550101"


class Shown(NamedTuple):
    """What a page answered."""

    status: int
    text: str
    to: str


@pytest.fixture
async def environment() -> AsyncIterator[Environment]:
    async with start() as running:
        yield running


async def get(environment: Environment, path: str) -> Shown:
    async with ClientSession() as http, http.get(environment.url + path) as answer:
        return Shown(answer.status, unescape(await answer.text()), "")


async def post(
    environment: Environment, path: str, form: dict[str, str], origin: str | None = None
) -> Shown:
    headers = {"Origin": origin or environment.url}
    async with (
        ClientSession() as http,
        http.post(
            environment.url + path, data=form, headers=headers, allow_redirects=False
        ) as answer,
    ):
        text = unescape(await answer.text())
        return Shown(answer.status, text, answer.headers.get("Location", ""))


async def test_an_account_is_made_by_a_form(environment: Environment) -> None:
    """The form leads to the account's settings, where its credentials are."""
    made = await post(environment, "/", {"company_key": "acme", "seed": "7", "mode": "manual"})
    assert (made.status, made.to) == (303, "/inbox/acme/settings")
    shown = await get(environment, made.to)
    assert shown.status == 200
    assert f"VIBES_PLATFORM_URL={environment.url}" in shown.text
    assert "VIBES_PASSWORD=acme" in shown.text
    assert "<dt>Seed</dt><dd>7</dd>" in shown.text
    home = await get(environment, "/")
    assert "<strong>acme</strong>" in home.text


async def test_an_account_without_a_key_is_given_one(environment: Environment) -> None:
    """An empty form makes an account of the server's seed with a key of its own."""
    made = await post(environment, "/", {"company_key": "", "seed": "", "mode": "live"})
    assert (made.status, made.to) == (303, "/inbox/acct0001/settings")
    assert "runs at 1x" in (await get(environment, made.to)).text


@pytest.mark.parametrize(
    ("form", "status", "mend"),
    [
        ({"company_key": "a b"}, 400, "a key has letters, digits, dots, hyphens"),
        ({"company_key": ".."}, 400, "a key has letters, digits, dots, hyphens"),
        ({"seed": "many"}, 400, '"many" is no seed; write a whole number from 0 up'),
        ({"seed": "-1"}, 400, '"-1" is no seed'),
        ({"mode": "fast"}, 400, '"fast" is no clock; it is manual or live'),
        ({"company_key": "acme"}, 409, 'the company_key "acme" is taken'),
    ],
)
async def test_what_is_wrong_is_told_beside_what_was_typed(
    environment: Environment, form: dict[str, str], status: int, mend: str
) -> None:
    """A form that cannot be taken comes back as it was, with the mend, and makes nothing."""
    await environment.account({"company_key": "acme"})
    told = await post(environment, "/", form)
    assert told.status == status
    assert mend in told.text
    for value in form.values():
        if value != "fast":
            assert f'value="{value}"' in told.text
    assert "acct0001" not in (await get(environment, "/")).text


async def test_another_sites_form_makes_nothing(environment: Environment) -> None:
    """A form of another site is refused, for making and for deleting alike."""
    await environment.account({"company_key": "acme"})
    made = await post(environment, "/", {"company_key": "evil"}, "http://evil.test")
    gone = await post(
        environment, "/inbox/acme/settings/delete", {"key": "acme"}, "http://evil.test"
    )
    assert (made.status, gone.status) == (403, 403)
    home = (await get(environment, "/")).text
    assert "acme" in home
    assert "evil" not in home


@pytest.mark.parametrize("what", ["reset", "delete"])
async def test_both_ask_for_the_key(environment: Environment, what: str) -> None:
    """Nothing happens until the account's key is typed."""
    account = await environment.account({"company_key": "acme"})
    await account.text(ANA, "VIP")
    rows = len(await account.events())
    asked = await get(environment, f"/inbox/acme/settings/{what}")
    assert asked.status == 200
    assert f"{what.capitalize()} acme?" in asked.text
    told = await post(environment, f"/inbox/acme/settings/{what}", {"key": "acm"})
    assert told.status == 400
    assert f'type "acme" to {what} it; "acm" is not its key' in told.text
    assert len(await account.events()) == rows


async def test_a_reset_account_begins_again(environment: Environment) -> None:
    """After a reset the journal holds the account's beginning alone, and the password is the same."""
    account = await environment.account({"company_key": "acme", "seed": 7})
    await account.text(ANA, "VIP")
    done = await post(environment, "/inbox/acme/settings/reset", {"key": "acme"})
    assert (done.status, done.to) == (303, "/inbox/acme/settings")
    assert [row["type"] for row in await account.events()] == ["OpenAccount", "AccountOpened"]
    async with account.vibes() as vibes:
        assert (await vibes.call("GET", "mobiledb/subscription_lists"))[0] == 200


async def test_a_deleted_account_is_gone(environment: Environment) -> None:
    """After a deletion the front page has it no more, and its pages say so."""
    await environment.account({"company_key": "acme"})
    done = await post(environment, "/inbox/acme/settings/delete", {"key": "acme"})
    assert (done.status, done.to) == (303, "/")
    assert "No account runs here" in (await get(environment, "/")).text
    assert 'no account "acme" here' in (await get(environment, "/inbox/acme/settings")).text


NASTY = 'it\'s "5$" & \\n `x` #{y} <b>'


def nasty() -> tuple[AccountRecord, Account]:
    account, _ = read_account({"company_key": "acme"}, key="acme", now=0)  # type: ignore[arg-type]
    return AccountRecord("acme", "o'neil", NASTY), account


def test_a_shell_reads_the_settings_as_they_are() -> None:
    """Whatever a password has in it, a shell takes the variables and curl's user as they are."""
    record, account = nasty()
    texts = {item.title: item.text for item in snippets("http://127.0.0.1:1", record, account)}
    variables = shlex.split(texts["Environment variables"])
    assert f"VIBES_PASSWORD={NASTY}" in variables
    curl = shlex.split(texts["curl"].replace("\\\n", ""))
    assert curl.count(f"o'neil:{NASTY}") == 2
    assert "\\n `x`" not in texts["Python"]  # it is in the token


async def test_the_python_lines_send_a_message(environment: Environment, tmp_path: Path) -> None:
    """What the page gives for Python sends a text to a phone, with a password full of signs."""
    account = await environment.account({"company_key": "acme", "password": NASTY})
    record = AccountRecord("acme", "acme", NASTY)
    text = next(
        item.text
        for item in snippets(environment.url, record, nasty()[1])
        if item.title == "Python"
    )
    script = tmp_path / "send.py"
    script.write_text(text, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(sys.executable, str(script))
    assert await process.wait() == 0
    assert [item["text"] for item in await account.conversation(ANA)] == ["Hello"]
