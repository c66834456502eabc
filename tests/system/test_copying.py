"""A session made by hand becomes a scenario file that passes, and says what it could not copy."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from aiohttp import ClientSession

from harness.copying.account_document import account_document
from harness.copying.playing import copied_and_played
from harness.copying.session import read_rows, replayed
from harness.copying.writing import copy, text_of
from harness.environment import Environment, SimAccount, spawn, start
from harness.vibes import AnswerLost
from simulator.config import ServerSettings
from simulator.errors import UserError
from simulator.spec import read_account

ANA, BEN, EVE = "+13125550101", "+13125550102", "+13125550103"

SPEC: dict[str, Any] = {
    "company_key": "acme",
    "seed": 11,
    "source_codes": [{"code": "65047", "help": "Ask us."}, {"code": "70001"}],
    "subscription_lists": [{"id": "1001", "name": "VIP"}, {"id": "77", "name": "Lucky"}],
    "acquisition_campaigns": [
        {"id": "Vip", "list": "1001", "keywords": ["VIP"], "window": "2h"},
        {"id": "Lucky", "list": "77", "code": "70001", "keywords": ["WIN"], "opt_in": "single"},
    ],
    "carriers": {"default": "typical", "104": {"loss": "1/3", "maintenance": ["08:00-09:30"]}},
    "personas": {"chatty": {"on_message": "ok", "after": ["3s", "9s"]}},
    "phones": {"says_yes": "12.5%"},
    "prices": {"segment": "0.0079", "carriers": {"104": {"received": "0.01"}}},
    "settings": {"window_edge": "inclusive", "retry_every": "1m", "routing_delay": "40ms"},
    "faults": [
        {"id": "late", "match": {"surface": "carrier", "nth": 3}, "effect": {"delay": "5m"}}
    ],
}


@pytest.fixture
async def environment() -> AsyncIterator[Environment]:
    async with start() as running:
        yield running


async def session(account: SimAccount) -> None:
    """What somebody might do by hand: texts, calls, phones, faults, time."""
    async with account.vibes() as vibes:
        await account.text(ANA, "vip")
        await account.advance("10m")
        await account.text(ANA, "Y")
        await account.text(EVE, "WIN", "70001")
        await account.advance("1h30m")
        body = {"mobile_phone": {"mdn": BEN}, "custom_fields": {"first_name": "Ben: #1, {x}"}}
        assert (await vibes.call("POST", "mobiledb/persons", body))[0] == 201
        path = "campaigns/acquisition/Vip/participants"
        assert (await vibes.call("POST", path, {"mobile_phone": {"mdn": BEN}}))[0] == 201
        assert (await vibes.call("POST", path, {"mobile_phone": {"mdn": BEN}}))[0] == 200
        await account.set_handset(BEN, {"persona": {"on_confirmation": "y", "after": "3s"}})
        await account.set_handset(ANA, {"reachable": False})
        text = 'Hello * [you]: "50%"\n# caf\u00e9'
        assert (await vibes.submit(mdn=ANA, code="70001", text=text)).status == 200
        await account.advance("2m")
        await account.set_handset(ANA, {"reachable": True, "persona": {"name": "chatty"}})
        await account.add_fault(
            {"id": "lost", "match": {"surface": "platform"}, "effect": {"lose_answer": True}}
        )
        with pytest.raises(AnswerLost):
            await vibes.call("POST", path, {"mobile_phone": {"mdn": "+13125550109"}})
        await account.text(EVE, "STOP", "70001")
        await account.operate(
            "POST", "/lists/77/subscribers", {"persons": [{"mdn": "+13125550107"}]}
        )
        await account.advance("90s")


async def test_a_session_copied_runs_and_passes(environment: Environment, tmp_path: Path) -> None:
    """The file of a session with every kind of step passes under `smsim run`, and drops no check."""
    account = await environment.account(SPEC)
    await session(account)
    made = await copied_and_played(read_rows(await account.events()))
    assert (made.passes, made.why) == (True, "")
    assert made.remarks == ()
    document = yaml.safe_load(made.text)
    kinds = [key for step in document["steps"] for key in step]
    assert {"reply", "vibes", "submit", "phone", "fault", "advance", "operator", "heal"} <= set(
        kinds
    )
    assert kinds[-1] == "expect"
    path = tmp_path / "copy.sms.yaml"
    path.write_text(made.text, encoding="utf-8")
    ran = await smsim("run", path)
    assert ran.status == 0, ran.out


class Said(NamedTuple):
    """What a command ended with."""

    status: int
    out: str
    err: str


async def smsim(*arguments: str | Path) -> Said:
    """Run the command, as from a shell."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "harness", *map(str, arguments)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return Said(process.returncode or 0, out.decode(), err.decode())


