"""`smsim export` and `smsim replay`: a journal as NDJSON, and whether it follows from its commands."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

from simulator.journal import export, replay


def add(commands: Any) -> None:
    """Declare both commands."""
    exports = commands.add_parser("export", help="write an account's journal as NDJSON")
    exports.add_argument("db", type=Path)
    exports.add_argument("--account", required=True, metavar="KEY")
    exports.set_defaults(command=_export)
    replays = commands.add_parser("replay", help="recompute journals and compare")
    replays.add_argument("db", type=Path)
    replays.add_argument("--account", metavar="KEY", help="only this one")
    replays.set_defaults(command=_replay)


def _export(told: argparse.Namespace) -> int:
    for line in asyncio.run(export(told.db, told.account)):
        sys.stdout.buffer.write(line)
    return 0


def _replay(told: argparse.Namespace) -> int:
    """0 where every journal follows from its commands, 1 at the first difference."""
    for account, rows, difference in asyncio.run(replay(told.db, told.account)):
        if difference is not None:
            print(f"{account}: {difference}")
            return 1
        print(f"{account}: {rows} rows follow from their commands")
    return 0
