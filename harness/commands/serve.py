"""`smsim serve`: the simulator as a server."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from harness.copying import pages as copying
from harness.environment import within
from harness.playing.pages import Scenarios
from simulator import __version__, garbage
from simulator.app import build
from simulator.config import ServerSettings
from simulator.documents import read
from simulator.errors import UserError

FLAGS = (
    "host",
    "port",
    "smpp_port",
    "smpp_cert",
    "smpp_key",
    "smpp_init",
    "db",
    "seed",
    "queue_limit",
    "keep_messages",
    "keep_for",
    "control_token",
    "log_format",
    "log_level",
    "scenarios",
)
"""The settings that are flags of `serve` and environment variables `SMSIM_...`."""

NUMBERS = ("port", "smpp_port", "seed", "queue_limit", "keep_messages")

SCENARIOS = Path("scenarios")
"""What may be played from the inbox where nothing is said and the folder is there."""


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("serve", help="run the simulator as a server")
    parser.add_argument("--host", help="the address to listen on (127.0.0.1)")
    parser.add_argument("--port", help="the port; 0 picks a free one (8080)")
    parser.add_argument("--smpp-port", help="SMPP too, on this port; 0 picks a free one")
    parser.add_argument("--smpp-cert", help="a certificate in PEM: SMPP over TLS")
    parser.add_argument("--smpp-key", help="its private key, where it is in another file")
    parser.add_argument("--smpp-init", help="real time a connection has until it binds (50s)")
    parser.add_argument("--db", help="the journal's file; :memory: keeps nothing")
    parser.add_argument("--config", type=Path, help="a TOML file of settings and accounts")
    parser.add_argument("--seed", help="the seed of accounts that name none (0)")
    parser.add_argument(
        "--queue-limit", help="so many calls may wait for an account; more are throttled (10000)"
    )
    parser.add_argument(
        "--keep-messages", metavar="N", help="of each account the newest N messages (all)"
    )
    parser.add_argument(
        "--keep-for",
        metavar="DURATION",
        help="what is finished, so long of its time: 30d (for good)",
    )
    parser.add_argument("--control-token", help="required of control calls from other machines")
    parser.add_argument("--log-format", help="how log lines are written: console or json (console)")
    parser.add_argument("--log-level", help="debug, info, warning or error (warning)")
    parser.add_argument(
        "--scenarios",
        action="append",
        metavar="PATH",
        help="what may be played from the inbox (the folder scenarios, if there is one); repeatable",
    )
    parser.add_argument("--ready-file", type=Path, help="written as JSON once it accepts calls")
    parser.set_defaults(command=command)


def command(told: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT; nothing acknowledged is lost."""
    settings = settings_from(told, dict(os.environ))
    with garbage.set_aside(), asyncio.Runner(loop_factory=fastest_loop()) as runner:
        runner.run(serve(settings, told.ready_file))
    return 0


def fastest_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's where it is installed (the extra `speed`), else None, for Python's own."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def settings_from(told: argparse.Namespace, environ: dict[str, str]) -> ServerSettings:
    """The settings: defaults, then the config file, then SMSIM_*, then flags. Raises UserError."""
    document = _config(told.config) if told.config is not None else {}
    for name in FLAGS:
        text = getattr(told, name) or environ.get(f"SMSIM_{name.upper()}")
        if text is not None:
            document[name] = _value(name, text)
    if "db" not in document:
        document["db"] = _own_db()
    elif document["db"] == ":memory:":
        document["db"] = None
    settings = read(ServerSettings, document)
    for path in settings.scenarios or ():
        if not path.exists():
            raise UserError(f"--scenarios {path}: no such file or folder")
    if not _is_loopback(settings.host) and settings.control_token is None:
        raise UserError(
            f"listening on {settings.host} lets other machines in; give a --control-token"
        )
    return settings


def _value(name: str, text: str | list[str]) -> object:
    """A setting as a flag or the environment has it."""
    if name == "scenarios":
        return text.split(os.pathsep) if isinstance(text, str) else text
    return int(text) if isinstance(text, str) and text.isdecimal() and name in NUMBERS else text


async def serve(settings: ServerSettings, ready_file: Path | None) -> None:
    """Serve, say so, and stay until asked to end."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    async with build(settings, log=sys.stderr) as simulator:
        default = [SCENARIOS] if SCENARIOS.is_dir() else []
        pages = Scenarios(default if settings.scenarios is None else settings.scenarios)
        simulator.fittings += (copying.fit, pages.fit)
        url = await simulator.listen()
        pages.begin(within(simulator, url))
        smpp = await simulator.listen_smpp()
        if ready_file is not None:
            _write_ready(ready_file, url, smpp)
        print(f"smsim ready {url}", flush=True)
        if smpp is not None:
            print(f"smsim smpp {smpp}", flush=True)
        await ended.wait()


def _write_ready(path: Path, url: str, smpp: str | None) -> None:
    """All at once, so that whoever waits for the file never reads half of it."""
    partial = path.with_name(path.name + ".part")
    ready = {"url": url, "smpp": smpp, "pid": os.getpid(), "version": __version__}
    try:
        partial.write_text(json.dumps(ready), encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise UserError(f"--ready-file {path} cannot be written: {error.strerror}") from error


def _own_db() -> str:
    """The journal's file where none is said."""
    from platformdirs import user_data_path  # here: most starts name their file

    return str(user_data_path("smsim") / "smsim.db")


def _config(path: Path) -> dict[str, object]:
    import tomllib  # here: most starts have no such file

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path} is not TOML: {error}") from error


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
