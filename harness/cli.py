"""The command `smsim`: parses, composes, and says what went wrong in one line."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from harness import __doc__ as about
from harness.commands import consent, demo, explore, journal, run, serve, starter
from harness.scenario.source import Mistakes
from simulator import __version__
from simulator.errors import SmsimError, UserError

PASSED, FAILED, WRONG = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 passed, 1 failed, 2 the call or a file is wrong."""
    sys.exit(call(arguments))


def call(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit status."""
    told = _parser().parse_args(arguments)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="smsim", description=about)
    parser.add_argument("--version", action="version", version=f"smsim {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    serve.add(commands)
    run.add(commands)
    demo.add(commands)
    explore.add(commands)
    journal.add(commands)
    consent.add(commands)
    starter.add(commands)
    return parser