async def test_what_the_file_expects_is_what_came(environment: Environment) -> None:
    """Each phone's inbox and each membership stand in it as they are in the account."""
    account = await environment.account(SPEC)
    await session(account)
    document = yaml.safe_load(text_of(copy(read_rows(await account.events()))))
    people = {name: told["phone"] for name, told in document["people"].items()}
    checks = document["steps"][-1]["expect"]
    inboxes = {
        people[item["inbox"]["person"]]: item["inbox"]["is"] for item in checks if "inbox" in item
    }
    for mdn in (ANA, BEN, EVE):
        came = [
            item["text"]
            for item in await account.conversation(mdn)
            if item["direction"] == "mt" and item["state"] == "delivered"
        ]
        assert inboxes[mdn] == came
    members = {
        (people[item["member"]["person"]], item["member"]["list"]): item["member"]["is"]
        for item in checks
        if "member" in item
    }
    assert members[ANA, "1001"] is True
    assert members[EVE, "77"] is False
    assert members["+13125550107", "77"] is True


def test_an_account_comes_back_as_it_was() -> None:
    """The spec made of an account makes the same account, and says only what differs from a plain one."""
    account, _ = read_account(SPEC, key="acme", now=0)  # type: ignore[arg-type]
    document, remarks = account_document(account)
    assert remarks == []
    again, _ = read_account(
        {"company_key": "acme", "seed": 11, "faults": SPEC["faults"], **document},
        key="acme",
        now=0,  # type: ignore[arg-type]
    )
    assert again == account
    assert document["settings"] == SPEC["settings"]
    assert document["phones"] == {"says_yes": "12.5%"}
    plain, _ = read_account({}, key="x", now=0)  # type: ignore[arg-type]
    assert account_document(plain) == ({}, [])


async def test_live_time_is_copied_to_the_microsecond(environment: Environment) -> None:
    """A session on a running clock is played on one that stands, at the same instants."""
    account = await environment.account({"clock": {"mode": "live", "rate": 1000}})
    await account.text(ANA, "VIP")
    await account.text(ANA, "Y")
    await account.operate("POST", "/clock", {"mode": "manual"})
    await account.advance("1m")
    rows = read_rows(await account.events())
    made = await copied_and_played(rows)
    assert (made.passes, made.why) == (True, "")
    document = yaml.safe_load(made.text)
    assert document["account"]["clock"].keys() == {"now"}
    assert [step["reply"]["text"] for step in document["steps"] if "reply" in step] == ["VIP", "Y"]
    assert document["steps"][-1]["expect"][0]["inbox"]["is"][1].startswith("Welcome to VIP Deals!")


async def test_what_cannot_be_copied_stands_at_its_place(environment: Environment) -> None:
    """A callback, a pool and a call that a fault struck are comments where they were, and are told."""
    account = await environment.account({"company_key": "acme"})
    async with account.vibes() as vibes:
        await account.text(ANA, "VIP")
        await vibes.register_callback("subscription_added", "http://127.0.0.1:1/x")
        await account.add_fault(
            {"id": "down", "match": {"surface": "platform"}, "effect": {"status": 503}}
        )
        assert (await vibes.call("POST", "mobiledb/persons", {"mobile_phone": {"mdn": BEN}}))[
            0
        ] == 503
        await account.text(ANA, "Y")
    made = await copied_and_played(read_rows(await account.events()))
    assert made.passes
    assert [remark.split(";")[0] for remark in made.remarks] == [
        "a callback was registered",
        'fault down struck the call "POST mobiledb/persons", which did nothing and is not made again',
    ]
    lines = made.text.splitlines()
    place = {line.split("  # ")[-1][:12]: at for at, line in enumerate(lines) if "  # " in line}
    first = next(at for at, line in enumerate(lines) if "text: VIP" in line)
    last = next(at for at, line in enumerate(lines) if "text: Y" in line)
    assert first < place["a callback w"] < place["fault down s"] < last


