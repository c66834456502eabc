"""`smsim consent`: the evidence from a journal's file, and from a simulator that runs."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path

import pytest

from harness.commands import consent
from harness.environment import start
from simulator.config import ServerSettings
from simulator.errors import UserError

ANA = "+13125550101"


def _parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    consent.add(parser.add_subparsers())
    return parser.parse_args(["consent", *arguments])


async def _live(database: Path, *, lets_through: bool = False) -> None:
    """A number that joins, says STOP, and is sent to again."""
    async with start(ServerSettings(port=0, accounts=(), db=database)) as environment:
        settings = {"stop_blocks_sends": not lets_through}
        account = await environment.account({"company_key": "acme", "settings": settings})
        for text in ("VIP", "Y", "STOP"):
            await account.text(ANA, text)
            await account.advance("1m")
        async with account.vibes() as vibes:
            await vibes.submit(
                mdn=ANA,
                code="65047",
                text="Again",
                split=False,
                alternate=False,
                carrier=None,
                company_id=None,
                receipts="NONE",
                receipts_url=None,
            )
        await account.advance("1m")


def _called(*arguments: str) -> int:
    told = _parsed(*arguments)
    return int(told.command(told))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "smsim.db"


async def _as_a_process(*arguments: str) -> int:
    """The command starts a loop of its own, as in a process of its own."""
    return await asyncio.to_thread(_called, *arguments)


async def test_a_file_gives_json_a_page_and_words(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A number as a person writes it; what is to be said on the screen, all of it in the files."""
    await _live(database)
    wanted, page = tmp_path / "out" / "ana.json", tmp_path / "out" / "ana.html"
    files = ("--json", str(wanted), "--html", str(page))
    number = ("--account", "acme", "--number", "(312) 555-0101")
    assert await _as_a_process(str(database), *number, *files) == 0
    told = json.loads(wanted.read_text(encoding="utf-8"))
    assert (told["number"], told["verdict"]) == (ANA, "clean")
    assert [item["verdict"] for item in told["after_opt_out"]] == ["allowed", "stopped"]
    assert "Welcome to VIP Deals!" in page.read_text(encoding="utf-8")
    screen = capsys.readouterr().out
    assert f"{ANA} opted out once." in screen
    assert "stop_reply: the one confirmation of the opt-out" in screen
    assert str(page) in screen


async def test_a_violation_ends_with_1(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A message let through after the STOP: said, and the status of the command."""
    await _live(database, lets_through=True)
    assert await _as_a_process(str(database), "--account", "acme", "--number", ANA) == 1
    assert "1 in violation of the opt-out" in capsys.readouterr().out


async def test_a_simulator_that_runs_is_asked(tmp_path: Path) -> None:
    """The same evidence by --url, while the account goes on."""
    wanted = tmp_path / "ana.json"
    async with start() as environment:
        account = await environment.account({"company_key": "acme"})
        await account.text(ANA, "VIP")
        where = ("--url", environment.url, "--account", "acme", "--number", ANA)
        assert await _as_a_process(*where, "--json", str(wanted)) == 0
    told = json.loads(wanted.read_text(encoding="utf-8"))
    assert [item["how"] for item in told["requests"]] == ["keyword"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["{db}", "--account", "acme", "--number", "555"], "is no US or Canadian number"),
        (["--account", "acme", "--number", ANA], "name a journal's file"),
        (["{db}", "--url", "http://x", "--account", "acme", "--number", ANA], "name a journal"),
        (["{db}", "--account", "nobody", "--number", ANA], 'no account "nobody"'),
        (["{db}", "--account", "acme", "--number", "+13125550199"], "has nothing of +13125550199"),
        (["nowhere.db", "--account", "acme", "--number", ANA], "nowhere.db is no smsim database"),
        (
            ["--url", "http://127.0.0.1:9", "--account", "a", "--number", ANA],
            "no simulator answers",
        ),
    ],
)
async def test_what_cannot_be_done_is_said(database: Path, arguments: list[str], told: str) -> None:
    """Each with the reason in one line."""
    await _live(database)
    with pytest.raises(UserError) as error:
        await _as_a_process(*(item.format(db=database) for item in arguments))
    assert told in str(error.value)
