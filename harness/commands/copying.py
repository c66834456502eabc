"""`smsim copy`: what was done by hand in an account, as a scenario file that passes."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from harness.copying.playing import Played, copied_and_played
from harness.copying.session import MOST_ROWS, read_rows
from harness.environment import Control, patient_wire
from harness.reporting.files import writable
from simulator.errors import UserError
from simulator.journal import export

_PAGE = 10_000


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("copy", help="turn what was done in an account into a scenario")
    parser.add_argument("--url", help="a simulator that runs")
    parser.add_argument("--control-token", help="of the simulator at --url")
    parser.add_argument("--db", type=Path, metavar="FILE", help="a journal's file; or --url")
    parser.add_argument("--account", required=True, metavar="KEY")
    parser.add_argument("--name", help="what it shows, in one sentence")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="where to write it; else it is printed"
    )
    parser.set_defaults(command=command)


def command(told: argparse.Namespace) -> int:
    """Print or write the scenario; what could not be copied is said apart. 1 where it does not pass."""
    if (told.db is None) == (told.url is None):
        raise UserError("name a journal's file with --db, or a simulator that runs with --url")
    path = writable(told.out) if told.out is not None else None
    copied = asyncio.run(_copied(told))
    if path is None:
        sys.stdout.write(copied.text)
    else:
        path.write_text(copied.text, encoding="utf-8")
        print(path)
    for remark in copied.remarks:
        print(f"not copied: {remark}", file=sys.stderr)
    if not copied.passes:
        print(f"smsim: it does not pass when it is played: {copied.why}", file=sys.stderr)
    return 0 if copied.passes else 1


async def _copied(told: argparse.Namespace) -> Played:
    if told.db is not None:
        items = [json.loads(line) for line in await export(told.db, told.account)]
        return await copied_and_played(read_rows(items), told.name)
    async with patient_wire() as wire:
        items = await _journal(Control(told.url, wire, told.control_token), told.account)
    return await copied_and_played(read_rows(items), told.name)


async def _journal(control: Control, account: str) -> list[dict[str, Any]]:
    """The journal of an account that runs, no further than it can be copied."""
    items: list[dict[str, Any]] = []
    following: int | None = 0
    while following is not None and len(items) <= MOST_ROWS:
        path = f"/accounts/{quote(account, safe='')}/events?limit={_PAGE}&after={following}"
        page = await control.call("GET", path)
        if not isinstance(page, dict) or "items" not in page:
            raise UserError(f"what answers at {control.url} is no smsim")
        items += page["items"]
        following = page["next"]
    return items