@pytest.mark.parametrize(
    ("effect", "status", "error"),
    [({"status": 503}, 503, 1001), ({"status": 404}, 404, 1000), ({"throttle": True}, 429, 1002)],
)
async def test_a_submit_that_a_fault_answered_is_made_again(
    environment: Environment, effect: dict[str, Any], status: int, error: int
) -> None:
    """Its text is not kept, so another stands in, and the fault strikes as often as it did."""
    account = await environment.account({"company_key": "acme"})
    async with account.vibes() as vibes:
        rule = {"id": "down", "match": {"surface": "connect"}, "effect": effect, "budget": 1}
        await account.add_fault(rule)
        answer = await vibes.submit(mdn=ANA, code="65047", text="Lost")
        assert (answer.status, answer.error_code) == (status, error)
        await vibes.submit(mdn=ANA, code="65047", text="Kept")
        await account.advance("1m")
    made = await copied_and_played(read_rows(await account.events()))
    assert made.passes, made.why
    assert len(made.remarks) == 1
    document = yaml.safe_load(made.text)
    assert document["steps"][-1]["expect"][0]["inbox"] == {"person": "p0101", "is": ["Kept"]}


async def test_events_and_broadcasts_are_copied(environment: Environment) -> None:
    """A broadcast, an event-triggered campaign and an event are calls of the file, and reach the phone."""
    account = await environment.account({"company_key": "acme"})
    await account.operate("POST", "/lists/1001/subscribers", {"persons": [{"mdn": ANA}]})
    plan = {
        "name": "Order",
        "event_type": "order",
        "start_date": "2026-01-05T15:00:00Z",
        "targeting": {
            "message_template": "Order {{event.number}}",
            "sms": {"sourcecode": "65047"},
            "filters": [{"name": "subscription", "selector": "any", "value": ["1001"]}],
        },
    }
    sale = {
        "name": "Sale",
        "send_scheduled_date": "2026-01-05T16:00:00Z",
        "targeting": {"message_template": "Sale today", "source_lists": ["1001"]},
    }
    told = {"event_type": "order", "event_data": {"mdn": ANA, "number": 7}}
    async with account.vibes() as vibes:
        path = "mobiledb/event_triggered_messages"
        assert (await vibes.call("POST", path, plan))[0] == 202
        assert (await vibes.call("POST", "mobiledb/broadcasts", sale))[0] == 201
        assert (await vibes.call("POST", "events", told))[0] == 202
        await account.advance("2h")
    came = [item["text"] for item in await account.conversation(ANA)]
    assert len(came) == 2
    made = await copied_and_played(read_rows(await account.events()))
    assert (made.passes, made.remarks) == (True, ())
    assert yaml.safe_load(made.text)["steps"][-1]["expect"][0]["inbox"]["is"] == came


async def test_what_broke_in_the_session_is_said_and_let_off(environment: Environment) -> None:
    """A session that broke an invariant still makes a file that passes, and the file says which."""
    account = await environment.account({"settings": {"stop_blocks_sends": False}})
    async with account.vibes() as vibes:
        await account.text(ANA, "STOP")
        await account.advance("1m")
        path = "campaigns/acquisition/JoinVip01/participants"
        assert (await vibes.call("POST", path, {"mobile_phone": {"mdn": ANA}}))[0] == 201
        await account.advance("1m")
    made = await copied_and_played(read_rows(await account.events()))
    assert (made.passes, made.why) == (True, "")
    assert yaml.safe_load(made.text)["invariants"] == {"off": ["after_stop"]}
    assert any(remark.startswith("invariant after_stop broke") for remark in made.remarks)


