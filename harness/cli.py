"""The command `smsim`: parses, composes, and says what went wrong in one line."""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
from collections.abc import Sequence
from importlib import import_module

from harness import __doc__ as about
from harness.scenario.parts import Mistakes
from simulator import __version__
from simulator.errors import SmsimError, UserError

PASSED, FAILED, WRONG = 0, 1, 2

COLLECT_AFTER = (1_000_000, 50, 100)
"""How rarely garbage is looked for by those that play and end: what they make is kept to the end."""

PLAYING = frozenset({"run", "demo", "explore", "copy"})
"""The commands that play scenarios; a server stays, and looks for garbage as Python does."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 passed, 1 failed, 2 the call or a file is wrong."""
    gc.disable()  # what is loaded stays: looking for garbage in it takes a tenth of a start
    told = _told(arguments)
    gc.freeze()
    gc.enable()
    sys.exit(_done(told))


def call(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit status."""
    return _done(_told(arguments))


def _told(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What is asked; what does it is loaded then."""
    given = sys.argv[1:] if arguments is None else arguments
    told = _parser(next(iter(given), "")).parse_args(given)
    if given and given[0] in PLAYING:
        gc.set_threshold(*COLLECT_AFTER)
    return told


def _done(told: argparse.Namespace) -> int:
    try:
        return int(told.command(told))
    except Mistakes as error:
        for mistake in error.mistakes:
            print(mistake, file=sys.stderr)
        count = len(error.mistakes)
        print(f"{count} mistake{'s' if count > 1 else ''}; nothing was run", file=sys.stderr)
    except UserError as error:
        print(f"smsim: {error}", file=sys.stderr)
    except SmsimError as error:
        print(f"smsim: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return 130
    except asyncio.CancelledError:
        return 143
    return WRONG


COMMANDS = {
    "serve": "serve",
    "run": "run",
    "check": "run",
    "demo": "demo",
    "explore": "explore",
    "export": "journal",
    "replay": "journal",
    "consent": "consent",
    "copy": "copying",
    "new": "starter",
    "schema": "starter",
    "doctor": "starter",
}
"""The module of `harness.commands` that has a command; only that one is loaded."""


def _parser(command: str) -> argparse.ArgumentParser:
    """The parser of one command, or of all where there is none of that name."""
    parser = argparse.ArgumentParser(prog="smsim", description=about)
    parser.add_argument("--version", action="version", version=f"smsim {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    named = COMMANDS.get(command)
    for name in [named] if named is not None else dict.fromkeys(COMMANDS.values()):
        import_module(f"harness.commands.{name}").add(commands)
    return parser
