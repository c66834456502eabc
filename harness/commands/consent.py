"""`smsim consent`: the evidence of one number's consent, from a journal's file or a running simulator."""

from __future__ import annotations

import argparse
import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

from harness.campaigns.people import e164
from harness.consent import Evidence, Verdict, evidence
from harness.environment import Control, SimAccount, patient_wire
from harness.reporting.files import writable
from harness.reporting.pages import render
from simulator.errors import RowsLetGo, UserError
from simulator.journal import export


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("consent", help="export the evidence of one number's consent")
    parser.add_argument("db", nargs="?", type=Path, help="a journal's file; or --url")
    parser.add_argument("--url", help="a simulator that runs")
    parser.add_argument("--control-token", help="of the simulator at --url")
    parser.add_argument("--account", required=True, metavar="KEY")
    parser.add_argument("--number", required=True, help="as a person writes it, or E.164")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the evidence as JSON")
    parser.add_argument("--html", type=Path, metavar="FILE", help="the evidence as a page to print")
    parser.set_defaults(command=command)


def command(told: argparse.Namespace) -> int:
    """Say what is to be said, and write what was asked for: 0, or 1 where an opt-out was violated."""
    number = e164(told.number)
    if number is None:
        raise UserError(f'"{told.number}" is no US or Canadian number; write +13125550101')
    if (told.db is None) == (told.url is None):
        raise UserError("name a journal's file, or a simulator that runs with --url")
    files = [writable(path) for path in (told.json, told.html) if path is not None]
    rows = asyncio.run(_journal(told))
    if rows and rows[0]["seq"] > 1:
        raise RowsLetGo(rows[0]["seq"], "the evidence cannot be told from the journal")
    found = evidence(rows, number)
    if not (found.messages or found.requests or found.memberships or found.disconnects):
        raise UserError(f'the journal of "{told.account}" has nothing of {number}')
    if told.json is not None:
        told.json.write_text(document(found), encoding="utf-8")
    if told.html is not None:
        told.html.write_text(page(found), encoding="utf-8")
    for line in found.statement:
        print(line)
    for item in found.after_opt_out:
        print(f"  {item.verdict:9}  {item.at}  {item.purpose}: {item.why}")
    for path in files:
        print(path)
    return 1 if found.verdict == Verdict.VIOLATION else 0


def document(found: Evidence) -> str:
    """The evidence as JSON; the shape is in docs/reports.md."""
    text = json.dumps(asdict(found), ensure_ascii=False, indent=2)
    return text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"


def page(found: Evidence) -> str:
    """The evidence as a page that stands alone, to read and to print."""
    return render(
        "consent.html.j2",
        told=found,
        messages={item.id: item for item in found.messages},
        requests={item.row: item for item in found.requests},
    )


async def _journal(told: argparse.Namespace) -> list[dict[str, Any]]:
    if told.db is not None:
        return [json.loads(line) for line in await export(told.db, told.account)]
    async with patient_wire() as wire:
        control = Control(told.url, wire, told.control_token)
        shown = await control.call("GET", f"/accounts/{quote(told.account, safe='')}")
        if not isinstance(shown, dict) or "clock" not in shown:
            raise UserError(f"what answers at {told.url} is no smsim")
        return await SimAccount(control, shown).events()