def test_what_is_no_journal_is_told() -> None:
    """Foreign rows and rows without a beginning are refused in words."""
    with pytest.raises(UserError, match="does not begin with OpenAccount"):
        read_rows([])
    with pytest.raises(UserError, match="no journal of this version"):
        read_rows([{"seq": 1, "at": 0, "kind": "command", "data": {"type": "Nonsense"}}])
    with pytest.raises(UserError, match="no journal of this version"):
        read_rows([{"seq": 1}])


async def test_the_command_reads_a_file_and_a_simulator(tmp_path: Path) -> None:
    """`smsim copy` prints the same file from the database and from the running simulator."""
    database = tmp_path / "sms.db"
    async with start(ServerSettings(port=0, db=database, accounts=())) as environment:
        account = await environment.account({"company_key": "acme", "seed": 3})
        await account.text(ANA, "VIP")
        await account.advance("1m")
        told = await smsim("copy", "--url", environment.url, "--account", "acme")
        assert (told.status, told.err) == (0, "")
        none = await smsim("copy", "--url", environment.url, "--account", "none")
        assert none.status == 2
        assert 'no account "none"' in none.err
    out = tmp_path / "made" / "copy.sms.yaml"
    name = "One request"
    named = await smsim(
        *("copy", "--db", database, "--account", "acme", "--out", out, "--name", name)
    )
    assert (named.status, named.out) == (0, f"{out}\n")
    assert out.read_text().replace(name, "What was done by hand in acme") == told.out
    wrong = await smsim("copy", "--account", "acme")
    assert wrong.status == 2
    assert "--db, or a simulator that runs with --url" in wrong.err


async def test_the_page_of_a_server_makes_the_copy() -> None:
    """`smsim serve` has the page copy and play; the download is the text that it shows."""
    async with spawn("--db", ":memory:") as environment, ClientSession() as http:
        account = await environment.account({"company_key": "acme"})
        await account.text(ANA, "VIP </pre><b>")
        await account.advance("1m")
        base = f"{environment.url}/inbox/acme/copy"
        async with http.get(f"{base}?make=1&name=What+Ana+got") as answer:
            shown = await answer.text()
            assert answer.status == 200
        async with http.get(f"{base}/scenario?name=What+Ana+got") as answer:
            text = await answer.text()
            assert answer.headers["Content-Disposition"] == 'attachment; filename="acme.sms.yaml"'
        async with http.get(f"{base}?make=1&name={'x' * 200}") as answer:
            assert answer.status == 400
            assert "a name has at most 120 characters" in await answer.text()
    assert "passes" in shown
    assert "</pre><b>" not in shown
    assert text in unescape(shown)
    assert yaml.safe_load(text)["name"] == "What Ana got"


async def test_a_simulator_without_scenarios_says_so(environment: Environment) -> None:
    """Where nobody fills the port, the page tells what to start instead."""
    await environment.account({"company_key": "acme"})
    async with ClientSession() as http:
        async with http.get(f"{environment.url}/inbox/acme/copy") as answer:
            assert "started without scenarios" in await answer.text()
        async with http.get(f"{environment.url}/inbox/acme/copy/scenario") as answer:
            assert answer.status == 400


async def test_rows_of_export_and_of_the_control_api_are_one(environment: Environment) -> None:
    """Times in microseconds and in words make the same session."""
    account = await environment.account({"company_key": "acme"})
    await account.text(ANA, "VIP")
    await account.advance("1m")
    async with (
        ClientSession() as http,
        http.get(f"{environment.url}/inbox/acme/events/journal.ndjson") as answer,
    ):
        lines = [json.loads(line) for line in (await answer.read()).splitlines()]
    one, other = (replayed(read_rows(rows)) for rows in (lines, await account.events()))
    assert one.done == other.done
    assert one.inboxes == other.inboxes
