"""Other simulators, put below build/bench where pip or npm can; the main install knows none of them."""

from __future__ import annotations

import asyncio
import shutil
import venv
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from pathlib import Path

BUILD = Path(__file__).parents[2] / "build" / "bench"
MOTO = "5.1.16"
PRISM = "5.14.2"
LIMIT_S = 300


class NotHere(Exception):
    """It is not on this machine and cannot be put there; the words say why."""


async def moto() -> Path:
    """moto_server of a venv of its own. Raises NotHere."""
    folder = BUILD / f"moto-{MOTO}"
    server = folder / "bin" / "moto_server"
    if not server.exists():
        await asyncio.to_thread(venv.create, folder, with_pip=True, clear=True)
        pip = (str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet")
        await _run(*pip, "--disable-pip-version-check", f"moto[server]=={MOTO}")
    return server


async def prism() -> Path:
    """The command `prism`. Raises NotHere."""
    if shutil.which("npm") is None:
        raise NotHere("there is no npm to install it with")
    folder = BUILD / f"prism-{PRISM}"
    command = folder / "node_modules" / ".bin" / "prism"
    if not command.exists():
        folder.mkdir(parents=True, exist_ok=True)
        quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--silent")
        name = f"@stoplight/prism-cli@{PRISM}"
        await _run("npm", "install", "--prefix", str(folder), *quiet, name)
    return command


def kannel() -> tuple[Path, Path]:
    """bearerbox and smsbox. Raises NotHere."""
    found = [shutil.which(name) for name in ("bearerbox", "smsbox")]
    if found[0] is None or found[1] is None:
        raise NotHere("bearerbox and smsbox are not installed (Debian: apt-get install kannel)")
    return Path(found[0]), Path(found[1])


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT
    )
    try:
        async with asyncio.timeout(LIMIT_S):
            told, _ = await process.communicate()
    except TimeoutError as error:
        process.kill()
        await process.wait()
        raise NotHere(f"{command[0]} had not installed it after {LIMIT_S} s") from error
    if process.returncode:
        last = told.decode(errors="replace").strip().splitlines()[-1:]
        raise NotHere(f"{Path(command[0]).name} could not install it: {' '.join(last)}")
