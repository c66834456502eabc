"""Kannel with a fake SMSC: bearerbox and smsbox, and a sink that takes what they send."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.bench import installing, servers
from tests.bench.results import BenchError
from tests.bench.servers import Served

CONFIG = """\
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = bench
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
log-level = 3

group = smsc
smsc = fake
smsc-id = fake
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {box}
sendsms-port = {send}
sendsms-interface = 127.0.0.1
global-sender = 65047
log-level = 3

group = sendsms-user
username = bench
password = bench
"""


@asynccontextmanager
async def kannel(folder: Path, _served: Served) -> AsyncIterator[str]:
    """The URL of sendsms. Raises NotHere."""
    bearerbox, smsbox = installing.kannel()
    names = ("admin", "box", "smsc", "send")
    ports = dict(zip(names, servers.free_ports(len(names)), strict=True))
    config = folder / "kannel.conf"
    config.write_text(CONFIG.format(**ports))
    quiet = ("-v", "4", str(config))
    async with (
        servers.started((str(bearerbox), *quiet), ports["admin"]),
        _sink(ports["smsc"]),
        servers.started((str(smsbox), *quiet), ports["send"]) as (_, url),
    ):
        yield url


@asynccontextmanager
async def _sink(port: int) -> AsyncIterator[None]:
    """The fake SMSC's other end: reads what comes, a line a message. Raises BenchError if none came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    octets = 0

    async def read() -> None:
        nonlocal octets
        while some := await reader.read(65536):
            octets += len(some)

    task = asyncio.create_task(read())
    try:
        yield
        if not octets:
            raise BenchError("Kannel sent nothing to its fake SMSC")
    finally:
        task.cancel()
        writer.close()
